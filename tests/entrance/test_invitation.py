"""Mailed links: read by scanners without harm, used once, dead when a newer one exists."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pyotp
import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from portal import jobs
from portal.accounts import links, usecases
from portal.accounts.models import Invitation, Purpose
from portal.calls.people import Wish, add_user, reset_factor
from portal.core.clock import now
from portal.core.db import db, transaction
from portal.core.i18n import in_language
from portal.mail.models import Letter
from tests.people import (
    BY,
    PASSWORD,
    Person,
    a_browser,
    a_person,
    give_password,
    sign_in,
    signed_in,
)
from tests.strict import StrictClient, text_of

NEW = "Ein Fahrrad lehnt am Kiosk"


@pytest.fixture
def anna(bare_app: Flask) -> Person:
    with bare_app.app_context():
        return a_person()


def local(link: str) -> str:
    return "/" + link.split("/", 3)[3]


@pytest.fixture
def invited(bare_app: Flask) -> str:
    with bare_app.app_context(), in_language("de"), transaction():
        return local(add_user("Carla@Example.org", Wish(admin=True), by=BY).link)


def last_link(app: Flask, purpose: Purpose) -> str:
    """Return the link that a letter of this purpose would carry now."""
    with app.app_context():
        rows = select(Invitation).where(Invitation.purpose == purpose)
        newest = db.session.scalars(rows.order_by(Invitation.created_at.desc())).first()
        assert newest is not None
        return local(links.address_of(newest))


def letters(app: Flask) -> list[tuple[str, str]]:
    with app.app_context():
        rows = db.session.scalars(select(Letter).order_by(Letter.created_at))
        return [(row.name, row.to_address) for row in rows]


def set_up(browser: StrictClient, password: str = NEW) -> Any:
    """Go through the pages after the button of an invitation; return the last answer."""
    browser.post_form("/welcome", {"name": "Carla Muster", "password": password})
    page = text_of(browser.get("/welcome/factor"))
    found = re.search(r'id="seed">([A-Z2-7 ]+)<', page)
    assert found
    code = pyotp.TOTP(found.group(1).replace(" ", "")).now()
    return browser.post_form("/welcome/factor", {"code": code})


def test_an_invitation_leads_to_an_account_with_two_factors(bare_app: Flask, invited: str) -> None:
    browser = a_browser(bare_app)
    opened = browser.post_form(invited)
    codes = re.findall(r"[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}", text_of(set_up(browser)))

    assert (opened.status_code, opened.location) == (303, "/welcome")
    assert len(set(codes)) == 10
    assert browser.get("/people").status_code == 200
    again = a_browser(bare_app)
    give_password(again, "carla@example.org", NEW)
    assert again.post_form("/sign-in/code", {"code": codes[0]}).status_code == 303
    assert [name for name, _to in letters(bare_app)] == [
        "invitation", "account_changed", "account_changed",
    ]  # fmt: skip


def test_scanners_that_read_a_link_do_no_harm(bare_app: Flask, invited: str) -> None:
    scanner = a_browser(bare_app)
    statuses = [scanner.head(invited).status_code, scanner.get(invited).status_code,
                scanner.get(invited).status_code]  # fmt: skip

    assert statuses == [200, 200, 200]
    assert a_browser(bare_app).post_form(invited).status_code == 303


def test_an_invitation_works_once(bare_app: Flask, invited: str) -> None:
    a_browser(bare_app).post_form(invited)

    late = a_browser(bare_app)

    assert late.get(invited).status_code == 410
    assert late.post_form(invited).status_code == 410
    assert late.get("/welcome").status_code == 404


def test_an_invitation_is_dead_after_seven_days(bare_app: Flask, invited: str) -> None:
    with time_machine.travel(now() + timedelta(days=7, minutes=1)):
        assert a_browser(bare_app).post_form(invited).status_code == 410


def test_a_dead_invitation_mails_a_new_one_to_the_same_address(
    bare_app: Flask, invited: str
) -> None:
    a_browser(bare_app).post_form(invited)
    browser = a_browser(bare_app)
    answer = browser.post_form(f"{invited}/again", page=invited)

    assert answer.status_code == 200
    assert "carla" not in text_of(answer).lower()
    assert letters(bare_app) == [("invitation", "carla@example.org")] * 2
    fresh = last_link(bare_app, Purpose.INVITE)
    browser.post_form(fresh)
    assert set_up(browser).status_code == 200


def damages(path: str) -> list[Callable[[str], str]]:
    return [
        lambda p: p[:-1], lambda p: p + "0", lambda p: p.replace(".", ""), lambda p: p.upper(),
        lambda p: p.partition(".")[0], lambda p: p.partition(".")[0] + ".", lambda p: p[:12],
        lambda p: p[:-1] + ("0" if p[-1] != "0" else "1"), lambda p: p + "%00",
        lambda p: "/invitation/" + "a" * 5000, lambda p: "/invitation/%F0%9F%8E%88",
    ]  # fmt: skip


@pytest.mark.parametrize("number", range(11))
def test_a_damaged_link_opens_nothing(bare_app: Flask, invited: str, number: int) -> None:
    answer = a_browser(bare_app).get(damages(invited)[number](invited))

    assert answer.status_code in (400, 404)


def test_neither_database_nor_outbox_holds_a_link(bare_app: Flask, invited: str) -> None:
    word = invited.rpartition("/")[2]
    with bare_app.app_context():
        everything = "".join(
            str(row)
            for table in db.metadata.sorted_tables
            for row in db.session.execute(select(table))
        )

    assert word.partition(".")[2] not in everything


def test_without_the_second_factor_the_account_does_not_open(bare_app: Flask, invited: str) -> None:
    browser = a_browser(bare_app)
    browser.post_form(invited)
    browser.post_form("/welcome", {"name": "Carla", "password": NEW})

    assert browser.get("/account").status_code == 303
    assert give_password(a_browser(bare_app), "carla@example.org", NEW).status_code == 422


def ask_reset(app: Flask, email: str) -> Any:
    answer = a_browser(app).post_form("/password-reset", {"email": email})
    with app.app_context():
        while jobs.run_due():
            pass
    return answer


def test_a_reset_sets_the_password_and_keeps_the_second_factor(
    bare_app: Flask, anna: Person
) -> None:
    old = signed_in(bare_app, anna)
    ask_reset(bare_app, " ANNA@example.org")
    browser = a_browser(bare_app)
    browser.post_form(last_link(bare_app, Purpose.RESET))
    answer = browser.post_form("/welcome", {"password": NEW})

    assert answer.location == "/sign-in"
    assert browser.get("/account").status_code == 303
    assert old.get("/account").status_code == 303
    assert give_password(a_browser(bare_app), anna.user.email, PASSWORD).status_code == 422
    give_password(browser, anna.user.email, NEW)
    assert browser.post_form("/sign-in/code", {"code": anna.code()}).status_code == 303
    assert letters(bare_app)[-1] == ("account_changed", "anna@example.org")


def test_a_reset_answers_the_same_with_and_without_an_account(
    bare_app: Flask, anna: Person
) -> None:
    bodies = {
        "\n".join(
            line for line in text_of(ask_reset(bare_app, email)).split("\n") if "csrf" not in line
        )
        for email in ("anna@example.org", "nobody@example.org")
    }

    assert len(bodies) == 1
    assert letters(bare_app) == [("password_reset", "anna@example.org")]


def test_a_mailbox_gets_three_links_an_hour_at_most(bare_app: Flask, anna: Person) -> None:
    with time_machine.travel(now().replace(minute=5), tick=False):
        statuses = {ask_reset(bare_app, anna.user.email).status_code for _ in range(5)}

    assert statuses == {200}
    assert len(letters(bare_app)) == 3


def test_a_newer_link_kills_the_older(bare_app: Flask, anna: Person) -> None:
    ask_reset(bare_app, anna.user.email)
    first = last_link(bare_app, Purpose.RESET)
    ask_reset(bare_app, anna.user.email)

    assert a_browser(bare_app).post_form(first, page="/sign-in").status_code == 410


def test_a_link_of_one_purpose_serves_no_other(bare_app: Flask, anna: Person) -> None:
    ask_reset(bare_app, anna.user.email)
    browser = a_browser(bare_app)
    browser.post_form(last_link(bare_app, Purpose.RESET))

    assert browser.get("/welcome/factor").location == "/welcome"
    assert browser.get("/sign-in/code").status_code == 303
    assert browser.get("/account").status_code == 303


def test_a_reset_factor_asks_for_the_password_too(bare_app: Flask, anna: Person) -> None:
    with bare_app.app_context():
        old = signed_in(bare_app, anna)
        with transaction():
            link = local(reset_factor("anna@example.org", by=BY).link)
    browser = a_browser(bare_app)
    browser.post_form(link)

    assert old.get("/account").status_code == 303
    assert browser.get("/welcome/factor").location == "/welcome"
    assert browser.post_form("/welcome", {"password": NEW}).status_code == 422
    assert set_up(browser, PASSWORD).status_code == 200
    assert browser.get("/account").status_code == 200
    assert [name for name, _ in letters(bare_app)] == [
        "account_changed", "invitation", "account_changed",
    ]  # fmt: skip


def test_inviting_somebody_who_lost_the_factor_does_not_skip_the_password(
    bare_app: Flask, anna: Person
) -> None:
    assert sign_in(a_browser(bare_app), anna).status_code == 303
    with bare_app.app_context(), in_language("de"):
        with transaction():
            user = reset_factor("anna@example.org", by=BY).user
        with transaction():
            invitation = usecases.invite(user, by=BY)

    assert invitation is not None
    assert invitation.purpose is Purpose.FACTOR_RESET


def test_a_new_address_counts_once_its_link_is_used(bare_app: Flask, anna: Person) -> None:
    browser = signed_in(bare_app, anna)
    browser.post_form("/account/email", {"email": "Neu@Example.org"})
    ask_reset(bare_app, anna.user.email)
    reset = last_link(bare_app, Purpose.RESET)
    link = last_link(bare_app, Purpose.EMAIL_CHANGE)
    before = give_password(a_browser(bare_app), "neu@example.org").status_code
    browser.post_form(link)

    assert before == 422
    assert give_password(a_browser(bare_app), "neu@example.org").status_code == 303
    assert give_password(a_browser(bare_app), "anna@example.org").status_code == 422
    assert a_browser(bare_app).post_form(reset, page="/sign-in").status_code == 410
    assert [x for x in letters(bare_app) if x[0] != "password_reset"] == [
        ("email_change", "neu@example.org"), ("account_changed", "anna@example.org"),
    ]  # fmt: skip


def test_an_address_of_somebody_else_cannot_be_taken_nor_found_out(
    bare_app: Flask, anna: Person
) -> None:
    with bare_app.app_context():
        a_person("berta@example.org", name="Berta")
    browser = signed_in(bare_app, anna)
    answers = [browser.post_form("/account/email", {"email": email})
               for email in ("berta@example.org", "free@example.org")]  # fmt: skip

    assert {(a.status_code, a.location) for a in answers} == {(303, "/account")}
    assert letters(bare_app) == [("email_change", "free@example.org")]
