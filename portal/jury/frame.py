"""What stands around every page of the jury: the call, its areas, who is signed in."""

from typing import Any

from flask import Flask, current_app, g, render_template, url_for

from portal.applications.jury.judging import Juror
from portal.core.i18n import gettext as _
from portal.scoring.rank.sight import may_ask
from portal.scoring.sheet.shelf import Spot
from portal.web.frame import show_call

AREAS = ("hall.show", "order.show", "offline.show", "binder.show", "ranking.show", "meeting.follow",
         "chair.show")  # fmt: skip


def page(template: str, juror: Juror, **values: Any) -> str:
    """Return a page of the jury."""
    g.jury_of_page = juror
    show_call(juror.definition)
    return render_template(
        template,
        juror=juror,
        call=juror.call,
        slug=juror.call.slug,
        definition=juror.definition,
        zone=juror.definition.zone,
        **values,
    )


def areas_of_jury() -> list[tuple[str, str, str]]:
    """Return endpoint, address and name of the areas of the jury (a Jinja global)."""
    juror: Juror | None = g.get("jury_of_page")
    if juror is None:
        return []
    names = {
        "hall.show": _("Reading room"),
        "order.show": _("My order"),
        "offline.show": _("Offline sheet"),
        "binder.show": _("Binder"),
        "ranking.show": _("Ranking"),
        "meeting.follow": _("Meeting"),
        "chair.show": _("Chair"),
    }
    return [
        (endpoint, url_for(endpoint, slug=juror.call.slug), names[endpoint])
        for endpoint in AREAS
        if endpoint in current_app.view_functions and _fits(endpoint, juror)
    ]


def _fits(endpoint: str, juror: Juror) -> bool:
    if endpoint == "order.show":
        return juror.votes and juror.definition.jury.mode == "ranking"
    if endpoint == "offline.show":
        return juror.votes and juror.definition.jury.mode != "ranking"
    if endpoint == "ranking.show":
        return may_ask(juror)
    return juror.chairs if endpoint == "chair.show" else True


def state_word(state: str) -> str:
    """Return the state of a spot in words (a Jinja filter)."""
    return {
        "ask": _("Answer about conflicts first"),
        "look": _("To read"),
        "open": _("Not begun"),
        "begun": _("Draft"),
        "back": _("Taken back"),
        "sent": _("Handed in"),
        "abstained": _("Abstained"),
    }[state]


def state_shape(state: str) -> str:
    """Return the shape of the dot beside it (a Jinja filter)."""
    shapes = {"ask": "ask", "begun": "half", "back": "half", "sent": "done", "abstained": "done"}
    return shapes.get(state, "")


def href_of(spot: Spot, juror: Juror) -> str:
    """Return the address of an application for the jury (a Jinja global)."""
    address = {"slug": juror.call.slug, "application_id": str(spot.application.id)}
    return url_for("reading.show", slug=address["slug"], application_id=address["application_id"])


def init(app: Flask) -> None:
    """Make areas and words known to templates."""
    app.jinja_env.globals.update(areas_of_jury=areas_of_jury, href_of_spot=href_of)
    app.jinja_env.filters.update(spot_word=state_word, spot_shape=state_shape)
