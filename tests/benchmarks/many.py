"""Thousands of applications: one is sent as people do, the others are copies of its rows."""

import random
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy import insert, select

from portal.applications.desk_models import Digest, DigestBand
from portal.applications.models import AnswerIndex, Application, Event, Version
from portal.applications.search.search_tables import search_doc
from portal.core.db import db, transaction
from tests.drafts import open_call
from tests.offices import received

AT_ONCE = 1_000
WORDS = "Garten Chor Küche Theater Werkstatt Lesen Fußball Musik Sprache Brücke Nachbarn Reise"


def fill(size: int) -> None:
    """Send one application as people do, then copy its rows with other words."""
    call = open_call()
    first = received(call)
    with transaction():
        call.last_number = size
    version = first.versions[0]
    digest = db.session.scalars(select(Digest)).one()
    text = db.session.execute(select(search_doc)).one()
    answers = [(one.key, one.value) for one in db.session.scalars(select(AnswerIndex))]
    chance = random.Random(7)
    for start in range(2, size + 1, AT_ONCE):
        with transaction():
            copy(first, version, digest, text, answers, chance, start,
                 min(start + AT_ONCE, size + 1))  # fmt: skip


def copy(
    first: Application, version: Version, digest: Digest, text: Any,
    answers: list[tuple[str, str]], chance: random.Random, start: int, end: int,
) -> None:  # fmt: skip
    """Insert the applications with the numbers from `start` to before `end`."""
    rows: dict[Any, list[dict[str, Any]]] = {
        table: [] for table in (Application, Version, Event, Digest, search_doc, AnswerIndex,
                                DigestBand)
    }  # fmt: skip
    for number in range(start, end):
        key, title = uuid4(), f"{chance.choice(WORDS.split())} {chance.choice(WORDS.split())}"
        rows[Application].append(
            plain(first) | {"id": key, "number": number, "reference": f"IP-2027-{number:05}",
                            "title": title}
        )  # fmt: skip
        rows[Version].append(
            plain(version) | {"id": uuid4(), "application_id": key, "check_code": f"x-{number}"}
        )
        rows[Event].append(plain(first.events[0]) | {"id": uuid4(), "application_id": key})
        rows[Digest].append(
            plain(digest) | {"id": uuid4(), "application_id": key, "doc": number,
                             "title_key": title.lower(), "name_key": f"verein {number}",
                             "email_key": f"{number}@example.org"}
        )  # fmt: skip
        rows[search_doc].append(
            {"n": number, "application_id": key, "body": f"{title}\nSelten{number}\n{text.body}",
             "folded": f"{title.lower()} | selten{number} | {text.folded}"}
        )  # fmt: skip
        rows[AnswerIndex] += [
            {"id": uuid4(), "application_id": key, "key": name, "value": value}
            for name, value in answers
            if name != "project.districts"
        ]
        place = chance.choice(("hoerde", "eving", "brackel", "mengede", "aplerbeck"))
        rows[AnswerIndex].append(
            {"id": uuid4(), "application_id": key, "key": "project.districts", "value": place}
        )
    for kind, values in rows.items():
        if values:
            db.session.execute(insert(getattr(kind, "__table__", kind)), values)


def plain(row: Any) -> dict[str, Any]:
    """Return a row of a table as a dict by column."""
    mapper = sa.inspect(type(row))
    return {
        column.name: getattr(row, mapper.get_property_by_column(column).key)
        for column in mapper.local_table.columns
    }
