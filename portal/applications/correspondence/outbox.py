"""The outbox of a call: which letters there are, and steering those that have not left."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select

from portal import audit, mail
from portal.applications import keys
from portal.applications.models import Application
from portal.applications.workflow import Status
from portal.calls.models import Call
from portal.core.actor import Actor
from portal.core.db import db
from portal.core.errors import DomainError, NotFound
from portal.core.i18n import gettext as _
from portal.mail.models import Letter, LetterState

SIZE = 50
MOST_AT_ONCE = 1000
# What the owner of a draft typed goes to nobody else, not even by the outbox.
ALWAYS_PRIVATE = ("unsent_text",)


@dataclass(frozen=True)
class Wish:
    """What to show; empty means all. q: words in address, name, subject or number."""

    state: LetterState | None = None
    q: str = ""
    batch: UUID | None = None
    page: int = 1


@dataclass(frozen=True)
class Line:
    """One letter with the application it is about, if that is still there."""

    letter: Letter
    application: Application | None

    @property
    def is_private(self) -> bool:
        """Whether only the person it goes to may read it: it is about a draft."""
        draft = self.application is not None and self.application.status is Status.DRAFT
        return draft or self.letter.name in ALWAYS_PRIVATE


@dataclass(frozen=True)
class Page:
    """One page of the outbox, newest first."""

    lines: list[Line]
    total: int
    page: int
    pages: int


def outbox(call: Call, wish: Wish) -> Page:
    """Return one page of the letters of a call, in two statements."""
    conditions = _conditions(call, wish)
    joined = Application.id == Letter.about
    counted = select(func.count(Letter.id)).outerjoin(Application, joined).where(*conditions)
    total = db.session.scalar(counted) or 0
    pages = max(1, -(-total // SIZE))
    page = min(max(wish.page, 1), pages)
    rows = select(Letter, Application).outerjoin(Application, joined).where(*conditions)
    rows = rows.order_by(Letter.created_at.desc(), Letter.id).limit(SIZE)
    found = db.session.execute(rows.offset((page - 1) * SIZE))
    return Page([Line(letter, about) for letter, about in found], total, page, pages)


def _conditions(call: Call, wish: Wish) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = [Letter.call_id == call.id]
    if wish.state:
        wanted.append(Letter.state == wish.state)
    if wish.batch:
        wanted.append(Letter.batch == wish.batch)
    if wish.q:
        # The words of a draft are not to be guessed by searching for them.
        public = or_(Application.id.is_(None), Application.status != Status.DRAFT)
        wanted += [public, Letter.name.not_in(ALWAYS_PRIVATE)]
    wanted += [_has(word) for word in wish.q.split()[:8]]
    return wanted


def _has(word: str) -> ColumnElement[bool]:
    columns = (Letter.to_address, Letter.to_name, Letter.subject, Application.reference)
    return or_(*(column.icontains(word, autoescape=True) for column in columns))


def letter_of(call: Call, letter_id: UUID, *, for_change: bool = False) -> Line:
    """Return one letter of a call; raise `NotFound`. for_change locks its row."""
    mine = select(Letter).where(Letter.id == letter_id, Letter.call_id == call.id)
    letter = db.session.scalar(mine.with_for_update() if for_change else mine)
    if letter is None:
        raise NotFound
    about = db.session.get(Application, letter.about) if letter.about else None
    return Line(letter, about)


def attention(call: Call) -> dict[LetterState, int]:
    """Return how many letters of a call are in each state."""
    return mail.counts(call.id)


class Changed(DomainError):
    """The letter is not as the person saw it."""


def change(line: Line, *, subject: str, body: str, seen: str, by: Actor) -> None:
    """Give a letter that has not left other words; one on its way is held from then on.

    seen: `mail.stamp` of what the person saw; `Changed` if it moved on since.
    """
    _must_be_as_seen(line, seen)
    if line.letter.state is LetterState.WAITING:
        mail.hold(line.letter)
    mail.change(line.letter, subject=subject, body=body)
    _record(by, "letter_change", line.letter)


def steer(line: Line, action: str, *, seen: str, by: Actor) -> Letter:
    """Hold, release, cancel or send again (`action`) one letter; return it, or the new one."""
    _must_be_as_seen(line, seen)
    _record(by, f"letter_{action}", line.letter)
    if action == "again":
        made = mail.send_again(line.letter, by=by)
        _renew_link(made)
        return made
    ACTIONS[action](line.letter)
    return line.letter


def _must_be_as_seen(line: Line, seen: str) -> None:
    if mail.stamp(line.letter) != seen:
        raise Changed(_("The letter has moved on meanwhile. Load the page again."))


def steer_many(call: Call, ids: Sequence[UUID], action: str, *, by: Actor) -> int:
    """Hold, release or cancel those of `ids` that can be; return how many were."""
    mine = select(Letter).where(Letter.call_id == call.id, Letter.id.in_(ids))
    return _steer_all(mine, action, by)


def steer_batch(call: Call, batch: UUID, action: str, *, by: Actor) -> int:
    """Release or cancel all letters of one mail to many that are still held."""
    mine = select(Letter).where(Letter.call_id == call.id, Letter.batch == batch)
    return _steer_all(mine, action, by)


def _steer_all(mine: object, action: str, by: Actor) -> int:
    wanted = mine.where(Letter.state.in_(SOURCES[action])).limit(MOST_AT_ONCE)  # type: ignore[attr-defined]
    letters = list(db.session.scalars(wanted.with_for_update()))
    for letter in letters:
        _record(by, f"letter_{action}", letter)
        ACTIONS[action](letter)
    return len(letters)


def _record(by: Actor, what: str, letter: Letter) -> None:
    call = db.session.get_one(Call, letter.call_id)
    audit.record(by, what, letter, call=call.slug, letter=letter.name,
                 about=str(letter.about or ""))  # fmt: skip


def release(letter: Letter) -> None:
    """Let a held letter go out, with a link that lives from now on."""
    _renew_link(letter)
    mail.release(letter)


def _renew_link(letter: Letter) -> None:
    """Give a letter a fresh link: the one it was written with may be days old."""
    fresh = keys.renew_link(letter.link_key) if letter.link_key else None
    if fresh:
        letter.link_key = fresh.id


ACTIONS = {"hold": mail.hold, "release": release, "cancel": mail.cancel}
SOURCES = {
    "hold": (LetterState.WAITING,),
    "release": (LetterState.HELD,),
    "cancel": (LetterState.WAITING, LetterState.HELD, LetterState.FAILED),
}
