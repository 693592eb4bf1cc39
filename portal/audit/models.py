"""The entries of the log and its head. Nothing updates or deletes an entry."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.db import Model


class AuditEntry(Model):
    """Who did what with which thing. Ids only: no name, address or content of anybody.

    n: 1, 2, 3 … without gaps. previous: hash of entry n - 1. hash: HMAC-SHA256 over everything
    here and `previous`, in hex; its key stands outside of the database.
    """

    __tablename__ = "audit_entry"
    __table_args__ = (
        CheckConstraint("n > 0", "n_positive"),
        Index("ix_audit_entry_thing", "thing_kind", "thing_key"),
        Index("ix_audit_entry_actor", "actor_kind", "actor_key"),
    )

    n: Mapped[int] = mapped_column(unique=True)
    at: Mapped[datetime] = mapped_column(index=True)
    actor_kind: Mapped[str] = mapped_column(String(20))
    actor_key: Mapped[str] = mapped_column(String(80))
    what: Mapped[str] = mapped_column(String(60), index=True)
    thing_kind: Mapped[str] = mapped_column(String(40))
    thing_key: Mapped[str] = mapped_column(String(80))
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class AuditHead(Model):
    """One row: number and hash of the last entry, sealed, so that cutting off the end shows.

    It is locked by whoever appends, so entries of parallel transactions queue up without gaps.
    """

    __tablename__ = "audit_head"
    __table_args__ = (CheckConstraint('"only" = 1', "only_one"),)

    only: Mapped[int] = mapped_column(unique=True, default=1)
    n: Mapped[int] = mapped_column(default=0)
    hash: Mapped[str] = mapped_column(String(64))
    seal: Mapped[str] = mapped_column(String(64))
