"""From a kept answer back to what a person would have typed, so that it can be changed."""

from typing import Any

from portal.calls.questions import AnyQuestion


def raw_of(question: AnyQuestion, value: Any) -> Any:
    """Return the raw answer that `checks.check` cleans to `value`; nothing kept is an empty one."""
    if question.type in ("choices", "rows"):
        return _rows(value) if question.type == "rows" else list(value or [])
    if value is None:
        return {} if question.type in ("month", "date", "address") else ""
    if question.type in ("month", "date"):
        names = ("year", "month", "day")
        return dict(zip(names, str(value).split("-"), strict=False))
    if question.type == "address":
        return dict(value)
    if question.type == "declaration":
        return value["answer"]
    return str(value)


def _rows(value: Any) -> list[dict[str, str]]:
    return [
        {key: "" if cell is None else str(cell) for key, cell in row.items()} for row in value or []
    ]
