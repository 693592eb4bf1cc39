"""The example call in the shapes that are measured, and ten thousand applications to it."""

from typing import Any
from uuid import uuid4

import sqlalchemy as sa

from portal.applications.drafts.sending import new_check_code
from portal.applications.models import Application, Version
from portal.calls import loading
from portal.core.db import db, transaction
from portal.demo.shifting import shifted, source
from tests.drafts import SLUG, complete, send
from tests.walker import today

EIGHT, ONE = "eight-pages", "one-page"


def load() -> None:
    """Load the example call as it is, with one page for each section, and on a single page."""
    with transaction():
        for data in (_example(), _eight_pages(), _one_page()):
            loading.load_data(data, data["slug"])


def _example() -> dict[str, Any]:
    return dict(shifted(source(SLUG), today()))


def _eight_pages() -> dict[str, Any]:
    sections = [
        section | {"questions": [q | {"own_page": False} if "own_page" in q else q
                                 for q in section["questions"]]}
        for section in _example()["sections"]
    ]  # fmt: skip
    return _example() | {"slug": EIGHT, "prefix": "EIGHT", "sections": sections}


def _one_page() -> dict[str, Any]:
    questions = [q for section in _eight_pages()["sections"] for q in _asked_like(section)]
    whole = {"key": "all", "title": {"de": "Alles", "en": "All"}, "questions": questions}
    return _example() | {"slug": ONE, "prefix": "ONE", "sections": [whole]}


def _asked_like(section: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the questions of a section, the section's condition added to their own."""
    condition = section.get("asked_if")
    if not condition:
        return list(section["questions"])
    return [
        q | {"asked_if": {"all_of": [condition, q["asked_if"]]} if "asked_if" in q else condition}
        for q in section["questions"]
    ]


def crowd(call: Any, number: int) -> None:
    """Send one complete application to `call`, and multiply it to `number`."""
    first = complete(call)
    send(first)
    [version] = first.versions
    rows = {model: _row(thing) for model, thing in ((Application, first), (Version, version))}
    with transaction():
        for n in range((first.number or 0) + 1, number + 1):
            new = {"id": uuid4(), "number": n, "reference": f"{call.prefix}-{n:05}"}
            application = rows[Application] | new
            frozen = {"id": uuid4(), "application_id": new["id"], "check_code": new_check_code()}
            db.session.execute(sa.insert(_table(Application)).values(application))
            db.session.execute(sa.insert(_table(Version)).values(rows[Version] | frozen))
        call.last_number = number


def _row(thing: Any) -> dict[str, Any]:
    mapper = sa.inspect(type(thing))
    return {
        column.name: getattr(thing, mapper.get_property_by_column(column).key)
        for column in mapper.local_table.columns
    }


def _table(model: Any) -> sa.Table:
    table: sa.Table = model.__table__
    return table
