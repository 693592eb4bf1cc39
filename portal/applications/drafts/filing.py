"""Files of a draft: take in and describe; and what the worker's check makes of them.

The bytes are durable before the row exists; a sweep removes bytes that no row names.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, BinaryIO
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm.attributes import set_committed_value

from portal import storage
from portal.applications.drafts import drafting
from portal.applications.drafts.writing import require_writable
from portal.applications.models import Application, File, FileKey, FileState
from portal.applications.queries import definition_for, draft_files
from portal.calls.questions import FILE_TYPES, AnyQuestion
from portal.core import rows
from portal.core.actor import Actor
from portal.core.clock import now
from portal.core.db import db
from portal.core.errors import DomainError, NoRoom, NotFound
from portal.core.i18n import gettext as _
from portal.core.i18n import ngettext
from portal.core.text import one_line
from portal.jobs import order
from portal.settings import Settings

ALLOWED = {"photos": ("jpeg", "png", "webp", "heic"), "documents": ("pdf",)}
WORDS = {"caption": 400, "credit": 200, "alt": 400}
PERSONS = ("yes", "unclear", "no")
ORPHAN_AGE = timedelta(days=1)

_in_use: list[Settings] = []


def use(settings: Settings) -> None:
    """Take the ceilings from `settings`; called once at start."""
    _in_use[:] = [settings]


class FileRefused(DomainError):
    """A file cannot be taken; the message names the file and says what to do."""


@dataclass(frozen=True)
class Incoming:
    """A file whose bytes are stored already, not yet part of anything."""

    name: str
    media_type: str
    key: str
    size: int
    sha256: str
    width: int | None
    height: int | None


def question_of(application: Application, key: str) -> AnyQuestion:
    """Return a file question of the form; raise `NotFound` for any other."""
    question = definition_for(application).questions.get(key)
    if question is None or question.type not in FILE_TYPES:
        raise NotFound
    return question


def take_in(question: AnyQuestion, file: BinaryIO, filename: str) -> Incoming:
    """Check the head of a file and store its bytes, durable; no transaction may be open.

    Raises `FileRefused` with a sentence; nothing is stored then.
    """
    most: int = question.max_bytes  # type: ignore[union-attr]
    return take(file, filename, kinds=ALLOWED[question.type], most=most)


def take(
    file: BinaryIO, filename: str, *, kinds: tuple[str, ...], most: int | None = None
) -> Incoming:
    """Check the head of a file of one of `kinds` and store its bytes; see `take_in`.

    most: in bytes; the ceiling of the installation holds in any case.
    """
    settings = _in_use[0]
    limit = min(most or settings.file_bytes, settings.file_bytes)
    name = storage.display_name(filename)
    try:
        kind = storage.look(file, name, allowed=kinds, max_pixels=settings.image_pixels)
        kept = storage.store().put(storage.new_key(), file, limit=limit)
    except storage.StorageFull as full:
        raise NoRoom(storage.sentence(full.code, name)) from full
    except storage.Refused as refused:
        raise FileRefused(storage.sentence(refused.code, name, **refused.facts)) from refused
    return Incoming(
        name=storage.display_name(name, extension=kind.extension),
        media_type=kind.media_type,
        key=kept.key,
        size=kept.size,
        sha256=kept.sha256,
        width=kind.width,
        height=kind.height,
    )


def add(
    application: Application, question: AnyQuestion, incoming: Incoming, *, by: Actor, at: datetime
) -> File:
    """Make stored bytes a file of the draft and order its check. A started upload may finish.

    The same bytes under the same question are not taken twice: the file that is there is returned.
    Raises `FileRefused` if there are too many; then the bytes are swept away later.
    """
    require_writable(application, question.key, by=by, at=at)
    present = [file for file in draft_files(application) if file.key == question.key]
    for file in present:
        if file.sha256_received == incoming.sha256 and file.state is not FileState.REFUSED:
            return file
    require_place(question, incoming.name, present)
    return keep(application, question.key, incoming, at=at)


def keep(application: Application, key: str, incoming: Incoming, *, at: datetime) -> File:
    """Add stored bytes to an application under `key` and order their check; return the file.

    Raises `FileRefused` if all files together would be too many or too large.
    """
    require_room(application, incoming.name, incoming.size)
    present = [file for file in draft_files(application) if file.key == key]
    file = File(
        id=uuid4(),
        application_id=application.id,
        key=key,
        position=max((f.position for f in present), default=-1) + 1,
        name=incoming.name,
        media_type=incoming.media_type,
        received_key=incoming.key,
        size_received=incoming.size,
        sha256_received=incoming.sha256,
        width=incoming.width,
        height=incoming.height,
        created_at=at,
    )
    rows.add(file)
    if "files" in application.__dict__:
        set_committed_value(application, "files", [*application.files, file])
    drafting.touch(application, at)
    rows.save(application)
    order("check_file", dedupe=f"check_file:{file.id}", file_id=file.id)
    return file


def require_place(question: AnyQuestion, name: str, present: list[File]) -> None:
    """Raise `FileRefused` if the question takes no further file beside `present`."""
    most: int = question.max_files  # type: ignore[union-attr]
    usable = [file for file in present if file.state is not FileState.REFUSED]
    if len(usable) >= most:
        words = ngettext(
            "“%(file)s” was not taken: %(num)s file is the limit here. Remove one first.",
            "“%(file)s” was not taken: %(num)s files are the limit here. Remove one first.",
            most,
            file=name,
        )
        raise FileRefused(words)


def require_room(application: Application, name: str, size: int) -> None:
    """Raise `FileRefused` if with `size` bytes more all files would be too many or too large."""
    settings = _in_use[0]
    files = draft_files(application)
    total = sum(file.size_received for file in files) + size
    if len(files) >= settings.application_files or total > settings.application_bytes:
        raise FileRefused(
            _(
                "“%(file)s” was not taken: all files together would be too large. "
                "Remove one first or make the file smaller.",
                file=name,
            )
        )


def describe(application: Application, fields: dict[str, Any], *, by: Actor, at: datetime) -> None:
    """Keep caption, photographer, description and "persons recognisable" of the draft's files.

    fields: the posted fields, named `file-<id>.<word>`. Unknown files and words are left alone.
    """
    if not any(name.startswith("file-") for name in fields):
        return
    changed = [file for file in draft_files(application) if _describe(file, fields)]
    for file in changed:
        require_writable(application, file.key, by=by, at=at)
        rows.save(file)
    if changed:
        drafting.touch(application, at)
        rows.save(application)


def _describe(file: File, fields: dict[str, Any]) -> bool:
    """Take over what is said about one file; return whether it says something new."""
    new = {}
    for word, most in WORDS.items():
        given = fields.get(f"file-{file.id}.{word}")
        if given is not None:
            new[word] = one_line(given)[:most]
    persons = fields.get(f"file-{file.id}.persons")
    if persons in PERSONS:
        new["persons"] = persons
    changed = {word: text for word, text in new.items() if text != getattr(file, word)}
    for word, text in changed.items():
        setattr(file, word, text)
    return bool(changed)


def drop_bytes(keys: Iterable[str]) -> None:
    """Delete stored bytes after the commit that forgot them."""
    for key in keys:
        storage.store().delete(key)


def sweep() -> None:
    """Delete bytes older than a day that no row names (a job handler)."""
    for batch in storage.batches(older_than=now() - ORPHAN_AGE):
        named = _named(batch)
        db.session.rollback()
        drop_bytes(key for key in batch if key not in named)


def _named(batch: list[str]) -> set[str]:
    """Return which of these storage keys a file uses; copies share a row with what they show."""
    named = set(db.session.scalars(select(FileKey.key).where(FileKey.key.in_(batch))))
    received = select(File.received_key).where(File.received_key.in_(batch))
    return named | {key for key in db.session.scalars(received) if key}
