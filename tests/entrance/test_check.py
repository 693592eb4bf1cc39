"""The public check page: genuine, replaced, withdrawn, unknown; files by their fingerprint."""

import hashlib
from io import BytesIO
from typing import Any

import pytest
from flask import Flask

from portal.applications.drafts import sending
from portal.applications.models import Application, Version
from portal.core.actor import Applicant
from portal.core.clock import now
from portal.core.db import db, transaction
from portal.documents.models import Document, DocumentState
from portal.entrance.check import normalised
from tests.drafts import complete, content_of, open_call, send, write
from tests.strict import StrictClient, text_of


@pytest.fixture
def site(bare_app: Flask) -> Flask:
    """Return an application with one application that was sent."""
    bare_app.test_client_class = StrictClient
    with bare_app.app_context():
        send(complete(open_call()))
    return bare_app


@pytest.fixture
def browser(site: Flask) -> StrictClient:
    """Return a browser that wishes German."""
    client: Any = site.test_client()
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "de"
    return client  # type: ignore[no-any-return]


def code_of(site: Flask, n: int = 1) -> str:
    with site.app_context():
        return str(db.session.scalars(db.select(Version.check_code).where(Version.n == n)).one())


def compared(browser: StrictClient, code: str, content: bytes) -> str:
    data = {"code": code, "file": (BytesIO(content), "foto.jpg")}
    page = f"/check?code={code}"
    return text_of(browser.post_form("/check", data, page=page, content_type="multipart/form-data"))


@pytest.mark.parametrize(
    "typed",
    ["K1M0-9XQD-24H1", "k1m0 9xqd 24h1", " kim0_9xqd_24hl", "KLMO.9XQD.24HI", "K1M09XQD24H1"],
)
def test_a_code_is_read_in_every_spelling(typed: str) -> None:
    assert normalised(typed) == "K1M0-9XQD-24H1"


@pytest.mark.parametrize("typed", ["", "K1M0", "K1M0-9XQD-24H1-0", "ä" * 12])
def test_what_is_no_code_is_none(typed: str) -> None:
    assert normalised(typed) == ""


def test_a_receipt_is_genuine_and_the_page_names_nobody(site: Flask, browser: StrictClient) -> None:
    page = text_of(browser.get(f"/check?code={code_of(site).lower().replace('-', ' ')}"))
    assert "Diese Quittung ist echt" in page
    assert "IP-2027-0001" in page
    assert "Integrationspreis 2027" in page
    with site.app_context():
        application = db.session.scalars(db.select(Application)).one()
        private = [application.title, application.owner_email, str(application.id)]
        private += [str(v) for k, v in application.draft.items() if k.startswith("contact.")]
    assert [word for word in private if len(word) > 3 and word in page] == []


def test_an_unknown_code_is_told(browser: StrictClient) -> None:
    answer = browser.get("/check?code=0000-0000-0000")
    assert answer.status_code == 404
    assert "gibt es keine Quittung" in text_of(answer)
    assert browser.get("/check").status_code == 200


def test_a_newer_version_and_a_withdrawal_are_told(site: Flask, browser: StrictClient) -> None:
    with site.app_context():
        application = db.session.scalars(db.select(Application)).one()
        with transaction():
            write(application, {"project.title": "Ein neuer Titel"})
        send(application)
    old, new = code_of(site, 1), code_of(site, 2)
    page = text_of(browser.get(f"/check?code={old}"))
    assert "Echt, aber es gibt eine neuere Fassung" in page
    assert new not in page
    assert "Diese Quittung ist echt" in text_of(browser.get(f"/check?code={new}"))
    with site.app_context(), transaction():
        application = db.session.scalars(db.select(Application)).one()
        sending.withdraw(application, by=Applicant(application.id), at=now())
    assert "Echt, aber zurückgezogen" in text_of(browser.get(f"/check?code={new}"))


def test_a_file_belongs_if_its_fingerprint_does(site: Flask, browser: StrictClient) -> None:
    code = code_of(site)
    assert "genau so mit dieser Fassung gesendet" in compared(browser, code, content_of(0))
    assert "geprüfte Kopie" in compared(browser, code, b"cleaned " + content_of(0))
    assert "Die Datei gehört nicht dazu" in compared(browser, code, content_of(0) + b" ")


def test_the_receipt_itself_is_known_by_its_fingerprint(site: Flask, browser: StrictClient) -> None:
    content = b"%PDF receipt"
    assert "gehört nicht dazu" in compared(browser, code_of(site), content)
    with site.app_context(), transaction():
        receipt = db.session.scalars(db.select(Document).where(Document.kind == "receipt")).one()
        receipt.state, receipt.storage_key, receipt.size = DocumentState.MADE, "x", len(content)
        receipt.sha256 = hashlib.sha256(content).hexdigest()
    assert "Das ist die Quittung dieser Fassung" in compared(browser, code_of(site), content)


def test_no_file_or_no_code_is_told(site: Flask, browser: StrictClient) -> None:
    code = code_of(site)
    page = f"/check?code={code}"
    answer = browser.post_form("/check", {"code": code}, page=page)
    assert answer.status_code == 422
    assert 'href="#file"' in text_of(answer)
    answer = browser.post_form("/check", {"code": "nothing"}, page=page)
    assert (answer.status_code, answer.location) == (303, "/check?code=nothing")
