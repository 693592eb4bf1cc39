"""Public pages kept as text: only what changes is put in at each request.

A page is kept per version of the call, language, state and dates. What the page of a call still
needs is the remaining time and the token of its form.
"""

from collections.abc import Callable
from datetime import datetime

from flask import current_app, render_template, request

from portal.calls.conditions import only_if
from portal.calls.limits import limit
from portal.calls.moments import Phase, grace_ends, phase, remaining
from portal.calls.queries import definition_of
from portal.calls.standing import Standing
from portal.core.clock import now
from portal.core.i18n import language
from portal.entrance.callpage import facts
from portal.entrance.paper import blank_form
from portal.web import kept
from portal.web.csrf import csrf_token
from portal.web.filters import clock_time
from portal.web.headers import Answer, cacheable

SECONDS = 60  # then a page looks again whether its form on paper is made
pages = kept.Pages(most=200, seconds=SECONDS, packs=True)  # of about 20 kB, and 5 kB packed


def call_page(call: Standing) -> Answer:
    """Return the page of `call` for this request."""
    moment = now()
    here = phase(call, moment)
    definition = definition_of(call.version_id)
    behind = sum(step.at <= moment for step in definition.steps)
    gaps = {}
    if here is Phase.OPEN:
        gaps = {"remaining": remaining(call, moment, definition.timezone), "token": csrf_token()}
    elif not _is_personal():
        cacheable(SECONDS)
    return _kept(("call", call, here, behind), lambda: _call(call, moment), **gaps)


def questions_page(call: Standing) -> Answer:
    """Return the page with all questions of `call`."""
    cacheable(SECONDS)
    return _kept(("questions", call), lambda: _questions(call))


def _kept(name: tuple[object, ...], render: Callable[[], str], **gaps: str) -> Answer:
    """Return the page kept under `name` in the present language, rendered if need be."""
    if _is_personal():
        return Answer(kept.filled(render(), **gaps))
    key = (*name, language(), current_app.extensions["settings"].origin)
    return pages.answer(key, render, **gaps)


def _is_personal() -> bool:
    """Whether this page has something of its own: a message, or arguments that it repeats."""
    return kept.has_message() or any(name != "l" for name in request.args)


def _call(call: Standing, moment: datetime) -> str:
    definition = definition_of(call.version_id)
    form = blank_form(call)
    return render_template(
        "entrance/call.html",
        **facts(call, definition, moment),
        limit=limit,
        remaining=kept.gap("remaining"),
        token=kept.gap("token"),
        form_size=form.size if form else 0,
        grace_until=clock_time(grace_ends(call), definition.zone),
        closing_year=definition.local(call.closes_at).year,
    )


def _questions(call: Standing) -> str:
    form = blank_form(call)
    return render_template(
        "entrance/questions.html", call=definition_of(call.version_id), slug=call.slug,
        only_if=only_if, limit=limit, form_size=form.size if form else 0,
    )  # fmt: skip
