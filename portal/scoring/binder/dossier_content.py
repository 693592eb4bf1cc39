"""What stands in a dossier: the reading view of the jury, the score sheet, and what is missing."""

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from uuid import UUID

from sqlalchemy import select

from portal import storage
from portal.applications.jury import jurysight
from portal.applications.jury.jurysight import Paper, Picture, Reading
from portal.applications.models import Application, File, FileState, VersionFile
from portal.applications.reading import Entry
from portal.calls.definition import Definition
from portal.calls.queries import definition_of
from portal.calls.questions import FILE_TYPES
from portal.calls.wording import Text, plain
from portal.core.db import db
from portal.core.errors import NotFound
from portal.core.i18n import language, ngettext
from portal.documents import contents
from portal.documents import dossier as pages
from portal.documents.contents import Content, Sender
from portal.documents.models import Document
from portal.scoring.binder.dossier import Dossier, states
from portal.scoring.sheet import modes

COPY = "print"  # 1400 px
SOFT_HYPHEN = "\u00ad"


def build(document: Document) -> Content:
    """Return what an ordered dossier holds (the builder of documents of the kind `dossier`).

    Raises `NotFound` if something has changed since it was ordered: then another one is right.
    """
    dossier = db.session.get(Dossier, document.about)
    application = db.session.get(Application, dossier.application_id) if dossier else None
    if dossier is None or application is None:
        raise NotFound
    newest = definition_of(application.call.newest_version_id)
    if states([application], newest)[application.id].digest != dossier.digest:
        raise NotFound
    return content_of(jurysight.reading_of(application, newest), newest)


def content_of(reading: Reading, newest: Definition) -> Content:
    """Return the dossier of what the jury reads, in the present language."""
    pictures = {f"photo{p.number}": body for p in reading.photos if (body := _picture(p))}
    told = [e for e in (reading.lead, reading.story) if e]
    content = pages.DossierContent(
        sender=sender_of(newest),
        call_title=said(newest.title),
        number=reading.reference,
        title=reading.title,
        organisation=reading.organisation,
        version_n=reading.version.n,
        sent_at=reading.version.stored_at,
        zone=newest.zone,
        lead=reading.lead.shown.text if reading.lead else "",
        glance=_entries([*reading.tags, *reading.figures]),
        entries=_entries([*[e for e in told if e is not reading.lead], *reading.others]),
        photos=tuple(_photo(p, pictures) for p in reading.photos),
        enclosures=tuple(_enclosure(p, reading) for p in reading.papers),
        missing=tuple(_missing(reading, newest)),
        measures=measures(newest),
        blind=newest.jury.blind,
    )
    made = pages.dossier(content, pictures)
    return Content(made.template, made.context, made.title, made.blobs, _paths(reading))


def said(text: Text | None) -> str:
    """Return a text of the call in the present language, without hints for the line break."""
    return plain(text, language()).replace(SOFT_HYPHEN, "")


def sender_of(definition: Definition) -> Sender:
    """Return whose document it is."""
    return Sender(said(definition.prize.organiser), said(definition.prize.name), "")


def measures(definition: Definition) -> tuple[pages.Measure, ...]:
    """Return what is judged, as the score sheet on paper shows it."""
    return tuple(
        pages.Measure(f.name, f.question, f.weight, f.low, f.high, f.anchors, f.key != modes.VOTE)
        for f in modes.fields(definition)
    )


def _entries(entries: Iterable[Entry]) -> tuple[contents.Entry, ...]:
    return tuple(
        contents.Entry(label=said(e.question.short or e.question.label), shown=e.shown._asdict())
        for e in entries
    )


def _picture(picture: Picture) -> bytes | None:
    key = picture.file.copies.get(COPY)
    if not key:
        return None
    try:
        with storage.store().open(key) as file:
            return file.read()
    except (FileNotFoundError, ValueError):
        return None


def _photo(picture: Picture, pictures: dict[str, bytes]) -> pages.Photo:
    name = f"photo{picture.number}"
    return pages.Photo(
        number=picture.number,
        picture=name if name in pictures else "",
        alt=picture.alt,
        caption=picture.caption,
        credit=picture.credit,
        is_tall=(picture.file.height or 0) > (picture.file.width or 0),
    )


def _enclosure(paper: Paper, reading: Reading) -> pages.Enclosure:
    return pages.Enclosure(
        number=paper.number,
        key=str(paper.file.id),
        name=paper.name,
        pages=paper.file.pages or 0,
        hidden=tuple(sorted(_hidden(paper.file, reading.application_id))),
    )


def _hidden(file: File, application_id: UUID) -> set[int]:
    black = jurysight.blacked_out([application_id]).get(application_id, [])
    return {row.page for row in black if row.file_id == file.id and row.page}


def _paths(reading: Reading) -> dict[str, Path]:
    store = storage.store()
    found = {}
    for paper in reading.papers:
        with suppress(ValueError):  # a key of ours is none: then the enclosure is named as missing
            found[str(paper.file.id)] = store.path(paper.file.stored_key or "")
    return found


def _missing(reading: Reading, newest: Definition) -> Iterable[str]:
    """Yield a sentence for what was sent and cannot be here."""
    keys = {q.key for q in jurysight.readable(reading.definition, newest) if q.type in FILE_TYPES}
    rows = (
        select(File)
        .join(VersionFile, VersionFile.file_id == File.id)
        .where(VersionFile.version_id == reading.version.id, File.key.in_(keys))
        .order_by(VersionFile.position)
    )
    files = list(db.session.scalars(rows))
    checking = sum(file.state is FileState.CHECKING for file in files)
    refused = sum(file.state is FileState.REFUSED for file in files)
    shown = len(reading.photos) + len(reading.papers)
    hidden = len(files) - checking - refused - shown
    if checking:
        yield ngettext(
            "One file is still being checked.", "%(num)s files are still being checked.", checking
        )
    if refused:
        yield ngettext(
            "One file could not be read and was not taken in.",
            "%(num)s files could not be read and were not taken in.",
            refused,
        )
    if hidden:
        yield ngettext(
            "The office keeps back one file.", "The office keeps back %(num)s files.", hidden
        )
