"""A mailed code as second factor: for jurors whose calls allow it, and for nobody else."""

import re
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, update

from portal.accounts.models import Session, User
from portal.calls import memberships
from portal.calls.memberships import Role
from portal.calls.people import Wish, add_user
from portal.calls.queries import call_by_slug
from portal.core.clock import now
from portal.core.db import db, transaction
from portal.mail.models import LocalMail
from tests.drafts import SLUG, loaded, open_call, post_letters
from tests.people import (
    BY,
    PASSWORD,
    Person,
    a_browser,
    a_person,
    give_password,
    sign_in,
)
from tests.strict import StrictClient, text_of

STRICT = "heimat-preis-2027"


@pytest.fixture
def calls(bare_app: Flask) -> Flask:
    """Return an application with a call that takes mailed codes, and one that does not."""
    with bare_app.app_context():
        open_call(STRICT)
        with transaction():
            loaded(SLUG, {"second_factor_by_mail": True})
    return bare_app


def member(app: Flask, *roles: tuple[str, Role], **more: Any) -> Person:
    with app.app_context():
        person = a_person(**more)
        give(person, *roles)
        return person


def give(person: Person, *roles: tuple[str, Role]) -> None:
    with transaction():
        for slug, role in roles:
            memberships.give(person.user, call_by_slug(slug), role, by=BY)


def newest_letter(app: Flask) -> str:
    """Send what waits, and return the text of the newest letter."""
    with app.app_context():
        post_letters()
        rows = select(LocalMail.content).order_by(LocalMail.received_at.desc()).limit(1)
        content = db.session.scalars(rows).one()
    letter = message_from_bytes(content, policy=default)
    text = letter.get_body(("plain",))
    return str(text.get_content()) if text else ""


def mailed(app: Flask) -> str:
    """Return the code of the newest letter."""
    found = re.search(r"\b(\d{6})\b", newest_letter(app))
    assert found
    return found.group(1)


def ask(browser: StrictClient) -> Any:
    return browser.post_form("/sign-in/code/mail", page="/sign-in/code")


def type_in(browser: StrictClient, code: str) -> Any:
    return browser.post_form("/sign-in/code", {"code": code})


def test_a_juror_comes_in_by_a_mailed_code(calls: Flask) -> None:
    person = member(calls, (SLUG, Role.JUROR))
    browser = a_browser(calls)
    give_password(browser, person.user.email)

    assert ask(browser).location == "/sign-in/code"
    answer = type_in(browser, f" {mailed(calls)}\n")

    assert answer.location == f"/{SLUG}/jury"
    assert sign_in(a_browser(calls), person).status_code == 303  # the app goes on working


@pytest.mark.parametrize(
    ("roles", "admin"),
    [
        ([(STRICT, Role.JUROR)], False),
        ([(SLUG, Role.JUROR), (STRICT, Role.JUROR)], False),
        ([(SLUG, Role.JUROR), (SLUG, Role.READER)], False),
        ([(SLUG, Role.OFFICE)], False),
        ([(SLUG, Role.JUROR)], True),
        ([], False),
    ],
)
def test_nobody_else_gets_or_may_use_one(
    calls: Flask, roles: list[tuple[str, Role]], admin: bool
) -> None:
    person = member(calls, *roles, admin=admin)
    browser = a_browser(calls)
    give_password(browser, person.user.email)

    assert "/sign-in/code/mail" not in text_of(browser.get("/sign-in/code"))
    assert ask(browser).status_code == 404


def test_a_code_does_not_count_for_work_that_came_afterwards(calls: Flask) -> None:
    person = member(calls, (SLUG, Role.JUROR))
    browser = a_browser(calls)
    give_password(browser, person.user.email)
    ask(browser)
    code = mailed(calls)
    with calls.app_context(), transaction():
        db.session.execute(update(User).values(admin=True))

    assert type_in(browser, code).status_code == 422


def test_a_code_works_once_in_the_session_that_asked(calls: Flask) -> None:
    person = member(calls, (SLUG, Role.JUROR))
    first, second = a_browser(calls), a_browser(calls)
    for browser in (first, second):
        give_password(browser, person.user.email)
    ask(first)
    code = mailed(calls)

    assert type_in(second, code).status_code == 422
    assert type_in(first, code).status_code == 303
    give_password(first, person.user.email)
    assert type_in(first, code).status_code == 422


def test_a_newer_code_kills_the_older_one(calls: Flask) -> None:
    person = member(calls, (SLUG, Role.JUROR))
    browser = a_browser(calls)
    give_password(browser, person.user.email)
    ask(browser)
    old = mailed(calls)
    ask(browser)
    new = mailed(calls)

    assert type_in(browser, old).status_code == 422
    assert type_in(browser, new).status_code == 303


