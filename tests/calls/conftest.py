"""Words and numbers in a language, without a database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.app import build
from portal.settings import Settings


@pytest.fixture(scope="module")
def speaking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Stand in an application that can speak; built once for all tests of a file."""
    folder: Path = tmp_path_factory.mktemp("speaking")
    with build(Settings(instance=folder / "instance")).app_context():
        yield
