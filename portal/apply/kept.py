"""Pages of the form kept as text as long as nothing is answered on them.

The blank page is the same for everybody whose answers lead to the same sections; revision, window,
token, address and the time of the last save are put in. A page with answers is rendered.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from flask import render_template, request

from portal.applications.models import Application
from portal.apply.fields import fields_of
from portal.apply.outline import Chapter, Outline
from portal.calls.questions import FILE_TYPES, AnyQuestion
from portal.core.i18n import language
from portal.web import kept
from portal.web.csrf import csrf_token
from portal.web.doors import enters_for_others

TEMPLATE = "apply/section.html"
pages = kept.Pages(most=400, seconds=600)  # of about 20 kB


def is_as_for_all(outline: Outline, questions: Sequence[AnyQuestion]) -> bool:
    """Return whether a page with `questions` looks as it does for all who have not answered it."""
    alone = request.args or kept.has_message() or enters_for_others()
    return not alone and are_blank(outline, questions)


def section_page(outline: Outline, chapter: Chapter, at: int, values: dict[str, Any]) -> str:
    """Return a page of the form that is as for all: page `at` (from 1) of a chapter.

    values: what the template needs beside the fields; of these `revision`, `window`, `saved` and
    the draft's id may be different on a kept page.
    """
    questions = chapter.section.pages[at - 1]
    gaps = {name: values[name] for name in ("revision", "window", "saved") if values[name] != ""}
    return pages.text(
        (*_place(outline, chapter, at), values["shut"], *gaps),
        lambda: _with_gaps(
            outline.application,
            {
                **values,
                **{name: kept.gap(name) for name in gaps},
                "fields": fields_of(outline, questions, checked=False),
            },
        ),
        application=str(outline.application.id),
        token=csrf_token(),
        **gaps,
    )


class Differs(NamedTuple):
    """In what one such page differs from another, beside the call, its dates and the language.

    own: what is a person's own, by its name among the values. by: what else the template looks at.
    query: what the address may end with.
    """

    own: tuple[str, ...]
    by: tuple[Any, ...] = ()
    query: str = ""


def page(template: str, application: Application, values: dict[str, Any], differs: Differs) -> str:
    """Return a page that is kept but for what is a person's own, and token and id of the draft.

    One with something to mend, with a message or with another address is rendered.
    """
    query = request.query_string.decode(errors="replace")
    alone = values.get("errors") or kept.has_message() or enters_for_others()
    if alone or query not in ("", differs.query):
        return render_template(template, token=csrf_token(), **values)
    call = application.call
    gaps = {name: values[name] for name in differs.own if values[name] != ""}
    marks = {name: kept.gap(name) for name in gaps}
    return pages.text(
        (template, query, call.newest_version_id, call.closes_at, language(), *differs.by, *gaps),
        lambda: _with_gaps(application, values | marks, template),
        application=str(application.id),
        token=csrf_token(),
        **gaps,
    )


def are_blank(outline: Outline, questions: Sequence[AnyQuestion]) -> bool:
    """Return whether all questions look as they do before anybody answered them."""
    draft, aside = outline.application.draft, outline.application.aside
    for question in questions:
        key = question.key
        if question.type in FILE_TYPES:
            if outline.has_files(key) or outline.has_removed(key):
                return False
        elif key in aside or (key in draft and not _is_blank(question, draft[key])):
            return False
    return True


def _is_blank(question: AnyQuestion, raw: Any) -> bool:
    if isinstance(raw, dict):
        return not any(raw.values())
    prefill = question.prefill if question.type == "text" else ""
    return raw in (prefill, [])


def _place(outline: Outline, chapter: Chapter, at: int) -> tuple[Any, ...]:
    """Return everything a blank page depends on, beside its gaps."""
    call, section = outline.application.call, chapter.section
    return (
        call.newest_version_id,
        call.closes_at,
        language(),
        section.key,
        at,
        outline.shape,
        tuple(outline.asks(question) for question in section.pages[at - 1]),
        tuple(outline.pages(section)),
    )


def _with_gaps(application: Application, values: dict[str, Any], template: str = TEMPLATE) -> str:
    text = render_template(template, token=kept.gap("token"), **values)
    return text.replace(str(application.id), kept.gap("application"))
