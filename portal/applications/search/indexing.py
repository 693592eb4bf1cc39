"""What lists, filters and the search know of an application; some of it a moment later."""

import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import delete, select

from portal.applications.desk_models import Digest
from portal.applications.models import AnswerIndex, Application, Version
from portal.applications.search.search_tables import search_doc
from portal.applications.search.searching import BREAK, digest_of, words_of
from portal.calls.definition import Definition
from portal.calls.queries import definition_of
from portal.calls.reading import Shown, show
from portal.core import rows
from portal.core.db import db, transaction
from portal.core.i18n import BINDING, in_language
from portal.core.text import normalise
from portal.jobs import enqueue, order

READ = "read_application"
FIND_DOUBLES = "find_duplicates"
NOT_YET = 0  # the number of a text that the search has not read
CHOSEN = ("choice", "choices", "yes_no")
# How a legal form is written must not hide that it is the same organisation.
LEGAL_FORM = re.compile(r"\b(?:e v|ev|eingetragener verein|g?gmbh|ug|ag|e g|stiftung|gbr)$")


def note(application: Application, version: Version) -> None:
    """Let lists know `version`, the newest one, at once, and the search a moment later.

    To be called in the transaction that makes a version, after the application has its number. The
    digest is written here, since nothing that arrived may be missing in a list; all that reads
    answers word by word can wait for the worker.
    """
    definition = definition_of(version.form_version_id)
    before = digest_of(application.id) if version.n > 1 else None
    name = shown_name(definition, version.answers)
    sort_name = " ".join(words_of(name))[:200]
    told = {
        "version_n": version.n,
        "late": version.late,
        "name": name[:2000],
        "title_key": " ".join(words_of(application.title))[:200],
        "sort_name": sort_name,
        "name_key": LEGAL_FORM.sub("", sort_name).strip(),
        "email_key": application.owner_email.lower(),
    }
    if before is None:
        mine = {"application_id": application.id, "call_id": application.call_id, "doc": NOT_YET}
        rows.insert(Digest, mine | told)
    else:
        for column, value in told.items():
            setattr(before, column, value)
        rows.save(before)
    order(READ, dedupe=f"{READ}:{version.id}", application_id=application.id)


def read(application_id: str) -> None:
    """Read the newest version of an application into filters and search (a job handler).

    Then its doubles are looked for.
    """
    with transaction():
        wanted = select(Application).where(Application.id == UUID(application_id))
        application = db.session.scalar(wanted.with_for_update(of=Application))
        digest = digest_of(UUID(application_id))
        if application is None or digest is None:
            return
        version = application.versions[-1]
        definition = definition_of(version.form_version_id)
        _index_choices(application, version, definition)
        digest.doc = _write_doc(application, _passages(application, version, definition))
        enqueue(FIND_DOUBLES, dedupe=f"{FIND_DOUBLES}:{version.id}", application_id=application.id)


def _index_choices(application: Application, version: Version, definition: Definition) -> None:
    db.session.execute(delete(AnswerIndex).where(AnswerIndex.application_id == application.id))
    for key, value in version.answers.items():
        if definition.questions[key].type in CHOSEN:
            chosen = value if isinstance(value, list) else [value]
            db.session.add_all(
                AnswerIndex(application_id=application.id, key=key, value=one) for one in chosen
            )


def _passages(application: Application, version: Version, definition: Definition) -> list[str]:
    """Return everything that can be found, in passages of one line."""
    with in_language(BINDING):
        told = [str(application.reference or ""), application.title]
        for key, value in version.answers.items():
            if key != definition.title_key:
                told += _told(show(definition.questions[key], value))
        for kept in version.files:
            told += [kept.file.name, kept.caption, kept.credit, kept.alt]
    lines = (line.strip() for passage in told for line in normalise(passage).split("\n"))
    return [line for line in lines if words_of(line)]


def _told(shown: Shown) -> Iterator[str]:
    yield shown.text
    yield " · ".join(shown.entries)
    for row in shown.rows:
        yield " · ".join(row)


def _write_doc(application: Application, passages: list[str]) -> int:
    values = {
        "folded": BREAK.join(" ".join(words_of(passage)) for passage in passages),
        "body": "\n".join(passages),
    }
    known = db.session.scalar(
        select(search_doc.c.n).where(search_doc.c.application_id == application.id)
    )
    if known is None:
        row = sa.insert(search_doc).values(application_id=application.id, **values)
        return int(db.session.execute(row.returning(search_doc.c.n)).scalar_one())
    db.session.execute(sa.update(search_doc).where(search_doc.c.n == known).values(**values))
    return int(known)


def shown_name(definition: Definition, answers: dict[str, Any]) -> str:
    """Return who applies, as the answers name it."""
    parts = (str(answers.get(key) or "") for key in definition.name_keys)
    return " ".join(part for part in parts if part)
