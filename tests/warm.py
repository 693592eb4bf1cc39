"""What a test process makes once for all of its applications: addresses, templates and SQL.

Nearly every test has an application and a database of its own. More than half of its time went
into making again what is the same in all of them. Nothing is kept here that belongs to one
installation: no settings, no connection, no row.
"""

import gc
import sqlite3
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule

BUILDERS = ("_build", "_build_unknown")


def up() -> None:
    """Let this process keep what it has compiled; call it once, before any application is built."""
    Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": _Templates()}
    _keep_addresses()
    _keep_sql()
    gc.set_threshold(100_000, 10, 10)
    sa.event.listen(sa.Engine, "connect", _hurry)


def look_past() -> None:
    """Let the collector never again look at what is here now: every module, every test.

    Each test leaves an application behind, so all of it was looked through every few tests; that
    took more time than building the applications.
    """
    gc.collect()
    gc.freeze()


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
    """Let equal rules share what is compiled from them; it knows no application."""
    compiled = Rule.compile
    kept: dict[str, dict[str, Any]] = {}
    made = ("_parts", "_trace", "_converters", "arguments")

    def shared(rule: Rule) -> None:
        place = (rule.host, rule.subdomain, rule.merge_slashes, rule.defaults)
        key = repr((rule.rule, place))
        if key not in kept:
            compiled(rule)
            kept[key] = {name: getattr(rule, name) for name in made}
            kept[key] |= {name: getattr(rule, name).__func__ for name in BUILDERS}
        rule.__dict__ |= kept[key]
        for name in BUILDERS:
            setattr(rule, name, kept[key][name].__get__(rule, None))

    Rule.compile = shared  # type: ignore[assignment, method-assign]


def _keep_sql() -> None:
    """Let the engines of all applications share a dialect, and with it the statements they know."""
    make = SQLAlchemy._make_engine
    first: dict[str, sa.Engine] = {}

    def made(self: SQLAlchemy, *wishes: Any) -> sa.Engine:
        engine = make(self, *wishes)
        known = first.setdefault(engine.dialect.name, engine)
        if getattr(known.dialect, "server_version_info", None) is None:
            first[engine.dialect.name] = engine  # it never met its database, so it knows nothing
            return engine
        engine.dialect, engine._compiled_cache = known.dialect, known._compiled_cache
        return engine

    SQLAlchemy._make_engine = made  # type: ignore[assignment]


def _hurry(connection: Any, _record: Any) -> None:
    """Wait for no disk: what a test wrote need not survive a power cut.

    Servers and workers that a test starts are processes of their own and do wait.
    """
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA synchronous=OFF")
