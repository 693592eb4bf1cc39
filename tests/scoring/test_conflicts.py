"""Who decides about a conflict, who steps in, and how readings are given out."""

from collections import Counter

import pytest
from flask import Flask

from portal.applications.jury import assigning, conflicts, judging, tiequestion
from portal.applications.jury.judging import Assignment, Seat, Tie
from portal.applications.workflow import Move
from portal.core.clock import now
from portal.core.db import db, transaction
from portal.core.errors import DomainError, Forbidden
from portal.scoring.sheet import progress
from tests.jury_house import JuryHouse, a_jury_house, score
from tests.people import BY


def held(house: JuryHouse, name: str, n: int = 0) -> judging.Conflict:
    found = conflicts.conflict_of(house.applications[n].id, house.user(name).id)
    assert found
    return found


@pytest.mark.parametrize(
    ("tied", "by", "may"),
    [
        ("paula", "chair", True), ("paula", "office", False), ("paula", "ifeoma", False),
        ("paula", "paula", False), ("paula", "secretary", False),
        ("chair", "office", True), ("chair", "chair", False), ("chair", "ifeoma", False),
    ],
)  # fmt: skip
def test_the_chair_decides_and_for_the_chair_the_office(
    house: JuryHouse, tied: str, by: str, may: bool
) -> None:
    house.answer(tied, 0, Tie.RELATIVE)
    actor = house.user(by)

    if may:
        with transaction():
            conflicts.lift(held(house, tied), by=actor, reason="Anderer Verein")
    else:
        with pytest.raises(Forbidden), transaction():
            conflicts.lift(held(house, tied), by=actor, reason="Anderer Verein")

    assert held(house, tied).excludes is not may


def test_where_the_chair_is_tied_as_well_the_office_decides_about_others(
    house: JuryHouse,
) -> None:
    house.answer("chair", 0, Tie.EMPLOYED)
    house.answer("paula", 0, Tie.EMPLOYED)
    office = house.user("office")

    with pytest.raises(Forbidden), transaction():
        conflicts.lift(held(house, "paula"), by=house.user("chair"), reason="Nein")
    with transaction():
        conflicts.lift(held(house, "paula"), by=office, reason="Anderer Verein")

    assert not held(house, "paula").excludes


def test_a_decision_needs_a_reason_and_the_last_tie_needs_words(house: JuryHouse) -> None:
    with pytest.raises(DomainError):
        house.answer("paula", 0, Tie.OTHER)
    house.answer("paula", 0, Tie.RELATIVE)

    with pytest.raises(DomainError), transaction():
        conflicts.lift(held(house, "paula"), by=house.user("chair"), reason=" ")


def test_a_deputy_reads_in_the_place_of_the_excluded_one(house: JuryHouse) -> None:
    house.answer("paula", 0, Tie.EMPLOYED)
    page = house.path + "/chair"
    house.free("chair")
    conflict = str(held(house, "paula").id)
    answer = house.browser("chair").post_form(
        f"{page}/deputy", {"conflict": conflict, "deputy": str(house.user("deputy").id)}, page=page
    )
    house.free("deputy")
    score(house, "deputy", 0)

    assert answer.status_code == 303
    case = progress.overview(house.call).cases[0]
    assert (case.total, case.sent) == (3, 1)
    assert [one.user.email for one in case.out] == ["paula@example.org"]
    assert house.browser("deputy").get(house.at(1)).status_code == 404


def test_names_that_match_are_shown_as_a_hint(house: JuryHouse) -> None:
    with transaction():
        db.session.add(Seat(call_id=house.call.id, user_id=house.user("paula").id,
                            words="Verein Namensmarke"))  # fmt: skip
        version = house.applications[0].versions[-1]
        version.answers = {**version.answers, "applicant.name": "Verein Namensmarke Nord"}

    found = tiequestion.question_about(house.juror("paula"), house.applications[0])

    assert found.hints == ["namensmarke"]


def test_a_balanced_plan_spreads_evenly_and_respects_conflicts(app: Flask) -> None:
    house = a_jury_house(app, 6)
    house.answer("paula", 0, Tie.EMPLOYED)

    plan = assigning.plan_balanced(house.call, 2)

    assert (house.applications[0].id, house.user("paula").id) not in plan.wanted
    assert Counter(a for a, _u in plan.wanted) == {a.id: 2 for a in house.applications}
    loads = Counter(u for _a, u in plan.wanted).values()
    assert max(loads) - min(loads) <= 1
    assert plan.short == 0
    assert assigning.plan_balanced(house.call, 3).short == 1


