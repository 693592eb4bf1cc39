"""The minutes of a meeting: what they say, for whom, and the order to make the PDF.

Whoever was kept out of an item gets minutes without it. As long as the meeting is not closed they
are a draft, and say so.
"""

import json
from collections.abc import Iterator
from hashlib import sha256
from uuid import UUID

from sqlalchemy import select

from portal.applications.jury.judging import VOTING
from portal.applications.reading import sender_of
from portal.calls.definition import Definition
from portal.calls.memberships import Function, Role, role_name
from portal.calls.queries import definition_of
from portal.calls.wording import plain
from portal.core.db import db
from portal.core.errors import NotFound
from portal.core.i18n import BINDING, language
from portal.core.i18n import gettext as _
from portal.documents import usecases as documents
from portal.documents.contents import Content
from portal.documents.minutes import Attendant, Count, Item, MinutesContent, Placed, minutes
from portal.documents.models import Document
from portal.scoring.meeting import following, places, presence
from portal.scoring.meeting.following import Name, View
from portal.scoring.meeting.meeting_models import (
    AgendaItem,
    ItemState,
    Meeting,
    MinutesCopy,
    Motion,
    Presence,
    Vote,
    VoteState,
)
from portal.scoring.meeting.vote_words import out_words, result_words, stand_in_words, way_words

WHOLE, PART = "minutes", "minutes_part"


# --- ordering -------------------------------------------------------------------------------------


def order(view: View) -> Document:
    """Return the minutes as the person may read them, ordered if they are not there yet."""
    meeting = view.meeting
    kind, about = _address(view) or _new_copy(view)
    return documents.order(kind, about=about, number=number_of(meeting),
                           version_n=meeting.revision, language=BINDING)  # fmt: skip


def find(view: View) -> Document | None:
    """Return the minutes as the person may read them, None while nobody ordered them."""
    address = _address(view)
    if address is None:
        return None
    kind, about = address
    return documents.find(kind, about=about, version_n=view.meeting.revision, language=BINDING)


def _address(view: View) -> tuple[str, UUID] | None:
    if not view.hidden:
        return WHOLE, view.meeting.id
    copy = db.session.scalar(
        select(MinutesCopy).where(
            MinutesCopy.meeting_id == view.meeting.id, MinutesCopy.digest == _digest(view)
        )
    )
    return (PART, copy.id) if copy else None


def _new_copy(view: View) -> tuple[str, UUID]:
    copy = MinutesCopy(meeting_id=view.meeting.id, digest=_digest(view), hidden=_hidden(view))
    db.session.add(copy)
    db.session.flush()
    return PART, copy.id


def _hidden(view: View) -> list[str]:
    return sorted(str(one) for one in view.hidden)


def _digest(view: View) -> str:
    return sha256(json.dumps(_hidden(view)).encode()).hexdigest()


def order_whole(meeting: Meeting) -> None:
    """Order the whole minutes when a meeting is closed; drafts are let go."""
    copies = select(MinutesCopy.id).where(MinutesCopy.meeting_id == meeting.id)
    for about in [meeting.id, *db.session.scalars(copies)]:
        documents.forget(about)
    documents.order(WHOLE, about=meeting.id, number=number_of(meeting),
                    version_n=meeting.revision, language=BINDING)  # fmt: skip


def number_of(meeting: Meeting) -> str:
    """Return what the meeting is called on paper, for example IP-2027-S1."""
    return f"{meeting.call.prefix}-S{meeting.n}"


# --- what they say --------------------------------------------------------------------------------


def whole(document: Document) -> Content:
    """Return what an ordered document of the kind `minutes` holds."""
    meeting = db.session.get(Meeting, document.about)
    if meeting is None:
        raise NotFound
    return minutes(content(meeting, frozenset()))


def part(document: Document) -> Content:
    """Return the same without the items that its readers took no part in."""
    copy = db.session.get(MinutesCopy, document.about)
    if copy is None:
        raise NotFound
    return minutes(content(copy.meeting, frozenset(UUID(one) for one in copy.hidden)))


