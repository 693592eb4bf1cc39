"""Open the application for a command, and refuse a database that does not fit."""

from flask import Flask
from sqlalchemy.exc import DBAPIError

from portal import create_app
from portal.cli import Stopped
from portal.core.db import db
from portal.core.schema import SchemaState, schema_state
from portal.settings import Settings

BEHIND = (
    "The tables of the database are older than this version of the portal.\n"
    "Make a backup, then run: portal db upgrade"
)
NEWER = (
    "A newer version of the portal has changed this database; this one does not know its tables.\n"
    "Install the newer version again, or restore the backup made before its first start."
)
SILENT = (
    "The database does not answer ({error}).\n"
    "Is PORTAL_DATABASE_URL right, and does the server run? `portal check` says more."
)


def opened(settings: Settings) -> Flask:
    """Return the application if the database has the tables of this version.

    An empty database gets them. One that is behind gets them in a rehearsal; in production an
    operator makes a backup first. Raises `Stopped`.
    """
    app = create_app(settings)
    with app.app_context():
        try:
            state = schema_state(db.engine)
        except DBAPIError as error:
            raise Stopped(SILENT.format(error=type(error.orig).__name__)) from error
        if state is SchemaState.NEWER:
            raise Stopped(NEWER)
        if state is SchemaState.BEHIND and settings.production:
            raise Stopped(BEHIND)
        if state is not SchemaState.CURRENT:
            from portal.cli.database import upgrade  # slow import, needed once

            upgrade(db.engine)
    return app
