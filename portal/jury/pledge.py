"""The rules of secrecy and fairness: confirmed once per version of their text, before all else."""

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.applications.jury.judging import Juror
from portal.core.db import transaction
from portal.core.errors import DomainError
from portal.core.i18n import gettext as _
from portal.jury.frame import page
from portal.scoring.sheet import pledging
from portal.web.jury import any_juror

bp = Blueprint("pledge", __name__)
WRONG = 422


@bp.get("/<slug>/jury/rules")
@any_juror
def show(juror: Juror) -> ResponseReturnValue:
    """Show the rules, and since when they are confirmed."""
    return _page(juror)


def _page(juror: Juror, fault: str = "") -> str:
    errors = [("agree", fault)] if fault else []
    given = pledging.pledge_of(juror)
    return page("jury/pledge.html", juror, given=given, fault=fault, errors=errors)


@bp.post("/<slug>/jury/rules")
@any_juror
def confirm(juror: Juror) -> ResponseReturnValue:
    """Keep the promise with its date."""
    if request.form.get("agree") != "yes":
        return _page(juror, _("Tick the box to confirm the rules.")), WRONG
    try:
        with transaction():
            pledging.pledge(juror, request.form.get("version", ""))
    except DomainError as fault:
        return _page(juror, fault.message), WRONG
    flash(_("Thank you. Your confirmation is kept with its date."))
    return redirect(url_for("hall.show", slug=juror.call.slug), 303)
