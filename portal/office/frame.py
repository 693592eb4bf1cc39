"""What stands around every page of the office: the call, the areas, who is signed in."""

from functools import lru_cache
from typing import Any

from flask import Flask, current_app, g, render_template, url_for

from portal.calls.memberships import Role
from portal.calls.models import Call
from portal.calls.queries import definition_of
from portal.core.i18n import gettext as _
from portal.core.i18n import language
from portal.web.frame import show_call
from portal.web.rooms import memberships

AREAS = (
    "desk.show", "caselist.show", "forwarding.show", "jury.show", "outbox.show", "deadlines.show",
    "paperwork.enter", "exports.show",
)  # fmt: skip
FOR_WORKERS = {"paperwork.enter"}  # of no use to who only reads


def page(template: str, call: Call, **values: Any) -> str:
    """Return a page of the office about `call`."""
    g.office_call = call
    definition = definition_of(call.newest_version_id)
    show_call(definition)
    return render_template(
        template,
        call=call,
        slug=call.slug,
        definition=definition,
        zone=definition.zone,
        may_work=may_work(),
        **values,
    )


def may_work() -> bool:
    """Return whether the person may change something; a reader only sees."""
    return any(membership.role is Role.OFFICE for membership in memberships())


def areas_of_office() -> list[tuple[str, str, str]]:
    """Return endpoint, address and name of the areas of the office (a Jinja global)."""
    call: Call | None = g.get("office_call")
    if call is None:
        return []
    return _areas(call.slug, language(), may_work=may_work())


@lru_cache(maxsize=64)
def _areas(slug: str, _language: str, *, may_work: bool) -> list[tuple[str, str, str]]:
    names = {
        "desk.show": _("Today"),
        "caselist.show": _("Applications"),
        "forwarding.show": _("To the jury"),
        "jury.show": _("Jury"),
        "outbox.show": _("Letters"),
        "deadlines.show": _("Closing"),
        "paperwork.enter": _("On paper"),
        "exports.show": _("Exports"),
    }
    return [
        (endpoint, url_for(endpoint, slug=slug), names[endpoint])
        for endpoint in AREAS
        if endpoint in current_app.view_functions and (endpoint not in FOR_WORKERS or may_work)
    ]


def init(app: Flask) -> None:
    """Make the areas known to templates."""
    app.jinja_env.globals["areas_of_office"] = areas_of_office
