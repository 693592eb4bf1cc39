"""The direction of imports holds, and what is slow to import stays out of the web process."""

import os
import subprocess
import sys
from pathlib import Path

from babel import Locale
from importlinter.api import read_configuration

from portal.core.i18n import LANGUAGES
from portal.web.languages import direction_of

ROOT = Path(__file__).resolve().parents[2]


def test_imports_only_go_down() -> None:
    assert read_configuration(str(ROOT / "pyproject.toml"))["contracts_options"] != []
    # In a process of its own: the linter switches off the loggers of the process it runs in.
    run = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        capture_output=True, text=True, check=False, cwd=ROOT,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout


# Each takes megabytes or a noticeable part of a second. What needs one imports it in the function.
HEAVY = """
PIL alembic.op authlib babel.messages cryptography fontTools joserfc lxml numpy openpyxl pikepdf
portal.calls.loading portal.demo psycopg pypdfium2 ruamel.yaml segno weasyprint webauthn xlsxwriter
zxcvbn_rs_py
""".split()
START = "import sys, portal.cli.serving; from portal.app import build; build(); "


def in_a_fresh_process(code: str, folder: Path) -> str:
    """Return what `code` prints after the web process was built in a new interpreter."""
    place = os.environ | {"PORTAL_INSTANCE": str(folder / "instance")}
    command = [sys.executable, "-c", START + code]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT, env=place)
    return done.stdout.strip()


def test_a_fresh_web_process_loads_nothing_heavy(tmp_path: Path) -> None:
    loaded = in_a_fresh_process(f"print(sorted(set({HEAVY!r}) & set(sys.modules)))", tmp_path)

    assert loaded == "[]", "Import it in the function that needs it, with a reason."


def test_no_data_of_languages_is_loaded_before_somebody_asks(tmp_path: Path) -> None:
    code = "from babel import core, localedata; print(core._global_data, localedata._cache)"

    assert in_a_fresh_process(code, tmp_path) == "None {}"


def test_the_written_directions_are_those_of_babel() -> None:
    for code in LANGUAGES:
        told = Locale.parse(code).character_order
        assert direction_of(code) == ("rtl" if told == "right-to-left" else "ltr")
