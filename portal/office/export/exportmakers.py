"""What the worker puts into a large export: a table, files, or a document for each application."""

import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select

from portal import jobs, storage
from portal.applications.desk.export_models import Export
from portal.applications.models import FileState
from portal.applications.onpaper.paperwork import PLAIN, WITH_PICTURES
from portal.calls.models import Call
from portal.core.db import db, transaction
from portal.core.i18n import gettext as _
from portal.documents import usecases as documents
from portal.documents.models import Document, DocumentState
from portal.office.export import extracts
from portal.office.export.choosing import chosen
from portal.office.export.exportrows import progress
from portal.office.export.extracts import Extract, Item
from portal.office.export.naming import Names
from portal.office.export.tables import Sheet

AT_ONCE = 100
SLICE = 20  # documents in the queue at once, so that nobody's receipt waits behind hundreds
LOOK_AGAIN = 1.0
EXTENSIONS = {
    "application/pdf": "pdf",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "image/heic": "heic",
}


def _parts(export: Export) -> Iterator[list[Item]]:
    """Yield the applications of an export in parts; between two of them no transaction is open."""
    ids = [UUID(text) for text in export.chosen]
    for start in range(0, len(ids), AT_ONCE):
        found = extracts.items_of(export.call_id, ids[start : start + AT_ONCE])
        db.session.rollback()
        yield found
        jobs.renew()
        progress(export.id, done=min(start + AT_ONCE, len(ids)))


def _extract(export: Export) -> Extract:
    call = db.session.get_one(Call, export.call_id)
    choice = chosen(call, export.requested_by_id, extracts.newest(call), [])
    what = extracts.extract(call, choice)
    db.session.rollback()
    return what


def _xlsx(export: Export, folder: Path) -> Path:
    path = folder / "table.xlsx"
    sheet = Sheet(path, _extract(export), _("Applications"))
    for part in _parts(export):
        for item in part:
            sheet.add(item)
    sheet.close()
    return path


def _files(export: Export, folder: Path) -> Path:
    """Put all checked files into a ZIP; what could not be taken is named in a text beside them."""
    path, names, missing = folder / "files.zip", Names(export.wish.get("pattern", "")), []
    labels = {c.key: c.question.type for c in _extract(export).columns}
    with _zip(path) as target:
        for part in _parts(export):
            for item in part:
                missing += _add_files(target, item, names, labels)
        if missing:
            target.writestr(_("Missing files") + ".txt", "\r\n".join(missing))
    return path


def _add_files(
    target: zipfile.ZipFile, item: Item, names: Names, labels: Mapping[str, str]
) -> list[str]:
    """Add the files of one application; return a line for each that is not there."""
    numbers: dict[str, int] = {}
    missing = []
    for file in item.files:
        n = numbers[file.key] = numbers.get(file.key, 0) + 1
        if file.state is not FileState.READY or not file.stored_key:
            missing.append(f"{item.row.reference}: {file.name}")
            continue
        word = _("Photo") if labels.get(file.key) == "photos" else _("Document")
        values = {
            "number": item.row.reference, "organisation": item.row.name, "title": item.row.title,
            "question": word, "n": str(n), "name": file.name.rpartition(".")[0] or file.name,
        }  # fmt: skip
        inside = names.path(values, EXTENSIONS.get(file.media_type, "bin"))
        with storage.store().open(file.stored_key) as source, target.open(inside, "w") as out:
            _copy(source, out)
    return missing


def _copy(source: Any, out: Any) -> None:
    while block := source.read(1 << 20):
        out.write(block)


@contextmanager
def _zip(path: Path) -> Iterator[zipfile.ZipFile]:
    """Open a ZIP for writing; pictures and PDFs are packed already."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED, allowZip64=True) as target:
        yield target


# --- documents ------------------------------------------------------------------------------------


def _pdfs(export: Export, folder: Path) -> Path:
    path, names = folder / "applications.zip", Names("{number} {organisation} {title}")
    with _zip(path) as target:
        for item, document in _made(export):
            values = {"number": item.row.reference, "organisation": item.row.name,
                      "title": item.row.title}  # fmt: skip
            inside = names.path(values, "pdf")
            with documents.open_document(document) as source, target.open(inside, "w") as out:
                _copy(source, out)
    return path


def _merged(export: Export, folder: Path) -> Path:
    """Put all documents behind one another, tags included, with a bookmark for each."""
    from portal.documents import merging  # brings the library for PDF, which no page needs

    parts = (
        merging.Part(
            f"{item.row.reference} {item.row.title}", storage.store().path(document.storage_key)
        )
        for item, document in _made(export)
    )
    return merging.merge(parts, folder / "applications.pdf")


def _made(export: Export) -> Iterator[tuple[Item, Document]]:
    """Yield each application with its document once all are made; `Later` before.

    Each pass orders a few more. A document that cannot be made ends the export.
    """
    kind = WITH_PICTURES if export.wish.get("pictures") else PLAIN
    made = dict(_ready(export, kind))
    if len(made) < len(export.chosen):
        raise jobs.Later(LOOK_AGAIN)
    ids = [UUID(text) for text in export.chosen]
    for start in range(0, len(ids), AT_ONCE):
        found = extracts.items_of(export.call_id, ids[start : start + AT_ONCE])
        db.session.rollback()
        jobs.renew()
        for item in found:
            yield item, made[item.row.version_id]


def _ready(export: Export, kind: str) -> Iterator[tuple[UUID, Document]]:
    """Yield the documents that are made, until some are not: those are ordered."""
    ids, done = [UUID(text) for text in export.chosen], 0
    for start in range(0, len(ids), AT_ONCE):
        with transaction():
            found = extracts.items_of(export.call_id, ids[start : start + AT_ONCE])
            states = _documents(kind, [item.row.version_id for item in found], export.language)
            missing = [item for item in found
                       if not _is_made(states.get(item.row.version_id))]  # fmt: skip
            for item in missing[:SLICE]:
                documents.order(kind, about=item.row.version_id, number=item.row.reference,
                                version_n=item.row.n, language=export.language)  # fmt: skip
        done += len(found) - len(missing)
        yield from ((item.row.version_id, states[item.row.version_id])
                    for item in found if item not in missing)  # fmt: skip
        if missing:
            break
    progress(export.id, done=done)


def _is_made(document: Document | None) -> bool:
    if document is not None and document.state is DocumentState.FAILED:
        raise RuntimeError("a document of the export cannot be made")
    return document is not None and document.state is DocumentState.MADE


def _documents(kind: str, versions: list[UUID], code: str) -> dict[UUID, Document]:
    rows = select(Document).where(
        Document.kind == kind, Document.about.in_(versions), Document.language == code
    )
    return {document.about: document for document in db.session.scalars(rows)}


MAKERS: dict[str, Callable[[Export, Path], Path]] = {
    "xlsx": _xlsx,
    "files": _files,
    "pdf": _merged,
    "pdfs": _pdfs,
}
