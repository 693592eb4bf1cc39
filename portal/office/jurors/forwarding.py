"""To the jury: the eligible ones with what is still open; some, or all after a fresh proof."""

from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.applications.check import forwarding, screening
from portal.applications.check.screening import Outcome
from portal.applications.jury import assigning
from portal.calls.models import Call
from portal.core.db import transaction
from portal.core.i18n import gettext as _
from portal.core.i18n import ngettext
from portal.office.frame import page
from portal.web.doors import person
from portal.web.rooms import fresh, open_to

bp = Blueprint("forwarding", __name__)


@bp.get("/<slug>/office/forward")
@open_to("office", "reader")
def show(call: Call) -> ResponseReturnValue:
    """Show the eligible applications and what is still open at each."""
    return page(
        "office/forward.html", call, area="forwarding.show",
        candidates=forwarding.candidates(call), with_jury=forwarding.with_jury(call),
    )  # fmt: skip


@bp.post("/<slug>/office/forward")
@open_to("office")
def some(call: Call) -> ResponseReturnValue:
    """Hand the chosen ones to the jury."""
    ids = [one for one in request.form.getlist("ids", type=UUID) if one]
    if not ids:
        flash(_("Choose at least one application."), "warning")
        return redirect(url_for("forwarding.show", slug=call.slug), 303)
    return _forward(call, ids)


@bp.route("/<slug>/office/forward/all", methods=["GET", "POST"])
@open_to("office")
@fresh
def everything(call: Call) -> ResponseReturnValue:
    """Ask once more, then hand all eligible ones to the jury that nothing stops."""
    found = forwarding.candidates(call)
    if request.method != "POST":
        return page("office/forward_all.html", call, area="forwarding.show", candidates=found)
    return _forward(call, [one.application.id for one in found if one.may_go])


def _forward(call: Call, ids: list[UUID]) -> ResponseReturnValue:
    with transaction():
        outcome = screening.many(call, ids, lambda one: forwarding.forward(one, by=person()))
        assigning.newcomers(call, by=person())
    _tell(outcome)
    return redirect(url_for("forwarding.show", slug=call.slug), 303)


def _tell(outcome: Outcome) -> None:
    count = len(outcome.done)
    if count:
        flash(ngettext("%(num)s application is with the jury now.",
                       "%(num)s applications are with the jury now.", count))  # fmt: skip
    for application, why in outcome.refused:
        flash(f"{application.reference}: {why}", "warning")
