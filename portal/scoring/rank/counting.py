"""Which sheets count: sent, not frozen, of voting members or of a deputy in a member's place."""

import json
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Text, cast, exists, select

from portal.accounts.models import User
from portal.applications.jury.judging import Assignment, Conflict, Tie, Way, jurors
from portal.calls.models import Call
from portal.core.db import db
from portal.scoring.models import Excuse, Sheet, SheetState
from portal.scoring.rank.marks import Given

Pair = tuple[str, str]  # application and person, as hexadecimal words


@dataclass
class Tally:
    """The sheets that count, and how many others there are, by application."""

    given: list[Given] = field(default_factory=list)
    abstained: Counter[UUID] = field(default_factory=Counter)
    missing: Counter[UUID] = field(default_factory=Counter)
    excused: Counter[UUID] = field(default_factory=Counter)


def people(call: Call) -> list[User]:
    """Return whose sheets can count: chair, members, deputies; the secretary has no vote."""
    return [juror.user for juror in jurors(call) if juror.votes]


def tally(ids: Sequence[UUID], voters: Sequence[User]) -> Tally:
    """Return the sheets for these applications by the index in `ids` and in `voters`.

    Abstentions and what a conflict froze are no readings. A seat has one voice: where a member and
    the deputy in its place have both sent a sheet, the member's counts. Three statements.
    """
    found = Tally()
    if not ids:
        return found
    place = {application_id.hex: n for n, application_id in enumerate(ids)}
    seat = {user.id.hex: n for n, user in enumerate(voters)}
    stands_for = _deputies(ids)
    rows = _sent(ids)
    sent = {row[:2] for row in rows} if stands_for else set()
    for a, u, scores, abstained in rows:
        if u not in seat or (stands_for and (a, stands_for.get((a, u))) in sent):
            continue
        if abstained:
            found.abstained[ids[place[a]]] += 1
        else:
            found.given.append(Given(place[a], seat[u], scores))
    replaced = {(a, absent) for (a, _deputy), absent in stands_for.items()}
    _count_missing(found, ids, seat, replaced)
    return found


def _sent(ids: Sequence[UUID]) -> list[tuple[str, str, dict[str, Any], bool]]:
    """Return the sent sheets: application and person as hexadecimal words, scores, abstained.

    There may be fifteen thousand: as text, with all scores read in one go, they come out of the
    database three times as fast as row by row.
    """
    told = select(
        cast(Sheet.application_id, Text), cast(Sheet.user_id, Text), cast(Sheet.scores, Text),
        Sheet.abstained,
    ).where(Sheet.application_id.in_(ids), Sheet.state == SheetState.SENT)  # fmt: skip
    rows = db.session.execute(told).all()
    scores = json.loads(f"[{','.join(row[2] for row in rows)}]")
    return [(row[0].replace("-", ""), row[1].replace("-", ""), given, row[3])
            for row, given in zip(rows, scores, strict=True)]  # fmt: skip


def _deputies(ids: Sequence[UUID]) -> dict[Pair, str]:
    """Return in whose place a deputy reads."""
    rows = select(Assignment.application_id, Assignment.user_id, Assignment.stands_for_id).where(
        Assignment.application_id.in_(ids), Assignment.way == Way.DEPUTY
    )
    found = db.session.execute(rows)
    return {(a.hex, u.hex): absent.hex for a, u, absent in found if absent}


def _count_missing(
    found: Tally, ids: Sequence[UUID], seats: Collection[str], replaced: set[Pair]
) -> None:
    """Count what was given out and did not come, without excluded and replaced readers."""
    for a, u, excused in db.session.execute(_unsent(ids)):
        if u.hex not in seats or (a.hex, u.hex) in replaced:
            continue
        (found.excused if excused else found.missing)[a] += 1


def _unsent(ids: Sequence[UUID]) -> Select[UUID, UUID, bool]:
    mine = (Sheet.application_id == Assignment.application_id, Sheet.user_id == Assignment.user_id)
    tied = exists().where(
        Conflict.application_id == Assignment.application_id,
        Conflict.user_id == Assignment.user_id,
        Conflict.tie != Tie.NONE,
        Conflict.lifted_at.is_(None),
    )
    excused = exists().where(
        Excuse.application_id == Assignment.application_id, Excuse.user_id == Assignment.user_id
    )
    return select(Assignment.application_id, Assignment.user_id, excused).where(
        Assignment.application_id.in_(ids),
        ~exists().where(*mine, Sheet.state == SheetState.SENT),
        ~tied,
    )
