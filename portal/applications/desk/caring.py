"""Who looks after an application, the tags on it, the notes beside it, and views of the list."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select, update

from portal import audit
from portal.accounts.models import User
from portal.applications.desk_models import (
    COLOURS,
    ApplicationTag,
    Mention,
    Note,
    SavedView,
    Tag,
)
from portal.applications.models import Application
from portal.applications.policy import POLICY, Action
from portal.calls.memberships import Role, members_of, roles_held
from portal.calls.models import Call
from portal.core.actor import Actor
from portal.core.clock import now
from portal.core.db import db
from portal.core.errors import DomainError, Forbidden, NotFound
from portal.core.i18n import gettext as _
from portal.core.text import fold, normalise, one_line

NAMED = re.compile(r"(?<![\w@])@(\w[\w.-]*)")


class Changed(DomainError):
    """Somebody else changed the same thing since the page was opened; nothing was written.

    theirs and yours: what stands there now and what was wanted, in words. seen: what a second try
    has to say that it saw.
    """

    def __init__(self, theirs: str, yours: str, seen: str) -> None:
        super().__init__(_("Somebody else changed this meanwhile."))
        self.seen = seen
        self.theirs = theirs
        self.yours = yours


def clerks_of(call: Call) -> list[User]:
    """Return who can look after applications of a call, by name."""
    return [member.user for member in members_of(call, Role.OFFICE) if member.user.active]


def assign(application: Application, clerk: User | None, *, by: Actor) -> None:
    """Give the application to `clerk`, or to nobody."""
    POLICY.require(by, Action.WORK, application)
    if clerk is not None and Role.OFFICE not in roles_held(clerk, application.call_id):
        raise DomainError(_("Only members of the office can look after applications."))
    if application.clerk_id == (clerk.id if clerk else None):
        return
    application.clerk = clerk
    audit.record(by, "assign", application, clerk=str(clerk.id) if clerk else None)


def assign_seen(application: Application, clerk: User | None, *, seen: str, by: Actor) -> None:
    """Assign unless somebody else did meanwhile; seen: the id that the page showed, or empty.

    Raises `Changed` then. Two who want the same do not disturb each other.
    """
    current, wanted = str(application.clerk_id or ""), str(clerk.id if clerk else "")
    if current not in (seen, wanted):
        nobody = _("nobody")
        theirs = application.clerk.called if application.clerk else nobody
        raise Changed(theirs, clerk.called if clerk else nobody, current)
    assign(application, clerk, by=by)


# --- tags --------------------------------------------------------------------------------------


def tag_called(call_id: UUID, name: str, colour: str = "") -> Tag:
    """Return the tag of a call with this name in any case; a new one is made."""
    words = one_line(name)[:40]
    key = fold(words)[:80]
    if not key:
        raise DomainError(_("Write a word for the tag."))
    known = db.session.scalar(select(Tag).where(Tag.call_id == call_id, Tag.name_key == key))
    if known is not None:
        return known
    made = Tag(call_id=call_id, name=words, name_key=key,
               colour=colour if colour in COLOURS else COLOURS[0])  # fmt: skip
    db.session.add(made)
    db.session.flush()
    return made


def tag(application: Application, one: Tag, *, by: Actor) -> bool:
    """Stick a tag on the application; return whether it was not there before."""
    POLICY.require(by, Action.WORK, application)
    if one.call_id != application.call_id:
        raise NotFound
    there = select(ApplicationTag).where(
        ApplicationTag.application_id == application.id, ApplicationTag.tag_id == one.id
    )
    if db.session.scalar(there):
        return False
    db.session.add(ApplicationTag(application_id=application.id, tag_id=one.id))
    audit.record(by, "tag", application, tag=str(one.id))
    return True


def untag(application: Application, tag_id: UUID, *, by: Actor) -> bool:
    """Take a tag off the application; return whether it was there."""
    POLICY.require(by, Action.WORK, application)
    there = db.session.scalar(
        select(ApplicationTag).where(
            ApplicationTag.application_id == application.id, ApplicationTag.tag_id == tag_id
        )
    )
    if there is None:
        return False
    db.session.delete(there)
    audit.record(by, "untag", application, tag=str(tag_id))
    return True


# --- notes -------------------------------------------------------------------------------------


def write_note(application: Application, text: str, *, by: User, also: Iterable[UUID] = ()) -> Note:
    """Write a note; whoever is named with @ or among `also` finds it on the own desk.

    A name counts by first name, last name, both joined by a dot, or the front of the address.
    """
    POLICY.require(by, Action.WORK, application)
    words = normalise(text).strip()[:4000]
    if not words:
        raise DomainError(_("Write the note first."))
    staff = {m.user.id: m.user for m in members_of(application.call, Role.OFFICE, Role.READER)}
    named = {user.id for user in staff.values() if is_named(user, words)} | set(also)
    note = Note(
        application_id=application.id, by_id=by.id, text=words,
        mentions=[Mention(user_id=one) for one in named if one in staff and one != by.id],
    )  # fmt: skip
    db.session.add(note)
    db.session.flush()
    audit.record(by, "note", application, mentions=len(note.mentions))
    return note


def is_named(user: User, text: str) -> bool:
    """Return whether `text` names `user` with an @."""
    given = {fold(word.rstrip(".-")).replace(" ", "") for word in NAMED.findall(text)}
    parts = [fold(part).replace(" ", "") for part in user.name.split()]
    known = {*parts, "".join(parts), fold(user.email.partition("@")[0]).replace(" ", "")}
    return bool(given & (known - {""}))


def take_note_away(application: Application, note_id: UUID, *, by: User) -> None:
    """Delete a note that `by` wrote; nobody deletes what others wrote."""
    POLICY.require(by, Action.WORK, application)
    note = db.session.get(Note, note_id)
    if note is None or note.application_id != application.id:
        raise NotFound
    if note.by_id != by.id:
        raise Forbidden
    db.session.delete(note)
    audit.record(by, "note_delete", application)


def mentions_seen(application: Application, *, by: User) -> None:
    """Note that `by` has seen what colleagues wrote for them at this application."""
    notes = select(Note.id).where(Note.application_id == application.id)
    seen = update(Mention).where(
        Mention.user_id == by.id, Mention.seen_at.is_(None), Mention.note_id.in_(notes)
    )
    db.session.execute(seen.values(seen_at=now()).execution_options(synchronize_session=False))


@dataclass(frozen=True)
class WaitingNote:
    """A note that names somebody who has not seen it yet."""

    application_id: UUID
    reference: str
    title: str
    text: str
    by: str


def mentions_of(user: User, call_id: UUID, most: int = 20) -> list[WaitingNote]:
    """Return the notes that wait for `user` in a call, newest first."""
    rows = db.session.execute(
        select(Application.id, Application.reference, Application.title, Note.text, User.name,
               User.email)
        .join(Note, Note.application_id == Application.id)
        .join(Mention, Mention.note_id == Note.id)
        .outerjoin(User, User.id == Note.by_id)
        .where(Application.call_id == call_id, Mention.user_id == user.id,
               Mention.seen_at.is_(None))
        .order_by(Note.at.desc())
        .limit(most)
    )  # fmt: skip
    return [WaitingNote(a, str(ref), title, text, name or email or "")
            for a, ref, title, text, name, email in rows]  # fmt: skip


# --- views of the list -------------------------------------------------------------------------


def save_view(call: Call, name: str, query: str, *, shared: bool, by: User) -> SavedView:
    """Keep a list under a name; the own view of that name is replaced."""
    words = one_line(name)[:60]
    if not words:
        raise DomainError(_("Give the view a name."))
    if Role.OFFICE not in roles_held(by, call.id):
        shared = False
    mine = select(SavedView).where(
        SavedView.call_id == call.id, SavedView.owner_id == by.id, SavedView.name == words
    )
    view = db.session.scalar(mine) or SavedView(call_id=call.id, owner_id=by.id, name=words)
    view.query, view.shared = query[:2000], shared
    db.session.add(view)
    db.session.flush()
    return view


def delete_view(call: Call, view_id: UUID, *, by: User) -> None:
    """Delete an own view; `NotFound` if it is not there, `Forbidden` if it is a colleague's."""
    rows = select(SavedView).where(SavedView.id == view_id, SavedView.call_id == call.id)
    view = db.session.scalar(rows)
    if view is None or (view.owner_id != by.id and not view.shared):
        raise NotFound
    if view.owner_id != by.id:
        raise Forbidden
    db.session.delete(view)
