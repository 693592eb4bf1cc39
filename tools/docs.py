"""Write the parts of docs/ that come from the code: docs/workflow.md from the table of moves.

tools/docs.py           write
tools/docs.py --check   fail if a file is stale
"""

import sys
from pathlib import Path

from portal.applications.workflow import FINAL, TRANSITIONS, Status

TARGET = Path(__file__).resolve().parent.parent / "docs" / "workflow.md"
HEAD = """\
# The life of an application

Written by `make docs` from `portal/applications/workflow.py`; change it there.
"""


def workflow() -> str:
    """Return the text of docs/workflow.md: a diagram, and the moves as a table."""
    return "\n".join([HEAD, "```mermaid", *_diagram(), "```", "", *_table(), ""])


def _diagram() -> list[str]:
    arrows = [
        f"    {source} --> {transition.target}: {move}"
        for move, transition in TRANSITIONS.items()
        for source in _ordered(transition.sources)
    ]
    ends = [f"    {status} --> [*]" for status in _ordered(FINAL)]
    return ["stateDiagram-v2", f"    [*] --> {next(iter(Status))}", *arrows, *ends]


def _table() -> list[str]:
    rows = [
        f"| `{move}` | {', '.join(_ordered(transition.sources))} | {transition.target} |"
        for move, transition in TRANSITIONS.items()
    ]
    return ["| move | from | to |", "| --- | --- | --- |", *rows]


def _ordered(some: frozenset[Status]) -> list[Status]:
    return [status for status in Status if status in some]


def main() -> None:
    """Write the file, or say that it is stale."""
    fresh = workflow()
    if "--check" in sys.argv[1:]:
        if not TARGET.exists() or TARGET.read_text("utf-8") != fresh:
            sys.exit("docs/workflow.md is stale. Run: make docs")
        return
    TARGET.write_text(fresh, "utf-8")


if __name__ == "__main__":
    main()
