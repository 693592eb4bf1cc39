"""Sheets: whole numbers of the scale only, nothing typed is lost, sending is clear and undoable."""

from fractions import Fraction
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal.applications.check.forwarding import IS_SCORED
from portal.applications.jury import conflicts
from portal.applications.jury.judging import Tie
from portal.core.db import db, transaction
from portal.core.errors import DomainError, NotFound
from portal.scoring.models import Sheet, SheetCopy, SheetState
from portal.scoring.sheet import closing, modes, ordering, sending, sheets
from portal.scoring.sheet.modes import Field, Odd
from portal.scoring.sheet.sheets import Saved, Shut, Window
from portal.scoring.sheet.shelf import next_spot, progress, spots
from tests.jury_house import CRITERIA, JuryHouse, a_jury_house, score

FIELD = Field("wirkung", "Wirkung", "", 30, 0, 5, ())
ODD = ["6", "-1", "3.0", "3,5", "3.5", "+3", "03", "³", "٣", "\uff13", "three", "0x3", "1e0", "3 4",
       "3;", "NaN", "inf", "--", True, 2.5, [3], {"3": 3}]  # fmt: skip


@pytest.fixture
def free(house: JuryHouse) -> JuryHouse:
    for name in ("chair", "paula", "ifeoma"):
        house.free(name)
    return house


def save(house: JuryHouse, name: str, given: dict[str, Any], word: str = "w", seen: int = 99,
         n: int = 0) -> Saved:  # fmt: skip
    with transaction():
        window = Window(word, seen)
        return sheets.save(house.juror(name), house.applications[n], given, window=window)


def sheet(house: JuryHouse, name: str, n: int = 0) -> Sheet | None:
    return sheets.sheet_of(house.juror(name), house.applications[n])


@pytest.mark.parametrize("raw", ODD, ids=repr)
def test_a_score_is_a_whole_number_of_the_scale(raw: Any) -> None:
    with pytest.raises(Odd):
        modes.number(raw, FIELD)


@pytest.mark.parametrize(
    ("raw", "number"), [("0", 0), ("5", 5), (" 3 ", 3), (4, 4), (2.0, 2), ("", None), (None, None)]
)
def test_plain_numbers_are_taken(raw: Any, number: int | None) -> None:
    assert modes.number(raw, FIELD) == number


def test_there_are_twenty_two_odd_inputs() -> None:
    assert len(ODD) == 22


def test_one_odd_score_keeps_the_whole_save_out(free: JuryHouse) -> None:
    with pytest.raises(Odd):
        save(free, "paula", {"score.wirkung": "3", "score.innovation": "9"})

    assert sheet(free, "paula") is None


def test_the_mean_is_exact_and_weighted() -> None:
    fields = (FIELD, Field("b", "B", "", 70, 0, 5, ()))

    assert modes.total(fields, {"wirkung": 5, "b": 3}) == Fraction(18, 5)
    assert modes.total(fields, {"b": 4}) == 4
    assert modes.total(fields, {}) is None


def test_a_stale_window_overwrites_nothing_and_loses_nothing(free: JuryHouse) -> None:
    first = save(free, "paula", {"comment": "vom Rechner"}, "one", 0)
    second = save(free, "paula", {"comment": "vom Handy", "score.wirkung": "4"}, "two", 0)

    kept = sheet(free, "paula")
    assert kept
    assert (kept.comment, kept.scores, kept.aside) == (
        "vom Rechner", {"wirkung": 4}, {"comment": "vom Handy"},
    )  # fmt: skip
    assert second.conflicts == {"comment": "vom Rechner"}
    assert second.revision == first.revision + 1
    with pytest.raises(sending.Unfinished), transaction():
        sending.send(free.juror("paula"), free.applications[0])
    with transaction():
        sheets.settle(free.juror("paula"), free.applications[0], "comment", take=True)
    kept = sheet(free, "paula")
    assert kept
    assert (kept.comment, kept.aside) == ("vom Handy", {})


def test_the_same_window_goes_on_without_a_conflict(free: JuryHouse) -> None:
    save(free, "paula", {"comment": "a"}, "one", 0)
    again = save(free, "paula", {"comment": "ab"}, "one", 0)

    assert again.conflicts == {}


def test_an_unfinished_sheet_is_not_sent_and_names_what_is_missing(free: JuryHouse) -> None:
    save(free, "paula", {f"score.{key}": "3" for key in CRITERIA[:4]})

    with pytest.raises(sending.Unfinished) as refusal, transaction():
        sending.send(free.juror("paula"), free.applications[0])

    assert refusal.value.fields == ["innovation"]


def test_sending_and_taking_back_keep_every_version(free: JuryHouse) -> None:
    score(free, "paula", 0, 3)
    with pytest.raises(Shut):
        save(free, "paula", {"score.wirkung": "5"})
    with transaction():
        sending.take_back(free.juror("paula"), free.applications[0])
    save(free, "paula", {"score.wirkung": "5"})
    with transaction():
        sending.send(free.juror("paula"), free.applications[0])

    copies = db.session.scalars(select(SheetCopy).order_by(SheetCopy.n)).all()
    assert [copy.scores["wirkung"] for copy in copies] == [3, 5]
    assert any(is_scored(free.applications[0].id) for is_scored in IS_SCORED)


