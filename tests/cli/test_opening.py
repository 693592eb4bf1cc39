"""A database that does not fit this version is refused before anything is done with it."""

import shutil
import sqlite3
from pathlib import Path

import pytest

from portal.cli.opening import BEHIND, NEWER
from portal.core import schema
from tests.cli.conftest import Run

PRODUCTION = {
    "PORTAL_BASE_URL": "https://preis.example.org",
    "PORTAL_MAIL_URL": "smtp://localhost",
    "PORTAL_SCANNER": "none",
}
ADD = ("user", "add", "--email", "ada@example.org")


def set_revision(tmp_path: Path, revision: str) -> None:
    with sqlite3.connect(tmp_path / "instance" / "portal.sqlite") as connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", [revision])
    connection.close()


@pytest.fixture
def later_migration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this version know one migration more than the database has seen."""
    folder = tmp_path / "versions"
    shutil.copytree(schema.VERSIONS, folder)
    (folder / "29990101_0000_later.py").touch()
    monkeypatch.setattr(schema, "VERSIONS", folder)


def test_a_database_of_a_newer_version_is_refused_by_every_command(
    portal: Run, tmp_path: Path
) -> None:
    portal("db", "upgrade")
    set_revision(tmp_path, "29991231_2359")

    for words in (ADD, ("demo",), ("db", "upgrade"), ("worker",), ("serve", "--no-worker")):
        done = portal(*words)
        assert (done.returncode, done.stderr) == (1, f"{NEWER}\n")
    assert "fault  database: was changed by a newer version" in portal("check").stdout


def test_an_empty_database_gets_its_tables_also_in_production(portal: Run) -> None:
    assert portal(*ADD, **PRODUCTION).returncode == 0


def test_in_production_an_operator_brings_the_tables_up(
    portal: Run, later_migration: None, tmp_path: Path
) -> None:
    portal("db", "upgrade")

    done = portal(*ADD, **PRODUCTION)

    assert (done.returncode, done.stderr) == (1, f"{BEHIND}\n")
    assert portal(*ADD).returncode == 0
    assert "(behind)" in portal("db", "current").stdout


def test_a_database_that_does_not_answer_is_told(portal: Run) -> None:
    # Nothing listens on port 1 of loopback.
    away = {"PORTAL_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing"}

    done, check = portal(*ADD, **away), portal("check", **away)

    assert done.returncode == 1
    assert done.stderr.startswith("The database does not answer (OperationalError).\n")
    assert "fault  database: does not answer (OperationalError)" in check.stdout
    assert "fault  worker: unknown without the database" in check.stdout
