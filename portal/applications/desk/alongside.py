"""What stands before and after an application in the list from which somebody came."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import bindparam, func, select

from portal.applications.desk.finding import (
    NEVER,
    counting,
    kept,
    line,
    ordered,
    sort_key,
)
from portal.applications.desk.listing import Filters
from portal.applications.desk.narrowing import Scope
from portal.applications.desk_models import Digest
from portal.applications.models import Application
from portal.core.db import rows_of


@dataclass(frozen=True)
class Neighbours:
    """Where an application stands in a list: before and after it, its place, and how many."""

    before: UUID | None
    after: UUID | None
    place: int
    total: int


def neighbours(
    scope: Scope, filters: Filters, application: Application, digest: Digest
) -> Neighbours:
    """Return what stands beside `application` in the list, in one statement.

    place is 0 if it is not in the list (it moved out of the filter meanwhile).
    """
    given = {
        "id": application.id,
        "number": application.number,
        "value": _value(filters, application, digest),
    }
    statement, words = kept(_query, scope, filters)
    (row,) = rows_of(statement, given | words)
    return Neighbours(row[0], row[1], row[2] + 1 if row[4] else 0, row[3])


def _query(scope: Scope, filters: Filters) -> Any:
    key = sort_key(filters)
    point = sa.tuple_(key, Application.number)
    here = sa.tuple_(bindparam("value", type_=key.type), bindparam("number", type_=sa.Integer()))
    larger, smaller = point > here, point < here
    before, after = (larger, smaller) if filters.descending else (smaller, larger)
    further, alike = _before_counted(key, here, descending=filters.descending)
    forwards = ordered(filters)
    backwards = ordered(replace(filters, descending=not filters.descending))
    return select(
            line(scope, filters, Application.id).where(before).order_by(*backwards).limit(1)
            .scalar_subquery(),
            line(scope, filters, Application.id).where(after).order_by(*forwards).limit(1)
            .scalar_subquery(),
            line(scope, filters, func.count()).where(further).scalar_subquery()
            + line(scope, filters, func.count()).where(*alike).scalar_subquery(),
            counting(scope, filters).scalar_subquery(),
            line(scope, filters, func.count())
            .where(Application.id == bindparam("id", type_=sa.Uuid())).scalar_subquery(),
        )  # fmt: skip


def _before_counted(key: Any, here: Any, *, descending: bool) -> tuple[Any, tuple[Any, Any]]:
    """Return what stands before a point, in two conditions: by the key, and among equal keys.

    To compare pairs row by row takes twice the time of walking along the index in two parts.
    """
    value, number = here.clauses
    if descending:
        return key > value, (key == value, Application.number > number)
    return key < value, (key == value, Application.number < number)


def _value(filters: Filters, application: Application, digest: Digest) -> Any:
    """Return where `application` itself stands in the sorting."""
    clerk = application.clerk
    values: dict[str, Any] = {
        "number": application.number,
        "arrived": application.submitted_at,
        "title": digest.title_key,
        "name": digest.sort_name,
        "state": application.status,
        "clerk": clerk.called if clerk else "",
        "due": application.due or NEVER,
    }
    return values[filters.sort]
