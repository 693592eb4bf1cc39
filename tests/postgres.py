"""A private PostgreSQL server for the tests, started from Debian's binaries when first asked for.

Each test process has its own server, reached by a socket in a folder of its own; no port is
taken. The server ends with the process, however that ends.
"""

import atexit
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from portal.core.db import Model

SECONDS = 30
TEMPLATE = "portal_template"
_count = itertools.count(1)


def postgres_url(*, empty: bool = False) -> str:
    """Return the address of a fresh database with all tables (`empty`: with none)."""
    server = _server()
    name = f"portal_{next(_count)}"
    template = "template0" if empty else _template(server)
    _run_sql(server, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return server.url(name)


def drop(url: str) -> None:
    """Remove a database that `postgres_url` made, whoever is still connected."""
    name = sa.make_url(url).database
    _run_sql(_server(), f'DROP DATABASE "{name}" WITH (FORCE)')


class Server:
    """A running server; `folder` holds its socket."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="portal-pg-"))
        self.data = self.folder / "data"
        self.user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres", "postgres")
        self._as_user("initdb", "-D", self.data, "-U", self.user, "-E", "UTF8", "--locale=C.UTF-8")
        self.process = subprocess.Popen(
            [*self._prefix(), _binary("postgres"), "-D", self.data, "-k", self.folder,
             "-c", "listen_addresses=", "-c", "max_connections=60",
             # Nothing here has to survive a power cut.
             "-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=off"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=(self.folder / "log").open("wb"), cwd=self.folder,
        )  # fmt: skip
        atexit.register(self.stop)
        self._wait()

    def url(self, database: str) -> str:
        """Return the address of one of its databases for SQLAlchemy."""
        return f"postgresql://{self.user}@/{database}?host={self.folder}"

    def stop(self) -> None:
        """End the server and remove its folder."""
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _wait(self) -> None:
        end = time.monotonic() + SECONDS
        while time.monotonic() < end and self.process.poll() is None:
            try:
                _run_sql(self, "SELECT 1")
            except psycopg.OperationalError:
                time.sleep(0.05)
            else:
                return
        pytest.fail(f"PostgreSQL did not start:\n{(self.folder / 'log').read_text()}")

    def _as_user(self, program: str, *arguments: str | Path) -> None:
        done = subprocess.run(
            [*self._prefix(), _binary(program), *arguments],
            capture_output=True, text=True, check=False, cwd=self.folder,
        )  # fmt: skip
        if done.returncode:
            pytest.fail(f"{program} failed:\n{done.stderr}")

    @staticmethod
    def _prefix() -> list[str]:
        """Return what lowers our rights (the server refuses root) and ties it to this process."""
        tie = ["setpriv", "--pdeathsig", "INT"]
        if os.geteuid() != 0:
            return tie
        return [*tie, "--reuid=postgres", "--regid=postgres", "--init-groups"]


@cache
def _server() -> Server:
    return Server()


@cache
def _template(server: Server) -> str:
    """Make the database that others are copied from; copying is faster than creating tables."""
    import portal.app  # noqa: F401  (every room with its tables)

    _run_sql(server, f'CREATE DATABASE "{TEMPLATE}" TEMPLATE template0')
    engine = sa.create_engine(server.url(TEMPLATE))
    Model.metadata.create_all(engine)
    engine.dispose()
    return TEMPLATE


SHAPE = """
SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace
UNION ALL SELECT tgname FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1
"""


@cache
def _ours() -> tuple[str, list[Any]]:
    """Return the address of the database that the tests of this process use in turn; its shape."""
    url = postgres_url()
    with _connected(url) as connection:
        return url, connection.execute(SHAPE).fetchall()


def _empty() -> None:
    """Remove every row, which is twenty times as fast as a new database; end who is connected.

    Triggers and foreign keys sleep meanwhile, so the order of the tables does not matter. A
    database whose tables a test has changed is given up.
    """
    url, shape = _ours()
    with _connected(url) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        if connection.execute(SHAPE).fetchall() == shape:
            connection.execute("SET session_replication_role = replica")
            found = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname='public'")
            names = [name for (name,) in found.fetchall()]
            done = connection.execute("".join(f'DELETE FROM "{name}";' for name in names))
            used = []
            for name in names:
                if done.rowcount:
                    used.append(f'"{name}"')
                done.nextset()
            if used:  # else new rows would stand between those that are gone, in any order
                connection.execute(f"VACUUM {', '.join(used)}")
            return
    _ours.cache_clear()
    drop(url)


def _connected(url: str) -> psycopg.Connection[Any]:
    to = sa.make_url(url)
    return psycopg.connect(
        host=str(to.query["host"]), user=to.username, dbname=to.database, autocommit=True
    )


def _run_sql(server: Server, statement: str) -> None:
    with psycopg.connect(
        host=str(server.folder), user=server.user, dbname="postgres", autocommit=True
    ) as connection:
        connection.execute(statement)


def _binary(name: str) -> str:
    found = sorted(
        Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: float(path.parts[4])
    )
    on_path = shutil.which(name)
    if not found and not on_path:
        pytest.fail("PostgreSQL is missing. Install it: apt-get install postgresql")
    return str(found[-1]) if found else str(on_path)


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """Return the address of a database without rows; empty for SQLite in the instance."""
    if request.config.getoption("database") == "sqlite":
        yield ""
        return
    yield _ours()[0]
    _empty()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let `--database=postgres` run the tests that touch a database on PostgreSQL."""
    parser.addoption("--database", choices=("sqlite", "postgres"), default="sqlite")


def leave_out(config: Any, items: list[pytest.Item]) -> None:
    """On PostgreSQL leave out browsers, documents, and what touches no database."""
    if config.getoption("database") == "sqlite":
        return
    config.hook.pytest_deselected(items=[item for item in items if not _touches_database(item)])
    items[:] = filter(_touches_database, items)


def _touches_database(item: pytest.Item) -> bool:
    elsewhere = any(item.get_closest_marker(name) for name in ("browser", "pdf", "one_database"))
    return "settings" in getattr(item, "fixturenames", ()) and not elsewhere
