"""Exports that the worker makes, and tokens by which other tools of the city read."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import User
from portal.calls.models import Call
from portal.core.clock import now
from portal.core.db import Model, by_value


class ExportState(StrEnum):
    """The life of an export: ordered, under way, ready for an hour, then gone; or failed."""

    ORDERED = "ordered"
    RUNNING = "running"
    READY = "ready"
    FAILED = "failed"
    GONE = "gone"


class Export(Model):
    """A file that the worker makes for one person, who alone can fetch it, for an hour.

    chosen: ids of applications (text), in the order of the list. wish: what else was asked for:
    `pattern`, `pictures`. done: applications finished so far.
    """

    __tablename__ = "export"
    __table_args__ = (
        CheckConstraint(
            "state <> 'ready' OR (storage_key IS NOT NULL AND expires_at IS NOT NULL)",
            "ready_has_file",
        ),
        CheckConstraint("state <> 'failed' OR error <> ''", "failed_has_reason"),
        Index("ix_export_requested_by_id_created_at", "requested_by_id", "created_at"),
        Index("ix_export_state_expires_at", "state", "expires_at"),
    )

    call_id: Mapped[UUID] = mapped_column(ForeignKey("call.id", ondelete="CASCADE"))
    requested_by_id: Mapped[UUID] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(20))
    language: Mapped[str] = mapped_column(String(10))
    chosen: Mapped[list[Any]]
    wish: Mapped[dict[str, Any]] = mapped_column(default=dict)
    state: Mapped[ExportState] = mapped_column(by_value(ExportState), default=ExportState.ORDERED)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    tries: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(String(300), default="")
    storage_key: Mapped[str | None] = mapped_column(String(80), unique=True)
    size: Mapped[int] = mapped_column(default=0)
    filename: Mapped[str] = mapped_column(String(160), default="")
    created_at: Mapped[datetime] = mapped_column(default=now)
    ready_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]

    call: Mapped[Call] = relationship()


class ApiToken(Model):
    """A key for a tool of the city to read the applications of one call; only its hash is kept.

    name: what it is for. scopes: see `portal.office.export.tokens.SCOPES`, divided by
    blanks. kind and key make it an actor for the log.
    """

    __tablename__ = "api_token"

    call_id: Mapped[UUID] = mapped_column(ForeignKey("call.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    scopes: Mapped[str] = mapped_column(String(200))
    created_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(default=now)
    last_used: Mapped[date | None]
    revoked_at: Mapped[datetime | None]

    call: Mapped[Call] = relationship()
    created_by: Mapped[User | None] = relationship()

    @property
    def kind(self) -> str:
        """What sort of actor it is."""
        return "token"

    @property
    def key(self) -> str:
        """Which one: its id, never the word itself."""
        return str(self.id)
