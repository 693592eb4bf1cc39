"""What tests share: an application with an instance of its own, and a client for its pages."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from pydantic import SecretStr

from portal.app import build
from portal.core.db import db
from portal.settings import Settings
from tests.postgres import (  # noqa: F401  (the option --database and what it does)
    database_url,
    pytest_addoption,
    pytest_collection_modifyitems,
)


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:  # noqa: F811  (a fixture)
    """Return settings of a rehearsal whose instance is a new folder."""
    address = SecretStr(database_url)
    return Settings(instance=tmp_path / "instance", database_url=address, retry_first_seconds=1)


@pytest.fixture
def bare_app(settings: Settings) -> Iterator[Flask]:
    """Return the application with all tables."""
    app = build(settings)
    with app.app_context():
        db.create_all()
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
