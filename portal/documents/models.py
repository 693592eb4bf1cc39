"""Which documents there are and what became of them."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.clock import now
from portal.core.db import Model, by_value


class DocumentState(StrEnum):
    """The life of a document: ordered, then made or failed."""

    ORDERED = "ordered"
    MADE = "made"
    FAILED = "failed"


class Document(Model):
    """One PDF about one thing of a room above, for example the receipt of a version.

    `about` is the id of that thing, without a foreign key, since this room does not know it.
    `template_version` tells by which templates it was made. A made document is never made again.
    """

    __tablename__ = "document"
    __table_args__ = (
        UniqueConstraint("kind", "about", "version_n", "language"),
        CheckConstraint(
            "state <> 'made' OR (storage_key <> '' AND size > 0 AND length(sha256) = 64)",
            "made_has_file",
        ),
    )

    kind: Mapped[str] = mapped_column(String(40))
    about: Mapped[UUID] = mapped_column(index=True)
    number: Mapped[str] = mapped_column(String(40))
    version_n: Mapped[int]
    language: Mapped[str] = mapped_column(String(10))
    state: Mapped[DocumentState] = mapped_column(
        by_value(DocumentState), default=DocumentState.ORDERED
    )
    storage_key: Mapped[str] = mapped_column(String(200), default="")
    size: Mapped[int] = mapped_column(default=0)
    sha256: Mapped[str] = mapped_column(String(64), default="")
    template_version: Mapped[str] = mapped_column(String(16), default="")
    title: Mapped[str] = mapped_column(String(300), default="")
    ordered_at: Mapped[datetime] = mapped_column(default=now)
    made_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(String(300), default="")
