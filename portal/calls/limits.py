"""The limits of a question in words, for those who prepare their answers."""

from collections.abc import Callable
from typing import Any

from portal.calls.questions import MIB, AnyQuestion
from portal.core.i18n import format_number, gettext, ngettext


def limit(question: AnyQuestion) -> str:
    """Return the limit of an answer in the present language, empty if it needs no telling."""
    tell = LIMITS.get(question.type)
    return tell(question) if tell else ""


def characters(most: int) -> str:
    """Return how long a text may be."""
    return gettext("up to %(most)s characters", most=format_number(most))


def _text(question: Any) -> str:
    return "" if question.pattern else characters(question.max)


def _long_text(question: Any) -> str:
    return characters(question.max)


def _choices(question: Any) -> str:
    if question.most is None:
        return gettext("several answers possible")
    return ngettext("at most %(num)s answer", "at most %(num)s answers", question.most)


def _files(question: Any) -> str:
    return ngettext(
        "up to %(num)s file of at most %(size)s MB",
        "up to %(num)s files of at most %(size)s MB each",
        question.max_files,
        size=format_number(question.max_bytes // MIB),
    )


def _rows(question: Any) -> str:
    return ngettext("up to %(num)s row", "up to %(num)s rows", question.max_rows)


def _number(question: Any) -> str:
    show = str if question.year else format_number
    return gettext(
        "a number from %(least)s to %(most)s", least=show(question.min), most=show(question.max)
    )


LIMITS: dict[str, Callable[[Any], str]] = {
    "text": _text,
    "long_text": _long_text,
    "choices": _choices,
    "photos": _files,
    "documents": _files,
    "rows": _rows,
    "number": _number,
}
