"""Applications as rows and records: one column for each question, answers in words or raw.

What leaves here is what was sent, also passages that are blacked out for the jury. Drafts never do.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import String, select, type_coerce

from portal.accounts.models import User
from portal.applications.desk import finding
from portal.applications.desk_models import Digest
from portal.applications.models import Application, File, Version, VersionFile
from portal.calls.definition import Definition
from portal.calls.models import Call
from portal.calls.queries import definition_of, version_ids
from portal.calls.questions import FILE_TYPES, AnyQuestion
from portal.calls.reading import show
from portal.calls.wording import plain
from portal.core.db import db
from portal.core.i18n import gettext as _
from portal.core.i18n import language
from portal.office.export.choosing import Chosen
from portal.office.words import channel_word, status_word

AT_ONCE = 500
FIXED = 9  # columns before those of the questions
BETWEEN = " · "
Words = Callable[[Any], str]


@dataclass(frozen=True)
class Column:
    """One question as a column: its key, its heading, and how an answer reads in a cell."""

    question: AnyQuestion
    title: str
    words: Words

    @property
    def key(self) -> str:
        """The question's key."""
        return self.question.key


@dataclass(frozen=True)
class Extract:
    """What an export is about: the call, who is in it, and its columns."""

    chosen: Chosen
    columns: tuple[Column, ...]
    zone: str


def newest(call: Call) -> Definition:
    """Return the newest definition of a call."""
    return definition_of(version_ids(call.id)[0])


def extract(call: Call, chosen: Chosen) -> Extract:
    """Return the columns of all questions that were ever asked, in the order of the newest form.

    Questions that are no longer asked come last. In the present language.
    """
    definitions = [definition_of(one) for one in version_ids(call.id)]
    questions: dict[str, AnyQuestion] = {}
    for definition in definitions:
        for key, question in definition.questions.items():
            if question.type != "information":
                questions.setdefault(key, question)
    columns = tuple(_column(question, definitions) for question in questions.values())
    return Extract(chosen, columns, definitions[0].zone)


def _column(question: AnyQuestion, definitions: list[Definition]) -> Column:
    title = plain(question.short or question.label, language()).replace("\u00ad", "")
    return Column(question, title, _words_for(question, definitions))


def _words_for(question: AnyQuestion, definitions: list[Definition]) -> Words:
    """Return how an answer to `question` reads in a cell; work is done once, not for each row."""
    if question.type in ("choice", "choices"):
        known = _options(question.key, definitions)
        return lambda value: BETWEEN.join(
            known.get(str(one), str(one)) for one in (value if isinstance(value, list) else [value])
        )
    if question.type in ("yes_no", "declaration"):
        return _remembering(question)
    return CELLS.get(question.type, str)


def _options(key: str, definitions: list[Definition]) -> dict[str, str]:
    """Return every option there ever was, in words; the newest words win."""
    found: dict[str, str] = {}
    for definition in reversed(definitions):
        for option in getattr(definition.questions.get(key), "options", ()):
            found[option.value] = plain(option.label, language()).replace("\u00ad", "")
    return found


def _remembering(question: AnyQuestion) -> Words:
    known: dict[str, str] = {}

    def words(value: Any) -> str:
        mark = str(value)
        if mark not in known:
            known[mark] = show(question, value).text
        return known[mark]

    return words


def _address(value: Any) -> str:
    return f"{value['street']}, {value['postcode']} {value['city']}"


def _rows(value: Any) -> str:
    return "\n".join(" | ".join(str(cell) for cell in row.values()) for row in value)


# Numbers, amounts, months and days stay as they are kept (1500, 1234.50, 2016-05): they can be
# sorted and are read by every program.
CELLS: dict[str, Words] = {"address": _address, "rows": _rows}


# --- reading --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Item:
    """One application with its newest version and files, as plain values."""

    row: Any
    files: list[Any]

    @property
    def answers(self) -> dict[str, Any]:
        """Return the answers by question."""
        found: dict[str, Any] = self.row.answers
        return found


def items(what: Extract, *, narrow: bool = False) -> Iterator[Item]:
    """Yield everything chosen, in the order of the list: two statements, however many there are.

    Rows and files are read side by side, both in the same order, a few hundred at a time. Ids that
    are only compared stay as the database has them: to make each a UUID costs a tenth. narrow:
    only what stands in a table.
    """
    order = finding.ordered(what.chosen.filters)
    conditions = what.chosen.conditions()
    yield from _merged(
        _rows_of(conditions, order, narrow=narrow), _files_of(conditions, order, narrow=narrow)
    )


def items_of(call_id: UUID, ids: list[UUID]) -> list[Item]:
    """Return these applications of a call, in the order of `ids`."""
    conditions = [Application.call_id == call_id, Application.id.in_(ids)]
    order = [Application.number]
    found = {item.row.id: item for item in
             _merged(_rows_of(conditions, order), _files_of(conditions, order))}  # fmt: skip
    return [found[one] for one in ids if one in found]


def _merged(rows: Any, files: Any) -> Iterator[Item]:
    some = {"yield_per": AT_ONCE}
    by_application = groupby(
        db.session.execute(files.execution_options(**some)), key=lambda file: file.application_id
    )
    waiting = next(by_application, None)
    for row in db.session.execute(rows.execution_options(**some)):
        mine: list[Any] = []
        if waiting and waiting[0] == row.raw_id:
            mine = list(waiting[1])
            waiting = next(by_application, None)
        yield Item(row, mine)