def test_a_reading_with_a_sheet_is_never_taken_away(house: JuryHouse) -> None:
    house.free("paula")
    score(house, "paula", 0)
    kept = progress.held(house.call)

    plan = assigning.plan_by_hand(house.call, [], held=kept)
    with transaction():
        assigning.carry_out(house.call, plan, by=BY)

    left = [(a.application_id, a.user_id) for a in judging.assignments(house.call)]
    assert left == [(house.applications[0].id, house.user("paula").id)]
    assert len(plan.removed) == 8


def test_newcomers_are_read_like_the_others(house: JuryHouse) -> None:
    with transaction():
        for row in judging.assignments(house.call):
            if row.application_id == house.applications[2].id:
                db.session.delete(row)

    with transaction():
        count = assigning.newcomers(house.call, by=BY)

    assert count == 3
    readers = db.session.scalars(db.select(Assignment.user_id).where(
        Assignment.application_id == house.applications[2].id)).all()  # fmt: skip
    assert set(readers) == {house.user(name).id for name in ("chair", "paula", "ifeoma")}


def test_the_office_sees_the_consequences_before_they_happen(house: JuryHouse) -> None:
    browser = house.browser("office")
    page = f"/{house.call.slug}/office/jury/readings"
    before = len(judging.assignments(house.call))
    shown = browser.post_form(page, {"way": "balanced", "readings": "1"}).text
    stamp = shown.split('name="stamp" value="')[1].split('"')[0]
    between = len(judging.assignments(house.call))
    stale = browser.post_form(page, {"way": "balanced", "readings": "2", "stamp": stamp})
    browser.post_form(page, {"way": "balanced", "readings": "1", "stamp": stamp})

    assert (before, between, len(judging.assignments(house.call))) == (9, 9, 3)
    assert stale.status_code == 409


@pytest.mark.parametrize("name", ["reader", "paula", "admin", "other"])
def test_only_the_office_acts(house: JuryHouse, name: str) -> None:
    browser = house.browser(name)
    base = f"/{house.call.slug}/office/jury"

    for go in ("close", "remind", "found", "lift", "newcomers", "readings"):
        assert browser.post_form(f"{base}/{go}", {}, page="/account").status_code == 404


def test_the_office_invites_reminds_and_lets_go(house: JuryHouse) -> None:
    from portal.mail.models import Letter

    browser = house.browser("office")
    base = f"/{house.call.slug}/office/jury"
    invited = browser.post_form(f"{base}/invite", {
        "email": "neu@example.org", "name": "Nele Neu", "function": "member",
        "words": "Presse", "until": "31.12.2028"})  # fmt: skip
    browser.post_form(f"{base}/remind", {"juror": str(house.user("paula").id)}, page=base)
    one = next(j for j in judging.jurors(house.call) if j.user.name == "Nele Neu")
    page = f"{base}/people/{one.user.id}"
    shown = browser.get(page).text
    browser.post_form(page, {"go": "leave"})

    letters = {letter.name: letter for letter in db.session.scalars(db.select(Letter))}
    assert invited.status_code == 303
    assert letters["invitation"].to_address == "neu@example.org"
    assert "3 von 3" in letters["jury_reminder"].body
    assert house.path in letters["jury_reminder"].body
    assert "Presse" in shown
    assert "neu@example.org" not in [j.user.email for j in judging.jurors(house.call)]


def test_what_the_office_forwards_has_readers_at_once(house: JuryHouse) -> None:
    one = house.applications[2]
    with transaction():
        for row in judging.assignments(house.call):
            if row.application_id == one.id:
                db.session.delete(row)
        one.make_move(Move.RECALL, by=BY, at=now())
    page = f"/{house.call.slug}/office/forward"
    hidden = str(one.reference) not in house.browser("paula").get(house.path).text
    house.browser("office").post_form(page, {"ids": str(one.id)}, page=page)

    assert hidden
    assert str(one.reference) in house.browser("paula").get(house.path).text
