"""Answers of several parts: months, days, addresses, rows."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from portal.calls.typed import amount, western_digits, whole_number
from portal.calls.verdicts import Checked, Fault, is_empty, label, missing, too_long
from portal.calls.wording import plain
from portal.core.i18n import gettext, language
from portal.core.text import length, one_line

LONGEST_LINE = 120  # characters of a line of an address


def _parts(raw: Any, *names: str) -> list[int | None]:
    given = raw if isinstance(raw, dict) else {}
    return [whole_number(western_digits(str(given.get(name) or ""))) for name in names]


def month_answer(question: Any, raw: Any, answers: Mapping[str, Any]) -> Checked:
    """Return a month as `2016-05`."""
    month, year = _parts(raw, "month", "year")
    if month is None or not 1 <= month <= 12:
        text = gettext(
            "Give the month of “%(question)s” as a number from 1 to 12", question=label(question)
        )
        return Checked(None, Fault("month", text))
    if year is None or not question.min_year <= year <= question.max_year:
        text = gettext("Give the year of “%(question)s” with four digits", question=label(question))
        return Checked(None, Fault("year", text))
    value = f"{year:04}-{month:02}"
    if question.not_before and (earlier := _month_of(answers.get(question.not_before))) > value:
        text = gettext(
            "“%(question)s” must not lie before %(start)s",
            question=label(question),
            start=f"{earlier[5:]}/{earlier[:4]}",
        )
        return Checked(None, Fault("year", text))
    return Checked(value)


def _month_of(raw: Any) -> str:
    month, year = _parts(raw, "month", "year")
    return f"{year:04}-{month:02}" if month and year else ""


def date_answer(question: Any, raw: Any, answers: Mapping[str, Any]) -> Checked:
    """Return a day as `2016-05-31`."""
    day, month, year = _parts(raw, "day", "month", "year")
    try:
        value = date(year or 0, month or 0, day or 0)
    except (ValueError, OverflowError):
        value = None
    if value is None or not question.min_year <= value.year <= question.max_year:
        text = gettext(
            "Give day, month and year of “%(question)s”, for example 31 5 2027",
            question=label(question),
        )
        return Checked(None, Fault("day", text))
    return Checked(value.isoformat())


def address_answer(question: Any, raw: Any, answers: Mapping[str, Any]) -> Checked:
    """Return street, postcode and city."""
    given = raw if isinstance(raw, dict) else {}
    value = {part: one_line(str(given.get(part) or "")) for part in ("street", "postcode", "city")}
    value["postcode"] = value["postcode"].replace(" ", "")
    for part in ("street", "city"):
        if fault := too_long(question, value[part], LONGEST_LINE):
            return Checked(None, Fault(part, fault.message))
    if not value["street"]:
        return Checked(None, Fault("street", gettext("Write the street and house number")))
    if not re.fullmatch(r"\d{5}", value["postcode"], re.ASCII):
        return Checked(None, Fault("postcode", gettext("Write the postcode with five digits")))
    if not value["city"]:
        return Checked(None, Fault("city", gettext("Write the city")))
    return Checked(value)


def rows_answer(question: Any, raw: Any, answers: Mapping[str, Any]) -> Checked:
    """Return the rows that are filled in, cell by cell."""
    rows = [row for row in (raw if isinstance(raw, list) else []) if not is_empty(row)]
    if len(rows) < question.min_rows:
        return Checked(None, Fault("", missing(question)))
    if len(rows) > question.max_rows:
        return Checked(
            None, Fault("", gettext("Fill in at most %(most)s rows", most=question.max_rows))
        )
    kept = []
    for number, row in enumerate(raw):
        if is_empty(row):
            continue
        clean, fault = _row(question, row, number)
        if fault:
            return Checked(None, fault)
        kept.append(clean)
    return Checked(kept)


def _row(question: Any, row: Mapping[str, Any], number: int) -> Checked:
    clean = {}
    for column in question.columns:
        raw = str(row.get(column.key) or "")
        value = _cell(column, raw)
        if value is None and (column.required or raw.strip()):
            text = gettext(
                "Fill in “%(column)s” in row %(row)s of “%(question)s”",
                column=plain(column.label, language()),
                row=number + 1,
                question=label(question),
            )
            return Checked(None, Fault(f"{number}.{column.key}", text))
        clean[column.key] = value
    return Checked(clean)


def _cell(column: Any, raw: str) -> Any:
    """Return the cleaned cell, None if it is empty or does not fit its column."""
    if not raw.strip():
        return None
    if column.type == "text":
        text = one_line(raw)
        return text if length(text) <= column.max else None
    if column.type == "number":
        number = whole_number(western_digits(raw))
        return number if number is not None and 0 <= number <= column.max else None
    value = amount(raw)
    return f"{value:.2f}" if value is not None and value >= 0 else None
