"""Does one answer fit its question? Cleans what can be cleaned, else says what to do.

`check` forgives blanks, missing `https://`, "3.000" and digits of any script; it never cuts a text.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from portal.calls import composed
from portal.calls.questions import AnyQuestion
from portal.calls.typed import amount, western_digits, whole_number
from portal.calls.verdicts import Checked, Fault, is_empty, label, missing, too_long
from portal.calls.wording import plain
from portal.core.email import email_of
from portal.core.i18n import format_number, gettext, language, ngettext
from portal.core.text import normalise, one_line


def check(question: AnyQuestion, raw: Any, answers: Mapping[str, Any] | None = None) -> Checked:
    """Return the cleaned value of `raw`, or the fault that keeps it from being sent."""
    if question.type == "information":
        return Checked(None)
    if is_empty(raw):
        return Checked(None, Fault("", missing(question)) if question.required else None)
    return check_given(question, raw, answers or {})


def check_given(question: AnyQuestion, raw: Any, answers: Mapping[str, Any]) -> Checked:
    """Do what `check` does, for a `raw` that is known to be more than nothing."""
    return CHECKS[question.type](question, raw, answers)


def files(question: AnyQuestion, count: int) -> Fault | None:
    """Return the fault of a file question that has `count` files."""
    if question.required and not count:
        return Fault("", missing(question))
    if count > question.max_files:  # type: ignore[union-attr]
        surplus = count - question.max_files  # type: ignore[union-attr]
        return Fault("", ngettext("Remove %(num)s file", "Remove %(num)s files", surplus))
    return None


def _text(question: Any, raw: Any, answers: Mapping[str, Any]) -> Checked:
    text = one_line(str(raw))
    if question.tight:
        text = text.replace(" ", "")
    if fault := too_long(question, text, question.max):
        return Checked(None, fault)
    if question.pattern and not re.fullmatch(question.pattern, text):
        return Checked(None, Fault("", plain(question.wrong, language()) or missing(question)))
    return Checked(text)


def _long_text(question: Any, raw: Any, answers: Mapping[str, Any]) -> Checked:
    text = normalise(str(raw))
    fault = too_long(question, text, question.max)
    return Checked(None, fault) if fault else Checked(text.strip())


def _number(question: Any, raw: Any, answers: Mapping[str, Any]) -> Checked:
    number = whole_number(western_digits(str(raw)))
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
        text = ngettext(
            "Choose at most %(num)s answer for “%(question)s”",
            "Choose at most %(num)s answers for “%(question)s”",
            question.most,
            question=label(question),
        )
        return Checked(None, Fault("", text))
    return Checked(known)


def _yes_no(question: Any, raw: Any, answers: Mapping[str, Any]) -> Checked:
    allowed = {"yes", "no", *(("neither",) if question.neither else ())}
    if raw not in allowed or (question.must_be and raw != question.must_be):
        return Checked(None, Fault("", missing(question)))
    return Checked(raw)


def _email(question: Any, raw: Any, answers: Mapping[str, Any]) -> Checked:
    found = email_of(one_line(str(raw)))
    if found is None or len(found) > question.max:
        text = gettext("Write the e-mail address like name@example.org")
        return Checked(None, Fault("", text))
    return Checked(found)


def _phone(question: Any, raw: Any, answers: Mapping[str, Any]) -> Checked:
    text = one_line(str(raw))
    if fault := too_long(question, text, question.max):
        return Checked(None, fault)
    if sum(c.isdecimal() for c in text) < 3:
        return Checked(None, Fault("", gettext("Write the telephone number in digits")))
    return Checked(text)


def _url(question: Any, raw: Any, answers: Mapping[str, Any]) -> Checked:
    text = one_line(str(raw))
    if not re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", text):
        text = f"https://{text}"
    if fault := too_long(question, text, question.max):
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
    "month": composed.month_answer,
    "date": composed.date_answer,
    "choice": _choice,
    "choices": _choices,
    "yes_no": _yes_no,
    "email": _email,
    "phone": _phone,
    "url": _url,
    "address": composed.address_answer,
    "rows": composed.rows_answer,
    "declaration": _declaration,
}

__all__ = ["Checked", "Fault", "amount", "check", "files", "is_empty", "label", "missing"]
