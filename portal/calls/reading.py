"""An answer in words: for the check page, the receipt, exports and dossiers alike."""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from babel.dates import format_skeleton
from babel.numbers import format_currency

from portal.calls.questions import AnyQuestion
from portal.calls.wording import plain, say
from portal.core.i18n import format_date, format_number, gettext, language, locale


class Shown(NamedTuple):
    """An answer to be read: `kind` is short, long, list, table or missing."""

    kind: str
    text: str = ""
    entries: Sequence[str] = ()
    head: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    total: Sequence[str] = ()
    own_words: bool = False


MISSING = "missing"


def show(question: AnyQuestion, value: Any) -> Shown:
    """Return a cleaned `value` in words of the present language; None reads as not given."""
    if value is None or value in ("", [], {}):
        return Shown(MISSING, gettext("Not given"))
    return SHOWN.get(question.type, _own_words)(question, value)


def _own_words(question: Any, value: Any) -> Shown:
    return Shown("short", str(value), own_words=True)


def _long(question: Any, value: Any) -> Shown:
    return Shown("long", str(value), own_words=True)


def _number(question: Any, value: Any) -> Shown:
    return Shown("short", str(value) if question.year else format_number(value))


def money(value: str, currency: str = "EUR") -> str:
    """Return an amount like `1234.50` with its currency, in the present language."""
    return format_currency(Decimal(value), currency, locale=locale())


def _money(question: Any, value: Any) -> Shown:
    return Shown("short", money(value, question.currency))


def _month(question: Any, value: Any) -> Shown:
    year, month = (int(part) for part in value.split("-"))
    return Shown("short", format_skeleton("yMMMM", date(year, month, 1), locale=locale()))


def _date(question: Any, value: Any) -> Shown:
    return Shown("short", format_date(date.fromisoformat(value)))


def _choice(question: Any, value: Any) -> Shown:
    return Shown("short", option_words(question, value))


def _choices(question: Any, value: Any) -> Shown:
    return Shown("list", entries=[option_words(question, one) for one in value])


def option_words(question: Any, value: str) -> str:
    """Return the words of one option, the bare value if the option is gone."""
    for option in question.options:
        if option.value == value:
            return plain(option.label, language())
    return value


def _yes_no(question: Any, value: Any) -> Shown:
    own = {"yes": question.yes, "no": question.no, "neither": question.neither}[value]
    return Shown("short", plain(own, language()) or yes_or_no(value))


def yes_or_no(value: str) -> str:
    """Return yes or no as a word."""
    return {"yes": gettext("Yes"), "no": gettext("No")}.get(value, value)


def _address(question: Any, value: Any) -> Shown:
    city = f"{value['postcode']} {value['city']}"
    return Shown("list", entries=[value["street"], city], own_words=True)


def _rows(question: Any, value: Any) -> Shown:
    rows = [[_cell(column, row.get(column.key)) for column in question.columns] for row in value]
    head = [plain(column.label, language()) for column in question.columns]
    return Shown("table", head=head, rows=rows, total=totals(question, value), own_words=True)


def _cell(column: Any, value: Any) -> str:
    if value is None:
        return ""
    if column.type == "money":
        return money(value)
    return format_number(value) if column.type == "number" else str(value)


def totals(question: Any, rows: list[dict[str, Any]]) -> list[str]:
    """Return the last line of a table: the sums of the columns that are added up, else empty."""
    if not question.total:
        return []
    line = []
    for column in question.columns:
        given = [row.get(column.key) for row in rows if column.key in question.total]
        numbers = [Decimal(str(value)) for value in given if value is not None]
        total = sum(numbers, Decimal(0))
        shown = f"{total:.2f}" if column.type == "money" else int(total)
        line.append(_cell(column, shown) if column.key in question.total else "")
    return line


def version_words(version: str) -> str:
    """Return the version of a text for the reader: most are named by a date, some by a word."""
    try:
        return format_date(date.fromisoformat(version))
    except ValueError:
        return version


def _declaration(question: Any, value: Any) -> Shown:
    version = version_words(value["version"])
    if question.answer == "tick":
        return Shown("short", gettext("Yes, version of %(version)s", version=version))
    answer = yes_or_no(value["answer"])
    return Shown(
        "short", gettext("%(answer)s (version of %(version)s)", answer=answer, version=version)
    )


def raw_words(question: AnyQuestion, raw: Any) -> str:
    """Return a raw, unchecked answer of a draft as text: for the person who typed it.

    Works for everything a draft can hold, also for what could not be sent.
    """
    if question.type in ("choice", "choices"):
        chosen = raw if isinstance(raw, list) else [raw]
        return ", ".join(option_words(question, str(value)) for value in chosen if value)
    if question.type in ("yes_no", "declaration"):
        return yes_or_no(str(raw))
    if isinstance(raw, dict):
        return " ".join(str(part) for part in raw.values() if part)
    if isinstance(raw, list):
        rows = (
            " | ".join(str(c) for c in row.values()) if isinstance(row, dict) else str(row)
            for row in raw
        )
        return "\n".join(row for row in rows if row.strip(" |"))
    return str(raw)


SHOWN: dict[str, Callable[[Any, Any], Shown]] = {
    "long_text": _long,
    "number": _number,
    "money": _money,
    "month": _month,
    "date": _date,
    "choice": _choice,
    "choices": _choices,
    "yes_no": _yes_no,
    "address": _address,
    "rows": _rows,
    "declaration": _declaration,
}

__all__ = [
    "MISSING",
    "Shown",
    "money",
    "option_words",
    "raw_words",
    "say",
    "show",
    "totals",
    "yes_or_no",
]
