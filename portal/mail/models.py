"""Letters that wait or were sent, and the letter box of a rehearsal."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.clock import now
from portal.core.db import Model, by_value


class LetterState(StrEnum):
    """The life of a letter: waiting, or held for the office, then sent, failed or cancelled."""

    WAITING = "waiting"
    HELD = "held"
    SENT = "sent"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Letter(Model):
    """One mail to one address. It exists if and only if the transaction that wrote it did.

    `body` and `binding` (the German text below one in another language, or empty) are Markdown in
    which only links, code and the note on the receipt are still open: no link is ever stored.
    `about` and `call_id` are ids of rooms above, so the database knows no foreign key for them.
    `batch` is shared by the letters of one mail to many.
    """

    __tablename__ = "letter"
    __table_args__ = (
        CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", "sent_has_time"),
        CheckConstraint("state <> 'failed' OR error <> ''", "failed_has_words"),
        CheckConstraint("to_address <> ''", "has_address"),
        CheckConstraint("subject <> '' AND body <> ''", "says_something"),
        CheckConstraint("tries >= 0", "tries_not_negative"),
        Index("ix_letter_call_id_state_created_at", "call_id", "state", "created_at"),
        Index("ix_letter_state_created_at", "state", "created_at"),
        Index("ix_letter_about_created_at", "about", "created_at"),
        Index("ix_letter_batch_state", "batch", "state"),
    )

    name: Mapped[str] = mapped_column(String(40))
    to_address: Mapped[str] = mapped_column(String(254))
    to_name: Mapped[str] = mapped_column(String(200), default="")
    from_name: Mapped[str] = mapped_column(String(200), default="")
    reply_to: Mapped[str] = mapped_column(String(254), default="")
    language: Mapped[str] = mapped_column(String(10))
    about: Mapped[UUID | None]
    call_id: Mapped[UUID | None]
    subject: Mapped[str] = mapped_column(String(200))
    body: Mapped[str]
    binding: Mapped[str] = mapped_column(default="")
    link_key: Mapped[UUID | None]
    attachments: Mapped[list[Any]] = mapped_column(default=list)
    state: Mapped[LetterState] = mapped_column(by_value(LetterState), default=LetterState.WAITING)
    created_at: Mapped[datetime] = mapped_column(default=now)
    wait_until: Mapped[datetime | None]
    failing_since: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(String(500), default="")
    message_id: Mapped[str] = mapped_column(String(300), unique=True)
    again_of: Mapped[UUID | None]
    batch: Mapped[UUID | None]
    by_kind: Mapped[str] = mapped_column(String(20), default="system")
    by_key: Mapped[str] = mapped_column(String(80), default="")


class LocalMail(Model):
    """A mail of a rehearsal without a mail server, as it would have gone out."""

    __tablename__ = "local_mail"

    letter_id: Mapped[UUID] = mapped_column(index=True)
    received_at: Mapped[datetime] = mapped_column(default=now, index=True)
    to_address: Mapped[str] = mapped_column(String(254))
    subject: Mapped[str] = mapped_column(String(200))
    folded: Mapped[str]
    content: Mapped[bytes] = mapped_column(LargeBinary)
