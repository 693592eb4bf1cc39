"""A portal of its own for each test, spoken to from the terminal."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from portal.cli import main


class Done(NamedTuple):
    """What a command answered."""

    returncode: int
    stdout: str
    stderr: str


Run = Callable[..., Done]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Return an environment whose only settings are those of the test."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
    return kept | {"PORTAL_INSTANCE": str(tmp_path / "instance")}


@pytest.fixture
def portal(
    environment: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Run:
    """Return a function that runs `portal` with some words, as the script does."""
    monkeypatch.chdir(tmp_path)

    def run(*words: object, **settings: str) -> Done:
        with monkeypatch.context() as patch:
            for name in set(os.environ) - set(environment):
                patch.delenv(name)
            for name, value in (environment | settings).items():
                patch.setenv(name, value)
            code = main([str(word) for word in words])
        return Done(code, *capsys.readouterr())

    return run
