"""Public pages kept as text: only what changes is put in at each request.

A page is kept per version of the call, language, state and dates. What the page of a call still
needs is the remaining time and the token of its form.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from flask import current_app, render_template, request, session

from portal.calls.conditions import only_if
from portal.calls.limits import limit
from portal.calls.moments import Phase, grace_ends, phase, remaining
from portal.calls.queries import definition_of
from portal.calls.standing import Standing
from portal.core.clock import now
from portal.core.i18n import language
from portal.entrance.callpage import clock_time, facts
from portal.entrance.paper import blank_form
from portal.web.csrf import csrf_token
from portal.web.headers import cacheable

# Characters of the private use area: no text of a call contains them.
REMAINING, TOKEN = "\ue000remaining\ue001", "\ue000token\ue001"
MOST = 200  # pages of about 20 kB
SECONDS = 60  # then a page looks again whether its form on paper is made


class Page(NamedTuple):
    """One kept page; `until` is a moment of the monotonic clock."""

    text: str
    until: float


_pages: OrderedDict[tuple[object, ...], Page] = OrderedDict()


def call_page(call: Standing) -> str:
    """Return the page of `call` for this request."""
    moment = now()
    here = phase(call, moment)
    definition = definition_of(call.version_id)
    behind = sum(step.at <= moment for step in definition.steps)
    text = _kept(("call", call, here, behind), lambda: _call(call, moment))
    if here is Phase.OPEN:
        left = remaining(call, moment, definition.timezone)
        return text.replace(REMAINING, left).replace(TOKEN, csrf_token())
    if not _is_personal():
        cacheable(SECONDS)
    return text


def questions_page(call: Standing) -> str:
    """Return the page with all questions of `call`."""
    cacheable(SECONDS)
    return _kept(("questions", call), lambda: _questions(call))


def _kept(name: tuple[object, ...], render: Callable[[], str]) -> str:
    """Return the page kept under `name` in the present language, rendered if need be."""
    if _is_personal():
        return render()
    key = (*name, language(), current_app.extensions["settings"].origin)
    page = _pages.get(key)
    if page is None or page.until < time.monotonic():
        page = _pages[key] = Page(render(), time.monotonic() + SECONDS)
        while len(_pages) > MOST:
            _pages.popitem(last=False)
    return page.text


def forget() -> None:
    """Render every page anew."""
    _pages.clear()


def _is_personal() -> bool:
    """Whether this page has something of its own: a message, or arguments that it repeats."""
    if any(name != "l" for name in request.args):
        return True
    has_session = current_app.config["SESSION_COOKIE_NAME"] in request.cookies
    return has_session and "_flashes" in session


def _call(call: Standing, moment: datetime) -> str:
    definition = definition_of(call.version_id)
    form = blank_form(call)
    return render_template(
        "entrance/call.html",
        **facts(call, definition, moment),
        limit=limit,
        remaining=REMAINING,
        token=TOKEN,
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
