"""Ordering a document, making it in the worker, reading it."""

import hashlib
import logging
from collections.abc import Callable
from io import BytesIO
from typing import BinaryIO
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from portal import jobs
from portal.core.clock import now
from portal.core.db import db, transaction
from portal.core.errors import NotFound
from portal.core.i18n import gettext as _
from portal.core.i18n import in_language
from portal.documents.contents import Content
from portal.documents.failures import PangoMissing, RenderFailed
from portal.documents.models import Document, DocumentState
from portal.documents.renderer import renderer
from portal.documents.templates import version_of
from portal.jobs.journal import place, say
from portal.storage import store

JOB = "make_document"
TRIES = 3
WAIT_FOR_PANGO = 60
PANGO = "Documents wait for Pango: apt install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
PDF_BYTES = 60_000_000

Builder = Callable[[Document], Content]
BUILDERS: dict[str, Builder] = {}


def register(kind: str, build: Builder) -> None:
    """Let documents of `kind` be filled by `build`.

    `build` runs in the worker, in the document's language and outside of any transaction; it may
    read the database. It must say the same as long as the thing it is about is the same.
    """
    BUILDERS[kind] = build


def order(kind: str, *, about: UUID, number: str, version_n: int, language: str) -> Document:
    """Return the document, ordered in the caller's transaction if it is not there yet.

    number: as shown to people, for example IP-2027-0001. A failed document is ordered anew.
    """
    if kind not in BUILDERS:
        raise KeyError(f"no builder for documents of kind {kind!r}")
    wanted = Document(
        kind=kind, about=about, number=number, version_n=version_n, language=language
    )
    document = _find(wanted) or _add(wanted)
    if document.state is DocumentState.FAILED:
        document.state, document.tries, document.error = DocumentState.ORDERED, 0, ""
    if document.state is DocumentState.ORDERED:
        jobs.enqueue(JOB, dedupe=f"{JOB}:{document.id}", document_id=document.id)
    return document


def find(kind: str, *, about: UUID, version_n: int, language: str) -> Document | None:
    """Return the document if it was ordered."""
    return _find(Document(kind=kind, about=about, version_n=version_n, language=language))


def _find(like: Document) -> Document | None:
    return db.session.scalar(
        select(Document).where(
            Document.kind == like.kind,
            Document.about == like.about,
            Document.version_n == like.version_n,
            Document.language == like.language,
        )
    )


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
    return store().open(document.storage_key)


def make(document_id: str) -> None:
    """Make an ordered document: the job `make_document`, registered with `tries=None`.

    The tries are counted at their beginning and on the document, so that one whose rendering
    kills the worker itself ends as failed as well, where the office can see it.
    """
    document = _begin(UUID(document_id))
    if document is None:
        return
    try:
        content = _build(document)
        pdf = renderer().render(content, document.language)
        _keep(document, content, pdf)
    except PangoMissing as error:
        say(logging.ERROR, PANGO, error=str(error)[:200])
        _note(document, "PangoMissing", counts=False)
        raise jobs.Later(WAIT_FOR_PANGO) from error
    except Exception as error:
        db.session.rollback()
        _note(document, _reason(error), counts=True)
        if document.tries >= TRIES:
            raise jobs.GiveUp(_reason(error)) from error
        raise


def _begin(document_id: UUID) -> Document | None:
    """Count a try, committed; None if there is nothing left to do."""
    with transaction():
        document = db.session.get(Document, document_id, populate_existing=True)
        if document is None or document.state is not DocumentState.ORDERED:
            return None
        spent = document.tries >= TRIES
        if spent:
            document.state = DocumentState.FAILED
        else:
            document.tries += 1
    if spent:
        raise jobs.GiveUp(document.error or "the worker was lost while it made this document")
    return document


def _build(document: Document) -> Content:
    """Ask the builder; end its reading, which on SQLite holds the lock for writing."""
    try:
        with in_language(document.language):
            return BUILDERS[document.kind](document)
    finally:
        db.session.expunge(document)
        db.session.rollback()


def _keep(document: Document, content: Content, pdf: bytes) -> None:
    version = version_of(content.template)
    key = f"documents/{document.id}/{hashlib.sha256(pdf).hexdigest()[:16]}.pdf"
    stored = store().put(key, BytesIO(pdf), limit=PDF_BYTES)
    with transaction():
        row = db.session.get_one(Document, document.id)
        row.state, row.made_at, row.error = DocumentState.MADE, now(), ""
        row.storage_key, row.size, row.sha256 = key, stored.size, stored.sha256
        row.template_version, row.title = version, content.title


def _note(document: Document, reason: str, *, counts: bool) -> None:
    """Write down why it was not made; a try that was nobody's fault is given back."""
    with transaction():
        row = db.session.get_one(Document, document.id)
        row.error = reason[:300]
        row.tries -= not counts
        if counts and row.tries >= TRIES:
            row.state = DocumentState.FAILED


def _reason(error: Exception) -> str:
    """Return kind and place, and the words only where they are ours and name no person."""
    words = f": {error}" if isinstance(error, RenderFailed) else ""
    return f"{type(error).__name__}{words} ({place(error)})"
