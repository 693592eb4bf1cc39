"""kill -9 of server and worker: nothing acknowledged is lost or half, all get their mail."""

import hashlib
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from pydantic import SecretStr

from portal import storage
from portal.app import build
from portal.applications.models import AnswerIndex, Application, File, FileState, Version
from portal.applications.queries import draft_files
from portal.applications.workflow import Move, Status
from portal.calls.models import Call
from portal.calls.queries import call_by_slug, definition_of
from portal.core.db import db
from portal.documents import usecases as documents
from portal.documents.models import Document, DocumentState
from portal.mail.models import Letter, LetterState
from portal.settings import Settings
from tests.chaos.conftest import Post
from tests.chaos.crowd import Crowd
from tests.drafts import SLUG
from tests.served import Portal

READY_WITHIN = 20.0  # seconds after a kill
DRAINED_WITHIN = 120.0
SHORT = 10
KILLS = int(os.environ.get("KILLS", "100"))


@pytest.fixture
def portal(tmp_path: Path, post: tuple[Post, int]) -> Iterator[Portal]:
    """Return an installation with an open call that takes lost work up again within seconds."""
    found = Portal(
        tmp_path, mail_url=f"smtp://127.0.0.1:{post[1]}", lease_seconds=4,
        retry_first_seconds=0.5, poll_seconds=0.2, free_space_percent=0,
    )  # fmt: skip
    found.run("demo", "--stage", "open")
    yield found
    found.stop()


@pytest.mark.slow
@pytest.mark.chaos_short
@pytest.mark.one_database
def test_ten_kills_lose_nothing_that_was_acknowledged(
    portal: Portal, post: tuple[Post, int]
) -> None:
    assert_all_survives(portal, post[0], kills=SHORT, each=4)


@pytest.mark.chaos
@pytest.mark.one_database
def test_many_kills_lose_nothing_that_was_acknowledged(
    portal: Portal, post: tuple[Post, int]
) -> None:
    assert_all_survives(portal, post[0], kills=KILLS, each=max(4, KILLS // 2))


def assert_all_survives(portal: Portal, post: Post, *, kills: int, each: int) -> None:
    """Let four people apply through `kills` kills; then look at everything that is left."""
    portal.start()
    app = build(settings_of(portal))
    with app.app_context():
        crowd = Crowd(portal.port, definition_of(call_by_slug(SLUG).newest_version_id), each=each)
        db.session.remove()
    threads = crowd.begin()
    harass(portal, kills)
    crowd.stop.set()
    for thread in threads:
        thread.join(120)
    assert crowd.faults == []
    drain(app)
    with app.app_context():
        check_applications(crowd)
        check_bytes()
        check_mails(post, crowd)
        db.session.remove()
        db.engine.dispose()
    assert crowd.unanswered, "no kill has met anybody"


def settings_of(portal: Portal) -> Settings:
    return Settings(instance=portal.folder / "instance", mail_url=SecretStr("smtp://127.0.0.1:9"))


def harass(portal: Portal, kills: int) -> None:
    """Kill the server and its worker by turns, at moments nobody can foresee."""
    chance = random.Random(kills)
    for number in range(kills):
        time.sleep(chance.uniform(0.1, 1.4))
        if number % 2:
            for worker in portal.workers():
                os.kill(worker, signal.SIGKILL)
        else:
            portal.kill()
            assert portal.start() < READY_WITHIN


def drain(app: Flask) -> None:
    """Wait until all letters are out, all documents made and all files checked."""
    end = time.monotonic() + DRAINED_WITHIN
    while time.monotonic() < end:
        with app.app_context():
            left = {
                "letters": count(Letter, Letter.state == LetterState.WAITING),
                "documents": count(Document, Document.state == DocumentState.ORDERED),
                "files": count(File, File.state == FileState.CHECKING),
            }
            db.session.remove()
        if not any(left.values()):
            return
        time.sleep(0.3)
    pytest.fail(f"not done in time: {left}")


def count(model: type, condition: sa.ColumnElement[bool]) -> int:
    query = sa.select(sa.func.count()).select_from(model).where(condition)
    return int(db.session.execute(query).scalar_one())


def check_applications(crowd: Crowd) -> None:
    """No promise is broken, no number missing or doubled, no version without its company."""
    sent = db.session.scalars(sa.select(Application).where(Application.number.isnot(None))).all()
    arrived = {str(a.versions[0].answers["contact.email"]): a for a in sent}
    assert len(arrived) == len(sent)
    for promise in crowd.promises:
        application = arrived[promise.email]
        assert promise.address.endswith(str(application.id))
        assert [f.file.sha256_received for f in application.versions[0].files] == [promise.sha256]
    assert sorted(a.number or 0 for a in sent) == list(range(1, len(sent) + 1))
    assert db.session.scalars(sa.select(Call.last_number).where(Call.slug == SLUG)).one() == len(
        sent
    )
    for application in sent:
        check_whole(application)
    drafts = db.session.scalars(sa.select(Application).where(Application.number.is_(None))).all()
    assert {d.status for d in drafts} <= {Status.DRAFT}
    assert not any(d.versions or d.events for d in drafts)


def check_whole(application: Application) -> None:
    """A sent application has all that one transaction writes."""
    [version] = application.versions
    assert application.status is Status.SUBMITTED
    assert [event.move for event in application.events] == [Move.SUBMIT]
    assert [file.file_id for file in version.files] == [f.id for f in draft_files(application)]
    assert count(AnswerIndex, AnswerIndex.application_id == application.id)
    letters = sa.select(Letter).where(Letter.about == application.id, Letter.name == Move.SUBMIT)
    [letter] = db.session.scalars(letters)
    assert letter.state is LetterState.SENT
    receipt = sa.select(Document).where(Document.kind == "receipt", Document.about == version.id)
    [document] = db.session.scalars(receipt)
    assert document.state is DocumentState.MADE
    assert letter.attachments == [str(document.id)]


def check_bytes() -> None:
    """What is stored is what was meant, to the bit."""
    for file in db.session.scalars(sa.select(File)):
        assert file.state is FileState.READY, (file.state, file.refusal)
        with storage.store().open(str(file.stored_key)) as stored:
            assert hashlib.sha256(stored.read()).hexdigest() == file.sha256_stored
        if file.received_key:
            with storage.store().open(file.received_key) as received:
                assert hashlib.sha256(received.read()).hexdigest() == file.sha256_received
    for document in db.session.scalars(sa.select(Document)):
        with documents.open_document(document) as stored:
            assert hashlib.sha256(stored.read()).hexdigest() == document.sha256


def check_mails(post: Post, crowd: Crowd) -> None:
    """Each letter came at least once, always under its own Message-ID, with the receipt."""
    sent = db.session.scalars(sa.select(Letter).where(Letter.state == LetterState.SENT)).all()
    came = Counter(mail["Message-ID"] for mails in post.kept.values() for mail in mails)
    assert {letter.message_id for letter in sent} == set(came)
    for promise in crowd.promises:
        mails = [m for m in post.kept[promise.email] if "IP-2" in str(m["Subject"]) + m.as_string()]
        receipts = [m for m in mails if list(m.iter_attachments())]
        assert receipts, promise.email
        assert len({m["Message-ID"] for m in receipts}) == 1
    assert count(Version, sa.true()) <= len(sent)
