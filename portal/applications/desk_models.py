"""What the office keeps beside an application: digest, tags, notes, views, bulk runs, doubles."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import User
from portal.applications.models import Application
from portal.core.clock import now
from portal.core.db import Model

COLOURS = ("grey", "blue", "green", "yellow", "orange", "red", "violet")

# Lists count and sort without reading the wide rows of applications.
Index(
    "ix_application_desk",
    Application.__table__.c.call_id,
    Application.__table__.c.status,
    Application.__table__.c.clerk_id,
    Application.__table__.c.due,
)
Index(
    "ix_application_arrived",
    Application.__table__.c.call_id,
    Application.__table__.c.submitted_at,
    Application.__table__.c.number,
    Application.__table__.c.status,
    Application.__table__.c.id,
)
Index(
    "ix_application_begun",
    Application.__table__.c.call_id,
    Application.__table__.c.created_at,
)
Index(
    "ix_application_channel",
    Application.__table__.c.call_id,
    Application.__table__.c.status,
    Application.__table__.c.channel,
)


class Digest(Model):
    """The newest version of an application in one narrow row, for lists and for finding doubles.

    doc: number of its text in the search. name: the applicant as shown; `…_key`: folded, for
    sorting and comparing. checks_open: how many points of the formal check are not decided yet,
    None before anybody began; checks_total: how many there are.
    """

    __tablename__ = "digest"
    __table_args__ = (
        Index("ix_digest_call_id_title_key", "call_id", "title_key"),
        Index("ix_digest_call_id_sort_name", "call_id", "sort_name"),
        Index("ix_digest_call_id_name_key", "call_id", "name_key"),
        Index("ix_digest_call_id_email_key", "call_id", "email_key"),
        Index("ix_digest_doc", "doc", "call_id", "application_id"),
    )

    application_id: Mapped[UUID] = mapped_column(
        ForeignKey("application.id", ondelete="CASCADE"), unique=True
    )
    call_id: Mapped[UUID] = mapped_column(ForeignKey("call.id"))
    doc: Mapped[int]
    version_n: Mapped[int]
    name: Mapped[str] = mapped_column(String(2000), default="")
    sort_name: Mapped[str] = mapped_column(String(200), default="")
    title_key: Mapped[str] = mapped_column(String(200), default="")
    name_key: Mapped[str] = mapped_column(String(200), default="")
    email_key: Mapped[str] = mapped_column(String(254), default="")
    late: Mapped[bool] = mapped_column(default=False)
    checks_open: Mapped[int | None]
    checks_total: Mapped[int | None]


class DigestBand(Model):
    """One band of the fingerprint of the long texts; near-equal texts share some bands."""

    __tablename__ = "digest_band"
    __table_args__ = (Index("ix_digest_band_call_id_band_value", "call_id", "band", "value"),)

    application_id: Mapped[UUID] = mapped_column(
        ForeignKey("application.id", ondelete="CASCADE"), index=True
    )
    call_id: Mapped[UUID] = mapped_column(ForeignKey("call.id"))
    band: Mapped[int]
    value: Mapped[int] = mapped_column(BigInteger)


class Duplicate(Model):
    """Two applications that may be the same. Only a person says that they are not.

    first has the lower number. signals: what speaks for it, each a dict with `kind` (name, email,
    text, file) and its evidence.
    """

    __tablename__ = "duplicate"
    __table_args__ = (
        UniqueConstraint("first_id", "second_id"),
        CheckConstraint("first_id <> second_id", "two_applications"),
        CheckConstraint("dismissed_at IS NULL OR signals IS NOT NULL", "dismissed_had_signals"),
    )

    call_id: Mapped[UUID] = mapped_column(ForeignKey("call.id"), index=True)
    first_id: Mapped[UUID] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"))
    second_id: Mapped[UUID] = mapped_column(
        ForeignKey("application.id", ondelete="CASCADE"), index=True
    )
    signals: Mapped[list[Any]]
    found_at: Mapped[datetime] = mapped_column(default=now)
    dismissed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    dismissed_at: Mapped[datetime | None]

    first: Mapped[Application] = relationship(foreign_keys=first_id)
    second: Mapped[Application] = relationship(foreign_keys=second_id)
    dismissed_by: Mapped[User | None] = relationship()


class Tag(Model):
    """A word that the office sticks on applications of a call; `colour` is one of `COLOURS`."""

    __tablename__ = "tag"
    __table_args__ = (UniqueConstraint("call_id", "name_key"),)

    call_id: Mapped[UUID] = mapped_column(ForeignKey("call.id"))
    name: Mapped[str] = mapped_column(String(40))
    name_key: Mapped[str] = mapped_column(String(80))
    colour: Mapped[str] = mapped_column(String(10), default="grey")


class ApplicationTag(Model):
    """A tag that sticks on an application."""

    __tablename__ = "application_tag"
    __table_args__ = (UniqueConstraint("application_id", "tag_id"),)

    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"))
    tag_id: Mapped[UUID] = mapped_column(ForeignKey("tag.id", ondelete="CASCADE"), index=True)


class Note(Model):
    """What a clerk wrote beside an application; only the office reads it."""

    __tablename__ = "note"
    __table_args__ = (Index("ix_note_application_id_at", "application_id", "at"),)

    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"))
    by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    text: Mapped[str] = mapped_column(String(4000))
    at: Mapped[datetime] = mapped_column(default=now)

    by: Mapped[User | None] = relationship()
    application: Mapped[Application] = relationship()
    mentions: Mapped[list["Mention"]] = relationship(cascade="all, delete-orphan")


class Mention(Model):
    """A colleague whom a note names; it waits on that colleague's desk until seen."""

    __tablename__ = "mention"
    __table_args__ = (UniqueConstraint("note_id", "user_id"),)

    note_id: Mapped[UUID] = mapped_column(ForeignKey("note.id", ondelete="CASCADE"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    seen_at: Mapped[datetime | None]


class SavedView(Model):
    """A list with its filters, sorting and columns under a name; shared ones are everybody's."""

    __tablename__ = "saved_view"
    __table_args__ = (UniqueConstraint("call_id", "owner_id", "name"),)

    call_id: Mapped[UUID] = mapped_column(ForeignKey("call.id"))
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    query: Mapped[str] = mapped_column(String(2000))
    shared: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=now)


class BulkRun(Model):
    """One action on many applications.

    before: how each was, by its id, so it can be undone. left_out: why the others were not
    touched, by id, as a sentence for who did it.
    """

    __tablename__ = "bulk_run"

    call_id: Mapped[UUID] = mapped_column(ForeignKey("call.id"), index=True)
    by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    name: Mapped[str] = mapped_column(String(40))
    wish: Mapped[dict[str, Any]] = mapped_column(default=dict)
    before: Mapped[dict[str, Any]] = mapped_column(default=dict)
    left_out: Mapped[dict[str, Any]] = mapped_column(default=dict)
    at: Mapped[datetime] = mapped_column(default=now)
    undone_at: Mapped[datetime | None]
