"""Does one answer fit its question? Cleans what can be cleaned, else says what to do.

`check` forgives blanks, missing `https://`, "3.000" and "Mai 2016"; it never cuts a text.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from email_validator import EmailNotValidError, validate_email

from portal.calls.questions import AnyQuestion
from portal.calls.wording import plain
from portal.core.i18n import format_number, gettext, language, ngettext
from portal.core.text import length, normalise, one_line


class Fault(NamedTuple):
    """What is wrong: in which part of the answer (empty: the whole), and what to do."""

    part: str
    message: str


class Checked(NamedTuple):
    """The cleaned value (None: not answered) and the fault, one of them at most."""

    value: Any
    fault: Fault | None = None


def check(question: AnyQuestion, raw: Any, answers: Mapping[str, Any] | None = None) -> Checked:
    """Return the cleaned value of `raw`, or the fault that keeps it from being sent."""
    if question.type == "information":
        return Checked(None)
    if is_empty(raw):
        return Checked(None, Fault("", missing(question)) if question.required else None)
    return CHECKS[question.type](question, raw, answers or {})


def is_empty(raw: Any) -> bool:
    """Return whether nothing at all was answered."""
    if isinstance(raw, str):
        return not raw.strip()
    if isinstance(raw, dict):
        return all(is_empty(part) for part in raw.values())
    if isinstance(raw, list):
        return all(is_empty(part) for part in raw)
    return raw is None


def missing(question: AnyQuestion) -> str:
    """Return the sentence for an unanswered question."""
    own = plain(question.missing, language())
    return own or gettext("Answer: %(question)s", question=label(question))


def label(question: AnyQuestion) -> str:
    """Return the question's short name in the present language."""
    return plain(question.short or question.label, language())


def files(question: AnyQuestion, count: int) -> Fault | None:
    """Return the fault of a file question that has `count` files."""
    if question.required and not count:
        return Fault("", missing(question))
    if count > question.max_files:  # type: ignore[union-attr]
        surplus = count - question.max_files  # type: ignore[union-attr]
        return Fault("", ngettext("Remove %(num)s file", "Remove %(num)s files", surplus))
    return None


def _too_long(question: AnyQuestion, text: str, most: int) -> Fault | None:
    over = length(text) - most
    if over <= 0:
        return None
    return Fault(
        "",
        ngettext(
            "Shorten “%(question)s” by %(num)s character",
            "Shorten “%(question)s” by %(num)s characters",
            over,
            question=label(question),
        ),
    )


def _text(question: Any, raw: Any, answers: Mapping[str, Any]) -> Checked:
    text = one_line(str(raw))
    if question.tight:
        text = text.replace(" ", "")
    if fault := _too_long(question, text, question.max):
        return Checked(None, fault)
    if question.pattern and not re.fullmatch(question.pattern, text):
        return Checked(None, Fault("", plain(question.wrong, language()) or missing(question)))
    return Checked(text)


def _long_text(question: Any, raw: Any, answers: Mapping[str, Any]) -> Checked:
    text = normalise(str(raw))
    fault = _too_long(question, text, question.max)
    return Checked(None, fault) if fault else Checked(text.strip())


def whole_number(raw: str) -> int | None:
    """Return the whole number a person typed: "3.000", "3 000" and "3,000" are three thousand."""
    digits = re.sub(r"(?<=\d)[.,'’\s](?=\d{3}(\D|$))", "", one_line(raw))
    return int(digits) if re.fullmatch(r"-?\d{1,15}", digits, re.ASCII) else None


def _number(question: Any, raw: Any, answers: Mapping[str, Any]) -> Checked:
    number = whole_number(_western_digits(str(raw)))
    if number is None:
        text = gettext("Write “%(question)s” as a whole number in digits", question=label(question))
        return Checked(None, Fault("", text))
    if not question.min <= number <= question.max:
        show = str if question.year else format_number
        text = gettext(
            "Give a number from %(least)s to %(most)s for “%(question)s”",
            least=show(question.min),
            most=show(question.max),
            question=label(question),
        )
        return Checked(None, Fault("", text))
    return Checked(number)


