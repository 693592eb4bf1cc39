"""Bring the tables of the database to the state that this version of the portal expects.

Alembic is asked by its functions; there is no alembic.ini. Each run is one transaction.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from portal.core.clock import now
from portal.core.db import Model
from portal.core.schema import MIGRATIONS, VERSIONS, stored

# Several nodes may start at the same time; the first one migrates, the others wait for it.
LOCK = 0x706F7274616C


def upgrade(engine: sa.Engine, revision: str = "head") -> None:
    """Run the migrations up to `revision` (default: all); doing it twice changes nothing."""
    with _migrating(engine) as config:
        command.upgrade(config, revision)


def downgrade(engine: sa.Engine, revision: str) -> None:
    """Take migrations back down to `revision`; `base` takes all of them back, with the data."""
    with _migrating(engine) as config:
        command.downgrade(config, revision)


def current(engine: sa.Engine) -> str | None:
    """Return the revision of the database, or None if it never saw a migration."""
    with engine.connect() as connection:
        return stored(connection)


def write_migration(engine: sa.Engine, subject: str) -> Path:
    """Write a migration from the difference between the models and the tables; read it after.

    `subject` is the sentence that names it, for example "Add due date".
    """
    revision = now().strftime("%Y%m%d_%H%M")
    with _migrating(engine) as config:
        command.revision(config, message=subject, rev_id=revision, autogenerate=True)
    return next(VERSIONS.glob(f"{revision}_*.py"))


@contextmanager
def _migrating(engine: sa.Engine) -> Iterator[Config]:
    """Yield what Alembic needs, inside a transaction that nobody else has open."""
    with engine.connect() as connection, _loose_keys(connection), connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK)))
        yield _config(connection)
        if connection.dialect.name == "sqlite":
            _refuse_broken(connection)


def _config(connection: sa.Connection) -> Config:
    config = Config(attributes={"connection": connection, "metadata": Model.metadata})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    return config


@contextmanager
def _loose_keys(connection: sa.Connection) -> Iterator[None]:
    """Switch SQLite's foreign keys off: a batch drops a table, and the drop would cascade.

    The switch does nothing inside a transaction, so it is set on the driver before one begins.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    driver: Any = connection.connection.dbapi_connection
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


def _refuse_broken(connection: sa.Connection) -> None:
    """Raise, and so take all back, if a row points to one that is gone."""
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if broken:
        raise RuntimeError(f"The migration breaks references: {broken[:5]}")
