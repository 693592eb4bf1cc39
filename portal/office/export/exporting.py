"""The jobs of exports: making one, and taking away those whose hour is over."""

import logging
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from sqlalchemy import select

from portal import jobs, storage
from portal.applications.desk.export_models import Export, ExportState
from portal.core.clock import now
from portal.core.db import db, transaction
from portal.core.i18n import in_language
from portal.jobs.journal import place, say
from portal.office.export.exportmakers import MAKERS
from portal.office.export.exportrows import JOB, LIVES, progress
from portal.storage.wiring import scratch

SWEEP = "sweep_exports"
AREA = "exports"
KEPT = timedelta(days=30)  # the row without its file, so that the list tells what was
TRIES = 3
MOST_BYTES = 20_000_000_000

__all__ = ["JOB", "SWEEP", "make", "sweep"]


def make(export_id: str) -> None:
    """Make an ordered export (a job handler with `tries=None`; it counts its own tries)."""
    export = _begin(UUID(export_id))
    if export is None:
        return
    try:
        with in_language(export.language), scratch() as folder:
            _finish(export, MAKERS[export.kind](export, folder))
    except jobs.Later:
        progress(export.id, tries=-1)
        raise
    except Exception as error:
        db.session.rollback()
        reason = f"{type(error).__name__} ({place(error)})"
        say(logging.ERROR, "an export failed", export=export_id, error=reason)
        if _failed(export.id, reason):
            raise jobs.GiveUp(reason) from error
        raise


def _begin(export_id: UUID) -> Export | None:
    with transaction():
        export = db.session.get(Export, export_id, populate_existing=True)
        if export is None or export.state not in (ExportState.ORDERED, ExportState.RUNNING):
            return None
        export.state = ExportState.RUNNING
        export.tries += 1
        _ = export.call
    db.session.expunge(export)
    return export


def _failed(export_id: UUID, reason: str) -> bool:
    with transaction():
        export = db.session.get(Export, export_id)
        if export is None or export.tries < TRIES:
            return False
        export.state, export.error = ExportState.FAILED, reason[:300]
    return True


def _finish(export: Export, path: Path) -> None:
    key = storage.new_key(AREA)
    with path.open("rb") as file:
        stored = storage.store().put(key, file, limit=MOST_BYTES)
    with transaction():
        row = db.session.get(Export, export.id)
        if row is None or row.state is not ExportState.RUNNING:
            return  # given up meanwhile; the sweep takes the bytes
        row.state, row.done = ExportState.READY, row.total
        row.storage_key, row.size = key, stored.size
        row.ready_at = now()
        row.expires_at = row.ready_at + LIVES


def sweep() -> int:
    """Take away files whose hour is over, and old rows; return how many files (a job handler)."""
    removed = 0
    with transaction():
        over = select(Export).where(
            Export.state.in_((ExportState.READY, ExportState.GONE)),
            Export.storage_key.is_not(None),
            Export.expires_at <= now(),
        )
        for export in db.session.scalars(over):
            storage.store().delete(str(export.storage_key))
            export.state, export.storage_key, export.chosen = ExportState.GONE, None, []
            removed += 1
        for export in db.session.scalars(select(Export).where(Export.created_at < now() - KEPT)):
            db.session.delete(export)
    return removed + _sweep_strays()


def _sweep_strays() -> int:
    """Take away bytes that no row names, a day old: of a worker that was lost in between."""
    removed = 0
    for keys in storage.batches(AREA, older_than=now() - timedelta(days=1)):
        named = set(
            db.session.scalars(select(Export.storage_key).where(Export.storage_key.in_(keys)))
        )
        db.session.rollback()
        for key in set(keys) - named:
            storage.store().delete(key)
            removed += 1
    return removed
