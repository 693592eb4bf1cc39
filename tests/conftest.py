"""What tests share: an application with an instance of its own, and a client for its pages."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from portal.app import build
from portal.core.db import db
from portal.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Return settings of a rehearsal whose instance is a new folder."""
    return Settings(instance=tmp_path / "instance", retry_first_seconds=1)


@pytest.fixture
def bare_app(settings: Settings) -> Flask:
    """Return the application with all tables."""
    app = build(settings)
    with app.app_context():
        db.create_all()
    return app


@pytest.fixture
def app(bare_app: Flask) -> Iterator[Flask]:
    """Return the application inside of an app context."""
    with bare_app.app_context():
        yield bare_app


@pytest.fixture
def client(bare_app: Flask) -> Any:
    """Return a client that speaks as one browser. It runs outside of the test's app context."""
    return bare_app.test_client()
