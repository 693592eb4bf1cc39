"""The way back by mail: one letter with a link for each application and one code."""

from datetime import timedelta
from email import message_from_bytes
from email.policy import default

import pytest
from flask import Flask

from portal.applications import access, keys
from portal.applications.models import Application, Purpose
from portal.calls.models import Call
from portal.core.clock import now
from portal.core.db import db, transaction
from portal.mail import Letter
from portal.mail.models import LocalMail
from tests.drafts import begun, open_call, post_letters

ADDRESS = "garten@example.org"
BROWSER = "b" * 64
OWNED = {"application_type": "self", "contact.email": ADDRESS}


@pytest.fixture
def call(app: Flask) -> Call:
    """Return an open call."""
    return open_call()


def letters() -> list[Letter]:
    return list(db.session.scalars(db.select(Letter).where(Letter.name == "link")))


def mails() -> list[str]:
    contents = db.session.scalars(db.select(LocalMail.content))
    return [
        message_from_bytes(content, policy=default).get_body(("plain",)).get_content()
        for content in contents
    ]


def asked(call: Call, email: str = ADDRESS, language: str = "de") -> None:
    with transaction():
        access.ask_for_links(call, email, browser=BROWSER, language=language)
    post_letters()


def named(call: Call, title: str, more: dict[str, str] | None = None) -> Application:
    return begun(call, OWNED | {"project.title": title} | (more or {}))


def test_one_mail_brings_a_link_for_each_application_and_a_code(call: Call) -> None:
    first, second = named(call, "Sprachcafé"), named(call, "Nachbarschaftsgarten")
    asked(call, ADDRESS.upper())
    [letter] = letters()
    assert letter.to_address == ADDRESS
    [text] = mails()
    for application in (first, second):
        [key] = [k for k in application.keys if k.purpose is Purpose.LINK]
        assert keys.is_alive(key, now())
        assert keys.token(key) in text
    [code] = [k for k in first.keys if k.purpose is Purpose.CODE and k.nonce]
    waiting = [k for a in (first, second) for k in a.keys if k.purpose is Purpose.CODE]
    assert [k.browser for k in waiting] == [BROWSER, BROWSER]
    assert code.email == ADDRESS


def test_the_code_of_the_mail_opens_what_the_mail_names(call: Call) -> None:
    draft = named(call, "Sprachcafé")
    asked(call)
    [key] = [k for k in draft.keys if k.purpose is Purpose.CODE]
    assert keys.code(key) in " ".join(mails())
    with transaction():
        assert keys.open_code(call, BROWSER, keys.code(key), now()) == [draft]


def test_a_mail_with_one_link_shows_no_code_of_that_link(call: Call) -> None:
    draft = named(call, "Sprachcafé")
    with transaction():
        letter = access.write_links([draft], language="de")
    assert "{code" not in letter.body
    assert "{link}" in letter.body


def test_an_unknown_address_gets_no_mail(call: Call) -> None:
    named(call, "Sprachcafé")
    asked(call, "nobody@example.org")
    assert (letters(), mails()) == ([], [])


def test_the_mail_speaks_the_language_of_the_page(call: Call) -> None:
    named(call, "Sprachcafé")
    asked(call, language="en")
    [letter] = letters()
    assert (letter.language, letter.subject) == (
        "en",
        "Your link to your application: Integration Prize 2027",
    )


def test_an_address_of_another_call_gets_nothing_of_this_one(call: Call) -> None:
    other = open_call("heimat-preis-2027")
    named(call, "Sprachcafé")
    asked(other)
    assert letters() == []


def test_a_dead_link_is_made_anew_for_the_same_address_only(call: Call) -> None:
    draft = named(call, "Sprachcafé")
    with transaction():
        key = keys.make_link(draft, ADDRESS)
        assert access.send_link_again(key) is False  # it lives
        keys.kill_links(draft)
        assert access.send_link_again(key) is True
    assert [letter.to_address for letter in letters()] == [ADDRESS]
    with transaction():
        draft.owner_email = "other@example.org"
        assert access.send_link_again(key) is False
    assert len(letters()) == 1


def test_a_handover_lives_a_quarter_of_an_hour(call: Call) -> None:
    draft = named(call, "Sprachcafé")
    with transaction():
        address, life = access.hand_over(draft)
    assert address.startswith(f"http://127.0.0.1:8000/{call.slug}/open/")
    assert life == timedelta(minutes=15)
    found = keys.find_link(address.rpartition("/")[2])
    assert found is not None
    assert (found.purpose, found.email) == (Purpose.HANDOVER, "")
    with transaction():
        found.expires_at = now()
        assert access.send_link_again(found) is False
