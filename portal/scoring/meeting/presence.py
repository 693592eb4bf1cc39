"""Who is in the meeting, who may vote on an item, and whether that is enough.

Whoever is concerned does not take part and is not in the room (VwVfG § 20 (4), § 21), so only
those who may vote on the item at hand count towards its quorum (§ 90 (1)).
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from portal import audit
from portal.applications.jury import judging
from portal.applications.jury.judging import VOTING, Assignment, Conflict, Juror, Tie, Way
from portal.calls.memberships import Function
from portal.calls.models import Call
from portal.core.actor import Actor
from portal.core.clock import now
from portal.core.db import db
from portal.core.errors import DomainError
from portal.core.i18n import gettext as _
from portal.scoring.meeting.meeting_models import AgendaItem, Meeting, Presence
from portal.scoring.meeting.sitting import require_unclosed, touch


def here(meeting: Meeting) -> list[Presence]:
    """Return who is there now."""
    return [one for one in meeting.presences if one.left_at is None]


def arrive(
    meeting: Meeting, juror: Juror, *, by: Actor, at: datetime | None = None,
    for_whom: Juror | None = None,
) -> Presence:  # fmt: skip
    """Note that somebody is there; a deputy may sit for an absent member.

    Raises `DomainError` for who is there already, or where the deputy's member is there.
    """
    require_unclosed(meeting)
    if any(one.user_id == juror.user.id for one in here(meeting)):
        raise DomainError(_("%(name)s is there already.", name=juror.user.called))
    if for_whom:
        _require_can_stand_in(meeting, juror, for_whom)
    elif juror.function in VOTING and _is_stood_for(meeting, juror):
        raise DomainError(_("A deputy sits for %(name)s. Let the deputy leave first.",
                            name=juror.user.called))  # fmt: skip
    one = Presence(user_id=juror.user.id, name=juror.user.called, function=juror.function,
                   came_at=_sensible(at, after=None))  # fmt: skip
    if for_whom:
        one.stands_for_id, one.stands_for = for_whom.user.id, for_whom.user.called
    meeting.presences.append(one)
    touch(meeting)
    audit.record(by, "meeting_arrive", meeting, juror=juror.user.key)
    return one


def _require_can_stand_in(meeting: Meeting, deputy: Juror, member: Juror) -> None:
    if deputy.function is not Function.DEPUTY or member.function not in VOTING:
        raise DomainError(_("Only a deputy can step in."))
    there = any(one.user_id == member.user.id for one in here(meeting))
    if there or _is_stood_for(meeting, member):
        raise DomainError(_("%(name)s is there, or a deputy sits for them already.",
                            name=member.user.called))  # fmt: skip


def _is_stood_for(meeting: Meeting, member: Juror) -> bool:
    return any(one.stands_for_id == member.user.id for one in here(meeting))


def leave(meeting: Meeting, user_id: UUID, *, by: Actor, at: datetime | None = None) -> Presence:
    """Note that somebody has left; raise `DomainError` for who is not there."""
    require_unclosed(meeting)
    one = next((one for one in here(meeting) if one.user_id == user_id), None)
    if one is None:
        raise DomainError(_("This person is not there."))
    one.left_at = _sensible(at, after=one.came_at)
    touch(meeting)
    audit.record(by, "meeting_leave", meeting, juror=str(user_id))
    return one


def _sensible(at: datetime | None, *, after: datetime | None) -> datetime:
    """Return the moment, now by default; raise `DomainError` for one to come or before `after`."""
    moment = at or now()
    if moment > now():
        raise DomainError(_("This time is still to come."))
    if after and moment < after:
        raise DomainError(_("Nobody leaves before they came. Look at the time."))
    return moment


# --- who is concerned, who may vote ---------------------------------------------------------------


def out_of(item: AgendaItem) -> dict[UUID, Conflict]:
    """Return who is kept out of an item by a conflict, by the person's id."""
    if item.application_id is None:
        return {}
    rows = select(Conflict).where(
        Conflict.application_id == item.application_id,
        Conflict.tie != Tie.NONE,
        Conflict.lifted_at.is_(None),
    )
    return {one.user_id: one for one in db.session.scalars(rows)}


