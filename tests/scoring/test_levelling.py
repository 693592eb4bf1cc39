"""Levelling and variants on small tables that can be counted by hand."""

from fractions import Fraction

import pytest

from portal.scoring.rank import levelling
from portal.scoring.rank.firmness import Span, Variant, change, spans
from portal.scoring.rank.marks import Given, Marks, marks, places
from portal.scoring.sheet.modes import Field

FIELDS = (Field("a", "A", "", 3, 0, 5, ()), Field("b", "B", "", 1, 0, 5, ()))


def given(*rows: dict[int, int]) -> Marks:
    return Marks(list(rows), 1, 0, 5)


def test_a_lenient_juror_is_told_by_the_same_applications() -> None:
    """Juror 1 gives 2 more than juror 0; juror 2 reads only what is good, and is not lenient."""
    found = given({0: 1, 1: 3}, {0: 2, 1: 4}, {0: 3, 2: 3}, {0: 3, 2: 3})

    level = levelling.leniency(found, 4)

    assert level is not None
    assert level[3] is None
    assert [level[n] - level[0] for n in (1, 2)] == [2, 0]
    assert sum(n * one for n, one in zip((4, 2, 2), level[:3], strict=True)) == 0


def test_levelling_turns_a_place_that_hangs_on_who_read_it() -> None:
    found = given({0: 1, 1: 3}, {0: 2, 1: 4}, {1: 4}, {0: 3})
    level = levelling.leniency(found, 2)

    assert level is not None
    assert places(found.keys()) == [4, 2, 1, 2]
    assert places(levelling.levelled(found, level)) == [4, 2, 2, 1]


def test_where_all_read_all_levelling_changes_nothing() -> None:
    found = given({0: 1, 1: 4, 2: 3}, {0: 2, 1: 2, 2: 3}, {0: 3, 1: 5, 2: 0}, {0: 0, 1: 5, 2: 3})
    level = levelling.leniency(found, 3)

    assert level is not None
    assert places(levelling.levelled(found, level)) == places(found.keys())


def test_groups_without_a_common_juror_cannot_be_levelled() -> None:
    assert levelling.leniency(given({0: 1}, {0: 2}, {1: 5}, {1: 4}), 2) is None
    assert levelling.leniency(given({}, {}), 2) is None


def test_standard_scores_take_mean_and_width_out() -> None:
    """Juror 1 says the same as juror 0 on a wider scale, juror 2 the same for all: 1, 2, 3."""
    found = given({0: 1, 1: 0, 2: 3}, {0: 2, 1: 20, 2: 3}, {0: 3, 1: 40, 2: 3})

    assert levelling.standardised(found, 3) == [-0.666666667, 0, 0.666666667]


def test_without_a_juror_the_others_are_counted() -> None:
    found = given({0: 5, 1: 1}, {0: 1, 1: 4}, {1: 3})

    assert places(found.keys()) == [1, 3, 1]
    assert places(found.keys(without=0)) == [3, 1, 2]
    assert places(found.keys(without=1)) == [1, 2, None]


def test_weights_and_incomplete_sheets_are_counted_exactly() -> None:
    sheets = [Given(0, 0, {"a": 1, "b": 2}), Given(0, 1, {"b": 5}), Given(1, 0, {})]

    found = marks("weighted", FIELDS, sheets, count=2)

    assert Fraction(found.rows[0][0], found.unit) == Fraction(5, 4)
    assert Fraction(found.rows[0][1], found.unit) == 5
    assert found.rows[1] == {}


def test_equal_places_in_an_order_count_half() -> None:
    order = [Given(n, 0, {"rank": rank}) for n, rank in enumerate((1, 2, 2, 9))]

    found = marks("ranking", FIELDS, order, count=4)

    assert [Fraction(row[0], found.unit) for row in found.rows] == [100, 50, 50, 0]


def test_an_order_of_one_stands_in_the_middle() -> None:
    found = marks("ranking", FIELDS, [Given(0, 0, {"rank": 1})], count=1)

    assert Fraction(found.rows[0][0], found.unit) == 50


def test_a_place_is_firm_where_all_ways_agree() -> None:
    base: list[int | None] = [1, 2, 3, None]
    ways = [Variant("levelled", [1, 3, 2, None]), Variant("equal", [1, 2, None, 1])]

    found = spans(base, ways)

    assert found == [Span(1, 1), Span(2, 3), Span(2, 3, open=True), None]
    assert [one.firm for one in found if one] == [True, False, False]


@pytest.mark.parametrize(("top", "entering", "leaving"), [(1, [], []), (2, [2], [1])])
def test_a_change_tells_who_enters_and_leaves(
    top: int, entering: list[int], leaving: list[int]
) -> None:
    found = change([1, 2, 3, 4], Variant("equal", [1, 4, 2, 3]), top)

    assert found.moved == [(1, 2, 4), (2, 3, 2), (3, 4, 3)]
    assert (found.entering, found.leaving) == (entering, leaving)
