"""`portal audit verify` says whether the log is whole, with its exit code as well."""

import os
import re
from pathlib import Path

import pytest
import sqlalchemy as sa

from portal.cli import main

pytestmark = pytest.mark.one_database


@pytest.fixture
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of an instance with a log of two entries."""
    for name in [name for name in os.environ if name.startswith("PORTAL_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PORTAL_INSTANCE", str(tmp_path))
    main(["user", "add", "--email", "ada@example.org"])
    return tmp_path


def tamper(instance: Path, statement: str) -> None:
    engine = sa.create_engine(f"sqlite:///{instance / 'portal.sqlite'}")
    with engine.begin() as connection:
        connection.execute(sa.text(statement))
    engine.dispose()


@pytest.mark.usefixtures("instance")
def test_a_whole_log_ends_well_and_names_its_end(capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    code = main(["audit", "verify"])
    said = capsys.readouterr().out

    assert code == 0
    assert re.search(r"^2:[0-9a-f]{64}$", said, re.MULTILINE)


def test_a_changed_log_ends_badly(instance: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tamper(instance, "UPDATE audit_entry SET actor_key = 'nobody' WHERE n = 2")
    code = main(["audit", "verify"])

    assert code == 1
    assert "Entry 2 was changed." in capsys.readouterr().err


def test_a_log_set_back_misses_its_anchor(
    instance: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    main(["audit", "verify"])
    anchor = capsys.readouterr().out.split()[-1]
    tamper(instance, "DELETE FROM audit_entry")
    tamper(instance, "DELETE FROM audit_head")
    codes = [main(["audit", "verify"]), main(["audit", "verify", "--anchor", anchor])]

    assert codes == [0, 1]
    assert "Entry 2 is not the one that was noted down." in capsys.readouterr().err


@pytest.mark.usefixtures("instance")
def test_a_mistyped_anchor_is_told() -> None:
    assert main(["audit", "verify", "--anchor", "2:x"]) == 1
