"""The letters about the decision: one for each owner, held, in their language."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal import mail
from portal.applications.workflow import Move
from portal.core.db import db, transaction
from portal.core.i18n import language
from portal.mail.models import Letter, LetterState
from portal.scoring.meeting import telling
from tests.jury_house import JuryHouse, a_jury_house
from tests.people import BY

PRIZES = {"de": "1. Preis (5.000 €)", "en": "1st prize (€5,000)", "ar": "الجائزة الأولى"}


@pytest.fixture
def house(app: Flask) -> JuryHouse:
    return a_jury_house(app, count=2)


def told(house: JuryHouse, n: int, move: Move, **more: Any) -> Letter | None:
    with transaction():
        return telling.tell(house.applications[n], move, by=BY, **more)


def test_who_wins_is_told_what_in_their_language(house: JuryHouse) -> None:
    house.applications[0].locale = "en"
    letter = told(house, 0, Move.AWARD, award=lambda: PRIZES[language()])

    assert letter is not None
    assert (letter.name, letter.state) == ("award", LetterState.HELD)
    assert PRIZES["en"] in mail.preview(letter).text
    assert letter.to_address == house.applications[0].owner_email


def test_who_wins_nothing_is_told_as_well(house: JuryHouse) -> None:
    letter = told(house, 1, Move.DECLINE)

    assert letter is not None
    assert (letter.name, letter.state, letter.about) == (
        "decline", LetterState.HELD, house.applications[1].id,
    )  # fmt: skip
    said = mail.preview(letter).text
    assert house.applications[1].title in said
    assert "keinen Preis" in said


def test_without_an_address_there_is_no_letter(house: JuryHouse) -> None:
    house.applications[0].owner_email = ""

    assert told(house, 0, Move.DECLINE) is None
    assert db.session.scalars(select(Letter).where(Letter.name == "decline")).all() == []
