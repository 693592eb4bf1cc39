"""The cleaning child: takes its limits, does one task, writes one JSON object, ends.

Started by `portal.storage.child` as `python -m portal.storage.confined TASK SOURCE TARGET LIMITS`.
It knows no database, no settings and no secret, and where the system allows it no network.
"""

import ctypes
import json
import os
import resource
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from portal.storage.refusals import Refused

CPU_SECONDS = 20
MEMORY = 1_200_000_000
LARGEST_FILE = 200 * 1024 * 1024
OPEN_FILES = 128
CLONE_NEWNET, CLONE_NEWUSER = 0x40000000, 0x10000000


def main(task: str, source: str, target: str, limits: str) -> None:
    """Be the child: take the limits, do the task, write one JSON object."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whoever prints must not disturb the answer
    _confine()
    try:
        answer = _do(task, Path(source), Path(target), json.loads(limits))
    except Refused as refused:
        answer = {"refused": refused.code, "facts": refused.facts}
    json.dump(answer, answers)
    answers.close()


def _do(task: str, source: Path, target: Path, limits: dict[str, Any]) -> dict[str, Any]:
    if task == "photo":
        from portal.storage.photos import clean_photo

        return asdict(clean_photo(source, target, **_some(limits, "kind", "max_pixels")))
    from portal.storage.pdfs import clean_pdf

    return asdict(clean_pdf(source, target, **_some(limits, "max_pages")))


def _some(limits: dict[str, Any], *names: str) -> dict[str, Any]:
    """Return those limits that a task knows."""
    return {name: limits[name] for name in names}


def _confine() -> None:
    os.umask(0o077)
    bounds = {
        resource.RLIMIT_CPU: CPU_SECONDS,
        resource.RLIMIT_AS: MEMORY,
        resource.RLIMIT_FSIZE: LARGEST_FILE,
        resource.RLIMIT_NOFILE: OPEN_FILES,
        resource.RLIMIT_CORE: 0,
    }
    for bound, value in bounds.items():
        resource.setrlimit(bound, (value, value))
    libc = ctypes.CDLL(None)
    if libc.unshare(CLONE_NEWNET) != 0:  # allowed to root only; others need a user space first
        libc.unshare(CLONE_NEWUSER | CLONE_NEWNET)


if __name__ == "__main__":
    main(*sys.argv[1:5])
