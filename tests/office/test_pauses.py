"""What a person lets go leaves after a pause, in which it can still be held."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask

from portal import jobs, mail
from portal.applications.correspondence import messages
from portal.applications.models import Application
from portal.core.actor import System
from portal.core.clock import now
from portal.core.db import db
from portal.mail.models import Letter, LetterState
from portal.settings import Settings
from tests.drafts import SLUG
from tests.office.rooms_of_office import House, a_house, write_letter
from tests.strict import check_page, words_of

LETTERS = f"/{SLUG}/office/letters"
GERMAN = {"Accept-Language": "de"}


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"letter_pause_seconds": 120})


@pytest.fixture
def house(bare_app: Flask) -> House:
    return a_house(bare_app)


def now_is(house: House, letter: Letter) -> LetterState:
    """Let the worker do what is due; return the state of the letter then."""
    with house.app.app_context():
        jobs.run_due()
        return db.session.get_one(Letter, letter.id).state


def steer(house: House, letter: Letter, action: str) -> Any:
    with house.app.app_context():
        stamp = mail.stamp(db.session.get_one(Letter, letter.id))
    here = f"{LETTERS}/{letter.id}"
    return house.browser("office").post_form(f"{here}/{action}", {"lock": stamp}, page=here)


def test_a_released_letter_can_be_held_for_two_minutes(house: House) -> None:
    letter = write_letter(house)
    office = house.browser("office")
    steer(house, letter, "release")
    page = words_of(check_page(office.get(f"{LETTERS}/{letter.id}", headers=GERMAN)))
    listed = words_of(check_page(office.get(LETTERS, headers=GERMAN)))

    assert "Bis dahin können Sie ihn anhalten" in page
    assert "geht um" in listed
    assert now_is(house, letter) is LetterState.WAITING
    steer(house, letter, "hold")
    with time_machine.travel(now() + timedelta(minutes=3)):
        assert now_is(house, letter) is LetterState.HELD


def test_a_released_letter_leaves_after_the_pause(house: House) -> None:
    letter = write_letter(house)
    steer(house, letter, "release")

    with time_machine.travel(now() + timedelta(seconds=121)):
        assert now_is(house, letter) is LetterState.SENT


def test_a_pause_begins_anew_with_each_release(house: House) -> None:
    letter = write_letter(house)
    steer(house, letter, "release")
    steer(house, letter, "hold")
    with time_machine.travel(now() + timedelta(seconds=90)):
        steer(house, letter, "release")
    with time_machine.travel(now() + timedelta(seconds=150)):
        assert now_is(house, letter) is LetterState.WAITING
    with time_machine.travel(now() + timedelta(seconds=240)):
        assert now_is(house, letter) is LetterState.SENT


def test_what_a_person_writes_pauses_and_what_the_portal_writes_does_not(house: House) -> None:
    house.browser("office")
    clerk = house.people["office"].user
    letters = [
        write_letter(house, hold=False, by=clerk),
        write_letter(house, hold=False, by=System("remind_of_questions")),
        write_letter(house, hold=True, by=clerk),
    ]

    assert [one.wait_until is not None for one in letters] == [True, False, False]


def test_the_page_says_until_when_a_message_can_be_held(house: House) -> None:
    case = f"/{SLUG}/office/applications/{house.applications[0].id}"
    office = house.browser("office")
    answer = office.post_form(f"{case}/messages", {"text": "Bitte anrufen."}, headers=GERMAN)
    page = words_of(check_page(office.get(answer.location, headers=GERMAN)))

    assert "kann das Büro das unter „Briefe“ noch anhalten" in page
    with house.app.app_context():
        application = db.session.get_one(Application, house.applications[0].id)
        assert [one.text for one in messages.thread(application)] == ["Bitte anrufen."]
