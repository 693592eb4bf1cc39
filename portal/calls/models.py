"""A prize, its calls, and the versions of each call's definition."""

from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from portal.calls.definition import Definition
from portal.core.clock import now
from portal.core.db import Model


class Prize(Model):
    """What is awarded again and again, for example the Integrationspreis."""

    __tablename__ = "prize"

    slug: Mapped[str] = mapped_column(String(60), unique=True)


class Call(Model):
    """One edition of a prize. Dates stand here too, because lists filter by them.

    `last_number` is the number given last; it grows in the transaction of a first sending, so
    numbers have no gaps and no doubles. `newest_version_id` is read along with the row.
    """

    __tablename__ = "call"
    __table_args__ = (
        CheckConstraint("opens_at < closes_at", "opens_before_it_closes"),
        CheckConstraint("last_number >= 0", "number_not_negative"),
    )

    prize_id: Mapped[UUID] = mapped_column(ForeignKey("prize.id"), index=True)
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    prefix: Mapped[str] = mapped_column(String(20), unique=True)
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    grace_minutes: Mapped[int] = mapped_column(default=10)
    last_number: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(default=now)

    prize: Mapped[Prize] = relationship()
    versions: Mapped[list["FormVersion"]] = relationship(
        order_by="FormVersion.n", back_populates="call"
    )
    if TYPE_CHECKING:
        newest_version_id: Mapped[UUID]


class FormVersion(Model):
    """One version of a call's definition; it never changes, since answers were given under it.

    `source` is large and read once per process, so rows come without it.
    """

    __tablename__ = "form_version"
    __table_args__ = (UniqueConstraint("call_id", "n"),)

    call_id: Mapped[UUID] = mapped_column(ForeignKey("call.id"), index=True)
    n: Mapped[int]
    source: Mapped[dict[str, Any]] = mapped_column(deferred=True)
    sha256: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(default=now)

    call: Mapped[Call] = relationship(back_populates="versions")

    @cached_property
    def definition(self) -> Definition:
        """The definition in typed form; `queries.definition_of` keeps it between requests."""
        return Definition.model_validate(self.source)


Call.newest_version_id = column_property(
    select(FormVersion.id)
    .where(FormVersion.call_id == Call.id)
    .order_by(FormVersion.n.desc())
    .limit(1)
    .correlate_except(FormVersion)
    .scalar_subquery()
)
