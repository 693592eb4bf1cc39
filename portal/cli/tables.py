"""`portal db …`: bring the tables up and down, and say where they stand."""

import argparse

from alembic.util.exc import CommandError

from portal import create_app
from portal.cli import Stopped, database
from portal.cli.opening import NEWER
from portal.core.db import db
from portal.core.schema import SchemaState, head, schema_state
from portal.settings import load


def upgrade(_given: argparse.Namespace) -> None:
    """Bring the tables to this version."""
    with create_app(load()).app_context():
        if schema_state(db.engine) is SchemaState.NEWER:
            raise Stopped(NEWER)
        before = database.current(db.engine)
        database.upgrade(db.engine)
        after = database.current(db.engine)
    news = "were up to date" if before == after else "are now up to date"
    print(f"The tables {news} (revision {after or 'none'}).")


def downgrade(given: argparse.Namespace) -> None:
    """Take migrations back to the revision that was given."""
    with create_app(load()).app_context():
        try:
            database.downgrade(db.engine, given.revision)
        except CommandError as error:
            raise Stopped(f"{error}. `portal db current` says where the database is.") from error
        print(f"The database is at revision {database.current(db.engine) or 'none'}.")


def current(_given: argparse.Namespace) -> None:
    """Say which migration the database has seen and which is the newest."""
    with create_app(load()).app_context():
        stored, state = database.current(db.engine), schema_state(db.engine)
    print(f"database: {stored or 'none'}, this version: {head() or 'none'} ({state})")


def new(given: argparse.Namespace) -> None:
    """Write a migration from the difference between models and tables."""
    with create_app(load()).app_context():
        path = database.write_migration(db.engine, given.subject)
    print(f"Written: {path}\nRead it line by line, then run: make test")
