"""How databases are opened: durable, patient for five seconds; who only reads may not write."""

import sqlite3
from enum import StrEnum
from typing import Any

from flask import g, has_request_context, request
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnection

READING = {"GET", "HEAD", "OPTIONS"}
PATIENCE = 5000  # milliseconds for which a lock is waited for; then the page says so
WRITES = "may_write"
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={PATIENCE}")


# SQLSTATE (PostgreSQL, appendix A): connection, serialization, deadlock, resources, time, lock,
# shutdown. A connection that was never made or broke off has none.
WAITING = ("08", "40", "53", "57", "55P03")
FULL_DISK = "53100"


class State(StrEnum):
    """What a failed statement says about the database."""

    BUSY = "busy"  # a lock, a time limit, no connection: the same works a little later
    FULL = "full"
    BROKEN = "broken"  # our fault


def state_of(error: SQLAlchemyError) -> State:
    """Return whether the database has no time, no room, or was used wrongly."""
    if isinstance(error, NoConnection):  # all connections are in use
        return State.BUSY
    origin = error.orig if isinstance(error, OperationalError) else None
    if isinstance(origin, sqlite3.Error):
        return _of_sqlite(origin)
    code = getattr(origin, "sqlstate", "")
    if code == FULL_DISK:
        return State.FULL
    return State.BUSY if code is None or code.startswith(WAITING) else State.BROKEN


def _of_sqlite(error: sqlite3.Error) -> State:
    """Judge by the primary result code; an error that Python itself raises has none."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return State.BUSY
    return State.FULL if code == sqlite3.SQLITE_FULL else State.BROKEN


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
    if connection.dialect.name != "sqlite":
        return
    writes = _may_write()
    raw: Any = connection.connection.dbapi_connection  # the way around costs each request 5 %
    if connection.info.get(WRITES) is not writes:  # kept with the connection, as the pragma is
        raw.execute(f"PRAGMA query_only={'OFF' if writes else 'ON'}")
        connection.info[WRITES] = writes
    if writes:  # this may have to wait for a lock, and whoever asked should learn why it failed
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        raw.execute("BEGIN DEFERRED")


def _may_write() -> bool:
    """Return whether the code that runs now may write (`web/touch.py` opens GET for a moment)."""
    if not has_request_context():
        return True
    return request.method not in READING or g.get("may_write", False)
