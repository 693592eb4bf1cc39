"""What is known of an application that came by post or e-mail."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from portal.applications.models import Application, Channel
from portal.core.clock import now
from portal.core.db import Model, db

SCAN_KEY = "@paper"


class PaperEntry(Model):
    """How an application on paper came in, and what was missing in it.

    received_at: when the paper or mail came; it counts as the arrival. note: how that is known.
    gaps: keys of required questions without an answer, accepted with `gap_note`.
    """

    __tablename__ = "paper_entry"
    __table_args__ = (UniqueConstraint("application_id"),)

    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"))
    received_at: Mapped[datetime]
    note: Mapped[str] = mapped_column(String(1000))
    entered_by: Mapped[str] = mapped_column(String(80))
    entered_at: Mapped[datetime] = mapped_column(default=now)
    gaps: Mapped[list[Any]] = mapped_column(default=list)
    gap_note: Mapped[str] = mapped_column(String(2000), default="")


def entry_of(application: Application) -> PaperEntry | None:
    """Return the facts of the paper; None for an application from the web (asks nothing then)."""
    if application.channel in (None, Channel.WEB):
        return None
    query = select(PaperEntry).where(PaperEntry.application_id == application.id)
    return db.session.scalar(query)
