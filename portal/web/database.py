"""How databases are opened: durable, patient for five seconds; who only reads may not write."""

import sqlite3
from typing import Any

from flask import g, has_request_context, request
from sqlalchemy import Connection, Engine, event

READING = {"GET", "HEAD", "OPTIONS"}
PATIENCE = 5000  # milliseconds for which a lock is waited for; then the page says so
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={PATIENCE}")


@event.listens_for(Engine, "do_connect")
def _be_patient(dialect: Any, _record: Any, _given: Any, named: dict[str, Any]) -> None:
    """Let PostgreSQL wait for a lock as long as SQLite does."""
    if dialect.name == "postgresql":
        named["options"] = f"{named.get('options', '')} -c lock_timeout={PATIENCE}".strip()


@event.listens_for(Engine, "connect")
def _open(connection: Any, _record: Any) -> None:
    """Leave BEGIN to us; in WAL mode only `synchronous=FULL` survives a power cut."""
    if isinstance(connection, sqlite3.Connection):
        connection.isolation_level = None
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")


@event.listens_for(Engine, "begin")
def _begin(connection: Connection) -> None:
    """Take the write lock at once, except where a request only reads.

    A transaction that begins by reading and then writes loses updates or meets "database is
    locked" without waiting; BEGIN IMMEDIATE waits its turn.
    """
    if connection.dialect.name == "sqlite":
        writes = _may_write()
        raw: Any = connection.connection.dbapi_connection  # the way around costs each request 5 %
        raw.execute(f"PRAGMA query_only={'OFF' if writes else 'ON'}")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN DEFERRED")


def _may_write() -> bool:
    """Return whether the code that runs now may write (`web/touch.py` opens GET for a moment)."""
    if not has_request_context():
        return True
    return request.method not in READING or g.get("may_write", False)