def test_an_abstention_counts_as_done_without_scores(free: JuryHouse) -> None:
    save(free, "paula", {"score.wirkung": "1"})
    with transaction():
        sending.abstain(free.juror("paula"), free.applications[0])

    assert progress(spots(free.juror("paula"))) == (1, 3)
    assert db.session.scalars(select(SheetCopy)).one().scores == {}


def test_a_conflict_found_later_freezes_and_the_chair_thaws(free: JuryHouse) -> None:
    score(free, "paula", 0)
    free.answer("paula", 0, Tie.EMPLOYED)
    frozen = sheet(free, "paula")
    assert frozen
    assert frozen.state is SheetState.FROZEN
    with pytest.raises(NotFound):
        save(free, "paula", {"score.wirkung": "5"})
    held = conflicts.conflict_of(free.applications[0].id, free.user("paula").id)
    assert held
    with transaction():
        conflicts.lift(held, by=free.user("chair"), reason="Nur eine Namensgleichheit")

    thawed = sheet(free, "paula")
    assert thawed
    assert (thawed.state, thawed.scores["wirkung"]) == (SheetState.SENT, 3)


def test_nobody_scores_what_is_not_theirs(free: JuryHouse) -> None:
    for name in ("secretary", "deputy"):
        with pytest.raises(NotFound):
            save(free, name, {"score.wirkung": "5"})


def test_the_next_one_is_the_one_with_the_fewest_readings(free: JuryHouse) -> None:
    score(free, "ifeoma", 0)
    score(free, "chair", 1)

    found = next_spot(spots(free.juror("paula")))

    assert found
    assert found.application.id == free.applications[2].id


def test_others_sheets_open_with_ones_own_and_private_notes_never_do(free: JuryHouse) -> None:
    with transaction():
        sheets.save(free.juror("ifeoma"), free.applications[0],
                    {"private_note": "Nur fuer mich"}, window=Window())  # fmt: skip
    score(free, "ifeoma", 0)
    browser = free.browser("paula")
    before = browser.get(free.at(0)).text
    score(free, "paula", 0)

    after = browser.get(free.at(0)).text

    assert "Kommentar von ifeoma" not in before
    assert "Kommentar von ifeoma" in after
    assert "Nur fuer mich" not in after
    assert "Nur fuer mich" in free.browser("ifeoma").get(free.at(0)).text


def test_points_stay_within_the_budget(app: Flask) -> None:
    house = a_jury_house(app, 2, {"mode": "points", "points": 10})
    house.free("paula")
    for n, points in enumerate(("6", "5")):
        save(house, "paula", {"score.points": points}, n=n)

    with pytest.raises(sending.Unfinished), transaction():
        sending.send(house.juror("paula"), house.applications[0])
    save(house, "paula", {"score.points": "4"}, n=1)
    with transaction():
        sending.send(house.juror("paula"), house.applications[0])

    assert house.browser("paula").get(house.at(1)).status_code == 200


def test_a_ranking_is_moved_and_sent_as_a_whole(app: Flask) -> None:
    house = a_jury_house(app, 3, {"mode": "ranking"})
    house.free("paula")
    browser, page = house.browser("paula"), house.path + "/order"
    ids = [str(application.id) for application in house.applications]
    for one in ids:
        browser.post_form(page, {"go": "place", "id": one})
    browser.post_form(page, {"go": "up", "id": ids[2]})
    browser.post_form(page, {"go": "send"})

    order = [str(p.application.id) for p in ordering.order_of(house.juror("paula"))]
    assert order == [ids[0], ids[2], ids[1]]
    assert progress(spots(house.juror("paula"))) == (3, 3)


def test_a_vote_is_yes_no_or_maybe(app: Flask) -> None:
    house = a_jury_house(app, 1, {"mode": "yes_no"})
    house.free("paula")
    page = house.browser("paula").get(house.at(0)).text

    assert [page.count(f">{word}</span>") for word in ("Ja", "Nein", "Vielleicht")] == [2, 2, 2]
    with pytest.raises(Odd):
        save(house, "paula", {"score.vote": "3"})


def test_scoring_closes_only_when_nothing_is_missing(free: JuryHouse) -> None:
    for name in ("chair", "paula", "ifeoma"):
        for n in range(3):
            if (name, n) != ("paula", 2):
                score(free, name, n)
    office = free.user("office")
    with pytest.raises(DomainError), transaction():
        closing.close(free.call, by=office)
    with transaction():
        pairs = {(free.applications[2].id, free.user("paula").id)}
        closing.excuse_many(free.call, pairs, reason="Krank", by=free.user("chair"))
        assert closing.close(free.call, by=office) == 3
    with pytest.raises(Shut):
        save(free, "paula", {"score.wirkung": "5"}, n=2)
    with transaction():
        assert closing.reopen(free.call, reason="Ein Bogen kam spät", by=office) == 3
    save(free, "paula", {"score.wirkung": "5"}, n=2)
