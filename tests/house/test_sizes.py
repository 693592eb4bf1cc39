"""Files and functions stay small enough to be read in one go."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LONGEST_FILE, LONGEST_FUNCTION = 350, 50


def sources() -> list[Path]:
    return [path for path in (ROOT / "portal").rglob("*.py") if "migrations" not in path.parts]


def test_no_file_is_too_long() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in sources()
        if (lines := path.read_text("utf-8").count("\n")) > LONGEST_FILE
    }

    assert long == {}, "Divide the file by what it is about."


def test_no_function_is_too_long() -> None:
    long = {
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}": lines
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef)
        and (lines := (node.end_lineno or node.lineno) - node.lineno + 1) > LONGEST_FUNCTION
    }

    assert long == {}, "Give a part of the function a name of its own."


def test_every_module_begins_with_a_sentence() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in sources()
        if not (ast.get_docstring(ast.parse(path.read_text("utf-8"))) or "").partition("\n")[0]
    ]

    assert silent == [], "Say in one sentence what the module is for."


def test_no_room_is_called_utils() -> None:
    names = {path.stem for path in sources()} | {path.parent.name for path in sources()}

    assert names & {"utils", "util", "helpers", "common", "misc"} == set()
