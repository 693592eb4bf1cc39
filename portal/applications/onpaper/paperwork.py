"""A whole application as a document for the office (builders of two kinds of documents)."""

from collections.abc import Iterator

from portal import storage
from portal.applications import reading
from portal.applications.models import File, FileState, Version, VersionFile
from portal.applications.queries import definition_under
from portal.calls.wording import plain
from portal.core.db import db
from portal.core.errors import NotFound
from portal.core.i18n import gettext as _
from portal.core.i18n import language
from portal.core.text import one_line
from portal.documents.application import application
from portal.documents.contents import ApplicationContent, Content, Picture
from portal.documents.models import Document

PLAIN, WITH_PICTURES = "application", "application_pictures"
MOST_PICTURES = 60
Blobs = dict[str, tuple[bytes, str]]


def application_of(document: Document) -> Content:
    """Return what an ordered document of the kind `application` holds: all answers."""
    return _content(_version(document), (), {})


def application_with_pictures(document: Document) -> Content:
    """Return the same with photos and the pages of PDFs as pictures behind."""
    version, blobs = _version(document), Blobs()
    pictures = []
    for name, key, picture in _pictures(version):
        with storage.store().open(key) as file:
            blobs[name] = (file.read(), "image/jpeg")
        pictures.append(picture)
    return _content(version, tuple(pictures), blobs)


def _version(document: Document) -> Version:
    version = db.session.get(Version, document.about)
    if version is None:
        raise NotFound
    return version


def _content(version: Version, pictures: tuple[Picture, ...], blobs: Blobs) -> Content:
    definition = definition_under(version)
    sections = reading.entries_of_version(version)
    content = ApplicationContent(
        sender=reading.sender_of(definition),
        call_title=plain(definition.title, language()),
        number=str(version.application.reference),
        version_n=version.n,
        title=one_line(str(version.answers.get(definition.title_key) or "")),
        arrived_at=version.arrived_at,
        sha256=version.sha256,
        sections=tuple(reading.receipt_sections(sections)),
        files=tuple(reading.file_lines(version, definition)),
        declarations=tuple(reading.declarations_of(sections, version)),
        pictures=pictures,
        late=version.late,
        zone=definition.zone,
    )
    return application(content, blobs)


def _pictures(version: Version) -> Iterator[tuple[str, str, Picture]]:
    """Yield name, storage key and words of each picture, of checked files only."""
    count = 0
    for number, kept in enumerate(version.files, 1):
        for page, key in _copies(kept.file):
            count += 1
            if count > MOST_PICTURES:
                return
            yield f"picture{count}.jpg", key, _picture(kept, number, page, count)


def _copies(file: File) -> list[tuple[int, str]]:
    """Return page and storage key of the copies to show: one of a photo, each page of a PDF."""
    if file.state is not FileState.READY:
        return []
    if "print" in file.copies:
        return [(0, file.copies["print"])]
    pages = [int(name[4:]) for name in file.copies if name[:4] == "page" and name[4:].isdigit()]
    return [(page, file.copies[f"page{page}"]) for page in sorted(pages)]


def _picture(kept: VersionFile, number: int, page: int, count: int) -> Picture:
    name = one_line(kept.file.name)
    title = _("%(name)s, page %(page)s", name=name, page=page) if page else name
    parts = [part for part in (kept.caption, kept.credit) if part]
    return Picture(f"picture{count}.jpg", title, " · ".join(parts), is_page=bool(page))
