"""Lists of applications: one statement for a page with its total, one for counts, one for a trio.

The wide rows of applications are read for the page only; everything else stands in indexes.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import aliased

from portal.accounts.models import User
from portal.applications.desk.listing import ANSWER, SIZE, Filters
from portal.applications.desk.narrowing import Scope, conditions, of_digest
from portal.applications.desk_models import ApplicationTag, Digest
from portal.applications.models import AnswerIndex, Application, Channel
from portal.applications.search import searching
from portal.applications.search.search_tables import search_doc
from portal.applications.search.searching import Piece
from portal.applications.workflow import Status
from portal.core.db import db, rows_of

MOST_KEPT = 64  # statements
BY_DIGEST = ("q", "late", "checks", "sort", "col")  # what needs no rows of applications
NEVER = date(9999, 1, 1)  # sorts whatever has no date behind everything that has one


class Row(NamedTuple):
    """One line of a list. `answers`: chosen values by question; `hit`: where the search matched."""

    id: UUID
    reference: str
    title: str
    name: str
    status: Status
    submitted_at: datetime
    due: date | None
    channel: Channel
    locale: str
    clerk_id: UUID | None
    clerk: str
    late: bool
    checks_open: int | None
    checks_total: int | None
    tags: list[str]
    answers: dict[str, list[str]]
    hit: list[Piece]


@dataclass(frozen=True)
class Listed:
    """One page of a list and how many applications it has in all."""

    rows: list[Row]
    total: int
    page: int
    pages: int


def page_of(
    scope: Scope,
    filters: Filters,
    columns: tuple[str, ...] = (),
    *,
    size: int = SIZE,
    received: int | None = None,
) -> Listed:
    """Return one page in one statement; past the end the last page, in a second one.

    received: how many were sent, if that is known: then a list without filters is not counted.
    """
    known = None if filters.narrows else received
    found = _rows(scope, filters, columns, (size, known is None))
    if known is None:
        known = found[0].total if found else (count(scope, filters) if filters.page > 1 else 0)
    total = known
    pages = max(1, -(-total // size))
    page = min(filters.page, pages)
    if not found and total:
        found = _rows(scope, replace(filters, page=page), columns, (size, False))
    words = searching.query_words(filters.q)
    return Listed([_row(row, words) for row in found], total, page, pages)


def _rows(
    scope: Scope, filters: Filters, columns: tuple[str, ...], page: tuple[int, bool]
) -> list[Any]:
    """Return the rows of a page: first their ids, by indexes; then what is shown of them."""
    return list(rows_of(*kept(_query, scope, filters, columns, page)))


def kept(
    make: Callable[..., Any], scope: Scope, filters: Filters, *more: Any
) -> tuple[Any, dict[str, Any]]:
    """Return the statement that `make` makes of all this, and the values to be put into it.

    Making it costs as much as asking it. So it is kept, and another search needs no other one: it
    depends only on whether few or many documents were found.
    """
    shape, given = filters, dict[str, Any]()
    if words := searching.query_words(filters.q):
        few = scope.found(filters.q).few
        shape = replace(filters, q="many" if few is None else "few")
        given = searching.bound(words, few)
    key = (make, db.engine.dialect.name, scope, shape, scope.today, *more)
    statement = _kept.get(key)
    if statement is None:
        if len(_kept) >= MOST_KEPT:
            _kept.clear()
        statement = _kept[key] = make(scope, filters, *more)
    return statement, given


_kept: dict[tuple[Any, ...], Any] = {}


def _query(
    scope: Scope, filters: Filters, columns: tuple[str, ...], page_wanted: tuple[int, bool]
) -> Any:
    """Make the statement for a page of some size, with the total of the list or without."""
    size, counted = page_wanted
    searched = bool(searching.query_words(filters.q))
    page = (
        line(scope, filters, Application.id)
        .order_by(*ordered(filters))
        .limit(size)
        .offset((filters.page - 1) * size)
        .subquery()
    )
    query = (
        select(
            Application.id, Application.reference, Application.title, Digest.name,
            Application.status, Application.submitted_at, Application.due, Application.channel,
            Application.locale, Application.clerk_id, User.name, User.email, Digest.late,
            Digest.checks_open, Digest.checks_total, _tags(), _answers(columns),
            *([_total(scope, filters).label("total")] if counted else []),
            *((search_doc.c.folded, search_doc.c.body) if searched else ()),
        )
        .join(page, page.c.id == Application.id)
        .join(Digest, Digest.application_id == Application.id)
        .outerjoin(User, User.id == Application.clerk_id)
        .order_by(*ordered(filters))
    )  # fmt: skip
    if searched:
        query = query.join(search_doc, search_doc.c.n == Digest.doc)
    return query


def _tags() -> Any:
    ids = func.aggregate_strings(sa.cast(ApplicationTag.tag_id, sa.String), " ")
    return select(ids).where(ApplicationTag.application_id == Application.id).scalar_subquery()


def _answers(columns: tuple[str, ...]) -> Any:
    pairs = func.aggregate_strings(AnswerIndex.key + "=" + AnswerIndex.value, " ")
    return (
        select(pairs)
        .where(AnswerIndex.application_id == Application.id, AnswerIndex.key.in_(columns))
        .scalar_subquery()
    )


def _total(scope: Scope, filters: Filters) -> Any:
    return counting(scope, filters).correlate(None).scalar_subquery()


def counting(scope: Scope, filters: Filters) -> Any:
    """Count what `filters` let through; by the narrow digests alone where they know it all."""
    if _only_digest(filters):
        sent = select(func.count()).select_from(Digest).where(Digest.call_id == scope.call_id)
        for key, value in filters.answers.items():
            one = aliased(AnswerIndex)  # joined, since an answer has fewer rows than a call
            mine = one.application_id == Digest.application_id
            sent = sent.join(one, sa.and_(mine, one.key == key, one.value == value))
        if not searching.query_words(filters.q) or _has_few(scope, filters):
            return sent.where(*of_digest(scope, filters, Digest))
        # The hits are at hand: to go through them is faster than to look for each one among them.
        many = scope.found(filters.q).many
        rest = of_digest(scope, replace(filters, q=""), Digest)
        return sent.join(many, many.c.n == Digest.doc).where(*rest)
    return line(scope, replace(filters, sort="arrived"), func.count())


def _only_digest(filters: Filters) -> bool:
    asked = (name for name, _value in filters.pairs(paged=False))
    return all(name in BY_DIGEST or name.startswith(ANSWER) for name in asked)


def _needs_digest(filters: Filters) -> bool:
    return bool(filters.late or filters.checks or searching.query_words(filters.q))


def count(scope: Scope, filters: Filters) -> int:
    """Return how many applications `filters` let through."""
    return int(db.session.scalar(counting(scope, filters)) or 0)


def ids_of(scope: Scope, filters: Filters, most: int = 100_000) -> list[UUID]:
    """Return the ids of everything that `filters` let through, in the order of the list."""
    query = line(scope, filters, Application.id).order_by(*ordered(filters)).limit(most)
    return list(db.session.scalars(query))


def sort_key(filters: Filters) -> ColumnElement[Any]:
    """Return what the list is sorted by, before the number."""
    keys: dict[str, Any] = {
        "number": Application.number,
        "arrived": Application.submitted_at,
        "title": Digest.title_key,
        "name": Digest.sort_name,
        "state": Application.status,
        "clerk": func.coalesce(func.nullif(User.name, ""), User.email, ""),
        "due": func.coalesce(Application.due, sa.literal(NEVER, sa.Date())),
    }
    key: ColumnElement[Any] = keys[filters.sort]
    return key


def ordered(filters: Filters) -> list[ColumnElement[Any]]:
    """Return the order of the list; the number decides between equals, so pages never overlap."""
    key = sort_key(filters)
    both = [key, Application.number] if filters.sort != "number" else [key]
    return [one.desc() if filters.descending else one.asc() for one in both]


def _row(row: Any, words: list[str]) -> Row:
    """Return a line: the first columns of `_query` as they are, of the others what they say."""
    clerk, email, late, left, points, tags, pairs = row[10:17]
    answers: dict[str, list[str]] = {}
    for pair in (pairs or "").split():
        key, _, value = pair.partition("=")
        answers.setdefault(key, []).append(value)
    return Row._make((
        *row[:10], clerk or email or "", late, left, points,
        tags.replace("-", "").split() if tags else [], answers,
        searching.passage(row.body, row.folded, words) if words else [],
    ))  # fmt: skip


def line(scope: Scope, filters: Filters, column: Any) -> Any:
    """Return the list with only the tables that its filters and its sorting need."""
    found = select(column).select_from(Application)
    wanted = conditions(scope, filters)
    if _needs_digest(filters) or filters.sort in ("title", "name"):
        found = found.join(Digest, Digest.application_id == Application.id)
        if filters.sort in ("title", "name") or _has_few(scope, filters):
            wanted[0] = Digest.call_id == scope.call_id  # so that databases begin with the digests
    if filters.sort == "clerk":
        found = found.outerjoin(User, User.id == Application.clerk_id)
    return found.where(*wanted)


def _has_few(scope: Scope, filters: Filters) -> bool:
    searched = bool(searching.query_words(filters.q))
    return searched and scope.found(filters.q).few is not None
