"""The agenda of a meeting: drawn from the ranking, then as the jury wants it; notes of reasons."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select

from portal import audit
from portal.applications.models import Application
from portal.applications.workflow import Status
from portal.core.actor import Actor
from portal.core.db import db
from portal.core.errors import DomainError, NotFound
from portal.core.i18n import gettext as _
from portal.core.text import normalise, one_line
from portal.scoring.meeting.meeting_models import AgendaItem, ItemState, Meeting
from portal.scoring.meeting.sitting import require_unclosed, touch
from portal.scoring.rank import ranking, sight

LONGEST_WORDS = 300
LONGEST_REASONS = 20_000
UNDECIDED = (Status.WITH_JURY, Status.SCORED)


class Overtaken(DomainError):
    """Somebody else saved the notes meanwhile; `given` is what came and was not saved."""

    def __init__(self, item: AgendaItem, given: str) -> None:
        super().__init__(_("Somebody else changed these notes meanwhile. Nothing is lost."))
        self.item, self.given = item, given


def fill(meeting: Meeting) -> None:
    """Put every application that is not decided on the agenda, in the order of `_order`."""
    for position, application_id in enumerate(_order(meeting), 1):
        meeting.items.append(AgendaItem(application_id=application_id, position=position))
    db.session.flush()


def _order(meeting: Meeting) -> list[UUID]:
    """Return the undecided applications: by rank once scoring is closed, before it by number.

    While scoring is open the order would tell those who still score what the others think.
    """
    rows = select(Application.id).where(
        Application.call_id == meeting.call.id, Application.status.in_(UNDECIDED)
    )
    numbered = list(db.session.scalars(rows.order_by(Application.number)))
    if not sight.is_closed(meeting.call):
        return numbered
    known = set(numbered)
    ranked = [entry.application_id for entry in ranking.whole(meeting.call).entries]
    return [application_id for application_id in ranked if application_id in known]


def draw(meeting: Meeting, *, by: Actor) -> None:
    """Put the waiting applications into the order of the ranking, and new ones with them.

    Items in words and those that were discussed stay in front, in their order. Raises
    `DomainError` while scoring is open.
    """
    require_unclosed(meeting)
    if not sight.is_closed(meeting.call):
        raise DomainError(_("Close scoring first. Until then the order would tell the ranking."))
    there = {item.application_id: item for item in meeting.items if item.application_id}
    for application_id in _order(meeting):
        if application_id not in there:
            there[application_id] = AgendaItem(application_id=application_id, position=0)
            meeting.items.append(there[application_id])
    waiting = [there[one] for one in _order(meeting) if there[one].state is ItemState.WAITING]
    first = [item for item in meeting.items if item not in waiting]
    for position, item in enumerate([*first, *waiting], 1):
        item.position = position
    _changed(meeting)
    audit.record(by, "meeting_agenda_draw", meeting)


def add_words(meeting: Meeting, words: str, *, by: Actor) -> AgendaItem:
    """Put an item in words behind the others that wait."""
    require_unclosed(meeting)
    said = one_line(words)[:LONGEST_WORDS]
    if not said:
        raise DomainError(_("Write what this item is about."))
    item = AgendaItem(words=said, position=len(meeting.items) + 1, votes=[], out=[])
    meeting.items.append(item)
    touch(meeting)
    audit.record(by, "meeting_agenda_add", item)
    return item


def take_off(item: AgendaItem, *, by: Actor) -> None:
    """Take an item off that was not discussed."""
    if item.state is not ItemState.WAITING:
        raise DomainError(_("Only an item that waits can be taken off."))
    _turn(item, ItemState.OFF, "meeting_agenda_off", by)


def put_back(item: AgendaItem, *, by: Actor) -> None:
    """Put an item back that was taken off."""
    if item.state is not ItemState.OFF:
        raise DomainError(_("This item is on the agenda."))
    _turn(item, ItemState.WAITING, "meeting_agenda_back", by)


def _turn(item: AgendaItem, state: ItemState, what: str, by: Actor) -> None:
    require_unclosed(item.meeting)
    item.state = state
    touch(item.meeting)
    audit.record(by, what, item)


def move(item: AgendaItem, *, up: bool, among: Collection[AgendaItem], by: Actor) -> None:
    """Swap an item with its neighbour among those that the mover sees (`among`)."""
    require_unclosed(item.meeting)
    if item.state is not ItemState.WAITING:
        raise DomainError(_("Only an item that waits can be moved."))
    line = sorted((one for one in among if one.state is ItemState.WAITING),
                  key=lambda one: one.position)  # fmt: skip
    at = line.index(item)
    to = at - 1 if up else at + 1
    if not 0 <= to < len(line):
        return
    item.position, line[to].position = line[to].position, item.position
    _changed(item.meeting)
    audit.record(by, "meeting_agenda_move", item)


def _changed(meeting: Meeting) -> None:
    touch(meeting)
    db.session.expire(meeting, ["items"])


def find(meeting: Meeting, item_id: UUID) -> AgendaItem:
    """Return an item of the meeting; raise `NotFound`."""
    found = next((item for item in meeting.items if item.id == item_id), None)
    if found is None:
        raise NotFound
    return found


def write_reasons(item: AgendaItem, text: str, *, seen: int, by: Actor) -> None:
    """Keep the notes of the reasons; seen: the number of the notes that the writer had before.

    Raises `Overtaken` where somebody else saved since then: both texts are shown.
    """
    require_unclosed(item.meeting)
    given = normalise(text).strip()
    if len(given) > LONGEST_REASONS:
        raise DomainError(_("Shorten your text to %(limit)s characters.", limit=LONGEST_REASONS))
    if given == item.reasons:
        return
    if seen != item.reasons_n:
        raise Overtaken(item, given)
    item.reasons, item.reasons_n = given, item.reasons_n + 1
    touch(item.meeting)
    audit.record(by, "meeting_reasons", item, n=item.reasons_n)
