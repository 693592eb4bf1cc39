"""What an error page offers beside its words: the frame of the call, and ways to go on."""

import re
from contextlib import suppress
from typing import NamedTuple
from urllib.parse import urlsplit

from flask import g, request
from sqlalchemy.exc import SQLAlchemyError

from portal.calls import queries, standing
from portal.core.errors import DomainError
from portal.core.i18n import gettext as _
from portal.web import csrf
from portal.web.frame import show_call

SLUG = re.compile("[a-z0-9-]{3,80}")
BAD_REQUEST, NOT_FOUND = 400, 404


class Way(NamedTuple):
    """A link of an error page."""

    href: str
    words: str


def show_its_call(*, may_ask: bool) -> None:
    """Put the page into the frame of the call in its address, so that people know whom to ask.

    may_ask: whether the database may be asked; else only what is known by heart is used.
    """
    if g.get("framed_call"):
        return
    slug = request.path.split("/")[1]
    if not SLUG.fullmatch(slug):
        return
    with suppress(DomainError, SQLAlchemyError):
        call = queries.standing(slug) if may_ask else standing.recent(slug)
        if call:
            show_call(queries.definition_of(call.version_id))


def is_of_an_application() -> bool:
    """Return whether the address is that of an applicant's page."""
    return request.url_rule is not None and "/application/" in request.url_rule.rule


def ways(status: int) -> list[Way]:
    """Return where to go from here, the likeliest first."""
    found = []
    slug = request.path.split("/")[1]
    if is_of_an_application():
        if status == NOT_FOUND:
            found.append(Way(f"/{slug}/continue", _("Have a link sent")))
        else:
            mine = f"/{slug}/application/{(request.view_args or {})['application_id']}"
            found.append(Way(mine, _("To the page of my application")))
    before = _page_before() if status != BAD_REQUEST else ""  # it may name a foreign host
    if before:
        found.append(Way(before, _("To the page before")))
    call = g.get("framed_call")
    found.append(
        Way(f"/{call.slug}", _("To the call")) if call else Way("/", _("To the start page"))
    )
    return found


def _page_before() -> str:
    """Return the page of ours that led here by a link; empty if there is none.

    Behind a form it would come without what was typed: there the browser's own way back is better.
    """
    if request.method not in csrf.SAFE or not csrf.is_ours(request.referrer or ""):
        return ""
    told = urlsplit(request.referrer or "")
    if told.path in (request.path, "/"):
        return ""
    return f"{told.path}?{told.query}" if told.query else told.path
