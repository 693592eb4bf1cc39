"""Letters when applications come to the jury: one for each person, for all that is new."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from portal import jobs
from portal.accounts.models import User
from portal.applications.jury import assigning
from portal.applications.jury.judging import Tie
from portal.core.clock import now
from portal.core.db import db, transaction
from portal.mail.models import Letter
from portal.scoring import arrivals
from tests.jury_house import JuryHouse, a_jury_house
from tests.people import BY


@pytest.fixture
def house(app: Flask) -> JuryHouse:
    return a_jury_house(app)


def ordered() -> list[jobs.Job]:
    return list(db.session.scalars(select(jobs.Job).where(jobs.Job.name == assigning.TELL)))


def letters() -> dict[str, Letter]:
    db.session.rollback()
    rows = db.session.scalars(select(Letter).where(Letter.name == arrivals.LETTER))
    return {row.to_address: row for row in rows}


def tell(house: JuryHouse) -> None:
    call_id = str(house.call.id)
    db.session.rollback()
    arrivals.tell(call_id)


def test_giving_readings_out_orders_the_letters_once_for_a_few_minutes(house: JuryHouse) -> None:
    with transaction():
        assigning.tell_later(house.call.id)
        assigning.tell_later(house.call.id)

    assert len(ordered()) <= 2  # the clock may have turned between two of them
    assert all(job.args == {"call_id": str(house.call.id)} for job in ordered())
    assert all(job.run_at - now() <= timedelta(seconds=assigning.TURN + assigning.REST)
               for job in ordered())  # fmt: skip


def test_each_reader_gets_one_letter_with_the_number_and_the_way(house: JuryHouse) -> None:
    tell(house)
    told = letters()

    assert set(told) == {f"{name}@example.org" for name in ("chair", "paula", "ifeoma")}
    assert "**3 Bewerbungen**" in told["paula@example.org"].body
    assert f"{house.path})" in told["paula@example.org"].body
    assert told["paula@example.org"].subject.startswith("Neu zu lesen für")
    assert "marke" not in "".join(one.subject + one.body for one in told.values())


def test_nothing_new_makes_no_second_letter(house: JuryHouse) -> None:
    tell(house)
    tell(house)

    rows = db.session.scalars(select(Letter).where(Letter.name == arrivals.LETTER)).all()
    assert len(rows) == 3


def test_only_what_came_since_is_counted(house: JuryHouse) -> None:
    tell(house)
    with transaction():
        pair = (house.applications[0].id, house.user("deputy").id)
        assigning._add([pair], assigning.Way.HAND, BY)
    tell(house)

    assert "**eine Bewerbung**" in letters()["deputy@example.org"].body
    assert len(letters()) == 4


def test_a_conflict_is_not_counted_and_who_has_no_access_yet_gets_nothing(
    house: JuryHouse,
) -> None:
    house.answer("paula", 0, Tie.EMPLOYED)
    with transaction():
        db.session.get_one(User, house.user("ifeoma").id).password_hash = ""
    tell(house)

    assert "**2 Bewerbungen**" in letters()["paula@example.org"].body
    assert "ifeoma@example.org" not in letters()
