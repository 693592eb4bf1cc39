"""What a juror may read: chosen answers come out of the database, the others never leave it.

Page and dossier are made of one `Reading`. Three things keep something back: the question's `sees`,
what the office blacked out, and in a blind call the keys that tell who applied.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.orm import contains_eager

from portal.applications.jury.redacting import Kind, Redaction, hide, rows_for
from portal.applications.models import Application, File, FileState, Version, VersionFile
from portal.applications.reading import Entry
from portal.calls.definition import Definition
from portal.calls.queries import definition_of
from portal.calls.questions import FILE_TYPES, AnyQuestion
from portal.calls.reading import show
from portal.core.db import db
from portal.core.i18n import gettext as _
from portal.core.text import one_line

SILENT = (*FILE_TYPES, "declaration", "information")
LONGEST_LEAD = 700  # characters


class VersionFacts(NamedTuple):
    """Which version is the newest: everything about it but its content."""

    id: UUID
    form_version_id: UUID
    n: int
    stored_at: datetime


class Seen(NamedTuple):
    """The allowed answers of the newest version of one application."""

    version_id: UUID
    answers: dict[str, Any]


@dataclass(frozen=True)
class Picture:
    """A photo that the jury sees, with the words beside it."""

    file: File
    number: int
    alt: str
    caption: str
    credit: str


@dataclass(frozen=True)
class Paper:
    """A PDF that the jury sees. pages: numbers of the pages with a picture that is not hidden.

    whole: nothing of it is hidden, so it may be downloaded as it is.
    """

    file: File
    number: int
    name: str
    pages: list[int]
    whole: bool


@dataclass(frozen=True)
class Reading:
    """One application as a juror reads it. `definition` is the one under which it was sent."""

    application_id: UUID
    reference: str
    title: str
    organisation: str
    version: VersionFacts
    definition: Definition
    entries: list[Entry]
    photos: list[Picture]
    papers: list[Paper]

    @cached_property
    def lead(self) -> Entry | None:
        """The short text that the public reads as well."""
        return next((e for e in self._long() if "public" in e.question.sees
                     and len(e.shown.text) <= LONGEST_LEAD), None)  # fmt: skip

    @cached_property
    def story(self) -> Entry | None:
        """The main text: the first long one after the lead."""
        return next((e for e in self._long() if e is not self.lead), None)

    @cached_property
    def tags(self) -> list[Entry]:
        """What was chosen and is known to the public: fields and places."""
        return [e for e in self.entries if e.question.type == "choices"
                and "public" in e.question.sees]  # fmt: skip

    @cached_property
    def figures(self) -> list[Entry]:
        """The numbers."""
        return [e for e in self.entries if e.question.type in ("number", "money")]

    @cached_property
    def others(self) -> list[Entry]:
        """Everything else, in the order of the form."""
        told = [self.lead, self.story, *self.tags, *self.figures]
        own = {self.definition.title_key, *self.definition.name_keys}
        return [e for e in self.entries if e not in told and e.question.key not in own]

    def _long(self) -> list[Entry]:
        return [e for e in self.entries if e.question.type == "long_text"]


def hidden_keys(newest: Definition) -> set[str]:
    """Return the answers that this call's jury must not read though the form allows it.

    In a blind call that is also what the question about conflicts shows, else both together would
    tell who stands behind which number.
    """
    jury = newest.jury
    if not jury.blind:
        return set()
    return {*jury.blind_hides, *newest.name_keys, *jury.organisation, *jury.partners}


def readable(definition: Definition, newest: Definition) -> list[AnyQuestion]:
    """Return the questions whose answers the jury reads, in the order of the form."""
    hidden = hidden_keys(newest)
    return [question for question in definition.seen_by("jury") if question.key not in hidden]


def newest_n() -> ScalarSelect[Any]:
    """Return the number of the newest version of `Application`, for a query about both."""
    newest = select(func.max(Version.n)).where(Version.application_id == Application.id)
    return newest.correlate(Application).scalar_subquery()


def answers_of(
    ids: Sequence[UUID], keys: Iterable[str], black: dict[UUID, list[Redaction]] | None = None
) -> dict[UUID, Seen]:
    """Return these answers of the newest versions, blacked out; two statements for any number.

    black: what `blacked_out` said, where it was asked before.
    """
    wanted = list(dict.fromkeys(keys))
    if not ids:
        return {}
    columns = [Version.answers[key].label(f"a{n}") for n, key in enumerate(wanted)]
    rows = (
        select(Application.id, Version.id, *columns)
        .join(Version, (Version.application_id == Application.id) & (Version.n == newest_n()))
        .where(Application.id.in_(ids))
    )
    black = blacked_out(ids) if black is None else black
    return {
        row[0]: Seen(row[1], {
            key: hide(value, rows_for(black.get(row[0], ()), key))
            for key, value in zip(wanted, row[2:], strict=True) if value is not None
        })
        for row in db.session.execute(rows)
    }  # fmt: skip


def blacked_out(ids: Sequence[UUID]) -> dict[UUID, list[Redaction]]:
    """Return what is blacked out now, by application, in one statement."""
    rows = select(Redaction).where(Redaction.application_id.in_(ids), Redaction.lifted_at.is_(None))
    found: dict[UUID, list[Redaction]] = {}
    for row in db.session.scalars(rows):
        found.setdefault(row.application_id, []).append(row)
    return found


def name_of(definition: Definition, answers: dict[str, Any]) -> str:
    """Return who applied as far as the jury may know, empty where it may not."""
    hidden = hidden_keys(definition)
    told = [answers.get(key) for key in definition.name_keys if key not in hidden]
    return " · ".join(one_line(str(part)) for part in told if part)


def title_of(definition: Definition, answers: dict[str, Any]) -> str:
    """Return the title as the jury may know it."""
    return one_line(str(answers.get(definition.title_key) or "")) or _("without a title")


def newest_of(application: Application) -> VersionFacts:
    """Return which version of an application the jury reads."""
    row = db.session.execute(
        select(Version.id, Version.form_version_id, Version.n, Version.stored_at)
        .join(Application, Version.application_id == Application.id)
        .where(Application.id == application.id, Version.n == newest_n())
    ).one()
    return VersionFacts(*row)


def reading_of(
    application: Application, newest: Definition, version: VersionFacts | None = None
) -> Reading:
    """Return what the jury reads of an application; `newest` is the call's present definition.

    Three statements, one more where `version` is not known yet.
    """
    version = version or newest_of(application)
    definition = definition_of(version.form_version_id)
    black = blacked_out([application.id])
    asked = readable(definition, newest)
    keys = [q.key for q in asked if q.type not in SILENT]
    told = answers_of([application.id], keys, black)[application.id].answers
    photos, papers = _files(version, asked, newest, black.get(application.id, []))
    return Reading(
        application_id=application.id,
        reference=str(application.reference),
        title=title_of(definition, told),
        organisation=name_of(newest, told),
        version=version,
        definition=definition,
        entries=[Entry(q, show(q, told[q.key])) for q in asked if q.key in told],
        photos=photos,
        papers=papers,
    )


def _files(
    version: VersionFacts, asked: list[AnyQuestion], newest: Definition, black: list[Redaction]
) -> tuple[list[Picture], list[Paper]]:
    kinds = {q.key: q.type for q in asked if q.type in FILE_TYPES}
    rows = (
        select(VersionFile)
        .join(VersionFile.file)
        .options(contains_eager(VersionFile.file))
        .where(
            VersionFile.version_id == version.id,
            File.key.in_(kinds),
            File.state == FileState.READY,
        )
        .order_by(VersionFile.position)
    )
    files = [one for one in db.session.scalars(rows) if not _is_hidden(one.file, black)]
    photos = [one for one in files if kinds[one.file.key] == "photos"]
    papers = [one for one in files if kinds[one.file.key] == "documents"]
    return (
        [_picture(one, n, black, newest) for n, one in enumerate(photos, 1)],
        [_paper(one.file, n, black, newest) for n, one in enumerate(papers, 1)],
    )


def _is_hidden(file: File, black: list[Redaction]) -> bool:
    whole = any(row.kind is Kind.PHOTO and row.file_id == file.id for row in black)
    return whole or bool(file.pages and len(_hidden_pages(file, black)) >= file.pages)


def _hidden_pages(file: File, black: list[Redaction]) -> set[int]:
    return {row.page for row in black if row.file_id == file.id and row.page}


def _picture(one: VersionFile, number: int, black: list[Redaction], newest: Definition) -> Picture:
    rows = rows_for(black, "")
    return Picture(
        file=one.file,
        number=number,
        alt=hide(one.alt, rows) or _("Photo %(number)s", number=number),
        caption=hide(one.caption, rows),
        credit="" if newest.jury.blind else hide(one.credit, rows),
    )


def _paper(file: File, number: int, black: list[Redaction], newest: Definition) -> Paper:
    hidden = _hidden_pages(file, black)
    pictured = [n for n in range(1, (file.pages or 0) + 1) if f"page{n}" in file.copies]
    name = hide(file.name, rows_for(black, ""))
    return Paper(
        file=file,
        number=number,
        name=_("Document %(number)s", number=number) if newest.jury.blind else name,
        pages=[n for n in pictured if n not in hidden],
        whole=not hidden,
    )
