"""Answers ready to be read: one view of draft and version for pages, receipt and letters."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from portal.applications import keys
from portal.applications.models import Application, File, Version, VersionFile
from portal.applications.queries import (
    definition_for,
    definition_under,
    draft_files,
    file_counts,
    latest,
)
from portal.calls.answers import asked, problem_of
from portal.calls.checks import check, is_empty
from portal.calls.definition import Definition, Section
from portal.calls.moments import Phase, phase
from portal.calls.questions import FILE_TYPES, AnyQuestion
from portal.calls.reading import Shown, raw_words, show
from portal.calls.wording import plain
from portal.core.db import db
from portal.core.errors import NotFound
from portal.core.i18n import BINDING, gettext, language, ngettext
from portal.core.text import one_line
from portal.documents.contents import (
    Contact,
    Content,
    Declaration,
    FileLine,
    ReceiptContent,
    Sender,
)
from portal.documents.contents import Entry as ReceiptEntry
from portal.documents.contents import Section as ReceiptSection
from portal.documents.models import Document
from portal.documents.receipt import receipt

PERSONS = {"yes": True, "unclear": True, "no": False}


class Entry(NamedTuple):
    """One question with its answer in words; `is_wrong` marks what cannot be sent like this."""

    question: AnyQuestion
    shown: Shown
    is_wrong: bool = False
    files: Sequence[Any] = ()


@dataclass(frozen=True)
class SectionEntries:
    """A section of the form with its entries."""

    section: Section
    entries: list[Entry]


class Looked(NamedTuple):
    """By key: the questions that are asked, and those whose answers cannot be sent like this."""

    asked: Collection[str]
    faulty: Collection[str]


def entries_of_draft(
    application: Application, looked: Looked | None = None
) -> list[SectionEntries]:
    """Return everything that is asked with what was typed, right or wrong, nothing left out.

    looked: what is known already of the draft as it stands.
    """
    definition = definition_for(application)
    files = draft_files(application)  # loaded first, so that counting them asks nothing more
    asked, faulty = looked or _look(application)
    questions = [q for q in definition.questions.values() if q.key in asked]
    return _by_section(
        definition,
        [_of_draft(q, application, files, wrong=q.key in faulty) for q in questions],
    )


def _look(application: Application) -> Looked:
    definition, draft = definition_for(application), application.draft
    counts = file_counts(application)
    questions = asked(definition, draft, counts)
    faulty = {q.key for q in questions if problem_of(q, definition, draft, counts)}
    return Looked({q.key for q in questions}, faulty)


def _of_draft(
    question: AnyQuestion, application: Application, files: list[File], *, wrong: bool
) -> Entry:
    if question.type in FILE_TYPES:
        mine = [file for file in files if file.key == question.key]
        return Entry(question, _files_in_words(len(mine)), wrong, mine)
    raw = application.draft.get(question.key)
    found = check(question, raw, application.draft)
    if found.fault is None or is_empty(raw):
        return Entry(question, show(question, found.value), wrong)
    return Entry(question, Shown("long", raw_words(question, raw), own_words=True), is_wrong=True)


def entries_of_version(version: Version) -> list[SectionEntries]:
    """Return everything that was asked and answered in a version."""
    definition = definition_under(version)
    counts = version.file_counts
    raw = {key: _raw(value) for key, value in version.answers.items()}
    questions = asked(definition, raw, counts)
    return _by_section(definition, [_of_version(q, version) for q in questions])


def _raw(value: Any) -> Any:
    """Return a kept value as conditions see it: a declaration by its answer."""
    return value["answer"] if isinstance(value, dict) and "answer" in value else value


def _of_version(question: AnyQuestion, version: Version) -> Entry:
    if question.type in FILE_TYPES:
        mine = [kept for kept in version.files if kept.file.key == question.key]
        return Entry(question, _files_in_words(len(mine)), files=mine)
    return Entry(question, show(question, version.answers.get(question.key)))


def _files_in_words(count: int) -> Shown:
    if not count:
        return show_nothing()
    return Shown("short", ngettext("%(num)s file", "%(num)s files", count))


def show_nothing() -> Shown:
    """Return the words for an answer that was not given."""
    return Shown("missing", gettext("Not given"))


def _by_section(definition: Definition, entries: list[Entry]) -> list[SectionEntries]:
    told: dict[str, list[Entry]] = {}
    for entry in entries:
        if entry.question.type != "information":
            section = definition.section_of[entry.question.key]
            told.setdefault(section.key, []).append(entry)
    return [
        SectionEntries(section, told[section.key])
        for section in definition.sections
        if section.key in told
    ]


# --- the receipt ------------------------------------------------------------------------------


def build_receipt(version: Version) -> Content:
    """Return what the receipt PDF of a version holds, in the present language, German beside it."""
    definition = definition_under(version)
    application = version.application
    sections = entries_of_version(version)
    return receipt(
        ReceiptContent(
            sender=sender_of(definition),
            contact=contact_of(definition),
            call_title=plain(definition.title, language()),
            number=str(application.reference),
            version_n=version.n,
            title=one_line(str(version.answers.get(definition.title_key) or "")),
            greeting=_greeting(definition, version),
            recipient=tuple(_recipient(definition, version)),
            arrived_at=version.arrived_at,
            stored_at=version.stored_at,
            closes_at=application.call.closes_at,
            zone=definition.zone,
            late=version.late,
            changeable=phase(application.call, version.stored_at) is Phase.OPEN,
            sections=tuple(receipt_sections(sections)),
            files=tuple(file_lines(version, definition)),
            declarations=tuple(declarations_of(sections, version)),
            check_url=keys.absolute("/check"),
            qr_url=keys.absolute(f"/check?code={version.check_code}"),
            check_code=version.check_code,
            sha256=version.sha256,
        )
    )


def sender_of(definition: Definition) -> Sender:
    """Return whose letter a document of the call is."""
    contact = definition.contact
    name = plain(contact.name, BINDING)
    return Sender(
        organiser=plain(definition.prize.organiser, language()),
        prize=plain(definition.prize.name, language()),
        line=" · ".join([name, *contact.address[-2:]]),
    )


def contact_of(definition: Definition) -> Contact:
    """Return the office's contact for a document."""
    contact = definition.contact
    return Contact(
        name=plain(contact.name, language()),
        phone=contact.phone,
        email=contact.email,
        hours=plain(contact.hours, language()),
        address=contact.address,
    )


