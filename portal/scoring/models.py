"""Promises of jurors, their sheets with every sending kept, and excuses for missing ones."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import User
from portal.core.clock import now
from portal.core.db import Model, by_value


class Pledge(Model):
    """A juror confirmed the rules of secrecy and bias, in this version of the call's text."""

    __tablename__ = "pledge"
    __table_args__ = (UniqueConstraint("call_id", "user_id", "text_version"),)

    call_id: Mapped[UUID] = mapped_column(ForeignKey("call.id", ondelete="CASCADE"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    text_version: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime] = mapped_column(default=now)


class SheetState(StrEnum):
    """Where a sheet stands. Only `sent` counts; `withdrawn` was taken back and can be changed."""

    DRAFT = "draft"
    SENT = "sent"
    WITHDRAWN = "withdrawn"
    FROZEN = "frozen"


class Sheet(Model):
    """What one juror gives one application.

    version_id: what was read when it was sent. scores: whole numbers by field (see `modes`).
    comment: for the jury; private_note: for nobody but its writer. abstained: sent without scores.
    revision grows with each change; marks tell which window changed a field last, aside keeps what
    came too late from another one. frozen_from: the state before a conflict froze it.
    """

    __tablename__ = "sheet"
    __table_args__ = (
        UniqueConstraint("application_id", "user_id"),
        CheckConstraint("state <> 'sent' OR sent_at IS NOT NULL", "sent_has_time"),
        CheckConstraint("state <> 'sent' OR version_id IS NOT NULL", "sent_has_version"),
        CheckConstraint("(state = 'frozen') = (frozen_from IS NOT NULL)", "frozen_knows_before"),
    )

    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    version_id: Mapped[UUID | None] = mapped_column(ForeignKey("version.id"))
    scores: Mapped[dict[str, Any]] = mapped_column(default=dict)
    comment: Mapped[str] = mapped_column(default="")
    private_note: Mapped[str] = mapped_column(default="")
    abstained: Mapped[bool] = mapped_column(default=False)
    state: Mapped[SheetState] = mapped_column(by_value(SheetState), default=SheetState.DRAFT)
    frozen_from: Mapped[str | None] = mapped_column(String(20))
    revision: Mapped[int] = mapped_column(default=0)
    marks: Mapped[dict[str, Any]] = mapped_column(default=dict)
    aside: Mapped[dict[str, Any]] = mapped_column(default=dict)
    begun_at: Mapped[datetime] = mapped_column(default=now)
    saved_at: Mapped[datetime] = mapped_column(default=now)
    sent_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    frozen_at: Mapped[datetime | None]

    user: Mapped[User] = relationship()

    @property
    def is_sent(self) -> bool:
        """Whether it counts."""
        return self.state is SheetState.SENT

    @property
    def is_writable(self) -> bool:
        """Whether its juror can change it while scoring is open."""
        return self.state in (SheetState.DRAFT, SheetState.WITHDRAWN)


class SheetCopy(Model):
    """A sheet as it was at one sending; never changed, so that every change of a score is known."""

    __tablename__ = "sheet_copy"
    __table_args__ = (UniqueConstraint("sheet_id", "n"),)

    sheet_id: Mapped[UUID] = mapped_column(ForeignKey("sheet.id", ondelete="CASCADE"))
    n: Mapped[int]
    version_id: Mapped[UUID] = mapped_column(ForeignKey("version.id"))
    scores: Mapped[dict[str, Any]]
    comment: Mapped[str]
    abstained: Mapped[bool]
    at: Mapped[datetime]


class Excuse(Model):
    """A sheet that is missing and need not come: by whom, and why."""

    __tablename__ = "sheet_excuse"
    __table_args__ = (
        UniqueConstraint("application_id", "user_id"),
        CheckConstraint("reason <> ''", "has_reason"),
    )

    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    reason: Mapped[str] = mapped_column(String(1000))
    by_key: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(default=now)
