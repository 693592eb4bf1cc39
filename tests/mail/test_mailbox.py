"""The letter box of a rehearsal: a newcomer finds every mail, and nothing of a mail acts."""

import re
from html import unescape
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from pydantic import SecretStr

from portal import jobs
from portal.app import build
from portal.core.db import db
from portal.entrance import mailbox
from portal.mail import Mailbox
from portal.mail.local import box
from portal.settings import Settings
from tests.mail.conftest import DOCUMENT, World, values_for, wire, write
from tests.strict import StrictClient, text_of


def open_to(app: Flask) -> StrictClient:
    """Return a strict client of an application that has the letter box."""
    if "mailbox" not in app.blueprints:
        app.register_blueprint(mailbox.bp)
    app.test_client_class = StrictClient
    return app.test_client()  # type: ignore[return-value]


@pytest.fixture
def visitor(bare_app: Flask, settings: Settings) -> StrictClient:
    """Return a newcomer's browser."""
    wire(settings, World())
    return open_to(bare_app)


def sent(app: Flask, count: int = 1, **more: Any) -> list[str]:
    """Write `count` letters, send them, return the paths of their pages, newest first."""
    with app.app_context():
        for _ in range(count):
            write(**more)
        jobs.run_due()
        return [f"/mailbox/{mail.id}" for mail in box().mails]


def words(page: str) -> str:
    """Return what a person reads on a page."""
    main = page.split("<main", 1)[1].split("</main>", 1)[0]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


def test_an_empty_box_says_what_to_do(visitor: StrictClient) -> None:
    answer = visitor.get("/mailbox")

    assert answer.status_code == 200
    assert "Noch ist keine E-Mail da." in words(text_of(answer))


def test_a_mail_is_found_and_read(visitor: StrictClient, bare_app: Flask) -> None:
    (path,) = sent(bare_app, attachments=[DOCUMENT], to=Mailbox("ay@example.org", "Ayşe <b>"))

    listed, page = text_of(visitor.get("/mailbox")), text_of(visitor.get(path))

    assert f'<a href="{path}"' in listed
    assert "An ay@example.org" in words(listed)
    assert "Ihre Nummer: IP-2027-0001" in words(page)
    assert "Ayşe <b>" in words(page)
    assert '<div class="p-box p-mail" lang="de" dir="ltr">' in page
    file = visitor.get(f"{path}/attachment/0")
    assert (file.data, file.mimetype) == (b"%PDF", "application/pdf")
    assert file.headers["Content-Disposition"] == 'attachment; filename="Quittung IP-2027-0001.pdf"'
    assert visitor.get(f"{path}/attachment/1").status_code == 404
    assert visitor.get(f"/mailbox/{uuid4()}").status_code == 404


def test_only_links_into_this_portal_can_be_followed(
    visitor: StrictClient, bare_app: Flask, settings: Settings
) -> None:
    values = values_for("unsent_text") | {
        "answers": f"<script>x</script> {settings.origin}/a?b=1&c=2 http://evil.example/ <b>"
    }
    (path,) = sent(bare_app, name="unsent_text", values=values)

    page = text_of(visitor.get(path)).split('class="p-box', 1)[1].split("</main>")[0]

    assert f'<a href="{settings.origin}/a?b=1&amp;c=2">' in page
    links = re.findall(r'href="(http[^"]*)"', page)
    assert [link for link in links if not link.startswith(settings.origin)] == []
    assert "&lt;script&gt;x&lt;/script&gt;" in page


def test_the_box_is_searched_and_paged(visitor: StrictClient, bare_app: Flask) -> None:
    sent(bare_app, 21)
    sent(bare_app, name="reminder", to=Mailbox("o'neil@example.org"))

    first = text_of(visitor.get("/mailbox"))
    second = text_of(visitor.get("/mailbox?page=2"))
    found = text_of(visitor.get("/mailbox?q=O%27Neil"))

    assert "22 E-Mails, Seite 1 von 2" in words(first)
    assert [page.count('<li><a href="/mailbox/') for page in (first, second, found)] == [20, 2, 1]
    assert "Keine E-Mail enthält diese Wörter." in words(text_of(visitor.get("/mailbox?q=zzz")))
    assert visitor.get("/mailbox?page=x&q=%25").status_code == 200


def test_the_box_speaks_the_language_of_its_reader(visitor: StrictClient, bare_app: Flask) -> None:
    (path,) = sent(bare_app, language="ar")

    assert "1 e-mail" in words(text_of(visitor.get("/mailbox?l=en")))
    assert 'class="p-box p-mail" lang="ar" dir="rtl"' in text_of(visitor.get(f"{path}?l=en"))


@pytest.mark.parametrize(
    "change",
    [
        {"mail_url": SecretStr("smtp://127.0.0.1:25")},
        {
            "base_url": "https://preis.example.org",
            "mail_url": SecretStr("smtps://mail.example.org"),
            "scanner": "none",
        },
        {"base_url": "https://preis.example.org"},
    ],
)
def test_outside_of_a_rehearsal_without_mail_server_there_is_no_box(
    settings: Settings, change: dict[str, object]
) -> None:
    app = build(settings.model_copy(update=change))
    with app.app_context():
        db.create_all()
    visitor = open_to(app)

    for path in ("/mailbox", f"/mailbox/{uuid4()}", f"/mailbox/{uuid4()}/attachment/0"):
        host = "https://preis.example.org" if "base_url" in change else "https://127.0.0.1"
        assert visitor.get(path, base_url=host).status_code == 404
