"""Sentences for the operator: one JSON object a line, times in UTC, ids instead of names."""

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

log = logging.getLogger("portal.jobs")


class JsonLines(logging.Formatter):
    """Write level, time, sentence and facts of a record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; line breaks inside of values are escaped by JSON."""
        line: dict[str, Any] = {
            "level": record.levelname.lower(),
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "message": record.getMessage(),
        }
        line |= getattr(record, "facts", {})
        if record.exc_info and (error := record.exc_info[1]):
            line |= {"error": type(error).__name__, "place": place(error)}
        return json.dumps(line, ensure_ascii=False, default=str)


def to_stderr() -> None:
    """Write the log of this process as JSON lines, unless somebody set up logging already."""
    if logging.getLogger().handlers:
        return
    _note_only_what_is_written()
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler])


def _note_only_what_is_written() -> None:
    """Let records leave out what our lines do not name, as Python's guide to logging suggests.

    To find the line of code that speaks costs more than to write what it says.
    """
    logging._srcfile = None  # noqa: SLF001
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False


def say(level: int, sentence: str, **facts: Any) -> None:
    """Log a sentence with its facts, for example `job=claim.id`. Facts name no person."""
    log.log(level, sentence, extra={"facts": facts})


def place(error: BaseException) -> str:
    """Return where in our code an error arose, for example `outbox.py:88 send`.

    The text of an error may hold an address or a name, so the log gets kind and place only.
    """
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "/portal/" in frame.filename] or list(frames)
    if not ours:
        return ""
    return f"{Path(ours[-1].filename).name}:{ours[-1].lineno} {ours[-1].name}"
