"""Cleaning in a child process: what crashes there does not matter here."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from portal.storage.refusals import ChildDied, Code, Refused

WALL_SECONDS = 30.0
LONGEST_ANSWER = 100_000


def run(
    task: str, source: Path, target: Path, limits: dict[str, Any], *, seconds: float = WALL_SECONDS
) -> dict[str, Any]:
    """Do `task` ("photo" or "pdf") with `source`, results in the folder `target`; return its facts.

    limits: `max_pixels` and `kind`, or `max_pages`. Facts: `file` and `copies` (names in
    `target`), and width, height, pages, notes. Raises `Refused`; `ChildDied` if the child crashed,
    met a limit of the system or took longer than `seconds`.
    """
    order = [task, str(source), str(target), json.dumps(limits)]
    try:
        done = subprocess.run(  # noqa: S603  (our own program and names of our own)
            [sys.executable, "-m", "portal.storage.confined", *order],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=seconds,
            cwd=target,
            env=_environment(),
            start_new_session=True,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise ChildDied(f"longer than {seconds:g} s") from error
    if done.returncode != 0:
        raise ChildDied(f"ended with {done.returncode}")
    answer: dict[str, Any] = json.loads(done.stdout[:LONGEST_ANSWER])
    if "refused" in answer:
        raise Refused(Code(answer["refused"]), **answer["facts"])
    return answer


def _environment() -> dict[str, str]:
    """Return our environment without secrets, and with the way to this package."""
    kept = {name: v for name, v in os.environ.items() if not name.startswith("PORTAL_")}
    root = str(Path(__file__).resolve().parents[2])
    return {**kept, "PYTHONPATH": root, "MALLOC_ARENA_MAX": "2"}
