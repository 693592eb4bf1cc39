"""A document is ordered with what it is about, made once, and fails where one sees it."""

import hashlib
import os
import signal
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from portal import jobs, storage
from portal.core.clock import now
from portal.core.db import db, transaction
from portal.core.errors import NotFound
from portal.core.i18n import in_language
from portal.documents import making, usecases
from portal.documents.contents import Content
from portal.documents.failures import PangoMissing
from portal.documents.models import Document, DocumentState
from portal.documents.renderer import Renderer
from portal.jobs.models import Job, JobState
from portal.settings import Settings
from tests.documents.test_child import HUGE

pytestmark = pytest.mark.pdf
Maker = Callable[..., Content]


@pytest.fixture(autouse=True)
def wired(app: Flask, settings: Settings, receipt_with: Maker) -> Iterator[None]:
    """Wire queue and store, and fill receipts of a test with the example."""
    jobs.use(settings)
    storage.use(settings)
    jobs.register(usecases.JOB, making.make, tries=None)
    usecases.register("receipt", lambda document: receipt_with(language=document.language))
    yield
    usecases.BUILDERS.clear()


def order(about: UUID | None = None, **changes: Any) -> Document:
    """Order a receipt, committed."""
    wanted = {"number": "IP-2027-0005", "version_n": 1, "language": "de"} | changes
    with transaction():
        return usecases.order("receipt", about=about or uuid4(), **wanted)


def again(document: Document) -> Document:
    """Return the row as it stands in the database."""
    return db.session.get_one(Document, document.id, populate_existing=True)


def let_time_pass(hours: int = 2) -> None:
    """Do what becomes due within some hours."""
    with time_machine.travel(now() + timedelta(hours=hours)):
        jobs.run_due()


def test_an_ordered_document_is_made_and_can_be_read() -> None:
    document = order()
    assert document.state is DocumentState.ORDERED
    jobs.run_due()
    made = again(document)
    with usecases.open_document(made) as file:
        body = file.read()
    assert body.startswith(b"%PDF-1.7")
    assert (made.state, made.size) == (DocumentState.MADE, len(body))
    assert made.sha256 == hashlib.sha256(body).hexdigest()
    assert made.title == "Quittung IP-2027-0005 – Integrationspreis 2027"
    assert made.made_at is not None
    assert len(made.template_version) == 12


def test_nothing_is_ordered_by_a_transaction_that_fails() -> None:
    def fail_after_ordering() -> None:
        with transaction():
            usecases.order("receipt", about=uuid4(), number="X-1", version_n=1, language="de")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_after_ordering()
    assert db.session.scalar(select(func.count(Document.id))) == 0
    assert db.session.scalar(select(func.count(Job.id))) == 0


def test_ordering_twice_is_one_document_and_one_job() -> None:
    about = uuid4()
    assert order(about).id == order(about).id
    assert db.session.scalar(select(func.count(Job.id))) == 1
    assert order(about, language="ar").id != order(about).id
    assert order(about, version_n=2).id != order(about).id


def test_a_made_document_is_never_made_again() -> None:
    about = uuid4()
    document = order(about)
    jobs.run_due()
    before = again(document).storage_key
    order(about)
    making.make(str(document.id))
    jobs.run_due()
    assert again(document).storage_key == before
    assert db.session.scalar(select(func.count(Job.id))) == 1


def test_an_unmade_document_cannot_be_opened() -> None:
    with in_language("de"), pytest.raises(NotFound, match="noch nicht fertig"):
        usecases.open_document(order())


def test_after_three_failures_it_is_given_up_with_the_reason_and_can_be_ordered_anew(
    receipt_with: Maker,
) -> None:
    usecases.register("receipt", lambda _document: replace(receipt_with(), blobs={}))
    about = uuid4()
    document = order(about)
    jobs.run_due()
    assert (again(document).state, again(document).tries) == (DocumentState.ORDERED, 1)
    let_time_pass()
    let_time_pass(4)
    failed = again(document)
    assert (failed.state, failed.tries) == (DocumentState.FAILED, 3)
    assert "is refused" in failed.error
    assert db.session.scalar(select(Job.state)) is JobState.DEAD

    usecases.register("receipt", lambda _document: receipt_with())
    order(about)
    jobs.run_due()
    assert again(document).state is DocumentState.MADE


def test_a_worker_that_dies_again_and_again_over_a_document_ends_it() -> None:
    document = order()
    for _ in range(3):
        making._begin(document.id)  # a try that never came to its end
    jobs.run_due()
    failed = again(document)
    assert (failed.state, failed.tries) == (DocumentState.FAILED, 3)
    assert failed.error == making.LOST


def test_when_the_child_is_killed_the_job_is_tried_again_and_others_go_on(
    receipt_with: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    renderer = Renderer()
    monkeypatch.setattr(making, "renderer", lambda: renderer)
    renderer.render(receipt_with(), "de")
    assert renderer.pid
    deadly = order(number="deadly")
    slow = [receipt_with(HUGE)]  # the first try is slow enough to be killed in the middle

    def build(document: Document) -> Content:
        if document.number != "deadly" or not slow:
            return receipt_with()
        threading.Timer(0.5, os.kill, (renderer.pid, signal.SIGKILL)).start()
        return slow.pop()

    usecases.register("receipt", build)
    other = order()
    jobs.run_due()
    let_time_pass()
    assert (again(other).state, again(other).tries) == (DocumentState.MADE, 1)
    assert (again(deadly).state, again(deadly).tries) == (DocumentState.MADE, 2)
    renderer.close()


def test_without_pango_the_document_waits_and_no_try_is_lost(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    class Bare:
        """A machine without Pango."""

        def render(self, *_: object) -> bytes:
            """Fail as the renderer does there."""
            raise PangoMissing("cannot load library 'libpango-1.0-0'")

    document = order()
    with monkeypatch.context() as patched:
        patched.setattr(making, "renderer", Bare)
        jobs.run_due()
    waiting = again(document)
    assert (waiting.state, waiting.tries) == (DocumentState.ORDERED, 0)
    assert "apt install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0" in caplog.text
    let_time_pass()
    assert again(document).state is DocumentState.MADE


def test_an_arabic_document_is_built_in_arabic() -> None:
    document = order(language="ar")
    jobs.run_due()
    assert again(document).title.startswith("إيصال")


def test_bytes_without_a_document_are_swept_after_a_day() -> None:
    kept, gone = order(), order()
    jobs.run_due()
    lost = again(gone).storage_key
    with transaction():
        usecases.forget(gone.about)
    assert usecases.sweep() == 0
    with time_machine.travel(now() + timedelta(days=2)):
        assert usecases.sweep() == 1
    with pytest.raises(FileNotFoundError):
        storage.store().open(lost)
    usecases.open_document(again(kept)).close()
