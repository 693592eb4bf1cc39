"""Every page of the jury for every kind of person: what must not be known does not exist."""

import pytest
from flask import Flask
from sqlalchemy import select

from portal.applications.jury.judging import Tie
from portal.audit.models import AuditEntry
from portal.core.db import db
from tests.jury_house import JuryHouse, a_jury_house, load

PEOPLE = ("nobody", "office", "reader", "admin", "other", "chair", "paula", "deputy", "secretary")
# What each of PEOPLE gets: pages of the jury, then of the office.
JURY_PAGES = {
    "": "rnnnnyyyy",
    "/rules": "rnnnnyyyy",
    "/conflicts": "rnnnnyyyy",
    "/chair": "rnnnnynnn",
    "/offline": "rnnnnyyyn",
    "/offline/sheet.xlsx": "rnnnnyyyn",
}
OFFICE_PAGES = {
    "/office/jury": "ryynnnnnn",
    "/office/jury/readings": "ryynnnnnn",
    "/office/jury/invite": "rynnnnnnn",
}
CASE_PAGES = {"": "rnnnnyyny", "/conflict": "rnnnnyyny"}
STATUS = {"y": 200, "n": 404, "r": 303}


def test_each_page_opens_to_its_own_people_only(house: JuryHouse) -> None:
    for name in ("chair", "paula", "secretary"):
        house.free(name)
    base = f"/{house.call.slug}"
    pages = {house.path + rest: who for rest, who in JURY_PAGES.items()}
    pages |= {base + rest: who for rest, who in OFFICE_PAGES.items()}
    pages |= {house.at(0, rest): who for rest, who in CASE_PAGES.items()}

    found = {page: [house.browser(name).get(page).status_code for name in PEOPLE]
             for page in pages}  # fmt: skip

    assert found == {page: [STATUS[one] for one in who] for page, who in pages.items()}


@pytest.mark.parametrize("rest", ["", "/conflicts", "/applications/{}", "/offline", "/chair"])
def test_nothing_opens_before_the_rules_are_confirmed(app: Flask, rest: str) -> None:
    house = a_jury_house(app, 1, {"pledge_version": "one"})
    load(jury={"pledge_version": "two"})
    page = house.path + rest.format(house.applications[0].id)

    answer = house.browser("chair").get(page)

    assert (answer.status_code, answer.location) == (303, f"{house.path}/rules")


def test_an_application_opens_only_after_the_answer(house: JuryHouse) -> None:
    browser = house.browser("paula")

    before = browser.get(house.at(0))
    house.answer("paula", 0)

    assert (before.status_code, before.location) == (303, house.at(0, "/conflict"))
    assert browser.get(house.at(0)).status_code == 200
    assert browser.get(house.at(1)).status_code == 303


def test_what_is_sent_before_the_answer_is_not_taken(house: JuryHouse) -> None:
    browser = house.browser("paula")

    answer = browser.post_form(house.at(0), {"score.wirkung": "5"}, page=house.path + "/conflicts")

    assert answer.location == house.at(0, "/conflict")
    house.answer("paula", 0)
    assert 'value="5" checked' not in browser.get(house.at(0)).text


@pytest.mark.parametrize("way", ["", "/conflict", "/files/{}/download", "/place"])
def test_an_excluded_juror_finds_nothing_by_address(house: JuryHouse, way: str) -> None:
    house.answer("paula", 0, Tie.EMPLOYED)
    page = house.at(0, way.format(house.applications[0].files[0].id))
    browser = house.browser("paula")

    assert browser.get(page).status_code in (404, 405)
    assert browser.post_form(page, {}, page=house.path + "/conflicts").status_code in (404, 405)


def test_reading_and_downloading_stand_in_the_log(house: JuryHouse) -> None:
    house.free("paula")
    house.browser("paula").get(house.at(0))
    house.browser("paula").get(house.path + "/offline/sheet.xlsx")

    rows = db.session.scalars(select(AuditEntry).order_by(AuditEntry.n.desc()).limit(2))
    paula = house.user("paula").key
    assert [(row.what, row.actor_key) for row in rows] == [
        ("sheet_export", paula),
        ("jury_read", paula),
    ]


def test_who_finds_nothing_is_led_back(house: JuryHouse) -> None:
    house.answer("paula", 0, Tie.EMPLOYED)
    nowhere = "/applications/00000000-0000-0000-0000-000000000000"
    hidden, unknown = (house.browser("paula").get(one).text
                       for one in (house.at(0), house.path + nowhere))  # fmt: skip

    assert hidden.count('href="/areas"') == unknown.count('href="/areas"') == 1
    assert 'href="/areas"' not in house.browser("nobody").get("/nowhere").text
