"""An application with everything that hangs on it. `make_move` is the only door to `status`."""

from collections import Counter
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, attributes, mapped_column, query_expression, relationship

from portal.accounts.models import User
from portal.applications.workflow import Move, Status, destination
from portal.calls.models import Call, FormVersion
from portal.core import rows
from portal.core.actor import Actor
from portal.core.clock import now
from portal.core.db import Model, by_value


class Channel(StrEnum):
    """How an application came in."""

    WEB = "web"
    PAPER = "paper"
    EMAIL = "email"


class Application(Model):
    """One bid for a prize: a draft that nobody else reads, then sent versions that never change.

    `draft` holds raw answers by question key; `revision` grows with every change of it. `marks`
    says at which revision, in which window and when an answer last changed; `aside` keeps what
    came too late from another window. `number` is given at the first sending. `clerk` is the member
    of the office who looks after it.
    """

    __tablename__ = "application"
    __table_args__ = (
        UniqueConstraint("call_id", "number"),
        CheckConstraint("status = 'draft' OR number IS NOT NULL", "sent_has_number"),
        CheckConstraint("status = 'draft' OR submitted_at IS NOT NULL", "sent_has_time"),
        CheckConstraint("status <> 'returned' OR due IS NOT NULL", "returned_has_due_date"),
        CheckConstraint("status <> 'withdrawn' OR withdrawn_at IS NOT NULL", "withdrawn_has_time"),
        Index("ix_application_call_id_status", "call_id", "status"),
    )

    call_id: Mapped[UUID] = mapped_column(ForeignKey("call.id"))
    form_version_id: Mapped[UUID] = mapped_column(ForeignKey("form_version.id"))
    number: Mapped[int | None]
    reference: Mapped[str | None] = mapped_column(String(40), unique=True)
    locale: Mapped[str] = mapped_column(String(10))
    channel: Mapped[Channel] = mapped_column(by_value(Channel), default=Channel.WEB)
    owner_email: Mapped[str] = mapped_column(String(254), default="", index=True)
    owner_confirmed_at: Mapped[datetime | None]
    title: Mapped[str] = mapped_column(String(2000), default="")
    draft: Mapped[dict[str, Any]] = mapped_column(default=dict)
    marks: Mapped[dict[str, Any]] = mapped_column(default=dict)
    aside: Mapped[dict[str, Any]] = mapped_column(default=dict)
    revision: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(default=now)
    saved_at: Mapped[datetime] = mapped_column(default=now)
    submitted_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    late_until: Mapped[datetime | None]
    due: Mapped[date | None]
    reminded_at: Mapped[datetime | None]
    sent_home_at: Mapped[datetime | None]
    warned_at: Mapped[datetime | None]
    clerk_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("user.id", ondelete="SET NULL"), index=True
    )
    nominee_answer: Mapped[str | None] = mapped_column(String(10))
    nominee_answered_at: Mapped[datetime | None]
    _status: Mapped[Status] = mapped_column("status", by_value(Status), default=Status.DRAFT)
    _lock: Mapped[int] = mapped_column("lock")

    # Only where a page of the form reads it along: whether it has files, or had. Else None.
    has_files: Mapped[bool | None] = query_expression()
    call: Mapped[Call] = relationship(lazy="joined")
    clerk: Mapped[User | None] = relationship()
    form_version: Mapped[FormVersion] = relationship()
    versions: Mapped[list["Version"]] = relationship(
        order_by="Version.n", back_populates="application", cascade="all, delete-orphan"
    )
    files: Mapped[list["File"]] = relationship(
        order_by="File.position, File.created_at", cascade="all, delete-orphan"
    )
    events: Mapped[list["Event"]] = relationship(
        order_by="Event.n", cascade="all, delete-orphan", back_populates="application"
    )
    consents: Mapped[list["Consent"]] = relationship(cascade="all, delete-orphan")
    keys: Mapped[list["AccessKey"]] = relationship(cascade="all, delete-orphan")

    __mapper_args__ = {"version_id_col": _lock}  # two clerks at once: the second is told

    @hybrid_property
    def status(self) -> Status:
        """Where the application stands; only `make_move` changes it."""
        return self._status

    @property
    def lock(self) -> int:
        """A number that grows with every change of the row: who shows it learns of a faster one."""
        return self._lock

    def make_move(self, move: Move, *, by: Actor, at: datetime, note: str = "") -> "Event":
        """Go where `move` leads and write it into the history; raise `MoveNotPossible`."""
        target = destination(move, self._status)
        is_first = self._status is Status.DRAFT  # nothing leads back to a draft
        event = Event(
            n=1 if is_first else len(self.events) + 1,
            move=move,
            source=self._status,
            target=target,
            by_kind=by.kind,
            by_key=by.key,
            at=at,
            note=note,
        )
        if is_first:
            event.application_id = self.id
            rows.add(event)
            attributes.set_committed_value(self, "events", [event])
        else:
            self.events.append(event)
        self._status = target
        return event


