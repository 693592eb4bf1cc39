"""Rows written one by one, past SQLAlchemy's unit of work; the caller minds their order.

To find an order, the unit of work goes through all relationships of all tables that it meets. An
application has eight: a save then costs ten times its statement. Where the order is plain, the ways
of applicants write here. What is written is afterwards as after a flush.
"""

from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple, cast

import sqlalchemy as sa
from sqlalchemy.orm import Mapper, make_transient_to_detached
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.exc import StaleDataError

from portal.core.db import Model, db


class Place(NamedTuple):
    """One column of a table: its attribute, its name, and what makes a value where none is set."""

    attribute: str
    column: str
    default: Callable[[], Any]


class Plan(NamedTuple):
    """How the rows of one table are written; `lock` is the attribute that grows with each change.

    `insert` and `update` are made once, so that SQLAlchemy knows them by heart.
    """

    places: tuple[Place, ...]
    columns: dict[str, str]
    lock: str | None
    insert: Any
    update: Any


@cache
def _plan(model: type[Model]) -> Plan:
    mapper: Mapper[Any] = sa.inspect(model)
    table = cast("sa.Table", model.__table__)
    found = [(prop.key, prop.columns[0]) for prop in mapper.column_attrs]
    places = tuple(
        Place(name, column.key, _maker(column))
        for name, column in found
        if isinstance(column, sa.Column)
    )
    names = {place.column: place.attribute for place in places}
    lock = mapper.version_id_col
    update = sa.update(table).where(table.c.id == sa.bindparam("this_id"))
    if lock is not None:
        update = update.where(lock == sa.bindparam("this_lock"))
    return Plan(
        places=places,
        columns={attribute: column for column, attribute in names.items()},
        lock=names[str(lock.key)] if lock is not None else None,
        insert=sa.insert(table),
        update=update,
    )


def _maker(column: Any) -> Callable[[], Any]:
    """Return what makes the value of a column in a new row."""
    default = column.default
    if default is None:
        return lambda: None
    return (lambda: default.arg(None)) if default.is_callable else (lambda: default.arg)


def connection() -> sa.Connection:
    """Return the connection of this transaction; what waits to be added is written before."""
    session = db.session()
    if session.new:
        session.flush()
    return session.connection()


def insert(model: type[Model], *rows: dict[str, Any]) -> None:
    """Insert rows of one table, given by column: for those that nobody looks at here again."""
    if rows:
        connection().execute(_plan(model).insert, list(rows))


def add(thing: Model) -> None:
    """Insert a new object now. Its columns are set, relationships by their ids."""
    plan = _plan(type(thing))
    given = thing.__dict__
    for name, _column, default in plan.places:
        if name not in given:
            given[name] = 1 if name == plan.lock else default()
    row = {place.column: given[place.attribute] for place in plan.places}
    connection().execute(plan.insert, row)
    make_transient_to_detached(thing)
    db.session.add(thing)


def save(thing: Model) -> None:
    """Write the changed columns of one object now; `StaleDataError` if somebody was faster.

    Changes of a relationship are left to the unit of work, which then writes all of it.
    """
    plan = _plan(type(thing))
    state = sa.inspect(thing)
    changed = state.committed_state
    if not changed or not changed.keys() <= plan.columns.keys():
        return
    row = {plan.columns[name]: thing.__dict__[name] for name in changed}
    here: dict[str, Any] = {"this_id": thing.id}
    if plan.lock is not None:
        seen = here["this_lock"] = getattr(thing, plan.lock)
        row[plan.columns[plan.lock]] = seen + 1
    result = connection().execute(plan.update, here | row)
    if result.rowcount != 1:
        raise StaleDataError(f"{type(thing).__name__} was changed by somebody else")
    if plan.lock is not None:
        set_committed_value(thing, plan.lock, seen + 1)
    state._commit_all(state.dict, db.session().identity_map)  # noqa: SLF001  (nothing is left)
