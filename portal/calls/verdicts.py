"""What a check of an answer says: the cleaned value, or what to do."""

from typing import Any, NamedTuple

from portal.calls.questions import AnyQuestion
from portal.calls.wording import plain
from portal.core.i18n import gettext, language, ngettext
from portal.core.text import length


class Fault(NamedTuple):
    """What is wrong: in which part of the answer (empty: the whole), and what to do."""

    part: str
    message: str


class Checked(NamedTuple):
    """The cleaned value (None: not answered) and the fault, one of them at most."""

    value: Any
    fault: Fault | None = None


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


def too_long(question: AnyQuestion, text: str, most: int) -> Fault | None:
    """Return the fault of a text (normalised) with more than `most` code points."""
    if len(text) <= most:
        return None
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