class Reason(StrEnum):
    """Why a version came to be."""

    SUBMIT = "submit"
    REVISE = "revise"
    COMPLETE = "complete"
    CORRECT = "correct"


class Version(Model):
    """What was sent, frozen. Jury, receipt, export and gallery read versions, never drafts.

    answers: cleaned answers by question key. sha256: of `usecases.fingerprint`, over answers, files
    and form version; two sendings of the same content have the same one. check_code: what the
    public check page asks for.
    """

    __tablename__ = "version"
    __table_args__ = (UniqueConstraint("application_id", "n"),)

    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"))
    n: Mapped[int]
    form_version_id: Mapped[UUID] = mapped_column(ForeignKey("form_version.id"))
    answers: Mapped[dict[str, Any]]
    locale: Mapped[str] = mapped_column(String(10))
    reason: Mapped[Reason] = mapped_column(by_value(Reason))
    arrived_at: Mapped[datetime]
    stored_at: Mapped[datetime]
    late: Mapped[bool] = mapped_column(default=False)
    by_kind: Mapped[str] = mapped_column(String(20))
    by_key: Mapped[str] = mapped_column(String(80))
    sha256: Mapped[str] = mapped_column(String(64))
    check_code: Mapped[str] = mapped_column(String(20), unique=True)
    draft_revision: Mapped[int] = mapped_column(default=0)
    note: Mapped[str] = mapped_column(String(4000), default="")

    application: Mapped[Application] = relationship(back_populates="versions")
    form_version: Mapped[FormVersion] = relationship()
    files: Mapped[list["VersionFile"]] = relationship(
        order_by="VersionFile.position", cascade="all, delete-orphan"
    )

    @property
    def file_counts(self) -> dict[str, int]:
        """How many files each question has that has any."""
        return Counter(kept.file.key for kept in self.files)


class FileState(StrEnum):
    """What the check of a file has found so far."""

    CHECKING = "checking"
    READY = "ready"
    REFUSED = "refused"


class File(Model):
    """One uploaded file. `key` is the question it answers; sizes are in bytes.

    sha256_received: of what the person sent, printed on the receipt. sha256_stored: of what we
    keep after cleaning. copies: storage keys of the cleaned file's copies by purpose (`preview`,
    `print`, `page1` …). A file that a version names lives as long as the application; `removed_at`
    only takes it out of the draft.
    """

    __tablename__ = "file"
    __table_args__ = (
        CheckConstraint("state <> 'ready' OR stored_key IS NOT NULL", "ready_is_stored"),
        CheckConstraint("state <> 'refused' OR refusal <> ''", "refused_has_reason"),
        CheckConstraint("size_received > 0", "not_empty"),
    )

    application_id: Mapped[UUID] = mapped_column(
        ForeignKey("application.id", ondelete="CASCADE"), index=True
    )
    key: Mapped[str] = mapped_column(String(80))
    position: Mapped[int] = mapped_column(default=0)
    name: Mapped[str] = mapped_column(String(160))
    media_type: Mapped[str] = mapped_column(String(80))
    state: Mapped[FileState] = mapped_column(by_value(FileState), default=FileState.CHECKING)
    refusal: Mapped[str] = mapped_column(String(40), default="")
    refusal_facts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    received_key: Mapped[str | None] = mapped_column(String(80))
    size_received: Mapped[int]
    sha256_received: Mapped[str] = mapped_column(String(64))
    stored_key: Mapped[str | None] = mapped_column(String(80))
    size_stored: Mapped[int | None]
    sha256_stored: Mapped[str | None] = mapped_column(String(64))
    width: Mapped[int | None]
    height: Mapped[int | None]
    pages: Mapped[int | None]
    copies: Mapped[dict[str, Any]] = mapped_column(default=dict)
    notes: Mapped[list[Any]] = mapped_column(default=list)
    scan: Mapped[str] = mapped_column(String(20), default="waiting")
    tries: Mapped[int] = mapped_column(default=0)
    caption: Mapped[str] = mapped_column(String(400), default="")
    credit: Mapped[str] = mapped_column(String(200), default="")
    alt: Mapped[str] = mapped_column(String(400), default="")
    persons: Mapped[str] = mapped_column(String(10), default="")
    created_at: Mapped[datetime] = mapped_column(default=now)
    removed_at: Mapped[datetime | None]

    keys: Mapped[list["FileKey"]] = relationship(cascade="all, delete-orphan")


