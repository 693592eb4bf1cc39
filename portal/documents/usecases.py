"""Ordering a document, reading it, letting it go."""

from collections.abc import Callable
from datetime import timedelta
from typing import BinaryIO
from uuid import UUID, uuid4

from sqlalchemy import bindparam, delete, select
from sqlalchemy.exc import IntegrityError

from portal import jobs, storage
from portal.core import rows
from portal.core.clock import now
from portal.core.db import db
from portal.core.errors import NotFound
from portal.core.i18n import gettext as _
from portal.documents.contents import Content
from portal.documents.models import Document, DocumentState

JOB = "make_document"
AREA = "documents"

# Each page of a receipt asks for it; made once, SQLAlchemy knows it by heart.
_ONE = select(Document).where(
    Document.kind == bindparam("kind"),
    Document.about == bindparam("about"),
    Document.version_n == bindparam("version_n"),
    Document.language == bindparam("language"),
)

Builder = Callable[[Document], Content]
BUILDERS: dict[str, Builder] = {}


def register(kind: str, build: Builder) -> None:
    """Let documents of `kind` be filled by `build`.

    `build` runs in the worker, in the document's language and outside of any transaction; it may
    read the database. It must say the same as long as the thing it is about is the same.
    """
    BUILDERS[kind] = build


def order(  # noqa: PLR0913  (what is printed on it)
    kind: str,
    *,
    about: UUID,
    number: str,
    version_n: int,
    language: str,
    fresh: bool = False,
) -> Document:
    """Return the document, ordered in the caller's transaction if it is not there yet.

    number: as shown to people, for example IP-2027-0001. fresh: what it is about is made in this
    transaction, so nobody can have ordered it. A failed document is ordered anew.
    """
    if kind not in BUILDERS:
        raise KeyError(f"no builder for documents of kind {kind!r}")
    wanted = Document(kind=kind, about=about, number=number, version_n=version_n, language=language)
    if fresh:
        return _add_fresh(wanted)
    document = _find(wanted) or _add(wanted)
    if document.state is DocumentState.FAILED:
        document.state, document.tries, document.error = DocumentState.ORDERED, 0, ""
    if document.state is DocumentState.ORDERED:
        jobs.enqueue(JOB, dedupe=f"{JOB}:{document.id}", document_id=document.id)
    return document


def find(kind: str, *, about: UUID, version_n: int, language: str) -> Document | None:
    """Return the document if it was ordered."""
    given = {"kind": kind, "about": about, "version_n": version_n, "language": language}
    return db.session.scalar(_ONE, given)


def _find(like: Document) -> Document | None:
    return find(like.kind, about=like.about, version_n=like.version_n, language=like.language)


def _add_fresh(document: Document) -> Document:
    document.id = uuid4()
    rows.add(document)
    jobs.order(JOB, dedupe=f"{JOB}:{document.id}", document_id=document.id)
    return document


def _add(document: Document) -> Document:
    """Add the row; where another transaction was faster (PostgreSQL), return its row."""
    try:
        with db.session.begin_nested():
            db.session.add(document)
    except IntegrityError:
        faster = _find(document)
        if faster is None:
            raise
        return faster
    return document


def open_document(document: Document) -> BinaryIO:
    """Return the PDF to be read and closed; `NotFound` while it is not made."""
    if document.state is not DocumentState.MADE:
        raise NotFound(_("This document is not ready yet."))
    return storage.store().open(document.storage_key)


def forget(about: UUID) -> None:
    """Delete the rows of all documents about something; `sweep` removes their bytes."""
    db.session.execute(delete(Document).where(Document.about == about))


def sweep() -> int:
    """Remove bytes that no document names any more, older than a day; return how many.

    A job: the rendering of a document that was lost before its row was written leaves bytes too.
    """
    removed = 0
    for keys in storage.batches(AREA, older_than=now() - timedelta(days=1)):
        named = set(
            db.session.scalars(select(Document.storage_key).where(Document.storage_key.in_(keys)))
        )
        db.session.rollback()
        for key in set(keys) - named:
            storage.store().delete(key)
            removed += 1
    return removed
