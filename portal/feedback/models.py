"""Reports of barriers, kept with the dates by which they must be answered."""

from datetime import datetime

from sqlalchemy import CheckConstraint, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.clock import now
from portal.core.db import Model


class BarrierReport(Model):
    """A report of a barrier; `email` is empty if the person stays unknown (BITVNRW section 5)."""

    __tablename__ = "barrier_report"
    __table_args__ = (CheckConstraint("answer_due_at < result_due_at", "answer_before_result"),)

    page: Mapped[str] = mapped_column(String(500))
    report: Mapped[str] = mapped_column(Text)
    email: Mapped[str] = mapped_column(String(254), default="")
    language: Mapped[str] = mapped_column(String(8))
    created_at: Mapped[datetime] = mapped_column(default=now)
    answer_due_at: Mapped[datetime]
    result_due_at: Mapped[datetime] = mapped_column(index=True)
    answered_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
