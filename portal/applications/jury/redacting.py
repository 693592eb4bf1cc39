"""Blacking out for the jury: passages of answers, whole photos, whole pages of PDFs.

Nothing that was sent is touched: what the jury gets is computed from the version and these rows.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, select
from sqlalchemy.orm import Mapped, mapped_column

from portal import audit
from portal.applications.drafts.renewing import newest
from portal.applications.models import Application, File, Version, VersionFile
from portal.applications.policy import POLICY, Action
from portal.applications.queries import definition_under, latest
from portal.calls.questions import FILE_TYPES
from portal.core.actor import Actor
from portal.core.clock import now
from portal.core.db import Model, by_value, db
from portal.core.errors import DomainError, NotFound
from portal.core.i18n import gettext as _
from portal.core.text import normalise, one_line

# Always as long, so that its length tells nothing.
BAR = "█████"
SHORTEST = 2
WORDS = ("caption", "credit", "alt")


class Kind(StrEnum):
    """What is blacked out."""

    TEXT = "text"
    PHOTO = "photo"
    PAGE = "page"


class Redaction(Model):
    """One thing the jury does not see. `passage` is hidden wherever it stands in the answers.

    key: the only question it is hidden in, empty for all and for the words beside photos. file_id,
    page: of a photo, or of one page (from 1) of a PDF. A lifted one counts no more but stays.
    """

    __tablename__ = "redaction"
    __table_args__ = (
        CheckConstraint("(kind = 'text') = (passage <> '')", "text_has_passage"),
        CheckConstraint("(kind = 'text') = (file_id IS NULL)", "others_have_file"),
        CheckConstraint("(kind = 'page') = (page IS NOT NULL)", "page_has_number"),
        Index("ix_redaction_application_id", "application_id"),
    )

    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"))
    kind: Mapped[Kind] = mapped_column(by_value(Kind))
    key: Mapped[str] = mapped_column(String(80), default="")
    passage: Mapped[str] = mapped_column(String(4000), default="")
    file_id: Mapped[UUID | None] = mapped_column(ForeignKey("file.id", ondelete="CASCADE"))
    page: Mapped[int | None]
    reason: Mapped[str] = mapped_column(String(1000))
    by_key: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(default=now)
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[str] = mapped_column(String(80), default="")


class Piece(NamedTuple):
    """A part of a text; `by` is what hides it, None where it can be read."""

    text: str
    by: Redaction | None


@dataclass(frozen=True)
class Redacted:
    """What the jury may see of a version.

    title: of the application. answers: by question key, only what the jury may read at all.
    files: without hidden photos. words: caption, credit and alt of each file by its id.
    hidden_pages: pages (from 1) that must be left out, by the file's id; a PDF of which all are
    hidden is not in `files`.
    """

    title: str
    answers: dict[str, Any]
    files: list[VersionFile]
    words: dict[UUID, dict[str, str]]
    hidden_pages: dict[UUID, frozenset[int]]


def redacted(version: Version) -> Redacted:
    """Return a version as the jury may see it."""
    definition = definition_under(version)
    rows = active(version.application)
    seen = {question.key for question in definition.seen_by("jury")}
    answers = {
        key: hide(value, _of(rows, key)) for key, value in version.answers.items() if key in seen
    }
    pages = {one.file_id: _pages(rows, one.file) for one in version.files}
    files = [
        one for one in version.files
        if one.file.key in seen and not _is_hidden(rows, one.file, pages[one.file_id])
    ]  # fmt: skip
    return Redacted(
        title=hide(version.application.title, _of(rows, definition.title_key)),
        answers=answers,
        files=files,
        words={f.file_id: {w: hide(getattr(f, w), _of(rows, "")) for w in WORDS} for f in files},
        hidden_pages={key: hidden for key, hidden in pages.items() if hidden},
    )


def hide(value: Any, rows: Sequence[Redaction]) -> Any:
    """Return an answer with black bars in the place of the passages, also inside of lists."""
    if isinstance(value, str):
        return "".join(BAR if piece.by else piece.text for piece in pieces(value, rows))
    if isinstance(value, list):
        return [hide(part, rows) for part in value]
    if isinstance(value, dict):
        return {key: hide(part, rows) for key, part in value.items()}
    return value


def pieces(text: str, rows: Sequence[Redaction]) -> list[Piece]:
    """Return a text cut at the passages that are hidden; longer passages go first."""
    found = [Piece(text, None)]
    for row in sorted(rows, key=lambda r: -len(r.passage)):
        found = [part for piece in found for part in _cut(piece, row)]
    return found


def _cut(piece: Piece, row: Redaction) -> list[Piece]:
    if piece.by:
        return [piece]
    parts, last = [], 0
    for hit in _pattern(row.passage).finditer(piece.text):
        parts += [Piece(piece.text[last : hit.start()], None), Piece(hit[0], row)]
        last = hit.end()
    return [part for part in [*parts, Piece(piece.text[last:], None)] if part.text]


def _pattern(passage: str) -> re.Pattern[str]:
    """Return what finds a passage, however its words are divided by blanks and line breaks."""
    return re.compile(r"\s+".join(re.escape(word) for word in passage.split()), re.IGNORECASE)


def _of(rows: Iterable[Redaction], key: str) -> list[Redaction]:
    """Return the rows that hide something in the answer `key` ("": beside files)."""
    return [row for row in rows if row.kind is Kind.TEXT and row.key in ("", key)]


def rows_for(rows: Iterable[Redaction], key: str) -> list[Redaction]:
    """Return the rows that hide a passage in the answer to one question."""
    return _of(rows, key)


def _pages(rows: Iterable[Redaction], file: File) -> frozenset[int]:
    return frozenset(row.page for row in rows if row.file_id == file.id and row.page)


def _is_hidden(rows: Iterable[Redaction], file: File, pages: frozenset[int]) -> bool:
    whole = any(row.kind is Kind.PHOTO and row.file_id == file.id for row in rows)
    return whole or bool(file.pages and len(pages) >= file.pages)


def active(application: Application) -> list[Redaction]:
    """Return what is blacked out now, the first one first."""
    return [row for row in all_of(application) if row.lifted_at is None]


def all_of(application: Application) -> list[Redaction]:
    """Return everything that ever was blacked out."""
    rows = select(Redaction).where(Redaction.application_id == application.id)
    return list(db.session.scalars(rows.order_by(Redaction.at, Redaction.id)))


def active_on(ids: Collection[UUID]) -> dict[UUID, list[Redaction]]:
    """Return what is blacked out now in several applications, by application, in one query."""
    rows = select(Redaction).where(Redaction.application_id.in_(ids), Redaction.lifted_at.is_(None))
    found: dict[UUID, list[Redaction]] = {}
    for row in db.session.scalars(rows):
        found.setdefault(row.application_id, []).append(row)
    return found


def lost(application: Application, rows: Iterable[Redaction] | None = None) -> list[Redaction]:
    """Return passages that the newest version no longer holds: somebody has to look again."""
    version = latest(application)
    if version is None:
        return []
    return [
        row for row in (active(application) if rows is None else rows)
        if row.kind is Kind.TEXT and not _stands_in(version, row)
    ]  # fmt: skip


def _stands_in(version: Version, row: Redaction) -> bool:
    values = [v for k, v in version.answers.items() if row.key in ("", k)]
    if not row.key:
        values += [getattr(one, word) for one in version.files for word in WORDS]
    return any(hide(value, [row]) != value for value in values)


def hide_passage(
    application: Application, passage: str, *, reason: str, by: Actor, key: str = ""
) -> Redaction:
    """Black out a passage: in one answer, or with an empty `key` wherever it stands.

    Raises `DomainError` if it is too short or stands nowhere, so that a slip of the hand is seen.
    """
    row = Redaction(
        application_id=application.id, kind=Kind.TEXT, key=key,
        passage=" ".join(normalise(passage).split())[:4000],
    )  # fmt: skip
    if len(row.passage) < SHORTEST:
        raise DomainError(_("Give the passage: at least two characters."))
    version = newest(application)
    if key and key not in definition_under(version).questions:
        raise NotFound
    if not _stands_in(version, row):
        raise DomainError(_("This passage does not stand there. Copy it from the answer."))
    return _add(application, row, reason, by)


def hide_file(
    application: Application, file_id: UUID, *, reason: str, by: Actor, page: int | None = None
) -> Redaction:
    """Black out a photo, or one page of a PDF; raise `NotFound` for what is not there."""
    version = newest(application)
    file = next((one.file for one in version.files if one.file_id == file_id), None)
    question = definition_under(version).questions.get(file.key) if file else None
    if file is None or question is None or question.type not in FILE_TYPES:
        raise NotFound
    is_page = question.type == "documents"
    if is_page and not (page and 1 <= page <= (file.pages or 0)):
        raise DomainError(_("Give the number of a page of this document."))
    row = Redaction(
        application_id=application.id, kind=Kind.PAGE if is_page else Kind.PHOTO,
        file_id=file.id, page=page if is_page else None,
    )  # fmt: skip
    return _add(application, row, reason, by)


def _add(application: Application, row: Redaction, reason: str, by: Actor) -> Redaction:
    POLICY.require(by, Action.WORK, application)
    row.reason, row.by_key, row.at = one_line(reason)[:1000], by.key, now()
    if not row.reason:
        raise DomainError(_("Write why the jury must not see this."))
    for other in active(application):
        if _same(other, row):
            return other
    db.session.add(row)
    db.session.flush()
    audit.record(by, "black_out", application, redaction=str(row.id), kind=row.kind.value)
    return row


def _same(one: Redaction, other: Redaction) -> bool:
    words = ("kind", "key", "passage", "file_id", "page")
    return all((getattr(one, w) or "") == (getattr(other, w) or "") for w in words)


def lift(application: Application, redaction_id: UUID, *, by: Actor) -> None:
    """Let the jury see it again; the row stays as proof."""
    POLICY.require(by, Action.WORK, application)
    row = next((one for one in active(application) if one.id == redaction_id), None)
    if row is None:
        raise NotFound
    row.lifted_at, row.lifted_by = now(), by.key
    audit.record(by, "black_out_lifted", application, redaction=str(row.id))
