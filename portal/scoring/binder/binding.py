"""The job `make_binder`: missing dossiers, what jurors share, then what is the juror's own."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from portal import jobs
from portal.applications.jury.judging import Juror, jurors
from portal.core.clock import now
from portal.core.db import db, transaction
from portal.core.i18n import BINDING, in_language
from portal.documents import making
from portal.documents.models import Document, DocumentState
from portal.documents.renderer import renderer
from portal.scoring import letters
from portal.scoring.binder import binder_pages, binders, bodies, dossier
from portal.scoring.binder.binder_pages import Frame, Pairs
from portal.scoring.binder.binders import Binder, BinderState
from portal.scoring.binder.dossier import Dossier
from portal.storage.wiring import scratch

NOT_WANTED = "not asked for any more"
TRIES = 3


def make(binder_id: str) -> None:
    """Make an ordered binder; run again it goes on where it was."""
    binder = _begin(UUID(binder_id))
    if binder is None:
        return
    juror = next((j for j in jurors(binder.call) if j.user.id == binder.user_id), None)
    if juror is None or not binders.is_open(binder.call):
        _fail(binder, NOT_WANTED)
        return
    pairs = _ordered(binder, juror)
    _make_missing(binder, [document.id for _dossier, document in pairs.values()])
    try:
        with in_language(BINDING), scratch() as folder:
            _bind(binder, juror, folder)
    except jobs.Later:
        raise
    except Exception as error:
        db.session.rollback()
        _note(binder, type(error).__name__)
        raise


def _begin(binder_id: UUID) -> Binder | None:
    """Say that it is being made, committed; None if there is nothing left to do."""
    with transaction():
        binder = db.session.get(Binder, binder_id, populate_existing=True)
        if binder is None or not binder.is_under_way:
            return None
        binder.state = BinderState.RUNNING
    return binder


def _fail(binder: Binder, reason: str) -> None:
    with transaction():
        row = db.session.get_one(Binder, binder.id)
        row.state, row.error = BinderState.FAILED, reason


def _note(binder: Binder, reason: str) -> None:
    """Write down why a try failed; after the last one the binder has failed."""
    with transaction():
        row = db.session.get_one(Binder, binder.id)
        row.tries, row.error = row.tries + 1, reason
        if row.tries >= TRIES:
            row.state = BinderState.FAILED


def _ordered(binder: Binder, juror: Juror) -> Pairs:
    """Order the dossiers that are missing; note how many there are in all."""
    with transaction():
        applications = binders.wanted(juror)
        pairs = dossier.order(applications, dossier.states(applications, juror.definition))
        row = db.session.get_one(Binder, binder.id)
        row.total, row.done = len(pairs), 0
    return pairs


def _make_missing(binder: Binder, document_ids: Sequence[UUID]) -> None:
    """Make dossier after dossier; one that fails for good is named in the contents."""
    rows = select(Document.id).where(
        Document.id.in_(document_ids), Document.state == DocumentState.ORDERED
    )
    missing = list(db.session.scalars(rows))
    db.session.rollback()
    for document_id in missing:
        jobs.renew()
        with transaction():
            row = db.session.get_one(Binder, binder.id)
            row.done = len(document_ids) - len(missing) + missing.index(document_id)
        with suppress(jobs.GiveUp):
            _made(document_id)
    with transaction():
        db.session.get_one(Binder, binder.id).done = len(document_ids)
    jobs.renew()


def _made(document_id: UUID) -> None:
    """Make one dossier; what goes wrong is counted and noted on its row."""
    for _try in range(making.TRIES):
        try:
            making.make(str(document_id))
        except (jobs.Later, jobs.GiveUp):
            raise
        except Exception:  # noqa: BLE001, S112  (see above)
            continue
        return


def _bind(binder: Binder, juror: Juror, folder: Path) -> None:
    """Lay out what stands around the dossiers as they are now, and put everything together.

    Who lost the right to read one meanwhile does not get it: it is asked anew here.
    """
    with transaction():
        frame, pairs = binder_pages.frame_of(juror, binder, now())
    if any(document.state is DocumentState.ORDERED for _dossier, document in pairs.values()):
        raise jobs.Later(1)  # something changed while the others were made
    frame = _counted(frame)
    body = bodies.lay_out(frame, folder)
    jobs.renew()
    shared = bodies.bound(body, frame, folder)
    jobs.renew()
    order = {
        "front": str(folder / "front.pdf"),
        "stamps": str(bodies.rendered(binder_pages.stamps(frame), folder / "stamps.pdf")),
        "kept": str(shared),
        "target": str(folder / "binder.pdf"),
        "archive": str(folder / "binder.zip"),
    }
    renderer().bind(order, seconds=bodies.seconds(frame))
    jobs.renew()
    files = {kind: bodies.stored(folder / f"binder.{kind}") for kind in ("pdf", "zip")}
    files[binders.BODY] = bodies.kept(body, frame, folder)
    _keep(binder, frame, body.front, files)


def _counted(frame: Frame) -> Frame:
    """Return the frame with the pages of dossiers that were never bound before, counted."""
    fresh = {p.dossier_id: bodies.pages_of(p.path) for p in frame.parts if p.path and not p.pages}
    if not fresh:
        return frame
    with transaction():
        for dossier_id, pages in fresh.items():
            db.session.execute(update(Dossier).where(Dossier.id == dossier_id).values(pages=pages))
    parts = [part._replace(pages=fresh.get(part.dossier_id, part.pages)) for part in frame.parts]
    return frame._replace(parts=parts)


def _keep(binder: Binder, frame: Frame, front: int, files: dict[str, Any]) -> None:
    """Write down what was made, let earlier ones go, and tell the juror."""
    with in_language(BINDING):
        told = binder_pages.lines(frame.parts, front)
        changed = [asdict(change) for change in binder_pages.changes(frame, told)]
    with transaction():
        row = db.session.get_one(Binder, binder.id)
        for other in db.session.scalars(binders.of(frame.juror)):
            if other.id != row.id:
                binders.drop(other)
        row.state, row.made_at, row.error = BinderState.READY, frame.made_at, ""
        row.parts, row.changes, row.files = binder_pages.as_kept(frame, told), changed, files
        row.pages = front + sum(line.pages for line in told)
        row.earlier_at = frame.earlier.made_at if frame.earlier else None
        dossier.forget_outdated({part.application_id: part.digest for part in frame.parts})
        letters.dossier_ready(frame.juror, row)
