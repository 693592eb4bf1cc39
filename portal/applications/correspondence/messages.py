"""Messages between office and applicant, one thread per application, with files."""

from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum
from typing import BinaryIO
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, func, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal import audit, mail
from portal.applications import reactions
from portal.applications.drafts import filing
from portal.applications.drafts.filing import Incoming
from portal.applications.models import Application, File
from portal.applications.policy import POLICY, Action
from portal.applications.queries import definition_for, draft_files
from portal.calls.models import Call
from portal.core.actor import Actor
from portal.core.clock import now
from portal.core.db import Model, by_value, db
from portal.core.errors import DomainError
from portal.core.i18n import BINDING
from portal.core.i18n import gettext as _
from portal.core.text import normalise

LONGEST = 8000
MOST_FILES = 5
KINDS = ("pdf", "jpeg", "png", "webp")
FILE_KEY = "@message."


class Way(StrEnum):
    """How a message came: written on the page, or filed by hand after it came otherwise."""

    PAGE = "page"
    MAIL = "mail"
    PHONE = "phone"
    POST = "post"


class Message(Model):
    """One message. `from_office` says whose it is; `by_key` who wrote or filed it.

    read_at: when the other side had read it. Its files bear its key (`File.key`).
    """

    __tablename__ = "message"
    __table_args__ = (
        CheckConstraint("text <> ''", "says_something"),
        Index("ix_message_application_id_sent_at", "application_id", "sent_at"),
    )

    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"))
    from_office: Mapped[bool]
    by_kind: Mapped[str] = mapped_column(String(20))
    by_key: Mapped[str] = mapped_column(String(80))
    text: Mapped[str] = mapped_column(String(LONGEST))
    way: Mapped[Way] = mapped_column(by_value(Way), default=Way.PAGE)
    sent_at: Mapped[datetime] = mapped_column(default=now)
    read_at: Mapped[datetime | None]

    application: Mapped[Application] = relationship()

    @property
    def file_key(self) -> str:
        """The key of the files that belong to the message."""
        return f"{FILE_KEY}{self.id.hex}"


UNREAD = Message.from_office.is_(False) & Message.read_at.is_(None)  # by the office


def take_in(file: BinaryIO, filename: str) -> Incoming:
    """Check the head of a file for a message and store it, as `filing.take_in` does."""
    return filing.take(file, filename, kinds=KINDS)


def write(
    application: Application,
    text: str,
    *,
    by: Actor,
    files: Sequence[Incoming] = (),
    quiet: bool = False,
) -> Message:
    """Add a message of whoever acts; the other side gets a mail. An answer reads what came before.

    quiet: no mail to the office, since another one tells of it.

    Raises `DomainError` if nothing is said or too much.
    """
    POLICY.require(by, Action.WRITE_MESSAGE, application)
    message = _add(application, text, by=by, from_office=by.kind == "user", way=Way.PAGE)
    _attach(application, message, files)
    read(application, by=by)
    audit.record(by, "message", application, message=str(message.id), files=len(files))
    if message.from_office:
        reactions.write(
            application, "message", lambda _language: _values(application, message), by=by
        )
    elif not quiet:
        tell_office(application, "message_arrived", message.text)
    return message


def file_by_hand(  # noqa: PLR0913  (who, when and why)
    application: Application,
    text: str,
    *,
    way: Way,
    by: Actor,
    at: datetime,
    files: Sequence[Incoming] = (),
) -> Message:
    """Keep what the applicant answered by mail, telephone or post; nobody gets a mail for it.

    at: when it came. The office has read it, since it files it.
    """
    POLICY.require(by, Action.WORK, application)
    if at > now():
        raise DomainError(_("The day lies in the future. Write when the answer came."))
    message = _add(application, text, by=by, from_office=False, way=way)
    message.sent_at, message.read_at = at, now()
    _attach(application, message, files)
    audit.record(by, "message_filed", application, message=str(message.id), way=way.value)
    return message


def _add(application: Application, text: str, *, by: Actor, from_office: bool, way: Way) -> Message:
    said = normalise(text).strip()
    if not said:
        raise DomainError(_("Write your message first."))
    if len(said) > LONGEST:
        raise DomainError(
            _("The message is too long. Shorten it to %(most)s characters.", most=LONGEST)
        )
    message = Message(
        id=uuid4(), application_id=application.id, from_office=from_office, by_kind=by.kind,
        by_key=by.key, text=said, way=way, sent_at=now(),
    )  # fmt: skip
    db.session.add(message)
    db.session.flush()
    return message


def _attach(application: Application, message: Message, files: Sequence[Incoming]) -> None:
    if len(files) > MOST_FILES:
        raise DomainError(_("Send at most %(most)s files with one message.", most=MOST_FILES))
    for incoming in files:
        filing.keep(application, message.file_key, incoming, at=message.sent_at)


def _values(application: Application, message: Message) -> dict[str, str]:
    return {
        "number": str(application.reference), "title": application.title, "note": message.text
    }  # fmt: skip


def tell_office(application: Application, name: str, note: str) -> None:
    """Write to the call's office that something came; it finds the rest in the portal."""
    definition = definition_for(application)
    mail.write(
        name,
        to=mail.Mailbox(definition.contact.email),
        language=BINDING,
        values=lambda language: reactions.office_values(definition, language) | {
            "number": str(application.reference), "title": application.title, "note": note,
        },
        about=application.id,
        call_id=application.call_id,
        from_name=reactions.sender_name(definition),
    )  # fmt: skip


def read(application: Application, *, by: Actor) -> None:
    """Note that the acting side has read all messages of the other one."""
    POLICY.require(by, Action.WRITE_MESSAGE, application)
    for message in thread(application):
        if message.from_office is not (by.kind == "user") and message.read_at is None:
            message.read_at = now()


def thread(application: Application) -> list[Message]:
    """Return all messages about an application, the first one first."""
    rows = select(Message).where(Message.application_id == application.id)
    return list(db.session.scalars(rows.order_by(Message.sent_at, Message.id)))


def files_of(application: Application, message: Message) -> list[File]:
    """Return the files of a message, checked or not."""
    return [file for file in draft_files(application) if file.key == message.file_key]


def unread(application: Application, *, by_office: bool) -> int:
    """Return how many messages one side has not read yet."""
    query = (
        select(func.count())
        .select_from(Message)
        .where(
            Message.application_id == application.id,
            Message.from_office.is_(not by_office),
            Message.read_at.is_(None),
        )
    )
    return db.session.scalar(query) or 0


def unread_on(ids: Collection[UUID]) -> dict[UUID, int]:
    """Return how many messages the office has not read, by application, in one query."""
    query = (
        select(Message.application_id, func.count())
        .where(
            Message.application_id.in_(ids),
            Message.from_office.is_(False),
            Message.read_at.is_(None),
        )
        .group_by(Message.application_id)
    )
    return {row[0]: row[1] for row in db.session.execute(query)}


def waiting_for_office(call: Call) -> list[Application]:
    """Return the applications of a call with messages that the office has not read."""
    rows = (
        select(Application)
        .join(Message, Message.application_id == Application.id)
        .where(
            Application.call_id == call.id,
            Message.from_office.is_(False),
            Message.read_at.is_(None),
        )
        .distinct()
    )
    return list(db.session.scalars(rows))
