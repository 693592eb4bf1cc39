"""The answers of one application as HTML: dozens of lines, so they are drawn without a template."""

from collections.abc import Iterable
from functools import lru_cache
from uuid import UUID

from markupsafe import Markup

from portal.applications.reading import Entry
from portal.calls.queries import definition_of
from portal.core.i18n import language
from portal.web.answers import drawn_answer
from portal.web.filters import said


def lines_of(entries: Iterable[Entry], form_version_id: UUID) -> Markup:
    """Return the lines of a section, without questions that are answered by files."""
    names = names_of(form_version_id)
    lines = [_line(one, names[one.question.key]) for one in entries if not one.files]
    return Markup("".join(lines))  # noqa: S704  (made of what is escaped)


def _line(entry: Entry, name: Markup) -> str:
    shape = ' class="is-long"' if entry.shown.kind == "long" else ""
    answer = drawn_answer(entry.shown)
    return f'<div id="line-{entry.question.key}"{shape}><dt>{name}</dt><dd>{answer}</dd></div>'


def evidence_of(entries: Iterable[Entry], form_version_id: UUID) -> Markup:
    """Return the answers that a point of the formal check refers to."""
    names = names_of(form_version_id)
    lines = [
        f"<dt>{names[one.question.key]}</dt><dd>{drawn_answer(one.shown)}</dd>" for one in entries
    ]
    return Markup("".join(lines))  # noqa: S704  (made of what is escaped)


def names_of(form_version_id: UUID) -> dict[str, Markup]:
    """Return all questions of a form as they stand beside their answers; nobody changes it."""
    return _names(form_version_id, language())


@lru_cache(maxsize=64)
def _names(form_version_id: UUID, _language: str) -> dict[str, Markup]:
    questions = definition_of(form_version_id).questions.values()
    return {one.key: said(one.short or one.label) for one in questions}
