"""What the command line answers, run as an operator runs it."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import portal as package
from portal.demo import build
from tests.cli.conftest import Run

CALL = Path(package.__file__).parent / "demo" / "calls" / "integrationspreis-2027.yaml"


def test_the_version_is_told_without_loading_the_portal() -> None:
    code = (
        "import sys, portal.cli\n"
        "try: portal.cli.main(['--version'])\n"
        "finally: print({'flask', 'sqlalchemy', 'pydantic'} & set(sys.modules))"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == f"portal {package.__version__}\nset()\n"


def test_every_reason_that_forbids_a_start_is_told_at_once(portal: Run) -> None:
    done = portal("check", PORTAL_BASE_URL="http://preis.example.org", PORTAL_SECRET_KEY="short")

    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        "The settings do not allow a start:",
        "- PORTAL_SECRET_KEY is too weak: give at least 32 random characters.",
        "- PORTAL_BASE_URL must begin with https:// outside of loopback.",
        "- PORTAL_MAIL_URL is missing: give smtp://host:587 or smtps://host.",
        "- PORTAL_SCANNER is missing: give clamd:/path, clamd:host:port or none.",
    ]


def test_a_call_is_loaded_and_loading_it_again_changes_nothing(portal: Run) -> None:
    first, second = portal("call", "load", CALL), portal("call", "load", CALL)

    address = "http://127.0.0.1:8000/integrationspreis-2027"
    assert (first.returncode, first.stdout) == (0, f"Version 1 of the form is in use: {address}\n")
    assert (second.returncode, second.stdout) == (0, f"Nothing has changed: {address}\n")


def test_the_faults_of_a_call_file_are_told_with_their_lines(portal: Run, tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text(CALL.read_text().replace("prefix: IP-2027", "prefix: 7"))

    done = portal("call", "load", broken)

    line = CALL.read_text().splitlines().index("prefix: IP-2027") + 1
    assert done.returncode == 1
    assert done.stderr.startswith(f"broken.yaml:{line}: ")


def test_a_file_that_is_not_there_is_told(portal: Run) -> None:
    done = portal("call", "load", "nowhere.yaml")

    assert (done.returncode, done.stderr) == (1, "There is no file nowhere.yaml.\n")


def test_an_administrator_is_invited_by_a_link_for_one_use(portal: Run) -> None:
    done = portal("user", "add", "--email", "Ada@Example.org", "--admin")

    assert done.returncode == 0, done.stderr
    head, link = done.stdout.splitlines()
    assert head == "The invitation for ada@example.org works once:"
    assert re.fullmatch(r"http://127\.0\.0\.1:8000/invitation/[\w.-]{60,}", link)


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (["--role", "office"], "A role belongs to a call: give both --call SLUG and --role ROLE."),
        (
            ["--call", "x", "--role", "office", "--function", "chair"],
            "Only jurors have a function: give --role juror as well.",
        ),
        (
            ["--call", "x", "--role", "office"],
            "There is no call x. Load it first: portal call load FILE",
        ),
    ],
)
def test_a_role_that_makes_no_sense_is_refused(portal: Run, words: list[str], answer: str) -> None:
    portal("db", "upgrade")

    done = portal("user", "add", "--email", "ada@example.org", *words)

    assert (done.returncode, done.stderr) == (1, f"{answer}\n")


def test_a_juror_gets_a_role_with_a_function(portal: Run) -> None:
    portal("call", "load", CALL)
    role = ("--call", "integrationspreis-2027", "--role", "juror", "--function", "chair")

    done = portal("user", "add", "--email", "judith@example.org", *role)

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("The invitation for judith@example.org works once:\n")


def test_a_lost_second_factor_is_taken_away_by_a_link_for_one_use(portal: Run) -> None:
    portal("user", "add", "--email", "ada@example.org", "--admin")

    done = portal("user", "reset-factor", "--email", "Ada@example.org")

    assert done.returncode == 0, done.stderr
    head, link = done.stdout.splitlines()
    assert head == "The second factor is gone. This link works once:"
    assert re.fullmatch(r"http://127\.0\.0\.1:8000/invitation/[\w.-]{60,}", link)


def test_an_address_that_is_none_is_told(portal: Run) -> None:
    done = portal("user", "add", "--email", "ada")

    assert (done.returncode, done.stderr) == (1, "Give an e-mail address like name@example.org.\n")


def test_the_check_finds_missing_legal_pages_in_production(portal: Run) -> None:
    done = portal(
        "check", PORTAL_BASE_URL="https://preis.example.org", PORTAL_MAIL_URL="smtp://127.0.0.1:1",
        PORTAL_SCANNER="none",
    )  # fmt: skip

    assert "fault  legal pages: not there: imprint.de.md, privacy.de.md, " in done.stdout


def test_the_check_finds_a_folder_that_cannot_be_written(portal: Run, tmp_path: Path) -> None:
    portal("db", "upgrade")
    (tmp_path / "instance" / "files").write_text("in the way")

    done = portal("check", PORTAL_FREE_SPACE_PERCENT="0")

    assert done.returncode == 1
    assert "fault  storage: " in done.stdout


def test_a_second_factor_of_nobody_cannot_be_reset(portal: Run) -> None:
    done = portal("user", "reset-factor", "--email", "nobody@example.org")

    assert (done.returncode, done.stderr) == (1, "There is no account for nobody@example.org.\n")


def test_the_example_is_built_once(portal: Run) -> None:
    first = portal("demo", "--stage", "open", "--if-empty")
    second = portal("demo", "--stage", "open", "--if-empty")

    assert (first.returncode, first.stdout) == (
        0, "".join(f"The call {slug} is open.\n" for slug in build.SLUGS),
    )  # fmt: skip
    assert (second.returncode, second.stdout) == (
        0, "There is a call already; the example was not added.\n",
    )  # fmt: skip


def test_the_example_is_refused_where_people_from_outside_come(portal: Run) -> None:
    done = portal(
        "demo", PORTAL_BASE_URL="https://preis.example.org", PORTAL_MAIL_URL="smtp://localhost",
        PORTAL_SCANNER="none",
    )  # fmt: skip

    assert done.returncode == 1
    assert done.stderr.startswith("The example is for a rehearsal")


def test_the_tables_are_brought_up_and_down(portal: Run) -> None:
    up, again = portal("db", "upgrade"), portal("db", "upgrade")
    down, now = portal("db", "downgrade", "base"), portal("db", "current")

    assert up.stdout.startswith("The tables are now up to date (revision 20")
    assert again.stdout.startswith("The tables were up to date (revision 20")
    assert down.stdout == "The database is at revision none.\n"
    assert re.fullmatch(r"database: none, this version: \S+ \(empty\)\n", now.stdout)


def test_a_revision_that_does_not_exist_is_told(portal: Run) -> None:
    done = portal("db", "downgrade", "19990101_0000")

    assert done.returncode == 1
    assert "portal db current" in done.stderr


def test_the_check_says_one_line_for_each_part_and_fails_if_one_does(portal: Run) -> None:
    before = portal("check")
    portal("db", "upgrade")
    after = portal("check")

    found = {line[7:].partition(":")[0]: line.split()[0] for line in lines_of(before.stdout)}
    assert before.returncode == 1
    assert found == {
        "settings": "ok", "database": "fault", "storage": "ok", "scanner": "ok", "mail": "ok",
        "documents": "ok", "words": "ok", "legal pages": "ok", "worker": "fault",
    }  # fmt: skip
    faults = [line for line in lines_of(after.stdout) if line.startswith("fault")]
    assert faults == ["fault  worker: none is at work"]


def test_the_check_tells_what_to_do_about_mail_and_scanner(portal: Run) -> None:
    # Nothing listens on port 1 of loopback.
    done = portal("check", PORTAL_MAIL_URL="smtp://127.0.0.1:1", PORTAL_SCANNER="clamd:127.0.0.1:1")

    assert "fault  mail: 127.0.0.1 cannot be used (ConnectionRefusedError)" in done.stdout
    assert "fault  scanner: does not answer" in done.stdout
    assert done.stdout.count("→") == 4


def lines_of(text: str) -> list[str]:
    """Return the lines about parts, without those that say what to do."""
    return [line for line in text.splitlines() if not line.startswith(" ")]
