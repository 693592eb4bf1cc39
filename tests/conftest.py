"""What tests share: an application with an instance of its own, and a client for its pages."""

import shutil
from collections.abc import Iterator
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
    pytest_addoption,
    pytest_collection_modifyitems,
)

warm.up()


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
def bare_app(settings: Settings, empty_sqlite: Path) -> Iterator[Flask]:
    """Return the application with all tables (on PostgreSQL they are there already)."""
    app = build(settings)
    if not settings.database_url.get_secret_value():
        shutil.copyfile(empty_sqlite, settings.instance / empty_sqlite.name)
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def app(bare_app: Flask) -> Iterator[Flask]:
    """Return the application inside of an app context."""
    with bare_app.app_context():
        yield bare_app


@pytest.fixture
def client(bare_app: Flask) -> Any:
    """Return a client that speaks as one browser. It runs outside of the test's app context."""
    return bare_app.test_client()
