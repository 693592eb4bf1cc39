"""Lines of answers on pages that are read: what stands around an answer is kept, answers are not.

A check page has fifty lines, and in each of them only the answer is a person's own. The HTML comes
from `apply/answers.html`, each piece rendered once for all people.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from flask import get_template_attribute
from markupsafe import Markup, escape

from portal.applications.reading import Entry, SectionEntries
from portal.calls.wording import Saying, say
from portal.core.i18n import language
from portal.web.answers import drawn_answer
from portal.web.kept import GAP, gap

TEMPLATE = "apply/answers.html"


def answers_of(sections: list[SectionEntries], change: Callable[[str], str]) -> Markup:
    """Return all answers as a page shows them, section by section."""
    html: Markup = _macro("sections_of")(sections, change)
    return html


def lines_of(entries: list[Entry], change: Callable[[str], str] | None = None) -> Markup:
    """Return a line for each entry, with a link where `change` tells the address of its question.

    A global of templates.
    """
    code = language()
    lines = []
    for entry in entries:
        question = entry.question
        name = say(question.short or question.label, code)
        linked = change is not None
        start, middle, end = _line(question.key, name, code, entry.is_wrong, linked)
        href = escape(change(question.key)) if change is not None else ""
        lines += [start, _answer(entry), middle, href, end]
    return Markup("".join(lines))  # noqa: S704  (pieces of a template, and what is escaped)


@lru_cache(maxsize=2000)  # of about 300 bytes
def _line(key: str, name: Saying, _code: str, is_wrong: bool, linked: bool) -> tuple[str, ...]:
    """Return what stands before the answer, between answer and address, and behind."""
    href = gap("href") if linked else ""
    html = _macro("line")(key, name, gap("answer"), is_wrong, href)
    start, _answer, *others = GAP.split(html)
    middle, end = (others[0], others[2]) if linked else (others[0], "")
    return start, middle, end


def _answer(entry: Entry) -> str:
    if entry.files:
        return str(_macro("files_in")(entry.files))
    return drawn_answer(entry.shown)


def _macro(name: str) -> Any:
    return get_template_attribute(TEMPLATE, name)
