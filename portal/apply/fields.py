"""The fields of one page of a draft, each with its answer and what is wrong with it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from portal.apply.outline import Outline
from portal.calls.questions import FILE_TYPES, AnyQuestion
from portal.calls.reading import raw_words
from portal.web.fields import Aside, Field


def fields_of(outline: Outline, questions: Sequence[AnyQuestion], *, checked: bool) -> list[Field]:
    """Return the fields of one page; `checked` shows what is wrong or missing."""
    problems = {problem.key: problem for problem in outline.problems} if checked else {}
    draft, aside = outline.application.draft, outline.application.aside
    return [
        Field(
            question=question,
            raw=draft.get(question.key, ""),
            is_asked=outline.asks(question),
            problem=problems.get(question.key),
            aside=_aside(question, aside.get(question.key)),
        )
        for question in questions
    ]


def _aside(question: AnyQuestion, kept: Any) -> Aside | None:
    if not kept or question.type in FILE_TYPES:
        return None
    return Aside(raw_words(question, kept["answer"]), datetime.fromisoformat(kept["at"]))