def content(meeting: Meeting, hidden: frozenset[UUID]) -> MinutesContent:
    """Return all that the minutes say, without the applications in `hidden`."""
    definition = definition_of(meeting.call.newest_version_id)
    found = places.standings(meeting, definition, hidden)
    items = [*meeting.items, *(one.item for one in found)]
    ids = {item.application_id for item in items if item.application_id} - hidden
    names = following.names_of(list(ids), definition)
    people = presence.jury(meeting)
    left = places.left(definition, found)
    return MinutesContent(
        sender=sender_of(definition),
        call_title=plain(definition.title, language()).replace("\u00ad", ""),
        number=number_of(meeting),
        n=meeting.n,
        draft=meeting.closed_at is None,
        place=meeting.place,
        starts_at=meeting.starts_at,
        opened_at=meeting.opened_at,
        closed_at=meeting.closed_at,
        invited_at=meeting.invited_at,
        opened_with=presence.voters_at_opening(meeting),
        quorum=meeting.quorum,
        most_voters=sum(one.function in VOTING for one in people),
        chair=_first(meeting, Function.CHAIR),
        keeper=_first(meeting, Function.SECRETARY),
        attendants=tuple(_attendant(one) for one in meeting.presences),
        absent=tuple(_absent(meeting)),
        items=tuple(_items(meeting, names, hidden)),
        off=tuple(_in_state(ItemState.OFF, meeting, names, hidden)),
        waiting=tuple(_in_state(ItemState.WAITING, meeting, names, hidden)),
        result=tuple(_result(definition, found, names)),
        left="" if hidden or left <= 0 else places.euros(left),
        over=places.euros(-left) if left < 0 and not hidden else "",
        partial=bool(hidden),
        zone=definition.zone,
    )  # fmt: skip


def _first(meeting: Meeting, function: Function) -> str:
    return next((one.name for one in meeting.presences if one.function is function), "")


def _attendant(one: Presence) -> Attendant:
    role = role_name(Role.JUROR, one.function)
    if one.stands_for:
        role = _("%(role)s, for %(name)s", role=role, name=one.stands_for)
    return Attendant(one.name, role, one.came_at, one.left_at)


def _absent(meeting: Meeting) -> Iterator[str]:
    came = {one.user_id for one in meeting.presences}
    for juror in presence.jury(meeting):
        if juror.function in VOTING and juror.user.id not in came:
            yield juror.user.called


def _title(item: AgendaItem, names: dict[UUID, Name]) -> str:
    return names[item.application_id].line if item.application_id else item.words


def _in_state(
    state: ItemState, meeting: Meeting, names: dict[UUID, Name], hidden: frozenset[UUID]
) -> Iterator[str]:
    for item in meeting.items:
        if item.state is state and item.began_at is None and item.application_id not in hidden:
            yield _title(item, names)


def _items(meeting: Meeting, names: dict[UUID, Name], hidden: frozenset[UUID]) -> Iterator[Item]:
    """Yield the items that were discussed, in the order in which they were."""
    begun = [item for item in meeting.items if item.began_at]
    for item in sorted(begun, key=lambda one: str(one.began_at)):
        if item.application_id in hidden:
            yield Item(omitted=True)
            continue
        name = names.get(item.application_id) if item.application_id else None
        yield Item(
            title=f"{name.number} · {name.title}" if name else item.words,
            about=name.organisation if name else "",
            began_at=item.began_at,
            ended_at=item.ended_at,
            out=(
                *map(out_words, item.out),
                *(stand_in_words(*pair) for pair in presence.stand_ins(item)),
            ),
            votes=tuple(_count(vote) for vote in item.votes if vote.state is not VoteState.OPEN),
            reasons=item.reasons,
        )


def _count(vote: Vote) -> Count:
    return Count(vote.words, way_words(vote), vote.entitled, vote.yes, vote.no, vote.abstain,
                 result_words(vote), vote.annul_reason)  # fmt: skip


def _result(
    definition: Definition, found: list[places.Standing], names: dict[UUID, Name]
) -> Iterator[Placed]:
    for prize in places.prizes(definition, found):
        for one in prize.holders:
            yield _placed(places.place_words(definition, prize.n, None, one.share), one, names)
    for one in found:
        if one.motion is Motion.SHORTLIST:
            yield _placed(_("Shortlist"), one, names)
        elif one.motion is Motion.SUM:
            yield _placed("", one, names)


def _placed(place: str, one: places.Standing, names: dict[UUID, Name]) -> Placed:
    name = _title(one.item, names)
    return Placed(place, name, "" if one.amount is None else places.euros(one.amount))
