"""What somebody may see of a meeting: decided here, for desk, wall, own device and minutes alike.

An application with a conflict does not exist for the juror: neither on the agenda nor among the
places; while it is discussed there is only one sentence that says so.
"""

from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from uuid import UUID

from sqlalchemy import select

from portal.accounts.models import User
from portal.applications.jury.judging import Conflict, Juror
from portal.applications.jury.jurysight import answers_of, name_of, title_of
from portal.applications.models import Application
from portal.calls.definition import Definition
from portal.calls.memberships import Function
from portal.calls.models import Call
from portal.calls.queries import definition_of
from portal.core.db import db
from portal.scoring.meeting import places, presence
from portal.scoring.meeting.meeting_models import AgendaItem, Meeting
from portal.scoring.meeting.places import Prize, Standing
from portal.scoring.meeting.sitting import item_now
from portal.scoring.rank import sight

RUNNING = (Function.CHAIR, Function.SECRETARY)


@dataclass(frozen=True)
class Viewer:
    """Somebody who looks at a meeting: of the jury, of the office, or both."""

    user: User
    call: Call
    juror: Juror | None
    office: bool = False

    @property
    def runs(self) -> bool:
        """Whether the person runs the meeting: chair, secretary, office."""
        return self.office or (self.juror is not None and self.juror.function in RUNNING)


@dataclass(frozen=True)
class Name:
    """How an application is called on the agenda. organisation: empty in a blind call."""

    number: str
    title: str
    organisation: str

    @property
    def line(self) -> str:
        """All of it in one line."""
        return " · ".join(part for part in (self.number, self.title, self.organisation) if part)


@dataclass(frozen=True)
class View:
    """A meeting as one person sees it. hidden: the applications that do not exist for them."""

    meeting: Meeting
    viewer: Viewer
    hidden: frozenset[UUID]

    @cached_property
    def definition(self) -> Definition:
        """The call as it is today."""
        return definition_of(self.meeting.call.newest_version_id)

    def sees(self, item: AgendaItem) -> bool:
        """Whether the item exists for the person."""
        return item.application_id is None or item.application_id not in self.hidden

    @cached_property
    def items(self) -> list[AgendaItem]:
        """The agenda. Who may not know the ranking gets it by number: its order would tell."""
        seen = [item for item in self.meeting.items if self.sees(item)]
        if self.viewer.runs or self._may_know_order:
            return seen
        numbers = self.names
        return sorted(seen, key=lambda item: (
            item.application_id is not None,
            numbers[item.application_id].number if item.application_id else "",
        ))  # fmt: skip

    @property
    def _may_know_order(self) -> bool:
        juror = self.viewer.juror
        return juror is None or (sight.may_ask(juror) and sight.is_closed(self.meeting.call))

    @cached_property
    def names(self) -> dict[UUID, Name]:
        """How the visible applications are called, those with a place from before among them."""
        items = [*self.meeting.items, *(one.item for one in self.standings)]
        ids = {item.application_id: None for item in items
               if item.application_id and self.sees(item)}  # fmt: skip
        return names_of(list(ids), self.definition)

    @property
    def is_hidden_now(self) -> bool:
        """Whether something is discussed that the person takes no part in."""
        item = item_now(self.meeting)
        return item is not None and not self.sees(item)

    @property
    def item(self) -> AgendaItem | None:
        """The item under discussion, if the person may know it."""
        found = item_now(self.meeting)
        return found if found and self.sees(found) else None

    @cached_property
    def standings(self) -> list[Standing]:
        """What is decided, of what the person may know."""
        return places.standings(self.meeting, self.definition, self.hidden)

    @property
    def prizes(self) -> list[Prize]:
        """The places with who holds them."""
        return places.prizes(self.definition, self.standings)

    @property
    def left(self) -> int | None:
        """The euros that are left; None where something is hidden, since the sum would tell."""
        return None if self.hidden else places.left(self.definition, self.standings)

    def name(self, item: AgendaItem) -> str:
        """Return what a visible item is called, in one line."""
        return self.names[item.application_id].line if item.application_id else item.words

    @cached_property
    def digest(self) -> str:
        """A word that changes with whatever the person sees, and with nothing else."""
        meeting = self.meeting
        times = (meeting.starts_at, meeting.opened_at, meeting.closed_at, self.is_hidden_now)
        told = [*map(str, times), meeting.place, *map(_state, self.items)]
        told += [f"{one.id} {one.left_at}" for one in meeting.presences]
        return sha256("\n".join(told).encode()).hexdigest()[:20]


def _state(item: AgendaItem) -> str:
    votes = " ".join(f"{one.id}{one.state}{len(one.ballots)}{one.carried}" for one in item.votes)
    return f"{item.id} {item.state} {item.position} {item.began_at} {item.reasons_n} {votes}"


def view(meeting: Meeting, viewer: Viewer) -> View:
    """Return the meeting as `viewer` sees it."""
    return View(meeting, viewer, frozenset(hidden(meeting, viewer)))


def hidden(meeting: Meeting, viewer: Viewer) -> set[UUID]:
    """Return the applications on this agenda and earlier ones that do not exist for the person.

    Those with a conflict; in a blind call also those for which a juror has not answered yet, so
    that organisation and number are never put side by side.
    """
    out = presence.hidden_from(meeting, viewer.user.id)
    juror = viewer.juror
    if juror is None or viewer.office or not juror.definition.jury.blind:
        return out
    ids = presence.discussed_up_to(meeting)
    rows = select(Conflict.application_id).where(
        Conflict.application_id.in_(ids), Conflict.user_id == viewer.user.id
    )
    return out | (ids - set(db.session.scalars(rows)))


def names_of(ids: list[UUID], definition: Definition) -> dict[UUID, Name]:
    """Return how applications are called, as the jury may know them; three statements at most."""
    seen = answers_of(ids, [definition.title_key, *definition.name_keys])
    rows = select(Application.id, Application.reference).where(Application.id.in_(ids))
    return {
        row[0]: Name(str(row[1]), title_of(definition, seen[row[0]].answers),
                     name_of(definition, seen[row[0]].answers))
        for row in db.session.execute(rows)
    }  # fmt: skip
