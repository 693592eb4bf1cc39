"""The worker's check of one file: scan, rewrite, release or refuse (a job handler)."""

from uuid import UUID

from portal import storage
from portal.applications import reactions
from portal.applications.drafts.filing import drop_bytes
from portal.applications.models import Application, File, FileKey, FileState, VersionFile
from portal.core.db import db, transaction
from portal.jobs import Later
from portal.settings import Settings

KINDS = {
    "application/pdf": "pdf",
    "image/jpeg": "jpeg",
    "image/png": "png",
    "image/webp": "webp",
    "image/heic": "heic",
}
SCAN_AGAIN = 60.0
TRIES = 3

_in_use: list[Settings] = []


def use(settings: Settings) -> None:
    """Take the ceilings from `settings`; called once at start."""
    _in_use[:] = [settings]


def check_file(file_id: str) -> None:
    """Scan and clean the file, then release it or say why not. A file that is gone is left alone.

    While the scanner does not answer, the file stays unreleased and the job comes back. A file that
    kills its child, or the whole worker, three times counts as broken.
    """
    begun = _begin(UUID(file_id))
    if begun is None:
        return
    received, kind, tries = begun
    if tries > TRIES:
        _refuse(UUID(file_id), storage.Refused(storage.Code.BROKEN))
        return
    try:
        scanned = _scan(received)
        cleaned = _clean(received, kind)
    except storage.ChildDied:
        raise
    except storage.Refused as refused:
        _refuse(UUID(file_id), refused)
        return
    _release(UUID(file_id), cleaned, scanned)


def _begin(file_id: UUID) -> tuple[str, str, int] | None:
    """Note one more try, committed before the work; return storage key, kind and tries."""
    with transaction():
        file = db.session.get(File, file_id, with_for_update=True)
        if file is None or file.state is not FileState.CHECKING or not file.received_key:
            return None
        file.tries += 1
        return file.received_key, KINDS[file.media_type], file.tries


def _scan(key: str) -> str:
    """Return `clean` or `not_scanned`; raise `Refused` for an infected file, `Later` on faults."""
    with storage.store().open(key) as file:
        found = storage.scan(file)
    if isinstance(found, storage.Infected):
        raise storage.Refused(storage.Code.INFECTED)
    if isinstance(found, storage.NotScanned):
        if found.retry:
            raise Later(SCAN_AGAIN)  # the scanner's fault, not the file's
        return "not_scanned"
    return "clean"


def _clean(key: str, kind: str) -> storage.Cleaned:
    settings = _in_use[0]
    return storage.clean(key, kind, max_pages=settings.pdf_pages, max_pixels=settings.image_pixels)


def _release(file_id: UUID, cleaned: storage.Cleaned, scanned: str) -> None:
    """Make the cleaned file the one that is shown; the received bytes are no longer needed."""
    doomed: list[str] = []
    with transaction():
        file = db.session.get(File, file_id, with_for_update=True)
        if file is None or file.state is not FileState.CHECKING:
            doomed = [cleaned.key, *cleaned.copies.values()]
        else:
            doomed = [key for key in [file.received_key] if key]
            file.state = FileState.READY
            file.scan = scanned
            file.stored_key, file.size_stored = cleaned.key, cleaned.size
            file.sha256_stored = cleaned.sha256
            file.media_type = cleaned.media_type
            file.width, file.height, file.pages = cleaned.width, cleaned.height, cleaned.pages
            copies = dict(cleaned.copies)
            if "page1" in copies:
                copies["preview"] = copies["page1"]
            file.copies = copies
            file.notes = list(cleaned.notes)
            file.received_key = None
            file.keys = [FileKey(key=key) for key in {cleaned.key, *cleaned.copies.values()}]
    drop_bytes(doomed)


def _refuse(file_id: UUID, refused: storage.Refused) -> None:
    """Say that the file cannot be taken; whoever sent it already gets a letter."""
    doomed: list[str] = []
    with transaction():
        file = db.session.get(File, file_id, with_for_update=True)
        if file is None or file.state is not FileState.CHECKING:
            return
        doomed = [key for key in [file.received_key] if key]
        file.state, file.refusal, file.received_key = FileState.REFUSED, str(refused.code), None
        file.refusal_facts = {k: v for k, v in refused.facts.items() if isinstance(v, int | str)}
        if db.session.query(VersionFile).filter_by(file_id=file_id).first():
            application = db.session.get_one(Application, file.application_id)
            _tell(application, file)
    drop_bytes(doomed)


def _tell(application: Application, file: File) -> None:
    reactions.write(
        application,
        "file_refused",
        lambda _language: {
            "title": application.title,
            "file": file.name,
            "reason": storage.sentence(file.refusal, file.name, **file.refusal_facts),
        },
    )
