"""Doors of the jury: the rules come first, and what a juror must not know does not exist."""

from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Any
from uuid import UUID

from flask import abort, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.applications.jury.judging import Juror, find, juror_of, term_over, visible_to
from portal.calls.models import Call
from portal.scoring.sheet.pledging import pledge_of
from portal.scoring.sheet.progress import Overview, Pair
from portal.scoring.sheet.shelf import Spot, spots
from portal.web.frame import show_call
from portal.web.rooms import READING, memberships, open_to

View = Callable[..., ResponseReturnValue]
OVER = 403


def any_juror(view: View) -> View:
    """Open a page below `/<slug>/jury/…` to the jury, also before the rules are confirmed.

    The view gets the juror in place of the slug. Who sat there until a day that has passed gets a
    page that says so.
    """

    @open_to("juror")
    @wraps(view)
    def enter(_call: Call, **address: Any) -> ResponseReturnValue:
        juror = juror_of(memberships()[0])
        if until := term_over(juror):
            return _over(juror, until)
        return view(juror, **address)

    return enter


def _over(juror: Juror, until: date) -> ResponseReturnValue:
    show_call(juror.definition)
    shown = render_template(
        "jury/over.html", slug=juror.call.slug, definition=juror.definition, until=until
    )
    return shown, OVER


def juror_page(view: View) -> View:
    """Open a page below `/<slug>/jury/…` to jurors who confirmed the rules as they stand today.

    The others come to the page of the rules; what they sent is not taken.
    """

    @any_juror
    @wraps(view)
    def enter(juror: Juror, **address: Any) -> ResponseReturnValue:
        if pledge_of(juror) is None:
            return redirect(url_for("pledge.show", slug=juror.call.slug), 303)
        return view(juror, **address)

    return enter


def chair_page(view: View) -> View:
    """Open a page to the chair of the jury only; for the others it does not exist."""

    @juror_page
    @wraps(view)
    def enter(juror: Juror, **address: Any) -> ResponseReturnValue:
        if not juror.chairs:
            abort(404)
        return view(juror, **address)

    return enter


def case_page(*, asking: bool = False) -> Callable[[View], View]:
    """Open a page below `/<slug>/jury/applications/<uuid:application_id>` to whom it is visible.

    The view gets juror and spot; `laid_out()` tells all spots of the juror. The application is
    locked where the request may change it. For an application with a conflict, or of others: 404,
    as if it did not exist. Before the juror has answered the question about conflicts only a page
    with `asking` opens; the others lead there.
    """

    def door(view: View) -> View:
        @juror_page
        @wraps(view)
        def enter(juror: Juror, application_id: UUID, **rest: Any) -> ResponseReturnValue:
            if request.method not in READING:
                find(visible_to(juror), application_id, for_change=True)
            g.spots = spots(juror)
            spot = next((s for s in g.spots if s.application.id == application_id), None)
            if spot is None:
                abort(404)
            if not (spot.answered or asking):
                here = url_for("ties.ask", slug=juror.call.slug, application_id=application_id)
                return redirect(here, 303)
            return view(juror, spot, **rest)

        return enter

    return door


def chosen_pairs() -> set[Pair]:
    """Return application and person of every ticked box `pair`; what is no pair is left out."""
    found = set()
    for text in request.form.getlist("pair"):
        first, _dot, second = text.partition(".")
        try:
            found.add((UUID(first), UUID(second)))
        except ValueError:
            continue
    return found


def chosen_missing(state: Overview) -> set[Pair]:
    """Return application and person of every missing sheet that is ticked.

    One by one in `pair`, all of a person in `whole` (the id, or `all`); what is not missing is left
    out.
    """
    single, whole = set(request.form.getlist("pair")), set(request.form.getlist("whole"))
    return {
        (application.id, juror.user.id)
        for application, juror in state.missing
        if f"{application.id}.{juror.user.id}" in single or whole & {"all", str(juror.user.id)}
    }


def laid_out() -> list[Spot]:
    """Return everything that the juror of this page may know of."""
    found: list[Spot] = g.spots
    return found
