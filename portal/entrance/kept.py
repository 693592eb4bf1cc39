"""The page of a call, kept as text: only what changes is put in at each request.

A page is kept per version of the call, language, state and dates. What it still needs is the
remaining time and the token of the form.
"""

import time
from collections import OrderedDict
from datetime import datetime
from typing import NamedTuple

from flask import current_app, g, render_template, request, session
from flask.typing import ResponseReturnValue

from portal.calls.limits import limit
from portal.calls.moments import Phase, grace_ends, phase, remaining
from portal.calls.queries import Standing
from portal.core.clock import now
from portal.core.i18n import language
from portal.entrance.callpage import clock_time, facts
from portal.entrance.paper import blank_form
from portal.web.csrf import csrf_token
from portal.web.headers import cacheable

# Characters of the private use area: no text of a call contains them.
REMAINING, TOKEN = "\ue000remaining\ue001", "\ue000token\ue001"
MOST = 200  # pages of about 40 kB
SECONDS = 60  # a page without its blank form looks again after this time
SHORTLY = 60


class Page(NamedTuple):
    """One kept page; `until` is a moment of the monotonic clock."""

    text: str
    until: float


_pages: OrderedDict[tuple[object, ...], Page] = OrderedDict()


def call_page(call: Standing) -> ResponseReturnValue:
    """Return the page of `call` for this request."""
    moment = now()
    here = phase(call, moment)
    text = _render(call, moment) if _is_personal() else _kept(call, moment, here)
    if here is Phase.OPEN:
        left = remaining(call, moment, call.definition.timezone)
        return text.replace(REMAINING, left).replace(TOKEN, csrf_token())
    cacheable(SHORTLY)
    return text


def _is_personal() -> bool:
    """Whether this page has something of its own: a message, or arguments that it repeats."""
    if any(name != "l" for name in request.args):
        return True
    has_session = current_app.config["SESSION_COOKIE_NAME"] in request.cookies
    return has_session and "_flashes" in session


def _kept(call: Standing, moment: datetime, here: Phase) -> str:
    behind = sum(step.at <= moment for step in call.definition.steps)
    key = (call, language(), here, behind, current_app.extensions["settings"].origin)
    page = _pages.get(key)
    if page is None or page.until < time.monotonic():
        text = _render(call, moment)
        until = time.monotonic() + (SECONDS if g.get("lacks_form") else 24 * 3600)
        page = _pages[key] = Page(text, until)
        while len(_pages) > MOST:
            _pages.popitem(last=False)
    return page.text


def _render(call: Standing, moment: datetime) -> str:
    definition = call.definition
    form = blank_form(call)
    g.lacks_form = form is None
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