def _western_digits(text: str) -> str:
    """Return `text` with the digits of other scripts as 0–9."""
    return "".join(str(int(c)) if c.isdecimal() else c for c in text)


def amount(raw: str) -> Decimal | None:
    """Return the amount a person typed; "1.234,50", "1234.5" and "1 234,50 €" are alike."""
    text = _western_digits(one_line(raw)).removesuffix("€").replace("EUR", "")
    text = re.sub(r"[\s'’]", "", text)
    whole, mark, cents = _split_amount(text)
    digits = re.sub(r"[.,]", "", whole)
    try:
        return Decimal(f"{digits}.{cents}" if mark else digits).quantize(Decimal("0.01"))
    except InvalidOperation:
        return None


def _split_amount(text: str) -> tuple[str, str, str]:
    """Split at the last point or comma, if one or two digits follow it."""
    found = re.fullmatch(r"(-?[\d.,]*?)(?:([.,])(\d{1,2}))?", text)
    return (found[1], found[2] or "", found[3] or "0") if found else ("?", "", "0")


def _money(question: Any, raw: Any, answers: Mapping[str, Any]) -> Checked:
    value = amount(str(raw))
    if value is None or not question.min <= value <= question.max:
        text = gettext(
            "Give an amount from %(least)s to %(most)s euros for “%(question)s”",
            least=format_number(question.min),
            most=format_number(question.max),
            question=label(question),
        )
        return Checked(None, Fault("", text))
    return Checked(f"{value:.2f}")


def _parts(raw: Any, *names: str) -> list[int | None]:
    given = raw if isinstance(raw, dict) else {}
    return [whole_number(_western_digits(str(given.get(name) or ""))) for name in names]


def _month(question: Any, raw: Any, answers: Mapping[str, Any]) -> Checked:
    month, year = _parts(raw, "month", "year")
    if month is None or not 1 <= month <= 12:
        text = gettext("Give the month of “%(question)s” as a number from 1 to 12",
                       question=label(question))
        return Checked(None, Fault("month", text))
    if year is None or not question.min_year <= year <= question.max_year:
        text = gettext("Give the year of “%(question)s” with four digits",
                       question=label(question))
        return Checked(None, Fault("year", text))
    value = f"{year:04}-{month:02}"
    if question.not_before and (earlier := _month_of(answers.get(question.not_before))) > value:
        text = gettext("“%(question)s” must not lie before %(start)s",
                       question=label(question), start=f"{earlier[5:]}/{earlier[:4]}")
        return Checked(None, Fault("year", text))
    return Checked(value)


def _month_of(raw: Any) -> str:
    month, year = _parts(raw, "month", "year")
    return f"{year:04}-{month:02}" if month and year else ""


def _date(question: Any, raw: Any, answers: Mapping[str, Any]) -> Checked:
    day, month, year = _parts(raw, "day", "month", "year")
    try:
        value = date(year or 0, month or 0, day or 0)
    except (ValueError, OverflowError):
        value = None
    if value is None or not question.min_year <= value.year <= question.max_year:
        text = gettext("Give day, month and year of “%(question)s”, for example 31 5 2027",
                       question=label(question))
        return Checked(None, Fault("day", text))
    return Checked(value.isoformat())


def _choice(question: Any, raw: Any, answers: Mapping[str, Any]) -> Checked:
    if raw in {option.value for option in question.options}:
        return Checked(raw)
    return Checked(None, Fault("", missing(question)))


def _choices(question: Any, raw: Any, answers: Mapping[str, Any]) -> Checked:
    chosen = set(raw if isinstance(raw, list) else [raw])
    known = [option.value for option in question.options if option.value in chosen]
    if not known:
        return Checked(None, Fault("", missing(question)) if question.required else None)
    if question.most and len(known) > question.most:
        text = ngettext("Choose at most %(num)s answer for “%(question)s”",
                        "Choose at most %(num)s answers for “%(question)s”",
                        question.most, question=label(question))
        return Checked(None, Fault("", text))
    return Checked(known)


