"""What stays of an application that was deleted."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.clock import now
from portal.core.db import Model


class Deletion(Model):
    """Proof that something was deleted, without personal data."""

    __tablename__ = "deletion"

    application_id: Mapped[UUID]
    call_id: Mapped[UUID]
    reference: Mapped[str | None] = mapped_column(String(40))
    reason: Mapped[str] = mapped_column(String(40))
    by_kind: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime] = mapped_column(default=now)
