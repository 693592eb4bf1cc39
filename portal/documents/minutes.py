"""The minutes of a meeting of the jury, to be signed by chair and keeper."""

from dataclasses import dataclass
from datetime import datetime

from portal.core.i18n import gettext as _
from portal.documents.contents import Content, Sender, values


@dataclass(frozen=True)
class Attendant:
    """Somebody who was there, from and to (None: still there); role in words."""

    name: str
    role: str
    came_at: datetime
    left_at: datetime | None


@dataclass(frozen=True)
class Count:
    """One vote: the motion, how it was held, what came out, in words and numbers."""

    motion: str
    way: str
    entitled: int
    yes: int
    no: int
    abstain: int
    result: str
    note: str = ""


@dataclass(frozen=True)
class Item:
    """One item of the agenda. out: who was concerned and why, each in one sentence.

    omitted: the reader took no part in it; then nothing else is filled.
    """

    title: str = ""
    about: str = ""
    began_at: datetime | None = None
    ended_at: datetime | None = None
    out: tuple[str, ...] = ()
    votes: tuple[Count, ...] = ()
    reasons: str = ""
    omitted: bool = False


@dataclass(frozen=True)
class Placed:
    """One line of the result."""

    place: str
    name: str
    sum: str


@dataclass(frozen=True)
class MinutesContent:
    """Everything the minutes say. draft: the meeting is not closed. partial: items are left out.

    opened_with: how many voting members were there when it was opened, None before that. off,
    waiting: the items taken off the agenda, and those that the meeting did not come to. result:
    places and shortlist; left: the euros not given in words, empty where it is not told; over: the
    euros given beyond those that there are.
    """

    sender: Sender
    call_title: str
    number: str
    n: int
    draft: bool
    place: str
    starts_at: datetime
    opened_at: datetime | None
    closed_at: datetime | None
    invited_at: datetime | None
    opened_with: int | None
    quorum: int
    most_voters: int
    chair: str
    keeper: str
    attendants: tuple[Attendant, ...]
    absent: tuple[str, ...]
    items: tuple[Item, ...]
    off: tuple[str, ...]
    waiting: tuple[str, ...]
    result: tuple[Placed, ...]
    left: str = ""
    over: str = ""
    partial: bool = False
    zone: str = "Europe/Berlin"


def minutes(content: MinutesContent) -> Content:
    """Return the minutes, in the present language."""
    title = _("Minutes of meeting %(n)s of the jury – %(call)s", n=content.n,
              call=content.call_title)  # fmt: skip
    return Content(template="minutes", context=values(content), title=title)
