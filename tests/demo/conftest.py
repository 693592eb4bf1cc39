"""A stage of the example is built once per module: its people, its days and its numbers."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask

from portal.app import build as build_app
from portal.core.db import db
from portal.core.i18n import in_language
from portal.demo.build import build
from portal.settings import Settings
from tests.served import plain_environment

Staged = Callable[[str], object]


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory, empty_sqlite: Path) -> Staged:
    """Return how to build a stage in an instance of its own, on SQLite."""

    @contextmanager
    def built(stage: str) -> Iterator[tuple[Flask, list[str]]]:
        settings = Settings(instance=tmp_path_factory.mktemp(stage) / "instance")
        app = build_app(settings)
        shutil.copyfile(empty_sqlite, settings.instance / empty_sqlite.name)
        with app.app_context(), in_language("en"):
            with pytest.MonkeyPatch.context() as patch:
                for name in set(os.environ) - set(plain_environment()):
                    patch.delenv(name)  # a hundred files are cleaned, each in its own process
                said = build(stage)
            yield app, said
            db.engine.dispose()

    return built
