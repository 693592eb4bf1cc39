"""The database: base class of all tables, aware times, and the one place that commits."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import Enum
from importlib import import_module
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, registry

# The column stands in the name of a CHECK, else two enum columns of one table collide on
# PostgreSQL.
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Instant(sa.TypeDecorator[datetime]):
    """A moment: aware in, stored as UTC, aware (UTC) out. A naive datetime is refused."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Turn an aware moment into UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive datetime: {value!r}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """SQLite forgets the zone; give it back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def by_value(kind: type[Enum]) -> sa.Enum:
    """Return a column type that stores an enum's value and lets the database check it."""
    return sa.Enum(
        kind,
        values_callable=lambda members: [member.value for member in members],
        native_enum=False,
        create_constraint=True,
        name=kind.__name__.lower(),
        length=40,
    )


class Model(DeclarativeBase):
    """Base of all tables: a random id, aware times, JSON for dicts and lists."""

    registry = registry(
        metadata=sa.MetaData(naming_convention=NAMING),
        type_annotation_map={
            datetime: Instant(),
            dict[str, Any]: sa.JSON(),
            list[Any]: sa.JSON(),
        },
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4, sort_order=-1)


db = SQLAlchemy(
    model_class=Model,
    session_options={"expire_on_commit": False},
    disable_autonaming=True,
)


def insert_into(table: Any, dialect: str) -> Any:
    """Return an INSERT that knows ON CONFLICT, in the words of `dialect`: sqlite or postgresql."""
    return import_module(f"sqlalchemy.dialects.{dialect}").insert(table)


def rows_of(statement: Any, given: dict[str, Any] | None = None) -> Sequence[Any]:
    """Return the rows of a statement that asks for columns and for no entity.

    It goes past the session, which would take each row apart to look for entities.
    """
    db.session.flush()
    return db.session.connection().execute(statement, given).all()


@contextmanager
def transaction() -> Iterator[None]:
    """Commit what happens inside, or nothing of it."""
    try:
        yield
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise
