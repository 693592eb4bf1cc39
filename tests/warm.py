"""What a test process makes once for all of its applications: addresses, templates and SQL.

Nearly every test has an application and a database of its own. More than half of its time went
into making again what is the same in all of them. Nothing is kept here that belongs to one
installation: no settings, no connection, no row.
"""

import sqlite3
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule


def up() -> None:
    """Let this process keep what it has compiled; call it once, before any application is built."""
    Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": _Templates()}
    _keep_addresses()
    _keep_sql()
    sa.event.listen(sa.Engine, "connect", _hurry)


class _Templates(BytecodeCache):
    """Compiled templates by name and content, in memory."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], Any] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give the code that was kept, if there is some."""
        bucket.code = self.kept.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep the code."""
        self.kept[bucket.key, bucket.checksum] = bucket.code


def _keep_addresses() -> None:
    """Let equal rules share the function that builds their address; it knows no application."""
    compiled = Rule._compile_builder
    kept: dict[str, Any] = {}

    def shared(rule: Rule, append_unknown: bool) -> Any:
        key = repr((append_unknown, rule.rule, rule._trace, rule.defaults))
        if key not in kept:
            kept[key] = compiled(rule, append_unknown)
        return kept[key]

    Rule._compile_builder = shared  # type: ignore[assignment]


def _keep_sql() -> None:
    """Let the engines of all applications share a dialect, and with it the statements they know."""
    make = SQLAlchemy._make_engine
    first: dict[str, sa.Engine] = {}

    def made(self: SQLAlchemy, *wishes: Any) -> sa.Engine:
        engine = make(self, *wishes)
        known = first.setdefault(engine.dialect.name, engine)
        engine.dialect, engine._compiled_cache = known.dialect, known._compiled_cache
        return engine

    SQLAlchemy._make_engine = made  # type: ignore[assignment]


def _hurry(connection: Any, _record: Any) -> None:
    """Wait for no disk: what a test wrote need not survive a power cut.

    Servers and workers that a test starts are processes of their own and do wait.
    """
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA synchronous=OFF")
