"""Which tables the database has, and whether this version of the portal knows them.

A migration's file is called `20261125_1030_slug.py`; its first thirteen characters are its
revision. The order of the names is the order of the revisions, so the newest is the last.
"""

from enum import StrEnum

import sqlalchemy as sa

from portal.core.resources import PACKAGE

MIGRATIONS = PACKAGE / "migrations"
VERSIONS = MIGRATIONS / "versions"
STAMP = len("20261125_1030")


class SchemaState(StrEnum):
    """How the tables stand to this version of the portal."""

    EMPTY = "empty"
    BEHIND = "behind"
    CURRENT = "current"
    NEWER = "newer"


def revisions() -> list[str]:
    """Return the revisions this version knows, oldest first."""
    return sorted(path.name[:STAMP] for path in VERSIONS.glob("[0-9]*.py"))


def head() -> str | None:
    """Return the newest revision this version knows, or None before the first migration."""
    known = revisions()
    return known[-1] if known else None


def stored(connection: sa.Connection) -> str | None:
    """Return the revision of the database, or None if it never saw a migration."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
    return str(found) if found else None


def schema_state(engine: sa.Engine) -> SchemaState:
    """Return how the database stands; a revision that nobody here knows is a newer one."""
    with engine.connect() as connection:
        revision = stored(connection)
    if revision == head():
        return SchemaState.CURRENT
    if revision is None:
        return SchemaState.EMPTY
    return SchemaState.BEHIND if revision in revisions() else SchemaState.NEWER
