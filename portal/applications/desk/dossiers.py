"""One application as the office reads it: a version with its files, and all that happened."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import bindparam, select
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.attributes import set_committed_value

from portal.applications.correspondence.messages import Message
from portal.applications.desk_models import Digest, Note
from portal.applications.models import Application, Event, Version
from portal.audit.models import AuditEntry
from portal.calls.definition import Definition
from portal.core.db import Instant, db, rows_of
from portal.core.errors import NotFound
from portal.mail.models import Letter

# What of the log stands in the history of an application beside its moves, letters and versions.
LOGGED = ("assign", "file_download", "link_resend", "extend", "contact_move", "export")


@dataclass(frozen=True)
class Happening:
    """One line of the history.

    kind: event, letter, version, message, note or log. who_kind and who: the actor. word: the move,
    the letter's name, the version's reason, the message's way or the log's verb. more: note, text,
    state of the letter, or facts. number: of a version or event.
    """

    kind: str
    at: datetime
    who_kind: str
    who: str
    word: str
    more: str
    number: int
    id: UUID


@dataclass(frozen=True)
class Contact:
    """Whom to call or write to, and in which language."""

    name: str
    role: str
    phone: str
    email: str
    language: tuple[str, str]  # key and value of the question for it


_VERSIONS = (
    select(Version, Digest)
    .join(Digest, Digest.application_id == Version.application_id)
    .options(joinedload(Version.files))
    .where(Version.application_id == bindparam("application"))
    .order_by(Version.n)
)


def version_of(application: Application, n: int | None) -> tuple[Version, Digest]:
    """Return a version (None: the newest) with its files, and the digest, in one statement.

    All versions are read along, since what stands beside them asks for the newest one.
    """
    rows = db.session.execute(_VERSIONS, {"application": application.id}).unique().all()
    set_committed_value(application, "versions", [row[0] for row in rows])
    for version, digest in rows:
        if version.n == (digest.version_n if n is None else n):
            return version, digest
    raise NotFound


def history(application: Application) -> list[Happening]:
    """Return everything that happened to an application, the latest first, in one statement."""
    given = {"application": application.id, "key": str(application.id)}
    found = [
        Happening(row.kind, row.at, row.who_kind, row.who or str(row.who_id or ""), row.word,
                  row.more or "", row.number, row.id)
        for row in rows_of(_history(), given)
    ]  # fmt: skip
    return sorted(found, key=lambda one: (one.at, one.number), reverse=True)


@cache
def _history() -> Any:
    """Return the statement, made once."""
    mine = bindparam("application", type_=sa.Uuid())
    return sa.union_all(
        _line("event", Event, Event.at, Event.move, Event.note, number=Event.n)
        .where(Event.application_id == mine),
        _line("version", Version, Version.stored_at, Version.reason, Version.note,
              number=Version.n).where(Version.application_id == mine),
        _line("letter", Letter, Letter.created_at, Letter.name, Letter.state)
        .where(Letter.about == mine),
        _line("message", Message, Message.sent_at, Message.way, Message.text)
        .where(Message.application_id == mine),
        _line("note", Note, Note.at, "", Note.text, who=("user", sa.null(), Note.by_id))
        .where(Note.application_id == mine),
        _line("log", AuditEntry, AuditEntry.at, AuditEntry.what, AuditEntry.facts,
              who=(AuditEntry.actor_kind, AuditEntry.actor_key, sa.null()))
        .where(AuditEntry.thing_kind == "application", AuditEntry.thing_key == bindparam("key"),
               AuditEntry.what.in_(LOGGED)),
    )  # fmt: skip


def _line(kind: str, table: Any, at: Any, word: Any, more: Any, **rest: Any) -> Any:
    """One kind of lines in the columns that all kinds share."""
    who_kind, who, who_id = rest.get("who") or (table.by_kind, table.by_key, sa.null())
    return select(
        sa.literal(kind).label("kind"),
        sa.type_coerce(at, Instant).label("at"),
        sa.cast(who_kind, sa.String).label("who_kind"),
        sa.cast(who, sa.String).label("who"),
        sa.cast(who_id, sa.Uuid).label("who_id"),
        sa.cast(word, sa.String).label("word"),
        sa.cast(more, sa.String).label("more"),
        sa.cast(rest.get("number", 0), sa.Integer).label("number"),
        table.id.label("id"),
    )


def contact_in(definition: Definition, version: Version) -> Contact:
    """Return whom to contact: the answers beside the owner's address in this version."""
    answers = version.answers
    owner = next((key for key in definition.owner if answers.get(key)), definition.owner[0])
    room = owner.rpartition(".")[0]
    beside = {
        key.rpartition(".")[2]: str(answers[key])
        for key in definition.questions
        if key.rpartition(".")[0] == room and isinstance(answers.get(key), str)
    }
    phone = next(
        (str(answers[q.key]) for q in definition.questions.values()
         if q.type == "phone" and q.key.startswith(room) and answers.get(q.key)), "",
    )  # fmt: skip
    name = " ".join(filter(None, (beside.get("first_name"), beside.get("last_name"))))
    tongue = f"{room}.preferred_language"
    return Contact(
        name=name or beside.get("name", ""),
        role=beside.get("role", "") or beside.get("organisation", ""),
        phone=phone,
        email=str(answers.get(owner) or ""),
        language=(tongue, str(answers.get(tongue) or "")),
    )
