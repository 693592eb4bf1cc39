"""Making an ordered document in the worker: the job `make_document`."""

import logging
from io import BytesIO
from uuid import UUID

from portal import jobs, storage
from portal.core.clock import now
from portal.core.db import db, transaction
from portal.core.i18n import in_language
from portal.documents.contents import Content
from portal.documents.failures import PangoMissing, RenderFailed
from portal.documents.models import Document, DocumentState
from portal.documents.renderer import renderer
from portal.documents.templates import version_of
from portal.documents.usecases import AREA, BUILDERS
from portal.jobs.journal import place, say

TRIES = 3
WAIT_FOR_PANGO = 60
PANGO = "Documents wait for Pango: apt install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
LOST = "the worker was lost while it made this document"
PDF_BYTES = 60_000_000


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
            document.error = document.error or LOST
        else:
            document.tries += 1
    if spent:
        raise jobs.GiveUp(document.error)
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
    key = storage.new_key(AREA)
    stored = storage.store().put(key, BytesIO(pdf), limit=PDF_BYTES)
    with transaction():
        row = db.session.get_one(Document, document.id)
        row.state, row.made_at, row.error = DocumentState.MADE, now(), ""
        row.storage_key, row.size, row.sha256 = key, stored.size, stored.sha256
        row.template_version, row.title = version_of(content.template), content.title


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