def _yes_no(question: Any, raw: Any, answers: Mapping[str, Any]) -> Checked:
    allowed = {"yes", "no", *(("neither",) if question.neither else ())}
    if raw not in allowed or (question.must_be and raw != question.must_be):
        return Checked(None, Fault("", missing(question)))
    return Checked(raw)


def _email(question: Any, raw: Any, answers: Mapping[str, Any]) -> Checked:
    try:
        found = validate_email(one_line(str(raw)), check_deliverability=False)
    except EmailNotValidError:
        found = None
    if found is None or found.ascii_email is None or len(found.normalized) > question.max:
        text = gettext("Write the e-mail address like name@example.org")
        return Checked(None, Fault("", text))
    return Checked(found.normalized)


def _phone(question: Any, raw: Any, answers: Mapping[str, Any]) -> Checked:
    text = one_line(str(raw))
    if fault := _too_long(question, text, question.max):
        return Checked(None, fault)
    if sum(c.isdecimal() for c in text) < 3:
        return Checked(None, Fault("", gettext("Write the telephone number in digits")))
    return Checked(text)


def _url(question: Any, raw: Any, answers: Mapping[str, Any]) -> Checked:
    text = one_line(str(raw))
    if not re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", text):
        text = f"https://{text}"
    if fault := _too_long(question, text, question.max):
        return Checked(None, fault)
    if not _is_web_address(text):
        return Checked(None, Fault("", gettext("Write the web address like www.example.org")))
    return Checked(text)


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return (
            parts.scheme in ("http", "https")
            and "." in (parts.hostname or "")
            and not re.search(r"\s|[<>\"]", text)
            and parts.username is None
        )
    except ValueError:
        return False


def _address(question: Any, raw: Any, answers: Mapping[str, Any]) -> Checked:
    given = raw if isinstance(raw, dict) else {}
    value = {part: one_line(str(given.get(part) or ""))[:120] for part in
             ("street", "postcode", "city")}
    value["postcode"] = value["postcode"].replace(" ", "")
    if not value["street"]:
        return Checked(None, Fault("street", gettext("Write the street and house number")))
    if not re.fullmatch(r"\d{5}", value["postcode"], re.ASCII):
        return Checked(None, Fault("postcode", gettext("Write the postcode with five digits")))
    if not value["city"]:
        return Checked(None, Fault("city", gettext("Write the city")))
    return Checked(value)


def _rows(question: Any, raw: Any, answers: Mapping[str, Any]) -> Checked:
    rows = [row for row in (raw if isinstance(raw, list) else []) if not is_empty(row)]
    if len(rows) < question.min_rows:
        return Checked(None, Fault("", missing(question)) if question.required else None)
    if len(rows) > question.max_rows:
        return Checked(None, Fault("", gettext("Fill in at most %(most)s rows",
                                               most=question.max_rows)))
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
            text = gettext("Fill in “%(column)s” in row %(row)s of “%(question)s”",
                           column=plain(column.label, language()), row=number + 1,
                           question=label(question))
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
        number = whole_number(_western_digits(raw))
        return number if number is not None and 0 <= number <= column.max else None
    value = amount(raw)
    return f"{value:.2f}" if value is not None and value >= 0 else None


def _declaration(question: Any, raw: Any, answers: Mapping[str, Any]) -> Checked:
    if question.answer == "tick":
        if raw == "yes":
            return Checked({"answer": "yes", "version": question.version})
        return Checked(None, Fault("", missing(question)) if question.required else None)
    if raw in ("yes", "no"):
        return Checked({"answer": raw, "version": question.version})
    return Checked(None, Fault("", missing(question)))


CHECKS: dict[str, Callable[[Any, Any, Mapping[str, Any]], Checked]] = {
    "text": _text,
    "long_text": _long_text,
    "number": _number,
    "money": _money,
    "month": _month,
    "date": _date,
    "choice": _choice,
    "choices": _choices,
    "yes_no": _yes_no,
    "email": _email,
    "phone": _phone,
    "url": _url,
    "address": _address,
    "rows": _rows,
    "declaration": _declaration,
}
