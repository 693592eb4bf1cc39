"""Files taken out of a draft: they can be put back for a day, then row and bytes are swept away.

A file that a sent version names stays with that version for as long as the application lives.
"""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import exists, select

from portal.applications.drafts import drafting
from portal.applications.drafts.filing import drop_bytes, question_of, require_place, require_room
from portal.applications.drafts.writing import require_writable
from portal.applications.models import Application, File, FileState, VersionFile
from portal.applications.queries import draft_files
from portal.core.actor import Actor
from portal.core.clock import now
from portal.core.db import db, transaction

KEPT = timedelta(days=1)


def remove(application: Application, file_id: UUID, *, by: Actor, at: datetime) -> File | None:
    """Take a file out of the draft; return it, None if the draft has no such file."""
    file = next((f for f in draft_files(application) if f.id == file_id), None)
    if file is None:
        return None
    require_writable(application, file.key, by=by, at=at)
    file.removed_at = at
    drafting.touch(application, at)
    return file


def put_back(application: Application, file_id: UUID, *, by: Actor, at: datetime) -> File | None:
    """Undo the removal of a file; return it, None if it is gone for good.

    Raises `FileRefused` if other files have taken its place meanwhile. If the same file was
    uploaded again, that one stays alone.
    """
    file = next((f for f in removed_files(application) if f.id == file_id), None)
    if file is None:
        return None
    require_writable(application, file.key, by=by, at=at)
    present = [one for one in draft_files(application) if one.key == file.key]
    twin = next((one for one in present if one.sha256_received == file.sha256_received), None)
    if twin is not None:
        return twin
    require_place(question_of(application, file.key), file.name, present)
    require_room(application, file.name, file.size_received)
    file.removed_at = None
    drafting.touch(application, at)
    return file


def removed_files(application: Application) -> list[File]:
    """Return what was taken out of the draft and can be put back, the latest first."""
    gone = [f for f in application.files if f.removed_at and f.state is not FileState.REFUSED]
    return sorted(gone, key=lambda f: f.removed_at is not None and f.removed_at, reverse=True)


def sweep() -> None:
    """Delete removed files after their day, row and bytes (a part of a job handler)."""
    named = exists().where(VersionFile.file_id == File.id)
    old = select(File).where(File.removed_at < now() - KEPT, ~named)
    old = old.limit(200).with_for_update(skip_locked=True)  # not what is being put back right now
    with transaction():
        files = list(db.session.scalars(old))
        doomed = [key for file in files for key in drafting.stored_keys(file)]
        for file in files:
            db.session.delete(file)
    drop_bytes(doomed)
