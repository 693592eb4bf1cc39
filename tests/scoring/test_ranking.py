"""The ranking: only sheets that count, exact places, nothing of what its reader must not know."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import pytest
from flask import Flask

from portal.applications.jury import conflicts
from portal.applications.jury.judging import Tie
from portal.applications.workflow import Move
from portal.core.clock import now
from portal.core.db import db, transaction
from portal.core.errors import NotFound
from portal.demo import sample
from portal.scoring.rank import ranking
from portal.scoring.rank.ranking import Entry, Ranking, Sealed
from portal.scoring.rank.ranking_words import more_word
from portal.scoring.sheet import closing, sending, sheets
from portal.scoring.sheet.sheets import Window
from tests.jury_house import CRITERIA, JuryHouse, _application, a_jury_house, score
from tests.people import BY
from tests.statements import counted

VOTERS = ("chair", "paula", "ifeoma")


@pytest.fixture
def free(house: JuryHouse) -> JuryHouse:
    for name in (*VOTERS, "secretary"):
        house.free(name)
    return house


def give(house: JuryHouse, name: str, n: int, scores: Mapping[str, int]) -> None:
    with transaction():
        juror = house.juror(name)
        given = {f"score.{key}": str(value) for key, value in scores.items()}
        sheets.save(juror, house.applications[n], given, window=Window())
        sending.send(juror, house.applications[n])


def seen(house: JuryHouse, name: str = "office") -> Ranking:
    db.session.expire_all()
    staff = name in ("office", "reader", "admin", "other")
    reader = house.user(name) if staff else house.juror(name)
    return ranking.of(house.call, reader=reader)


def told(found: Ranking) -> list[tuple[str, int | None, Fraction | None]]:
    return [(entry.title[:11], entry.rank, entry.mean) for entry in found.entries]


def entry(found: Ranking, house: JuryHouse, n: int) -> Entry:
    return found.by_id[house.applications[n].id]


def close(house: JuryHouse) -> None:
    with transaction():
        for application in house.applications:
            application.make_move(Move.CLOSE_SCORING, by=BY, at=now())


def test_the_best_mean_stands_first_and_equal_means_share_a_place(free: JuryHouse) -> None:
    for name, points in (("chair", (3, 5, 2)), ("paula", (3, 4, 4)), ("ifeoma", (3, 3, 3))):
        for n, value in enumerate(points):
            score(free, name, n, value)

    found = seen(free)

    assert told(found) == [("Titelmarke1", 1, 4), ("Titelmarke0", 2, 3), ("Titelmarke2", 2, 3)]
    assert [one.tied for one in found.entries] == [False, True, True]
    assert [one.spread for one in found.entries] == [1, 0, 1]
    assert found.scale == (0, 5)


def test_the_mean_weighs_the_criteria_as_the_call_says(free: JuryHouse) -> None:
    weights = {c.key: c.weight for c in free.juror("chair").definition.criteria}
    given = dict(zip(CRITERIA, (5, 4, 3, 2, 1), strict=True))
    give(free, "paula", 0, given)

    expected = Fraction(sum(weights[key] * given[key] for key in CRITERIA), 100)
    assert entry(seen(free), free, 0).mean == expected


def test_thirds_that_are_equal_tie_exactly(free: JuryHouse) -> None:
    for n, points in ((0, (1, 1, 2)), (1, (2, 1, 1))):
        for name, value in zip(VOTERS, points, strict=True):
            score(free, name, n, value)

    assert [one.rank for one in seen(free).entries] == [1, 1, None]


def test_drafts_taken_back_frozen_and_abstained_sheets_are_no_readings(free: JuryHouse) -> None:
    score(free, "chair", 0, 4)
    for n in range(3):
        score(free, "paula", n, 5)
    score(free, "ifeoma", 0, 1)
    with transaction():
        sending.take_back(free.juror("ifeoma"), free.applications[0])
        sending.abstain(free.juror("ifeoma"), free.applications[1])
        conflicts.impose(free.juror("paula"), free.applications[2], Tie.EMPLOYED,
                         by=free.user("office"), words="Gehaltsliste")  # fmt: skip
        closing.excuse(free.applications[2], free.juror("ifeoma"), reason="krank",
                       by=free.user("office"))  # fmt: skip

    found = seen(free)

    facts = [(one.readings, one.abstained, one.missing, one.excused)
             for one in (entry(found, free, n) for n in range(3))]  # fmt: skip
    assert facts == [(2, 0, 1, 0), (1, 1, 1, 0), (0, 0, 1, 1)]
    assert entry(found, free, 2).rank is None


def test_a_deputy_counts_in_a_members_place_and_never_beside_it(free: JuryHouse) -> None:
    with transaction():
        conflicts.step_in(free.applications[0], free.juror("deputy"), free.juror("ifeoma"),
                          by=free.user("office"))  # fmt: skip
    free.free("deputy")
    score(free, "deputy", 0, 5)
    alone = entry(seen(free), free, 0)
    score(free, "ifeoma", 0, 1)
    both = entry(seen(free), free, 0)

    assert (alone.mean, alone.readings, alone.missing) == (5, 1, 2)
    assert (both.mean, both.readings, both.missing) == (1, 1, 2)


# --- modes ----------------------------------------------------------------------------------------


def _mode_house(app: Flask, jury: dict[str, Any]) -> JuryHouse:
    house = a_jury_house(app, 3, jury)
    for name in VOTERS:
        house.free(name)
    return house


def test_points_are_counted_as_they_are(app: Flask) -> None:
    house = _mode_house(app, {"mode": "points", "points": 10})
    for name, points in (("chair", (5, 5, 0)), ("paula", (8, 1, 1)), ("ifeoma", (0, 10, 0))):
        for n, value in enumerate(points):
            give(house, name, n, {"points": value})

    found = seen(house)

    assert [(one.rank, one.total) for one in found.entries] == [(1, 16), (2, 13), (3, 1)]


def test_no_sum_of_points_tells_what_hidden_applications_got(app: Flask) -> None:
    house = a_jury_house(app, 3, {"mode": "points", "points": 10, "ranking_for_members": True})
    house.answer("paula", 0, Tie.EMPLOYED)
    for name in VOTERS:
        house.free(name)
    for name, points in (("chair", (6, 3, 1)), ("ifeoma", (0, 4, 6))):
        for n, value in enumerate(points):
            give(house, name, n, {"points": value})
    close(house)
    found = seen(house, "paula")
    others = ranking.of(house.call, reader=house.user("office"))

    assert (found.shares, others.shares) == (True, False)
    assert [(one.number, one.mean) for one in found.entries] == [
        (house.applications[1].reference, Fraction(115, 2)),  # 75 and 40 per cent
        (house.applications[2].reference, Fraction(85, 2)),
    ]  # fmt: skip
    per_juror = [sum(row.get(n, 0) for row in found.marks.rows) for n in range(len(found.people))]
    assert set(per_juror) == {0, 100 * found.marks.unit}  # whatever the hidden one got
    assert more_word(found) == ""
    assert more_word(others) == "Summe"


def test_yes_counts_whole_maybe_half(app: Flask) -> None:
    house = _mode_house(app, {"mode": "yes_no"})
    for name, votes in (("chair", (2, 2, 0)), ("paula", (1, 2, 0)), ("ifeoma", (0, 2, 1))):
        for n, value in enumerate(votes):
            give(house, name, n, {"vote": value})

    found = seen(house)

    assert [one.mean for one in found.entries] == [100, 50, Fraction(50, 3)]


def test_orders_are_counted_by_borda(app: Flask) -> None:
    house = _mode_house(app, {"mode": "ranking"})
    for name, places in (("chair", (1, 2, 3)), ("paula", (1, 3, 2)), ("ifeoma", (2, 1, 3))):
        for n, value in enumerate(places):
            give(house, name, n, {"rank": value})

    found = seen(house)

    assert told(found) == [
        ("Titelmarke0", 1, Fraction(250, 3)),
        ("Titelmarke1", 2, 50),
        ("Titelmarke2", 3, Fraction(50, 3)),
    ]


def test_an_order_has_no_gap_where_something_is_hidden(app: Flask) -> None:
    house = _mode_house(app, {"mode": "ranking", "ranking_for_members": True})
    for name, places in (("chair", (1, 2, 3)), ("ifeoma", (1, 2, 3))):
        for n, value in enumerate(places):
            give(house, name, n, {"rank": value})
    house.answer("paula", 0, Tie.RELATIVE)
    close(house)

    found = seen(house, "paula")

    assert told(found) == [("Titelmarke1", 1, 100), ("Titelmarke2", 2, 0)]


# --- who sees what --------------------------------------------------------------------------------


def test_an_excluded_chair_sees_a_ranking_without_the_row(free: JuryHouse) -> None:
    for n, value in enumerate((5, 4, 3)):
        for name in ("paula", "ifeoma"):
            score(free, name, n, value)
    free.answer("chair", 0, Tie.RELATIVE)
    score(free, "chair", 1, 4)
    score(free, "chair", 2, 3)

    assert told(seen(free, "chair")) == [("Titelmarke1", 1, 4), ("Titelmarke2", 2, 3)]
    assert [one.rank for one in seen(free).entries] == [1, 2, 3]


def test_who_is_of_the_office_and_of_the_jury_is_kept_out_as_well(free: JuryHouse) -> None:
    from portal.calls import memberships
    from portal.calls.memberships import Role

    free.answer("ifeoma", 0, Tie.EMPLOYED)
    with transaction():
        memberships.give(free.user("ifeoma"), free.call, Role.READER, by=BY)
    db.session.expire_all()

    found = ranking.of(free.call, reader=free.user("ifeoma"))

    assert [one.title[:11] for one in found.entries] == ["Titelmarke1", "Titelmarke2"]


def test_the_own_sheet_of_the_chair_comes_first(free: JuryHouse) -> None:
    for n in range(3):
        score(free, "paula", n)
    score(free, "chair", 1)
    before = seen(free, "chair")
    close(free)

    assert ([one.title[:11] for one in before.entries], before.held_back) == (["Titelmarke1"], 2)
    assert len(seen(free, "chair").entries) == 3
    assert len(seen(free, "secretary").entries) == 3


@pytest.mark.parametrize("name", ["paula", "deputy"])
def test_members_see_it_after_the_close_if_the_call_says_so(app: Flask, name: str) -> None:
    house = a_jury_house(app, 2, {"ranking_for_members": True})
    house.free(name)

    with pytest.raises(Sealed):
        seen(house, name)
    close(house)

    assert len(seen(house, name).entries) == (2 if name == "paula" else 0)


@pytest.mark.parametrize("name", ["paula", "other", "admin"])
def test_the_others_learn_of_no_ranking(free: JuryHouse, name: str) -> None:
    close(free)

    with pytest.raises(NotFound):
        seen(free, name)


def test_an_empty_ranking_says_that_nothing_is_scored(free: JuryHouse) -> None:
    found = seen(free)

    assert not found.is_scored
    assert [one.rank for one in found.entries] == [None, None, None]


def _statements(house: JuryHouse) -> int:
    user = house.user("office")
    seen(house)
    db.session.expire_all()
    db.session.rollback()
    with counted() as statements:
        ranking.of(house.call, reader=user)
    return len(statements)


def test_the_number_of_statements_does_not_grow(app: Flask) -> None:
    house = a_jury_house(app, 1)
    before = _statements(house)
    for n, example in enumerate(sample.complete()[1:4], 1):
        house.applications.append(_application(house.call, example, n))
    house.assign_all()
    for name in VOTERS:
        house.free(name)
        for n in range(4):
            score(house, name, n)

    assert _statements(house) == before <= 11
