"""Who reads which application: all read all, some by hand, or balanced by the system.

A plan is shown with its consequences before it is done; a reading with a sheet is never taken away.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, mapped_column

from portal import audit, jobs
from portal.applications.jury.judging import (
    Assignment,
    Way,
    assignments,
    kept_out,
    voting,
    with_jury,
)
from portal.applications.jury.jurysight import answers_of
from portal.applications.models import Application
from portal.calls.models import Call
from portal.calls.queries import definition_of
from portal.core.actor import Actor
from portal.core.clock import now
from portal.core.db import Model, by_value, db
from portal.core.errors import DomainError
from portal.core.i18n import gettext as _

Pair = tuple[UUID, UUID]  # application, person
TELL = "tell_jury"
TURN, REST = 300, 60  # seconds


class JuryPlan(Model):
    """How readings of a call are given out, so that newcomers are treated alike."""

    __tablename__ = "jury_plan"

    call_id: Mapped[UUID] = mapped_column(ForeignKey("call.id", ondelete="CASCADE"), unique=True)
    way: Mapped[Way] = mapped_column(by_value(Way))
    readings: Mapped[int | None]
    by_key: Mapped[str] = mapped_column(String(80))


@dataclass(frozen=True)
class Plan:
    """What a way of assigning would change. `short` counts readings that nobody can take."""

    way: Way
    readings: int | None
    wanted: frozenset[Pair]
    added: frozenset[Pair]
    removed: frozenset[Pair]
    spared: frozenset[Pair]
    short: int = 0

    @property
    def stamp(self) -> str:
        """A word for exactly these consequences: what was shown is what is done."""
        parts = (sorted(f"{a}{b}" for a, b in pairs) for pairs in (self.added, self.removed))
        return sha256("-".join("".join(part) for part in parts).encode()).hexdigest()[:16]

    def load(self) -> Counter[UUID]:
        """Return how many each person would read."""
        return Counter(user_id for _application, user_id in self.wanted | self.spared)


def plan_now(call: Call) -> JuryPlan | None:
    """Return how readings are given out at present."""
    return db.session.scalar(select(JuryPlan).where(JuryPlan.call_id == call.id))


def plan_all(call: Call, *, held: Collection[Pair] = ()) -> Plan:
    """Return the plan by which every voting member reads everything without a conflict."""
    out = kept_out(call)
    wanted = {
        (application.id, juror.user.id)
        for application in with_jury(call)
        for juror in voting(call)
        if (application.id, juror.user.id) not in out
    }
    return _compared(call, _Wish(Way.ALL, wanted), held)


def plan_balanced(call: Call, readings: int, *, held: Collection[Pair] = ()) -> Plan:
    """Return a plan of `readings` for each application, spread evenly over people and fields.

    Greedy: the application with the fewest possible readers comes first; it gets whoever has the
    fewest readings so far, then the fewest of the same field, then by a hash, so that the same
    situation gives the same plan. Loads differ by one at most where conflicts allow it.
    """
    if readings < 1:
        raise DomainError(_("Write how many read each application: at least one."))
    people, out = [juror.user.id for juror in voting(call)], kept_out(call)
    applications = with_jury(call)
    fields = _fields(call, applications)
    possible = {a.id: [p for p in people if (a.id, p) not in out] for a in applications}
    wanted = {pair for pair in held if pair[0] in possible and pair not in out}
    load = Counter(user_id for _a, user_id in wanted)
    mix = Counter((p, f) for a, p in wanted for f in fields.get(a, ()))
    short = 0
    for a in sorted(applications, key=lambda a: (len(possible[a.id]), a.number or 0)):
        free = [p for p in possible[a.id] if (a.id, p) not in wanted]
        for _turn in range(readings - sum(pair[0] == a.id for pair in wanted)):
            if not free:
                short += 1
                continue
            alike = {p: sum(mix[p, f] for f in fields[a.id]) for p in free}
            order = {p: (load[p], alike[p], _dice(a.id, p)) for p in free}
            chosen = min(order, key=order.__getitem__)
            free.remove(chosen)
            wanted.add((a.id, chosen))
            load[chosen] += 1
            mix.update((chosen, f) for f in fields[a.id])
    return _compared(call, _Wish(Way.BALANCED, wanted, readings, short), held)


def _dice(application_id: UUID, user_id: UUID) -> bytes:
    return sha256(application_id.bytes + user_id.bytes).digest()


def _fields(call: Call, applications: Sequence[Application]) -> dict[UUID, list[str]]:
    """Return the fields of each application, by the question that the call names for it."""
    key = definition_of(call.newest_version_id).jury.fields
    if not key:
        return {a.id: [] for a in applications}
    seen = answers_of([a.id for a in applications], [key])
    chosen = {a.id: seen[a.id].answers.get(key) if a.id in seen else None for a in applications}
    return {i: one if isinstance(one, list) else [one] if one else [] for i, one in chosen.items()}


def plan_by_hand(call: Call, wanted: Collection[Pair], *, held: Collection[Pair] = ()) -> Plan:
    """Return the plan with exactly these readings; conflicts and strangers are left out."""
    people = {juror.user.id for juror in voting(call)}
    known, out = {a.id for a in with_jury(call)}, kept_out(call)
    fitting = {p for p in wanted if p[0] in known and p[1] in people and p not in out}
    return _compared(call, _Wish(Way.HAND, fitting), held)


class _Wish(NamedTuple):
    """What somebody wants, before it is compared with what is there."""

    way: Way
    wanted: set[Pair]
    readings: int | None = None
    short: int = 0


def _compared(call: Call, wish: _Wish, held: Collection[Pair]) -> Plan:
    """Return the plan beside what is there; deputies and readings with a sheet stay."""
    there, wanted = assignments(call), wish.wanted
    now_there = {(a.application_id, a.user_id) for a in there if a.way is not Way.DEPUTY}
    surplus = now_there - wanted
    spared = surplus & set(held)
    return Plan(
        way=wish.way,
        readings=wish.readings,
        wanted=frozenset(wanted),
        added=frozenset(wanted - {(a.application_id, a.user_id) for a in there}),
        removed=frozenset(surplus - spared),
        spared=frozenset(spared),
        short=wish.short,
    )


def carry_out(call: Call, plan: Plan, *, by: Actor) -> None:
    """Do what the plan says, and remember its way for applications that come later."""
    for row in assignments(call):
        if (row.application_id, row.user_id) in plan.removed:
            db.session.delete(row)
    db.session.flush()
    _add(plan.added, plan.way, by)
    if plan.added:
        tell_later(call.id)
    kept = plan_now(call)
    if kept is None:
        kept = JuryPlan(call_id=call.id)
        db.session.add(kept)
    kept.way, kept.readings, kept.by_key = plan.way, plan.readings, by.key
    db.session.flush()
    audit.record(by, "jury_assign", call, way=plan.way.value, readings=plan.readings,
                 added=len(plan.added), removed=len(plan.removed))  # fmt: skip


def _add(pairs: Collection[Pair], way: Way, by: Actor) -> None:
    for application_id, user_id in sorted(pairs, key=str):
        db.session.add(
            Assignment(application_id=application_id, user_id=user_id, way=way, by_key=by.key)
        )
    db.session.flush()


def tell_later(call_id: UUID) -> None:
    """Order the letters to those who have something new to read, in a few minutes.

    What is given out within five minutes makes one letter for each person.
    """
    turn = int(now().timestamp()) // TURN
    due = datetime.fromtimestamp((turn + 1) * TURN + REST, UTC)
    jobs.enqueue(TELL, dedupe=f"{TELL}:{call_id}:{turn}", run_at=due, call_id=call_id)


def newcomers(call: Call, *, by: Actor, held: Collection[Pair] = ()) -> int:
    """Give readers to what came to the jury since the plan was made; return how many readings.

    Nothing is taken away. By hand means by hand: then nothing happens.
    """
    kept = plan_now(call)
    asked = definition_of(call.newest_version_id).jury.readings
    way = kept.way if kept else Way.BALANCED if asked else Way.ALL
    if way is Way.HAND:
        return 0
    there = {(a.application_id, a.user_id) for a in assignments(call)}
    readings = (kept.readings if kept else asked) or 1
    plan = (plan_all(call) if way is Way.ALL
            else plan_balanced(call, readings, held=there | set(held)))  # fmt: skip
    _add(plan.added, way, by)
    if plan.added:
        tell_later(call.id)
        audit.record(by, "jury_assign", call, way=way.value, added=len(plan.added), removed=0)
    return len(plan.added)
