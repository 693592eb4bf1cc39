"""Large exports as rows: ordered by one person, fetched by that person within an hour."""

from datetime import timedelta
from typing import Any, BinaryIO
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import defer

from portal import audit, jobs, storage
from portal.accounts.models import User
from portal.applications.desk.export_models import Export, ExportState
from portal.calls.models import Call
from portal.core.clock import now
from portal.core.db import db, transaction
from portal.core.errors import NotFound
from portal.core.i18n import language
from portal.office.export.choosing import Chosen

JOB = "make_export"
LIVES = timedelta(hours=1)  # security: AZ-06
MOST_NAMED = 200  # beyond it the log names the call and how many
MEDIA = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
    "pdfs": "application/zip",
    "files": "application/zip",
}
ENDINGS = {"xlsx": "xlsx", "pdf": "pdf", "pdfs": "zip", "files": "zip"}


def order(call: Call, kind: str, choice: Chosen, wish: dict[str, Any], *, by: User) -> Export:
    """Order an export of what is chosen now, in the caller's transaction."""
    ids = [str(item) for item in choice.ids_in_order()]
    export = Export(
        call_id=call.id, requested_by_id=by.id, kind=kind, language=language(), chosen=ids,
        wish=wish, total=len(ids), filename=f"{call.slug}-{now():%Y-%m-%d-%H%M}.{ENDINGS[kind]}",
    )  # fmt: skip
    db.session.add(export)
    db.session.flush()
    facts: dict[str, Any] = {"call": call.slug, "kind": kind, "applications": len(ids)}
    audit.record(by, "export", export, **facts)
    for thing in things(choice, len(ids)):
        audit.record(by, "export", thing, **facts)
    jobs.enqueue(JOB, dedupe=f"{JOB}:{export.id}", export_id=export.id)
    return export


def things(choice: Chosen, total: int) -> list[tuple[str, str]]:
    """Return the applications that the log names one by one; none of very many."""
    if total > MOST_NAMED:
        return []
    return [("application", str(one)) for one in choice.ids_in_order()]


def exports_of(call: Call, user: User) -> list[Export]:
    """Return the exports that `user` ordered in a call, newest first, without their long lists."""
    mine = select(Export).where(Export.call_id == call.id, Export.requested_by_id == user.id)
    mine = mine.options(defer(Export.chosen)).order_by(Export.created_at.desc()).limit(20)
    return list(db.session.scalars(mine))


def export_of(call: Call, export_id: UUID, user: User) -> Export:
    """Return one export; `NotFound` if it is somebody else's."""
    export = db.session.get(Export, export_id)
    if export is None or export.call_id != call.id or export.requested_by_id != user.id:
        raise NotFound
    return export


def opened(export: Export) -> BinaryIO:
    """Return the file of an export, to be closed; `NotFound` if it is not ready or too old."""
    if not is_ready(export) or export.storage_key is None:
        raise NotFound
    return storage.store().open(export.storage_key)


def is_ready(export: Export) -> bool:
    """Return whether the file can be fetched now."""
    return export.state is ExportState.READY and bool(
        export.expires_at and export.expires_at > now()
    )


def drop(export: Export, *, by: User) -> None:
    """Give an export up before its time; its bytes go with the next sweep."""
    export.state, export.expires_at = ExportState.GONE, now()
    audit.record(by, "export_drop", export, kind=export.kind)


def progress(export_id: UUID, *, done: int | None = None, tries: int = 0) -> None:
    """Write how far it is; `GiveUp` if nobody wants it any more."""
    with transaction():
        export = db.session.get(Export, export_id)
        if export is None or export.state is not ExportState.RUNNING:
            raise jobs.GiveUp("the export was given up")
        export.done = export.done if done is None else done
        export.tries += tries