def _newest() -> Any:
    return (Version.application_id == Application.id) & (Version.n == Digest.version_n)


def _rows_of(conditions: Iterable[Any], order: Iterable[Any], *, narrow: bool = False) -> Any:
    table = (
        type_coerce(Application.id, String).label("raw_id"), Application.reference,
        Application.status, Application.submitted_at, Application.channel, Application.locale,
        Version.n, Version.arrived_at, Version.late, Version.answers,
        User.name.label("clerk"), User.email.label("clerk_email"),
    )  # fmt: skip
    more = () if narrow else (
        Application.id, Application.number, Application.title, Version.id.label("version_id"),
        Version.sha256, Digest.name.label("name"),
    )  # fmt: skip
    return (
        select(*table, *more)
        .join(Digest, Digest.application_id == Application.id)
        .join(Version, _newest())
        .outerjoin(User, User.id == Application.clerk_id)
        .where(*conditions)
        .order_by(*order)
    )


def _files_of(conditions: Iterable[Any], order: Iterable[Any], *, narrow: bool = False) -> Any:
    table = (type_coerce(Application.id, String).label("application_id"), File.key, File.name)
    more = () if narrow else (
        type_coerce(File.id, String).label("raw_id"), File.media_type, File.state, File.stored_key,
        File.size_stored, File.size_received, File.sha256_stored, File.sha256_received,
        VersionFile.caption, VersionFile.credit, VersionFile.alt, VersionFile.persons,
    )  # fmt: skip
    return (
        select(*table, *more)
        .join(Digest, Digest.application_id == Application.id)
        .join(Version, _newest())
        .join(VersionFile, VersionFile.version_id == Version.id)
        .join(File, File.id == VersionFile.file_id)
        .outerjoin(User, User.id == Application.clerk_id)
        .where(*conditions)
        .order_by(*order, VersionFile.position)
    )


# --- as cells -------------------------------------------------------------------------------------


def heads(what: Extract) -> list[str]:
    """Return the headings of all columns."""
    return [
        _("Number"), _("State"), _("Arrived"), _("Version"), _("Version of"), _("Late"),
        _("Channel"), _("Language"), _("Looked after by"),
        *(column.title for column in what.columns),
    ]  # fmt: skip


def keys(what: Extract) -> list[str]:
    """Return the names of all columns for machines."""
    return ["number", "status", "arrived", "version", "version_arrived", "late", "channel",
            "language", "clerk", *(column.key for column in what.columns)]  # fmt: skip


def cells(what: Extract) -> Callable[[Item], list[str]]:
    """Return a function from an application to its cells, all text, empty where nothing is."""
    statuses: dict[Any, str] = {}
    channels: dict[Any, str] = {}
    yes, zone = _("Yes"), ZoneInfo(what.zone)

    def moment(value: Any) -> str:
        return str(value.astimezone(zone).isoformat(" ", "seconds")[:19])

    def known(words: Callable[[Any], str], kept: dict[Any, str], value: Any) -> str:
        return kept.get(value) or kept.setdefault(value, words(value))

    plan = [(c.key, None if c.words is str else c.words) for c in what.columns]
    of_files = [(n, c.key) for n, c in enumerate(what.columns, FIXED)
                if c.question.type in FILE_TYPES]  # fmt: skip

    def cells_of(item: Item) -> list[str]:
        row = item.row
        line = [
            row.reference, known(status_word, statuses, row.status), moment(row.submitted_at),
            str(row.n), moment(row.arrived_at), yes if row.late else "",
            known(channel_word, channels, row.channel), row.locale,
            row.clerk or row.clerk_email or "",
        ]  # fmt: skip
        answer = row.answers.get
        for key, words in plan:
            value = answer(key)
            line.append("" if value is None else words(value) if words else str(value))
        if item.files:
            for n, key in of_files:
                line[n] = BETWEEN.join(file.name for file in item.files if file.key == key)
        return line

    return cells_of


# --- as records -----------------------------------------------------------------------------------


def record(item: Item, columns: Iterable[Column], *, with_words: bool = True) -> dict[str, Any]:
    """Return an application as JSON values: answers raw and in words, files by their facts."""
    row, answers = item.row, item.answers
    shown = [column for column in columns if column.key in answers]
    kept = {column.key for column in columns}
    told: dict[str, Any] = {
        column.key: {"value": answers[column.key]}
        | ({"words": column.words(answers[column.key])} if with_words else {})
        for column in shown
    }
    return {
        "id": str(row.id),
        "number": row.reference,
        "status": str(row.status),
        "title": row.title,
        "arrived": _iso(row.submitted_at),
        "version": row.n,
        "version_arrived": _iso(row.arrived_at),
        "late": bool(row.late),
        "channel": str(row.channel),
        "language": row.locale,
        "sha256": row.sha256,
        "answers": told,
        "files": [file_record(file) for file in item.files if file.key in kept],
    }


def file_record(file: Any) -> dict[str, Any]:
    """Return what is known of a file as JSON values."""
    return {
        "id": str(UUID(str(file.raw_id))),
        "question": file.key,
        "name": file.name,
        "media_type": file.media_type,
        "size": file.size_stored or file.size_received,
        "sha256": file.sha256_stored or file.sha256_received,
        "sha256_received": file.sha256_received,
        "state": str(file.state),
        "caption": file.caption,
        "credit": file.credit,
        "alt": file.alt,
        "persons": file.persons,
    }


def _iso(moment: Any) -> str:
    return str(moment.isoformat(timespec="seconds"))
