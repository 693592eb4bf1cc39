"""Calling a meeting of the jury, opening it, going through its agenda, closing it.

Who runs it: the chair, the secretary, the office. What one of them is kept out of by a conflict
is run by another.
"""

from collections.abc import Callable, Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from portal import audit
from portal.applications.jury import judging
from portal.calls.models import Call
from portal.calls.queries import definition_of
from portal.core.actor import Actor
from portal.core.clock import now
from portal.core.db import db
from portal.core.errors import DomainError, NotFound
from portal.core.i18n import gettext as _
from portal.core.text import one_line
from portal.scoring.meeting import agenda, presence, proposing, sharing
from portal.scoring.meeting.meeting_models import AgendaItem, ItemState, Meeting
from portal.scoring.meeting.sitting import item_now, require_open, require_unclosed, touch

LONGEST_PLACE = 200
# What follows when a meeting is closed; the minutes are ordered so.
WHEN_CLOSED: list[Callable[[Meeting], None]] = []


def quorum_of(call: Call) -> int:
    """Return how many voting members must be there: as the call says, else more than half.

    VwVfG § 90 (1): a committee can decide when more than half of its voting members are there.
    """
    said = definition_of(call.newest_version_id).jury.quorum
    return said or len(judging.voting(call)) // 2 + 1


def call_meeting(call: Call, *, starts_at: datetime, place: str, by: Actor) -> Meeting:
    """Call a meeting with an agenda of all applications that the jury has to decide about.

    starts_at: aware. Raises `DomainError` without a place, or where another one is not closed.
    """
    where = _place(place)
    if running(call) is not None:
        raise DomainError(_("A meeting is called already. Close it first."))
    count = db.session.scalar(select(func.count(Meeting.id)).where(Meeting.call_id == call.id))
    meeting = Meeting(call=call, n=(count or 0) + 1, starts_at=starts_at, place=where,
                      quorum=quorum_of(call), called_by=by.key, items=[], presences=[])  # fmt: skip
    db.session.add(meeting)
    agenda.fill(meeting)
    db.session.flush()
    audit.record(by, "meeting_call", meeting, call=call.slug, n=meeting.n)
    return meeting


def change(meeting: Meeting, *, starts_at: datetime, place: str, by: Actor) -> None:
    """Change time and place before the meeting is opened."""
    where = _place(place)
    if meeting.opened_at is not None:
        raise DomainError(_("The meeting has begun. Time and place stay as they are."))
    meeting.starts_at, meeting.place = starts_at, where
    touch(meeting)
    audit.record(by, "meeting_change", meeting)


def _place(place: str) -> str:
    where = one_line(place)[:LONGEST_PLACE]
    if not where:
        raise DomainError(_("Write where the jury meets, for example a room or an address."))
    return where


def all_of(call: Call) -> list[Meeting]:
    """Return the meetings of a call, the newest first."""
    rows = select(Meeting).where(Meeting.call_id == call.id).order_by(Meeting.n.desc())
    return list(db.session.scalars(rows))


def running(call: Call) -> Meeting | None:
    """Return the meeting that is called or under way."""
    return db.session.scalar(
        select(Meeting).where(Meeting.call_id == call.id, Meeting.closed_at.is_(None))
    )


def find(call: Call, meeting_id: UUID, *, for_change: bool = False) -> Meeting:
    """Return a meeting of the call; for_change locks its row. Raises `NotFound`."""
    rows = select(Meeting).where(Meeting.id == meeting_id, Meeting.call_id == call.id)
    found = db.session.scalar(rows.with_for_update(of=Meeting) if for_change else rows)
    if found is None:
        raise NotFound
    return found


# --- the way through ------------------------------------------------------------------------------


def open_meeting(meeting: Meeting, *, by: Actor) -> None:
    """Open the meeting; below the quorum it can be opened, but nothing can be voted on."""
    require_unclosed(meeting)
    if meeting.opened_at is not None:
        raise DomainError(_("The meeting is open already."))
    if not presence.here(meeting):
        raise DomainError(_("Note first who is there."))
    meeting.opened_at = now()
    touch(meeting)
    audit.record(by, "meeting_open", meeting, present=len(presence.voters(meeting)))


def begin(item: AgendaItem, *, by: Actor) -> None:
    """Put an item on the wall; the one before it ends. Who has a conflict has to leave."""
    require_open(item.meeting)
    if item.state is ItemState.OPEN:
        return
    if item.state is ItemState.OFF:
        raise DomainError(_("This item is off the agenda. Put it back first."))
    before = item_now(item.meeting)
    if before:
        end(before, by=by)
    item.state, item.began_at, item.ended_at = ItemState.OPEN, now(), None
    presence.note_out(item)
    touch(item.meeting)
    audit.record(by, "meeting_item_begin", item, out=len(item.out))


def end(item: AgendaItem, *, by: Actor) -> None:
    """End the discussion of an item; it can be taken up again."""
    require_open(item.meeting)
    if item.state is not ItemState.OPEN:
        raise DomainError(_("This item is not under discussion."))
    if item.vote:
        raise DomainError(_("A vote is open. Close it or annul it first."))
    presence.note_out(item)
    item.state, item.ended_at = ItemState.DONE, now()
    touch(item.meeting)
    audit.record(by, "meeting_item_end", item)


def close(meeting: Meeting, *, by: Actor, hidden: Collection[UUID] = ()) -> None:
    """Close the meeting: everybody leaves, the proposal is recorded, the minutes are ordered.

    hidden: what whoever closes it is kept out of. Raises `DomainError` where a place is given to
    several that do not share it.
    """
    require_open(meeting)
    sharing.require_settled(meeting, hidden=hidden)
    item = item_now(meeting)
    if item:
        end(item, by=by)
    at = now()
    for one in presence.here(meeting):
        one.left_at = at
    meeting.closed_at = at
    touch(meeting)
    count = proposing.record(meeting)
    for told in WHEN_CLOSED:
        told(meeting)
    audit.record(by, "meeting_close", meeting, proposals=count)