def _greeting(definition: Definition, version: Version) -> str:
    for key in definition.owner:
        if key in version.answers:
            room = key.rpartition(".")[0]
            parts = (version.answers.get(f"{room}.{p}") for p in ("first_name", "last_name"))
            return one_line(" ".join(str(part) for part in parts if part))
    return ""


def recipient_of(application: Application) -> list[str]:
    """Return the lines of the address of whoever applied, as far as they are known."""
    version = latest(application)
    return _recipient(definition_under(version), version) if version else []


def _recipient(definition: Definition, version: Version) -> list[str]:
    lines = []
    for line in definition.recipient_keys:
        parts = [_address_part(version.answers.get(key)) for key in line]
        lines.append(one_line(" ".join(part for part in parts if part)))
    return [line for line in lines if line]


def _address_part(value: Any) -> str:
    if isinstance(value, dict):
        return " ".join(str(part) for part in value.values())
    return str(value or "")


def _german(question: AnyQuestion) -> str:
    """Return the German words beside a question in another language."""
    if language() == BINDING:
        return ""
    return plain(question.short or question.label, BINDING)


def receipt_sections(sections: list[SectionEntries]) -> list[ReceiptSection]:
    """Return the answers of a version for a document, without files and declarations."""
    found = []
    for part in sections:
        entries = tuple(
            ReceiptEntry(
                label=plain(e.question.short or e.question.label, language()),
                shown=e.shown._asdict(),
                german=_german(e.question),
            )
            for e in part.entries
            if e.question.type not in (*FILE_TYPES, "declaration")
        )
        if entries:
            german = "" if language() == BINDING else plain(part.section.title, BINDING)
            title = plain(part.section.title, language())
            found.append(ReceiptSection(title=title, german=german, entries=entries))
    return found


def file_lines(version: Version, definition: Definition) -> list[FileLine]:
    """Return the files of a version for a document."""
    numbers: dict[str, int] = {}
    lines = []
    for kept in version.files:
        key = kept.file.key
        numbers[key] = numbers.get(key, 0) + 1
        lines.append(_file_line(kept, definition.questions[key], numbers[key]))
    return lines


def _file_line(kept: VersionFile, question: AnyQuestion, number: int) -> FileLine:
    label = gettext("Photo %(number)s", number=number)
    if question.type == "documents":
        label = gettext("Document %(number)s", number=number)
    return FileLine(
        label=label,
        name=kept.file.name,
        size=kept.file.size_received,
        sha256=kept.file.sha256_received,
        caption=kept.caption,
        credit=kept.credit,
        alt=kept.alt,
        persons=PERSONS.get(kept.persons),
    )


def declarations_of(sections: list[SectionEntries], version: Version) -> list[Declaration]:
    """Return the declarations of a version for a document."""
    lines = []
    for part in sections:
        for entry in part.entries:
            if entry.question.type != "declaration":
                continue
            kept = version.answers.get(entry.question.key)
            lines.append(
                Declaration(
                    label=plain(entry.question.label, language()),
                    answer=_answer(kept),
                    version=kept["version"] if kept else entry.question.version,
                    german="" if language() == BINDING else plain(entry.question.label, BINDING),
                )
            )
    return lines


def _answer(kept: Any) -> str:
    if not kept:
        return gettext("Not ticked")
    return gettext("Yes") if kept["answer"] == "yes" else gettext("No")


def receipt_of(document: Document) -> Content:
    """Return what an ordered receipt holds (the builder of documents of the kind `receipt`)."""
    version = db.session.get(Version, document.about)
    if version is None:
        raise NotFound
    return build_receipt(version)
