"""The end of a seat: the rooms of the jury close, and nobody counts on the person any more."""

from datetime import timedelta

import pytest

from portal.applications.jury import assigning, conflicts, judging
from portal.applications.jury.judging import Seat, Tie
from portal.core.clock import now
from portal.core.db import db, transaction
from portal.core.errors import DomainError
from portal.mail.models import Letter
from tests.jury_house import JuryHouse, score

ROOMS = ("", "/rules", "/conflicts", "/next", "/offline", "/offline/sheet.xlsx", "/dossier",
         "/dossier/state", "/dossier/binder.pdf", "/chair", "/ranking")  # fmt: skip


def seat(house: JuryHouse, name: str, days: int) -> None:
    """Let the seat of somebody end so many days from today."""
    until = judging.today(house.call) + timedelta(days=days)
    with transaction():
        user_id = house.user(name).id
        found = judging.seats(house.call).get(user_id)
        if found is None:
            found = Seat(call_id=house.call.id, user_id=user_id)
            db.session.add(found)
        found.until = until


@pytest.mark.parametrize("name", ["chair", "paula", "deputy", "secretary"])
def test_after_the_last_day_every_room_is_closed_and_says_so(house: JuryHouse, name: str) -> None:
    house.free("chair")
    seat(house, name, -1)
    browser = house.browser(name)

    answers = [browser.get(house.path + rest) for rest in ROOMS] + [browser.get(house.at(0))]
    sent = browser.post_form(house.at(0), {"score.wirkung": "5"}, page="/account")

    assert {answer.status_code for answer in (*answers, sent)} == {403}
    assert all("Ihre Zeit in der Jury ist zu Ende" in answer.text for answer in answers)
    assert not any("Titelmarke" in answer.text for answer in answers)


def test_the_last_day_still_belongs_to_the_term(house: JuryHouse) -> None:
    seat(house, "paula", 0)

    assert house.browser("paula").get(house.path).status_code == 200


def test_the_office_sees_it_and_gives_nothing_more_to_read(house: JuryHouse) -> None:
    for name in ("paula", "ifeoma"):
        house.free(name)
        score(house, name, 0)
    seat(house, "paula", -1)
    base = f"/{house.call.slug}/office/jury"
    paula = house.user("paula")

    page = house.browser("office").get(base).text
    chosen = {"juror": str(paula.id)}
    house.browser("office").post_form(f"{base}/remind", chosen, page=base)
    plan = assigning.plan_all(house.call)

    assert "ausgeschieden nach dem" in page
    assert f'value="{paula.id}" aria-label' not in page
    assert db.session.scalars(db.select(Letter).where(Letter.name == "jury_reminder")).all() == []
    assert {pair for pair in plan.wanted if pair[1] == paula.id} == set()
    assert {pair[1] for pair in plan.removed} == {paula.id}


def test_a_chair_whose_term_ended_leaves_the_decision_to_the_office(house: JuryHouse) -> None:
    house.answer("paula", 0, Tie.OTHER, "Nachbarin")
    paula, office, one = house.juror("paula"), house.user("office"), house.applications[0]
    before = conflicts.may_lift(paula, one, office)
    seat(house, "chair", -1)

    assert (before, conflicts.may_lift(paula, one, office)) == (False, True)


def test_a_deputy_whose_term_ended_cannot_step_in(house: JuryHouse) -> None:
    house.answer("paula", 0, Tie.EMPLOYED)
    seat(house, "deputy", -1)
    deputy, paula, office = house.juror("deputy"), house.juror("paula"), house.user("office")

    with pytest.raises(DomainError):
        conflicts.step_in(house.applications[0], deputy, paula, by=office)


def test_the_clock_of_the_call_decides(house: JuryHouse) -> None:
    here = now().astimezone(house.juror("paula").definition.timezone)

    assert judging.today(house.call) == here.date()
