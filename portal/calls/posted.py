"""From posted fields to raw answers: only the questions of one page, nothing else."""

import re
from collections.abc import Iterable
from typing import Any, Protocol

from portal.calls.questions import FILE_TYPES, AnyQuestion
from portal.core.text import normalise

PARTS = {
    "month": ("month", "year"),
    "date": ("day", "month", "year"),
    "address": ("street", "postcode", "city"),
}
PLAIN_MONTH = re.compile(r"\s*(?:(\d{4})-(\d{1,2})|(\d{1,2})\s*[/.]\s*(\d{4}))\s*")


class Fields(Protocol):
    """What a posted form offers (a MultiDict of werkzeug)."""

    def get(self, key: str, /) -> str | None:
        """Return the first value of a field."""

    def getlist(self, key: str, /) -> list[str]:
        """Return all values of a field."""

    def __contains__(self, key: object, /) -> bool:
        """Return whether the field was posted."""

    def keys(self) -> Iterable[str]:
        """Return the names of all fields."""


def raw_answers(questions: Iterable[AnyQuestion], fields: Fields) -> dict[str, Any]:
    """Return the raw answers to `questions`; a question whose fields are absent is left out.

    Unticked boxes are absent from a posted form, so a page names its questions in hidden
    `asked` fields: those count as answered with nothing.
    """
    shown = set(fields.getlist("asked"))
    found = {}
    for question in questions:
        if question.type in FILE_TYPES or question.type == "information":
            continue
        raw = _raw(question, fields)
        if raw is not None:
            found[question.key] = raw
        elif question.key in shown:
            found[question.key] = [] if question.type in ("choices", "rows") else ""
    return found


def _raw(question: AnyQuestion, fields: Fields) -> Any:
    if question.type == "choices":
        return [normalise(v) for v in fields.getlist(question.key)] or None
    if question.type == "rows":
        return _rows(question, fields)
    if question.type in PARTS:
        return _composite(question, fields)
    return normalise(fields.get(question.key) or "") if question.key in fields else None


def _composite(question: AnyQuestion, fields: Fields) -> dict[str, str] | None:
    names = PARTS[question.type]
    parts = {n: normalise(fields.get(f"{question.key}.{n}") or "") for n in names}
    if any(f"{question.key}.{name}" in fields for name in names):
        return parts
    found = PLAIN_MONTH.fullmatch(fields.get(question.key) or "")
    if question.type == "month" and found:
        return {"month": found[2] or found[3], "year": found[1] or found[4]}
    return None


def _rows(question: Any, fields: Fields) -> list[dict[str, str]] | None:
    pattern = re.compile(re.escape(question.key) + r"\.(\d{1,3})\.([a-z][a-z0-9_]*)")
    found = [m for m in (pattern.fullmatch(name) for name in fields.keys()) if m]  # noqa: SIM118
    if not found:
        return None
    last = min(max(int(m[1]) for m in found), question.max_rows)
    return [
        {
            c.key: normalise(fields.get(f"{question.key}.{n}.{c.key}") or "")
            for c in question.columns
        }
        for n in range(last + 1)
    ]
