"""After signing in a person stands where the work is, and finds every area from every page."""

from typing import Any

import pytest
from flask import Flask

from portal.calls import memberships
from portal.calls.memberships import Role
from portal.calls.queries import call_by_slug
from portal.core.db import transaction
from tests.drafts import SLUG, open_call
from tests.offices import received, staff
from tests.people import BY, Person, a_browser, a_person, sign_in, signed_in
from tests.statements import counted
from tests.strict import text_of

OTHER = "heimat-preis-2027"


@pytest.fixture
def calls(bare_app: Flask) -> Flask:
    with bare_app.app_context():
        open_call()
        open_call(OTHER)
    return bare_app


def member(app: Flask, *roles: tuple[str, Role], **more: Any) -> Person:
    with app.app_context():
        person = a_person(**more)
        with transaction():
            for slug, role in roles:
                memberships.give(person.user, call_by_slug(slug), role, by=BY)
    return person


@pytest.mark.parametrize(
    ("roles", "admin", "page"),
    [
        ([(SLUG, Role.OFFICE)], False, f"/{SLUG}/office"),
        ([(SLUG, Role.READER)], False, f"/{SLUG}/office"),
        ([(SLUG, Role.OFFICE), (SLUG, Role.READER)], False, f"/{SLUG}/office"),
        ([(SLUG, Role.JUROR)], False, f"/{SLUG}/jury"),
        ([(SLUG, Role.JUROR)], True, f"/{SLUG}/jury"),
        ([(SLUG, Role.OFFICE), (SLUG, Role.JUROR)], False, "/areas"),
        ([(SLUG, Role.OFFICE), (OTHER, Role.OFFICE)], False, "/areas"),
        ([], True, "/people"),
        ([], False, "/account"),
    ],
)
def test_signing_in_leads_to_the_work(
    calls: Flask, roles: list[tuple[str, Role]], admin: bool, page: str
) -> None:
    answer = sign_in(a_browser(calls), member(calls, *roles, admin=admin))

    assert (answer.status_code, answer.location) == (303, page)


def test_every_area_stands_on_one_page_with_what_waits(calls: Flask) -> None:
    person = member(calls, (SLUG, Role.OFFICE), (OTHER, Role.OFFICE), (SLUG, Role.JUROR))
    with calls.app_context():
        received(call_by_slug(SLUG))

    page = text_of(signed_in(calls, person).get("/areas"))

    for address in (f"/{SLUG}/office", f"/{SLUG}/jury", f"/{OTHER}/office"):
        assert f'href="{address}"' in page
    assert "eine neue Bewerbung" in page
    assert "Nichts Neues" in page
    assert "Die Regeln warten auf Ihre Zusage" in page


def test_who_has_no_role_is_told_so(calls: Flask) -> None:
    assert "noch keine Rolle" in text_of(signed_in(calls, member(calls)).get("/areas"))


def links_of(page: str) -> list[str]:
    found = page.partition('class="p-nav"')[2].partition("</header>")[0]
    return [part.partition('"')[0] for part in found.split('href="')[1:] if "?" not in part[:60]]


def test_the_pages_of_one_area_lead_to_the_others(calls: Flask) -> None:
    person = member(calls, (SLUG, Role.OFFICE), (SLUG, Role.JUROR), admin=True)
    browser = signed_in(calls, person)

    account = links_of(text_of(browser.get("/account")))
    office = links_of(text_of(browser.get(f"/{SLUG}/office")))
    jury = links_of(text_of(browser.get(f"/{SLUG}/jury/rules")))

    own = ["/account", "/people", "/audit"]
    assert account[:5] == [f"/{SLUG}/jury", f"/{SLUG}/office", *own]
    assert [link for link in office if link in (f"/{SLUG}/jury", *own)] == [f"/{SLUG}/jury", *own]
    assert [link for link in jury if link in (f"/{SLUG}/office", *own)] == [
        f"/{SLUG}/office", *own,
    ]  # fmt: skip


def test_memberships_are_read_once_for_a_page(calls: Flask) -> None:
    person = member(calls, (SLUG, Role.OFFICE), (OTHER, Role.OFFICE))
    browser = signed_in(calls, person)
    with calls.app_context():
        application = received(call_by_slug(SLUG))
        address = f"/{SLUG}/office/applications/{application.id}"
    browser.get(address)

    with counted() as seen:
        assert browser.get(address).status_code == 200

    arrivals = [one for one in seen if "FROM session" in one]
    assert len(arrivals) == 1
    assert "JOIN membership" in arrivals[0]
    assert not any("FROM membership" in one for one in seen)


def test_the_office_of_another_call_is_not_there(calls: Flask) -> None:
    with calls.app_context():
        other = staff(call_by_slug(OTHER))

    assert signed_in(calls, other).get(f"/{SLUG}/office").status_code == 404
