"""The direction of imports holds, and what is slow to import stays out of the web process."""

import subprocess
import sys
from pathlib import Path

from importlinter.api import read_configuration
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

ROOT = Path(__file__).resolve().parents[2]


def test_imports_only_go_down(monkeypatch: object) -> None:
    assert read_configuration(str(ROOT / "pyproject.toml"))["contracts_options"] != []
    assert lint_imports(str(ROOT / "pyproject.toml"), no_cache=True) == EXIT_STATUS_SUCCESS, (
        "Run lint-imports: it names file and line."
    )


def test_the_web_process_loads_no_library_for_documents_and_pictures() -> None:
    code = (
        "import sys; import portal.app, portal.cli.serving; "
        "print(sorted({'weasyprint', 'pikepdf', 'PIL', 'pypdfium2', 'fontTools', 'alembic.op'}"
        " & set(sys.modules)))"
    )

    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )

    assert done.stdout.strip() == "[]"