@pytest.mark.parametrize(("minutes", "status"), [(9, 303), (11, 422)])
def test_a_code_lasts_ten_minutes(calls: Flask, minutes: int, status: int) -> None:
    person = member(calls, (SLUG, Role.JUROR))
    browser = a_browser(calls)
    give_password(browser, person.user.email)
    ask(browser)
    code = mailed(calls)
    with calls.app_context(), transaction():  # the half-open session shall live longer
        later = now() + timedelta(hours=1)
        db.session.execute(update(Session).values(idle_seconds=3600, expires_at=later))

    with time_machine.travel(now() + timedelta(minutes=minutes)):
        assert type_in(browser, code).status_code == status


def test_guessing_and_asking_have_their_brakes(calls: Flask) -> None:
    person = member(calls, (SLUG, Role.JUROR))
    browser = a_browser(calls)
    give_password(browser, person.user.email)

    asked = [ask(browser).status_code for _ in range(7)]
    with time_machine.travel(now(), tick=False):
        guessed = [type_in(browser, "000000").status_code for _ in range(12)]

    assert asked == [303] * 6 + [429]
    assert guessed == [422] * 10 + [429] * 2


def without_app(app: Flask) -> Person:
    person = member(app, (SLUG, Role.JUROR))
    with app.app_context(), transaction():
        db.session.execute(update(User).values(totp_nonce="", code_by_mail=True))
    return person


def test_who_has_no_app_gets_the_code_at_once(calls: Flask) -> None:
    person = without_app(calls)
    browser = a_browser(calls)
    give_password(browser, person.user.email)

    assert "Code aus unserer E-Mail" in text_of(browser.get("/sign-in/code"))
    assert type_in(browser, mailed(calls)).status_code == 303


def test_an_invited_juror_may_do_without_an_app(calls: Flask) -> None:
    with calls.app_context(), transaction():
        added = add_user("jo@example.org", Wish(call_slug=SLUG, role=Role.JUROR), by=BY, name="Jo")
    browser = a_browser(calls)
    address = added.link.partition("8000")[2]
    browser.post_form(address)
    browser.post_form("/welcome", {"name": "Jo", "password": PASSWORD})
    assert "Codes per E-Mail nutzen" in text_of(browser.get("/welcome/factor"))

    codes = browser.post_form("/welcome/factor", {"mail": "yes"})

    assert codes.status_code == 200
    assert f'href="/{SLUG}/jury"' in text_of(codes)
    assert browser.get("/account").status_code == 200
    again = a_browser(calls)
    give_password(again, "jo@example.org")
    assert type_in(again, mailed(calls)).status_code == 303


def test_an_invited_clerk_may_not(calls: Flask) -> None:
    with calls.app_context(), transaction():
        added = add_user("ka@example.org", Wish(call_slug=SLUG, role=Role.OFFICE), by=BY, name="K")
    browser = a_browser(calls)
    browser.post_form(added.link.partition("8000")[2])
    browser.post_form("/welcome", {"name": "K", "password": PASSWORD})

    assert "per E-Mail nutzen" not in text_of(browser.get("/welcome/factor"))
    assert browser.post_form("/welcome/factor", {"mail": "yes"}).status_code == 422


def test_who_changes_to_other_work_is_led_to_an_app(calls: Flask) -> None:
    person = without_app(calls)
    with calls.app_context(), transaction():
        user = db.session.scalars(select(User)).one()
        memberships.give(user, call_by_slug(SLUG), Role.OFFICE, by=BY)
    browser = a_browser(calls)
    give_password(browser, person.user.email)

    assert "eine App, die Codes anzeigt" in text_of(browser.get("/sign-in/code"))
    assert ask(browser).status_code == 303
    link = re.search(r"/invitation/\S+", newest_letter(calls))
    assert link
    browser.post_form(link.group(0))
    assert browser.post_form("/welcome", {"password": PASSWORD}).location == "/welcome/factor"


def test_a_juror_without_app_proves_it_again_by_mail(calls: Flask) -> None:
    person = without_app(calls)
    browser = a_browser(calls)
    give_password(browser, person.user.email)
    type_in(browser, mailed(calls))
    with calls.app_context(), transaction():
        db.session.execute(update(Session).values(fresh_at=now() - timedelta(minutes=30)))
    page = browser.get("/account/email").location

    browser.post_form("/account/confirm/mail", page=page)
    data = {"password": PASSWORD, "code": mailed(calls), "next": "/account/email"}
    answer = browser.post_form("/account/confirm", data)

    assert (answer.status_code, answer.location) == (303, "/account/email")
    assert browser.get("/account/email").status_code == 200


def test_the_database_holds_no_code(calls: Flask) -> None:
    person = member(calls, (SLUG, Role.JUROR))
    browser = a_browser(calls)
    give_password(browser, person.user.email)
    ask(browser)
    with calls.app_context():
        session = db.session.scalars(select(Session)).one()
        everything = "".join(
            str(row)
            for table in db.metadata.sorted_tables
            for row in db.session.execute(select(table))
        )
        assert session.code_sent_at is not None
    code = mailed(calls)

    assert not re.search(rf"\b{code}\b", everything)
