"""What tests share: an application with an instance of its own, and a client for its pages."""

import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from pydantic import SecretStr

from portal.app import build
from portal.core.db import db
from portal.settings import Settings
from tests import warm
from tests.postgres import (  # noqa: F401  (the option --database and what it does)
    database_url,
    leave_out,
    pytest_addoption,
)
from tests.strict import StrictClient

# Folders and files whose tests take seconds each.
SLOW = {"e2e", "chaos", "demo", "documents", "cli", "test_matrix.py", "test_leaks.py",
        "test_examples.py", "test_imports.py", "test_kept.py"}  # fmt: skip

warm.up()


def pytest_configure(config: pytest.Config) -> None:
    """Read pages strictly in one of the two runs; they are the same in both."""
    StrictClient.reads = config.getoption("database") == "sqlite"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what the database of this run does not need, and let long files begin early."""
    leave_out(config, items)
    if hasattr(config, "workerinput"):
        long_files_first(items)


def long_files_first(items: list[pytest.Item]) -> None:
    """Sort by file: folders whose tests take seconds, then by number of tests.

    Processes take the next file when they are nearly done with one. Whoever took a long one last
    would work alone in the end.
    """
    counts = Counter(item.path for item in items)

    def place(item: pytest.Item) -> tuple[bool, int, str]:
        slow = item.path.parent.name in SLOW or item.path.name in SLOW
        return not slow, -counts[item.path], str(item.path)

    items.sort(key=place)


def pytest_collection_finish() -> None:
    """Run the tests as soon as all of them are there."""
    warm.look_past()


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:  # noqa: F811  (a fixture)
    """Return settings of a rehearsal whose instance is a new folder."""
    address = SecretStr(database_url)
    return Settings(
        instance=tmp_path / "instance", database_url=address, retry_first_seconds=1,
        letter_pause_seconds=0,  # tests of it set it themselves
    )  # fmt: skip


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a database file with all tables; copying it is quicker than making them each time."""
    settings = Settings(instance=tmp_path_factory.mktemp("empty") / "instance")
    with build(settings).app_context():
        db.create_all()
        db.engine.dispose()
    return settings.instance / "portal.sqlite"


@pytest.fixture
def built(empty_sqlite: Path) -> Iterator[Callable[[Settings], Flask]]:
    """Return a function: the application with all tables (on PostgreSQL they are there already)."""
    made = []

    def with_tables(settings: Settings) -> Flask:
        made.append(build(settings))
        if not settings.database_url.get_secret_value():
            shutil.copyfile(empty_sqlite, settings.instance / empty_sqlite.name)
        return made[-1]

    yield with_tables
    for app in made:
        with app.app_context():
            db.engine.dispose()


@pytest.fixture
def bare_app(settings: Settings, built: Callable[[Settings], Flask]) -> Flask:
    """Return the application with all tables."""
    return built(settings)


@pytest.fixture
def app(bare_app: Flask) -> Iterator[Flask]:
    """Return the application inside of an app context."""
    with bare_app.app_context():
        yield bare_app


@pytest.fixture
def client(bare_app: Flask) -> Any:
    """Return a client that speaks as one browser. It runs outside of the test's app context."""
    return bare_app.test_client()
