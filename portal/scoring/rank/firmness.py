"""Would it change? The ranking counted in other ways, and which places are the same in all of them.

The ways: without each juror in turn (leave one out, as Quenouille, Biometrika 43, 1956, and Tukey,
1958, do to see what hangs on a single observation), with harsh and lenient jurors levelled, and
with other weights of the criteria.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from portal.scoring.rank.levelling import leniency, levelled, standardised
from portal.scoring.rank.marks import marks, places
from portal.scoring.rank.ranking import Ranking

WITHOUT, LEVELLED, STANDARDISED, EQUAL, OWN = "without", "levelled", "standardised", "equal", "own"
Places = list[int | None]


@dataclass(frozen=True)
class Variant:
    """The places in one other way of counting, by index in `Ranking.marks`.

    juror: who is left out, where `kind` is "without".
    """

    kind: str
    ranks: Places
    juror: int | None = None


@dataclass(frozen=True)
class Span:
    """From the best to the worst place in all ways. open: in one way there is no place at all."""

    low: int
    high: int
    open: bool = False

    @property
    def firm(self) -> bool:
        """Whether the place is the same in all ways."""
        return self.low == self.high and not self.open


@dataclass(frozen=True)
class Change:
    """What a variant does: places that differ; the largest move; who enters and leaves the top.

    moved: index, place now, place in the variant, largest move first. entering, leaving: indices.
    """

    moved: list[tuple[int, int, int]]
    entering: list[int]
    leaving: list[int]


def base(found: Ranking) -> Places:
    """Return the places of the ranking itself by index in its marks."""
    ranks: Places = [None] * len(found.at)
    for n, entry in zip(found.at, found.entries, strict=True):
        ranks[n] = entry.rank
    return ranks


def variants(found: Ranking, weights: Mapping[str, int] | None = None) -> list[Variant]:
    """Return the ranking in every other way that its mode allows; `weights`: own ones, if any."""
    active = sorted({one.juror for one in found.given})
    ways = [Variant(WITHOUT, places(found.marks.keys(j)), j) for j in active if len(active) > 1]
    if len(active) > 1 and found.mode != "ranking":  # orders have one standard by their nature
        level = leniency(found.marks, len(found.people))
        if level is not None:
            ways.append(Variant(LEVELLED, places(levelled(found.marks, level))))
        scores = standardised(found.marks, len(found.people))
        ways.append(Variant(STANDARDISED, places(scores)))
    if found.mode == "weighted":
        ways.append(Variant(EQUAL, weighed(found, {f.key: 1 for f in found.asked})))
        if weights:
            ways.append(Variant(OWN, weighed(found, weights)))
    return ways


def weighed(found: Ranking, weights: Mapping[str, int]) -> Places:
    """Return the places under other weights of the criteria."""
    asked = [replace(f, weight=weights.get(f.key, 0)) for f in found.asked]
    return places(marks("weighted", asked, found.given, count=len(found.at)).keys())


def spans(ranks: Places, ways: Sequence[Variant]) -> list[Span | None]:
    """Return best and worst place of each application in all ways; None without a place."""
    columns = [ranks, *(way.ranks for way in ways)]
    return [_span([column[n] for column in columns]) for n in range(len(ranks))]


def _span(row: Sequence[int | None]) -> Span | None:
    known = [rank for rank in row if rank is not None]
    if row[0] is None:
        return None
    return Span(min(known), max(known), open=len(known) < len(row))


def change(ranks: Places, way: Variant, top: int) -> Change:
    """Return what differs from the ranking; `top`: how many places the prize has."""
    pairs = [(n, a, b) for n, (a, b) in enumerate(zip(ranks, way.ranks, strict=True))
             if a is not None and b is not None and a != b]  # fmt: skip
    pairs.sort(key=lambda one: (-abs(one[1] - one[2]), one[1]))
    before = {n for n, rank in enumerate(ranks) if rank and rank <= top}
    after = {n for n, rank in enumerate(way.ranks) if rank and rank <= top}
    return Change(pairs, sorted(after - before), sorted(before - after))


@dataclass(frozen=True)
class Tendency:
    """How one juror scores: number and mean of the marks, and leniency on the scale if known."""

    juror: int
    count: int
    mean: Fraction
    leniency: Fraction | None


def tendencies(found: Ranking) -> list[Tendency]:
    """Return how each juror scores who gave anything, the most lenient first."""
    level = leniency(found.marks, len(found.people)) or [None] * len(found.people)
    given = {j: [row[j] for row in found.marks.rows if j in row] for j in range(len(found.people))}
    unit = found.marks.unit
    told = [
        Tendency(j, len(own), Fraction(sum(own), len(own) * unit),
                 None if (one := level[j]) is None else one / unit)
        for j, own in given.items() if own
    ]  # fmt: skip
    return sorted(told, key=lambda one: -(one.leniency or 0))
