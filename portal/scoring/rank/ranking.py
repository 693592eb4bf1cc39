"""The ranking of a call as one reader may know it, from sheets that count.

What the reader must not know is left out before anything is counted, so that no place, mean or sum
tells of it. The place is an aid: the jury decides.
"""

from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import sqrt
from uuid import UUID

from portal.accounts.models import User
from portal.applications.jury.jurysight import Seen, answers_of, name_of, title_of
from portal.calls.definition import Definition
from portal.calls.models import Call
from portal.calls.queries import definition_of
from portal.scoring.rank import counting, sight
from portal.scoring.rank.counting import Tally
from portal.scoring.rank.marks import Given, Marks, Row, marks, places
from portal.scoring.rank.sight import Reader, Sealed
from portal.scoring.sheet import modes
from portal.scoring.sheet.modes import Field

__all__ = ["Entry", "Ranking", "Reader", "Sealed", "of", "whole"]


@dataclass(frozen=True)
class Entry:
    """One application in the ranking. number: its reference, as people know it.

    rank: equal means share it (1, 2, 2, 4); None without any reading. mean: exact, on the scale of
    `Ranking.scale`. spread: standard deviation of the sheets, estimated from them as a sample
    (divided by n - 1); None below two readings. readings: sheets that count. abstained, missing,
    excused: sheets without scores, sheets to come, sheets that need not come.
    """

    application_id: UUID
    number: str
    title: str
    organisation: str
    answers: dict[str, object]
    rank: int | None
    tied: bool
    mean: Fraction | None
    spread: float | None
    readings: int
    abstained: int
    missing: int
    excused: int

    @property
    def total(self) -> Fraction | None:
        """The sum of the sheets."""
        return None if self.mean is None else self.mean * self.readings


@dataclass(frozen=True)
class Ranking:
    """All that the reader may see: the best first, those without a reading last.

    at: where in `marks` each entry stands. held_back: applications for which the reader's own sheet
    has to come first. people: whose sheets count, by the juror's index in `marks`. shares: points
    are shown as shares of what each juror gave to these, since something is hidden.
    """

    call: Call
    definition: Definition
    entries: list[Entry]
    at: list[int]
    held_back: int
    people: list[User]
    given: list[Given]
    asked: tuple[Field, ...]
    marks: Marks
    shares: bool

    @cached_property
    def by_id(self) -> dict[UUID, Entry]:
        """The entries by application."""
        return {entry.application_id: entry for entry in self.entries}

    @property
    def mode(self) -> str:
        """How the jury scores."""
        return self.definition.jury.mode

    @property
    def scale(self) -> tuple[int, int]:
        """The least and the most that a mean can be."""
        return self.marks.low, self.marks.high

    @property
    def is_scored(self) -> bool:
        """Whether any sheet counts."""
        return any(entry.readings for entry in self.entries)


def of(call: Call, *, reader: Reader) -> Ranking:
    """Return the ranking as `reader` may see it: somebody of the jury, or of the office.

    A juror never meets an application with a conflict, nor what is assigned to others; while
    scoring is open an overseeing juror's own sheet comes first where the call says so. Raises
    `Sealed` for members before scoring is closed, `NotFound` where the call does not show it to
    them or the reader has nothing to do with it. The number of statements is constant.
    """
    cases = sight.cases(call, reader)
    shown = [case for case in cases if not case.held_back]
    points = definition_of(call.newest_version_id).jury.mode == "points"
    return _ranking(call, shown, len(cases) - len(shown),
                    shares=points and sight.misses_some(call, len(shown)))  # fmt: skip


def whole(call: Call) -> Ranking:
    """Return the ranking of all applications, for the program itself: never to be shown as it is.

    An agenda is made from it; each juror then sees of the agenda what that juror may see.
    """
    return _ranking(call, sight.all_cases(call), 0, shares=False)


def _ranking(call: Call, cases: list[sight.Case], held_back: int, *, shares: bool) -> Ranking:
    definition = definition_of(call.newest_version_id)
    ids = [case.id for case in cases]
    people = counting.people(call)
    tally = counting.tally(ids, people)
    asked = modes.fields(definition, of=len(ids))
    found = marks(definition.jury.mode, asked, tally.given, count=len(ids), shares=shares)
    ranks = places(found.keys())
    keys = [definition.title_key, *definition.name_keys, *sight.filter_keys(definition)]
    seen = answers_of(ids, keys)
    order = sorted(range(len(ids)), key=lambda n: (ranks[n] is None, ranks[n] or 0, n))
    facts = _Facts(definition, found, ranks, tally, seen)
    return Ranking(
        call=call,
        definition=definition,
        entries=[_entry(cases[n], n, facts) for n in order],
        at=order,
        held_back=held_back,
        people=people,
        given=tally.given,
        asked=asked,
        marks=found,
        shares=shares,
    )


@dataclass(frozen=True)
class _Facts:
    definition: Definition
    marks: Marks
    ranks: list[int | None]
    tally: Tally
    seen: dict[UUID, Seen]

    @cached_property
    def shared(self) -> set[int]:
        """The places that more than one application has."""
        return {rank for rank, count in Counter(self.ranks).items() if rank and count > 1}


def _entry(case: sight.Case, n: int, facts: _Facts) -> Entry:
    row, unit = facts.marks.rows[n], facts.marks.unit
    answers = facts.seen[case.id].answers
    return Entry(
        application_id=case.id,
        number=str(case.reference),
        title=title_of(facts.definition, answers),
        organisation=name_of(facts.definition, answers),
        answers=answers,
        rank=facts.ranks[n],
        tied=facts.ranks[n] in facts.shared,
        mean=Fraction(sum(row.values()), len(row) * unit) if row else None,
        spread=spread(row, unit),
        readings=len(row),
        abstained=facts.tally.abstained[case.id],
        missing=facts.tally.missing[case.id],
        excused=facts.tally.excused[case.id],
    )


def spread(row: Row, unit: int) -> float | None:
    """Return the sample standard deviation of the marks of one application, on the scale.

    Divided by n - 1 (Bessel), since the jurors stand for a judgement that others would share. None
    below two marks. Equal spreads come out equal, since the sum of squares is exact.
    """
    n = len(row)
    if n < 2:
        return None
    squares = n * sum(mark * mark for mark in row.values()) - sum(row.values()) ** 2
    return sqrt(squares / (n * (n - 1) * unit * unit))