def hidden_from(meeting: Meeting, user_id: UUID) -> set[UUID]:
    """Return the applications on this agenda and earlier ones that a person is kept out of."""
    rows = select(Conflict.application_id).where(
        Conflict.application_id.in_(discussed_up_to(meeting)),
        Conflict.user_id == user_id,
        Conflict.tie != Tie.NONE,
        Conflict.lifted_at.is_(None),
    )
    return set(db.session.scalars(rows))


def discussed_up_to(meeting: Meeting) -> set[UUID]:
    """Return the applications on the agenda of this meeting and of those before it."""
    found = {item.application_id for item in meeting.items if item.application_id}
    if meeting.n == 1:
        return found
    rows = (
        select(AgendaItem.application_id).join(AgendaItem.meeting)
        .where(Meeting.call_id == meeting.call_id, Meeting.n < meeting.n,
               AgendaItem.application_id.is_not(None))
    )  # fmt: skip
    return found | {one for one in db.session.scalars(rows) if one}


def note_out(item: AgendaItem) -> None:
    """Write down who is kept out of the item now; who was written down before stays."""
    known = {one["user"]: one for one in item.out}
    there = {one.user_id for one in here(item.meeting)}
    for user_id, conflict in out_of(item).items():
        before = known.get(str(user_id), {})
        known[str(user_id)] = {
            "user": str(user_id),
            "name": conflict.user.called,
            "tie": conflict.tie.value,
            "left": bool(before.get("left")) or user_id in there,
        }
    item.out = list(known.values())
    db.session.flush()


def voters(meeting: Meeting, item: AgendaItem | None = None) -> list[Presence]:
    """Return who is there and may vote: on anything, or on `item`.

    Chair and members; a deputy who sits for an absent member, or who stepped in for somebody with a
    conflict in this one application. The secretary has no vote.
    """
    out = out_of(item) if item else {}
    stepped_in = _stepped_in(item, out) if item else set()
    return [
        one
        for one in here(meeting)
        if one.user_id not in out
        and (one.function in VOTING
             or (one.function is Function.DEPUTY
                 and (one.stands_for_id is not None or one.user_id in stepped_in)))
    ]  # fmt: skip


def voters_at_opening(meeting: Meeting) -> int | None:
    """Return how many who may vote were there when the meeting was opened, None before that."""
    if meeting.opened_at is None:
        return None
    opened = meeting.opened_at
    return sum(
        one.came_at <= opened
        and (one.left_at is None or one.left_at > opened)
        and (one.function in VOTING or one.stands_for_id is not None)
        for one in meeting.presences
    )


def _stepped_in(item: AgendaItem, out: dict[UUID, Conflict]) -> set[UUID]:
    return {deputy for deputy, _member in _pairs(item, out)}


def _pairs(item: AgendaItem, out: dict[UUID, Conflict]) -> list[tuple[UUID, UUID]]:
    rows = select(Assignment.user_id, Assignment.stands_for_id).where(
        Assignment.application_id == item.application_id,
        Assignment.way == Way.DEPUTY,
        Assignment.stands_for_id.in_(list(out)),
    )
    found = db.session.execute(rows).all() if out else []
    return [(deputy, member) for deputy, member in found if member]


def stand_ins(item: AgendaItem) -> list[tuple[str, str]]:
    """Return who of those that came votes on this item in place of whom, by their names."""
    out = out_of(item)
    came = {one.user_id: one.name for one in item.meeting.presences}
    return [(came[deputy], out[member].user.called) for deputy, member in _pairs(item, out)
            if deputy in came and deputy not in out]  # fmt: skip


def is_quorate(meeting: Meeting, item: AgendaItem | None = None) -> bool:
    """Return whether enough are there to decide."""
    return len(voters(meeting, item)) >= meeting.quorum


def unanswered(item: AgendaItem, there: Sequence[Presence]) -> list[Presence]:
    """Return who has not said yet whether there is a conflict with the item's application."""
    if item.application_id is None:
        return []
    rows = select(Conflict.user_id).where(Conflict.application_id == item.application_id)
    answered = set(db.session.scalars(rows))
    return [one for one in there if one.user_id not in answered]


def jury(meeting: Meeting) -> list[Juror]:
    """Return the jury, the chair first; nobody whose term has ended."""
    return judging.serving(meeting.call)


def kept_out_of(call: Call, user_id: UUID) -> set[UUID]:
    """Return the applications of a call that a person is kept out of."""
    return {application for application, person in judging.kept_out(call) if person == user_id}
