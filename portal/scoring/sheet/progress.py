"""How far the jury is, by person and by application: for the office, and for the chair."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select

from portal.applications.jury import judging
from portal.applications.jury.judging import Conflict, Juror, Tie, Way
from portal.applications.jury.jurysight import answers_of, name_of, title_of
from portal.applications.models import Application
from portal.calls.models import Call
from portal.calls.queries import definition_of
from portal.core.db import db
from portal.scoring.models import Excuse, Sheet, SheetState
from portal.scoring.sheet.sheets import is_open

Pair = tuple[UUID, UUID]  # application, person


@dataclass(frozen=True)
class Person:
    """How far one juror is. asked: questions about conflicts that wait; out: excluded from.

    over: the last day of a term that has ended.
    """

    juror: Juror
    total: int
    sent: int
    begun: int
    asked: int
    out: int
    over: date | None = None

    @property
    def may_be_reminded(self) -> bool:
        """Whether there is something left to do, and still a way in."""
        return bool(self.left or self.asked) and not self.over

    @property
    def left(self) -> int:
        """How many sheets are missing."""
        return self.total - self.sent


@dataclass(frozen=True)
class Case:
    """How far one application is; waiting: who has not sent a sheet yet."""

    application: Application
    title: str
    organisation: str
    total: int
    sent: int
    out: list[Juror]
    waiting: list[Juror]


@dataclass(frozen=True)
class Overview:
    """The state of all readings. missing: sheets to come, without excused and replaced ones."""

    people: list[Person]
    cases: list[Case]
    missing: list[tuple[Application, Juror]]
    excused: dict[Pair, Excuse]

    @property
    def missing_of(self) -> list[tuple[Juror, list[Application]]]:
        """The missing sheets by person, in the order of their names."""
        found: dict[UUID, tuple[Juror, list[Application]]] = {}
        for application, juror in self.missing:
            found.setdefault(juror.user.id, (juror, []))[1].append(application)
        return sorted(found.values(), key=lambda one: one[0].user.called.casefold())


def overview(call: Call, *, as_seen_by: Juror | None = None) -> Overview:
    """Return how far everybody is; as_seen_by: only what this juror may know of."""
    definition = definition_of(call.newest_version_id)
    found = (judging.with_jury(call) if as_seen_by is None
             else list(judging.all_of(judging.visible_to(as_seen_by))))  # fmt: skip
    ids = {application.id for application in found}
    seen = answers_of(list(ids), [definition.title_key, *definition.name_keys])
    facts = _facts(call, ids)
    people = judging.jurors(call)
    cases = [
        _case(application, title_of(definition, seen[application.id].answers),
              name_of(definition, seen[application.id].answers), people, facts)
        for application in found
    ]  # fmt: skip
    return Overview(
        people=[_person(juror, facts) for juror in people],
        cases=cases,
        missing=[(case.application, juror) for case in cases if is_open(case.application)
                 for juror in case.waiting if (case.application.id, juror.user.id)
                 not in facts.excused],
        excused=facts.excused,
    )  # fmt: skip


@dataclass(frozen=True)
class _Facts:
    readings: set[Pair]
    replaced: set[Pair]
    out: set[Pair]
    answered: set[Pair]
    states: dict[Pair, SheetState]
    excused: dict[Pair, Excuse]
    over: dict[UUID, date]


def _facts(call: Call, ids: set[UUID]) -> _Facts:
    rows = [row for row in judging.assignments(call) if row.application_id in ids]
    answers = db.session.execute(
        select(Conflict.application_id, Conflict.user_id, Conflict.tie, Conflict.lifted_at)
        .where(Conflict.application_id.in_(ids))
    ).all()  # fmt: skip
    sheets = db.session.execute(
        select(Sheet.application_id, Sheet.user_id, Sheet.state)
        .where(Sheet.application_id.in_(ids))
    ).all()  # fmt: skip
    excuses = db.session.scalars(select(Excuse).where(Excuse.application_id.in_(ids)))
    return _Facts(
        readings={(r.application_id, r.user_id) for r in rows},
        replaced={(r.application_id, r.stands_for_id) for r in rows
                  if r.way is Way.DEPUTY and r.stands_for_id},
        out={(a, u) for a, u, tie, lifted in answers if tie is not Tie.NONE and lifted is None},
        answered={(a, u) for a, u, _tie, _lifted in answers},
        states={(a, u): state for a, u, state in sheets},
        excused={(e.application_id, e.user_id): e for e in excuses},
        over=judging.terms_over(call),
    )  # fmt: skip


def _reads(pair: Pair, facts: _Facts) -> bool:
    """Return whether a sheet is due: assigned, not excluded, not replaced unless it was sent."""
    sent = facts.states.get(pair) is SheetState.SENT
    return pair in facts.readings - facts.out and (sent or pair not in facts.replaced)


def _person(juror: Juror, facts: _Facts) -> Person:
    me = juror.user.id
    due = [pair for pair in facts.readings if pair[1] == me and _reads(pair, facts)]
    states = Counter(facts.states.get(pair) for pair in due)
    return Person(
        juror=juror,
        total=len(due),
        sent=states[SheetState.SENT],
        begun=states[SheetState.DRAFT] + states[SheetState.WITHDRAWN],
        asked=sum(pair not in facts.answered for pair in due),
        out=sum(pair[1] == me for pair in facts.out),
        over=facts.over.get(me),
    )


def _case(
    application: Application, title: str, organisation: str, people: list[Juror], facts: _Facts
) -> Case:
    due = [j for j in people if _reads((application.id, j.user.id), facts)]
    sent = [j for j in due if facts.states.get((application.id, j.user.id)) is SheetState.SENT]
    return Case(
        application=application,
        title=title,
        organisation=organisation,
        total=len(due),
        sent=len(sent),
        out=[j for j in people if (application.id, j.user.id) in facts.out],
        waiting=[j for j in due if j not in sent],
    )


def held(call: Call) -> set[Pair]:
    """Return the readings with a sheet, begun or sent: no plan takes them away."""
    rows = (
        select(Sheet.application_id, Sheet.user_id)
        .join(Application, Application.id == Sheet.application_id)
        .where(Application.call_id == call.id)
    )
    return set(db.session.execute(rows))
