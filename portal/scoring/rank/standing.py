"""What the page of the ranking tells: lines to look at, what would change, how jurors score."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from math import ceil

from portal.applications.jury.judging import Juror
from portal.calls.models import Call
from portal.calls.questions import AnyQuestion
from portal.core.text import one_line
from portal.scoring.rank import firmness, ranking, sight
from portal.scoring.rank.firmness import Change, Span, Tendency, Variant
from portal.scoring.rank.ranking import Entry, Ranking, Reader

ON_A_PAGE = 50
DIFFER = 10  # how many of the most disputed are told


@dataclass(frozen=True)
class Wish:
    """What somebody wants to see. chosen: answers by question. weights: own ones, None without."""

    q: str = ""
    chosen: dict[str, str] = field(default_factory=dict)
    page: int = 1
    weights: dict[str, int] | None = None

    @property
    def narrows(self) -> bool:
        """Whether only some applications are wanted."""
        return bool(self.q or self.chosen)


@dataclass(frozen=True)
class Line:
    """One entry with what is told beside it. marks: juror's index and mark on the scale.

    ranks: the places in the other ways of counting, in their order.
    """

    entry: Entry
    span: Span | None
    marks: list[tuple[int, Fraction]]
    ranks: list[int | None]


@dataclass(frozen=True)
class Report:
    """The ranking for one reader. candid: the reader is told how single jurors score."""

    ranking: Ranking
    wish: Wish
    candid: bool
    ways: list[Variant]
    spans: list[Span | None]
    found: list[int]  # positions in `ranking.entries` that fit the wish

    @property
    def top(self) -> int:
        """How many places the prize has."""
        return len(self.ranking.definition.awards)

    @property
    def pages(self) -> int:
        """How many pages the list has."""
        return max(1, ceil(len(self.found) / ON_A_PAGE))

    @cached_property
    def lines(self) -> list[Line]:
        """The lines of the present page."""
        start = (min(self.wish.page, self.pages) - 1) * ON_A_PAGE
        return [self.line(n) for n in self.found[start : start + ON_A_PAGE]]

    def line(self, position: int) -> Line:
        """Return the line of an entry by its position."""
        n = self.ranking.at[position]
        unit = self.ranking.marks.unit
        row = sorted(self.ranking.marks.rows[n].items())
        return Line(
            entry=self.ranking.entries[position],
            span=self.spans[n],
            marks=[(juror, Fraction(mark, unit)) for juror, mark in row],
            ranks=[way.ranks[n] for way in self.ways],
        )

    @cached_property
    def disputed(self) -> list[Line]:
        """The entries on which the jurors differ most, the widest spread first."""
        spread = [(entry.spread, -n) for n, entry in enumerate(self.ranking.entries)
                  if entry.spread]  # fmt: skip
        widest = sorted(spread, reverse=True)[:DIFFER]
        return [self.line(-n) for _spread, n in widest]

    @cached_property
    def changes(self) -> list[tuple[Variant, Change]]:
        """What each other way of counting changes."""
        ranks = firmness.base(self.ranking)
        return [(way, firmness.change(ranks, way, self.top)) for way in self.ways]

    @cached_property
    def tendencies(self) -> list[Tendency]:
        """How each juror scores; nothing for readers who are not told."""
        return firmness.tendencies(self.ranking) if self.candid else []

    @cached_property
    def entry_at(self) -> dict[int, Entry]:
        """The entries by their index in the marks."""
        return dict(zip(self.ranking.at, self.ranking.entries, strict=True))

    @property
    def firm(self) -> int:
        """How many places are the same in all ways."""
        return sum(span is not None and span.firm for span in self.spans)

    @property
    def ranked(self) -> int:
        """How many applications have a place."""
        return sum(entry.rank is not None for entry in self.ranking.entries)

    @property
    def filters(self) -> list[AnyQuestion]:
        """The choices by which the list can be narrowed."""
        definition = self.ranking.definition
        return [definition.questions[key] for key in sight.filter_keys(definition)]


def report(call: Call, reader: Reader, wish: Wish) -> Report:
    """Return all that the page tells `reader`; raises what `ranking.of` raises."""
    found = ranking.of(call, reader=reader)
    ways = firmness.variants(found, wish.weights)
    return Report(
        ranking=found,
        wish=wish,
        candid=not isinstance(reader, Juror) or reader.oversees,
        ways=ways,
        spans=firmness.spans(firmness.base(found), ways),
        found=_fitting(found.entries, wish),
    )


def _fitting(entries: Sequence[Entry], wish: Wish) -> list[int]:
    words = one_line(wish.q).casefold().split()
    return [n for n, entry in enumerate(entries)
            if _has(entry, wish.chosen) and _says(entry, words)]  # fmt: skip


def _has(entry: Entry, chosen: dict[str, str]) -> bool:
    given = ((entry.answers.get(key), value) for key, value in chosen.items())
    return all(value in one if isinstance(one, list) else one == value for one, value in given)


def _says(entry: Entry, words: Sequence[str]) -> bool:
    told = f"{entry.number} {entry.title} {entry.organisation}".casefold()
    return all(word in told for word in words)
