"""A condition in words: "Only asked if you choose “Yes” for “…”"."""

from typing import Any

from portal.calls.checks import label
from portal.calls.definition import Definition
from portal.calls.questions import AnyQuestion, Condition
from portal.calls.reading import option_words, yes_or_no
from portal.calls.wording import plain
from portal.core.i18n import gettext as _
from portal.core.i18n import language


def only_if(definition: Definition, condition: Condition | None) -> str:
    """Return when something is asked as a sentence of the present language, else nothing."""
    if condition is None:
        return ""
    return _("Only asked if %(condition)s.", condition=_words(definition, condition))


def _words(definition: Definition, condition: Condition) -> str:
    parts = []
    if condition.key:
        question = definition.questions[condition.key]
        parts.append(_answered(question, condition.one_of))
    if condition.has_files:
        names = [_quoted(label(definition.questions[key])) for key in condition.has_files]
        parts.append(_("you add files under %(questions)s", questions=_(" or ").join(names)))
    parts += [_words(definition, part) for part in condition.all_of]
    if condition.any_of:
        parts.append(_(" or ").join(_words(definition, part) for part in condition.any_of))
    return _(" and ").join(parts)


def _answered(question: AnyQuestion, values: tuple[str, ...]) -> str:
    answers = _(" or ").join(_quoted(_answer(question, value)) for value in values)
    return _("you choose %(answers)s for “%(question)s”", answers=answers, question=label(question))


def _answer(question: Any, value: str) -> str:
    if question.type in ("choice", "choices"):
        return option_words(question, value)
    own = plain(getattr(question, value, None), language())
    return own or yes_or_no(value)


def _quoted(words: str) -> str:
    return _("“%(words)s”", words=words)
