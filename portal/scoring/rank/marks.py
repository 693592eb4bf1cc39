"""What sheets come to in each mode, in whole numbers, so that equal ones are equal; and places.

Nothing here knows the database: applications and jurors are indices into lists of the caller.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import lcm
from typing import Any, NamedTuple

from portal.scoring.sheet import modes
from portal.scoring.sheet.modes import Field

Row = dict[int, int]  # what one application got: juror -> mark


class Given(NamedTuple):
    """The scores of one sheet that counts."""

    application: int
    juror: int
    scores: Mapping[str, Any]


@dataclass(frozen=True)
class Marks:
    """All marks: `rows[application][juror]`, where `unit` is 1 on the scale `low` to `high`.

    More is better in each mode.
    """

    rows: list[Row]
    unit: int
    low: int
    high: int

    def keys(self, without: int | None = None) -> list[int | None]:
        """Return the mean of each application in numbers that compare exactly; None: no reading.

        without: the juror whose sheets are left out.
        """
        common = lcm(*range(1, max(map(len, self.rows), default=0) + 1))
        found: list[int | None] = []
        for row in self.rows:
            gone = row.get(without) if without is not None else None
            count = len(row) - (gone is not None)
            whole = sum(row.values()) - (gone or 0)
            found.append(whole * (common // count) if count else None)
        return found


def places(keys: Sequence[float | None]) -> list[int | None]:
    """Return the place of each key, the largest first; equal keys share it: 1, 2, 2, 4.

    >>> places([5, 7, None, 7, 9])
    [4, 2, None, 2, 1]
    """
    best_first = sorted((key for key in keys if key is not None), reverse=True)
    first: dict[float, int] = {}
    for place, key in enumerate(best_first, 1):
        first.setdefault(key, place)
    return [None if key is None else first[key] for key in keys]


def marks(
    mode: str, asked: Sequence[Field], given: Sequence[Given], *, count: int, shares: bool = False
) -> Marks:
    """Return what the sheets come to; `count`: how many applications there are.

    weighted: the weighted mean of the criteria, on the scale of the call (simple additive
    weighting: Hwang and Yoon, Multiple Attribute Decision Making, 1981).
    ranking: points by Borda (Mémoire sur les élections au scrutin, 1784): one for each application
    placed behind this one, in per cent of the most that the juror could give, since not everybody
    reads equally many.
    points: the points themselves; with `shares` in per cent of what the juror gave to these
    applications, for readers from whom others are hidden.
    yes_no: yes 100, maybe 50, no 0, which puts in order as Felsenthal does (On combining approval
    with disapproval voting, Behavioral Science 34, 1989: yes +1, no -1).
    """
    if mode == "weighted":
        return _weighted(asked, given, count)
    if mode == "ranking":
        return _borda(given, count)
    if mode == "points" and shares:
        return _shares(given, count)
    key, factor = (modes.POINTS, 1) if mode == "points" else (modes.VOTE, 50)
    rows: list[Row] = [{} for _n in range(count)]
    for one in given:
        if key in one.scores:
            rows[one.application][one.juror] = one.scores[key] * factor
    return Marks(rows, 1, asked[0].low * factor, asked[0].high * factor)


def _weighted(asked: Sequence[Field], given: Sequence[Given], count: int) -> Marks:
    parts = [(one, *modes.parts(asked, one.scores)) for one in given]
    unit = lcm(*{weights for _one, _whole, weights in parts if weights})
    rows: list[Row] = [{} for _n in range(count)]
    for one, whole, weights in parts:
        if weights:
            rows[one.application][one.juror] = whole * (unit // weights)
    low, high = (asked[0].low, asked[0].high) if asked else (0, 1)
    return Marks(rows, unit, low, high)


def _borda(given: Sequence[Given], count: int) -> Marks:
    """Places are numbered anew among these sheets: a gap would tell of what is not shown."""
    orders: dict[int, list[tuple[int, int]]] = {}
    for one in given:
        if modes.RANK in one.scores:
            orders.setdefault(one.juror, []).append((one.scores[modes.RANK], one.application))
    unit = lcm(*(max(1, 2 * (len(order) - 1)) for order in orders.values()), 2)
    rows: list[Row] = [{} for _n in range(count)]
    for juror, order in orders.items():
        for application, twice in _behind(order):
            # Who placed a single application compared nothing: the middle, which changes least.
            most = 2 * (len(order) - 1)
            share = 100 * twice * unit // most if most else 50 * unit
            rows[application][juror] = share
    return Marks(rows, unit, 0, 100)


def _shares(given: Sequence[Given], count: int) -> Marks:
    """What is missing from a budget would tell what hidden applications got; a share tells nothing.

    Who gave these applications nothing counts as 0 for each.
    """
    points = [(one, int(one.scores[modes.POINTS])) for one in given if modes.POINTS in one.scores]
    whole: Counter[int] = Counter()
    for one, number in points:
        whole[one.juror] += number
    unit = lcm(*(number for number in whole.values() if number))
    rows: list[Row] = [{} for _n in range(count)]
    for one, number in points:
        of_all = whole[one.juror]
        rows[one.application][one.juror] = 100 * number * unit // of_all if of_all else 0
    return Marks(rows, unit, 0, 100)


def _behind(order: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return each application and twice how many stand behind it; equal places count half."""
    ranks = sorted(rank for rank, _application in order)
    first = {rank: n for n, rank in reversed(list(enumerate(ranks)))}
    last = {rank: n for n, rank in enumerate(ranks)}
    most = len(ranks) - 1
    return [(application, 2 * most - first[rank] - last[rank]) for rank, application in order]
