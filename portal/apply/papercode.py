"""The page to type a code from a letter on paper; it opens the application in this browser."""

from flask import Blueprint, current_app, redirect, render_template, request
from flask.typing import ResponseReturnValue

from portal.applications.onpaper import paper
from portal.apply.access import address_of, framed
from portal.core.clock import now
from portal.core.db import transaction
from portal.core.i18n import gettext as _
from portal.web import device
from portal.web.doors import public
from portal.web.limits import brake

bp = Blueprint("papercode", __name__)
REFUSED = 422


@bp.route("/<slug>/paper", methods=["GET", "POST"])
@public
def code(slug: str) -> ResponseReturnValue:
    """Take the twelve characters of a letter."""
    call, definition = framed(slug)
    errors, typed = [], request.form.get("code", "")[:60]
    if request.method == "POST":
        brake("paper_code", current_app.extensions["settings"].links_per_hour)
        with transaction():
            opened = paper.open_code(call, typed, device.ensure(), now())
        if opened:
            return redirect(address_of(opened), 303)
        errors = [
            (
                "code",
                _(
                    "The code does not fit or its date is over. Check the twelve "
                    "characters, or call us: we send you a new one."
                ),
            )
        ]
    page = render_template(
        "apply/paper_code.html", call=call, definition=definition, errors=errors, typed=typed
    )
    return (page, REFUSED) if errors else page
