"""The render child: reads orders, writes PDFs, lives in a process with limits of its own.

Started by `Renderer` as `python -m portal.documents.child BYTES`; it ends when its input
ends. It knows no database, no settings and no secret.
"""

import gc
import logging
import os
import resource
import signal
import sys
import traceback
from pathlib import Path
from typing import BinaryIO

from portal.documents import pipe
from portal.documents.failures import RenderFailed

# New objects before garbage is looked for: a short document makes fewer.
GARBAGE = 20_000


class Warnings(logging.Handler):
    """Keeps what WeasyPrint warns of while one document is made, without words of people."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.kinds: set[str] = set()

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the sentence without its values."""
        self.kinds.add(str(record.msg)[:80])


def main(memory: int) -> None:
    """Answer orders until the input ends; `memory` bytes at most, and the seconds of each order."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    orders, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whoever prints must not disturb the answers
    try:
        from portal.documents import render  # noqa: F401  (half a second, and it needs Pango)
    except OSError as error:
        pipe.write(answers, {"ready": False, "error": str(error)[:300]})
        return
    warnings = Warnings()
    logging.getLogger("weasyprint").handlers[:] = [warnings]
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    # What is loaded stays; looking through it for garbage again and again costs a twentieth.
    gc.freeze()
    gc.set_threshold(GARBAGE)
    pipe.write(answers, {"ready": True})
    _serve(orders, answers, warnings)


def _serve(orders: BinaryIO, answers: BinaryIO, warnings: Warnings) -> None:
    while True:
        try:
            order = pipe.read(orders)
        except EOFError:
            return
        warnings.kinds.clear()
        signal.alarm(order.head["seconds"])  # ends this process even if nobody is left to kill it
        head, made = _answer(order)
        signal.alarm(0)
        pipe.write(answers, {**head, "warnings": sorted(warnings.kinds)}, made)


def _answer(order: pipe.Message) -> tuple[dict[str, object], list[bytes]]:
    try:
        return {"ok": True}, _made(order)
    except Exception as error:  # noqa: BLE001  (whatever it is, the next document is made)
        return {"ok": False, "error": _reason(error)}, []


def _made(order: pipe.Message) -> list[bytes]:
    from portal.documents.binding import bind, keep
    from portal.documents.render import render

    head = order.head
    if "bind" in head:
        bind(**head["bind"])
        return []
    if "keep" in head:
        keep(**head["keep"])
        return []
    pairs = zip(head["blobs"], order.bodies, strict=True)
    blobs = {name: (body, media_type) for (name, media_type), body in pairs}
    papers = {key: Path(path) for key, path in head["papers"].items()}
    return [render(head["template"], head["context"], blobs, head["language"], papers)]


def _reason(error: BaseException) -> str:
    """Name an error without the texts of people, which its own words may hold."""
    if isinstance(error, RenderFailed):
        return str(error)
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {Path(frame.filename).name}:{frame.lineno}"


if __name__ == "__main__":
    main(int(sys.argv[1]))