class FileKey(Model):
    """One storage key that a checked file uses, so that the sweep of orphans can ask by key."""

    __tablename__ = "file_key"

    file_id: Mapped[UUID] = mapped_column(ForeignKey("file.id", ondelete="CASCADE"), index=True)
    key: Mapped[str] = mapped_column(String(80), unique=True)


class VersionFile(Model):
    """A file as a version names it, with the words that stood beside it at that moment."""

    __tablename__ = "version_file"
    __table_args__ = (UniqueConstraint("version_id", "file_id"),)

    version_id: Mapped[UUID] = mapped_column(ForeignKey("version.id", ondelete="CASCADE"))
    file_id: Mapped[UUID] = mapped_column(ForeignKey("file.id"), index=True)
    position: Mapped[int]
    caption: Mapped[str] = mapped_column(String(400), default="")
    credit: Mapped[str] = mapped_column(String(200), default="")
    alt: Mapped[str] = mapped_column(String(400), default="")
    persons: Mapped[str] = mapped_column(String(10), default="")

    file: Mapped[File] = relationship(lazy="joined")


class AnswerIndex(Model):
    """One chosen option of the latest version, so that lists can filter by it."""

    __tablename__ = "answer_index"
    __table_args__ = (
        Index("ix_answer_index_key_value_application_id", "key", "value", "application_id"),
    )

    application_id: Mapped[UUID] = mapped_column(
        ForeignKey("application.id", ondelete="CASCADE"), index=True
    )
    key: Mapped[str] = mapped_column(String(80))
    value: Mapped[str] = mapped_column(String(60))


class Consent(Model):
    """A consent with the version of its text; proof and withdrawal (Art. 7 GDPR)."""

    __tablename__ = "consent"

    application_id: Mapped[UUID] = mapped_column(
        ForeignKey("application.id", ondelete="CASCADE"), index=True
    )
    kind: Mapped[str] = mapped_column(String(40))
    text_version: Mapped[str] = mapped_column(String(40))
    given_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    channel: Mapped[Channel] = mapped_column(by_value(Channel), default=Channel.WEB)


class Event(Model):
    """One move in the history of an application; never changed."""

    __tablename__ = "event"
    __table_args__ = (UniqueConstraint("application_id", "n"),)

    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"))
    n: Mapped[int]
    move: Mapped[Move] = mapped_column(by_value(Move))
    source: Mapped[Status] = mapped_column(String(40))
    target: Mapped[Status] = mapped_column(String(40))
    by_kind: Mapped[str] = mapped_column(String(20))
    by_key: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime]
    note: Mapped[str] = mapped_column(String(4000), default="")

    application: Mapped[Application] = relationship(back_populates="events")


class Purpose(StrEnum):
    """What a key opens its application for."""

    DEVICE = "device"
    LINK = "link"
    CODE = "code"
    PAPER = "paper"
    NOMINEE = "nominee"
    HANDOVER = "handover"


class AccessKey(Model):
    """A key to one application; only its hash is stored.

    A device key is held by a browser's cookie. Links and codes are derived from the id, `nonce` and
    the secret when a letter leaves, so neither database nor outbox holds them. `browser` binds a
    code to the browser that asked.
    """

    __tablename__ = "access_key"
    __table_args__ = (
        UniqueConstraint("application_id", "purpose", "hash"),
        CheckConstraint("tries >= 0", "tries_not_negative"),
    )

    application_id: Mapped[UUID] = mapped_column(
        ForeignKey("application.id", ondelete="CASCADE"), index=True
    )
    purpose: Mapped[Purpose] = mapped_column(by_value(Purpose))
    hash: Mapped[str] = mapped_column(String(64), index=True)
    nonce: Mapped[str] = mapped_column(String(44), default="")
    email: Mapped[str] = mapped_column(String(254), default="")
    browser: Mapped[str] = mapped_column(String(64), default="")
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)

    application: Mapped[Application] = relationship(back_populates="keys")
