"""The ranking for the office, with all that the call's jury has handed in."""

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from portal.calls.models import Call
from portal.office.frame import page
from portal.web.ranking import download, values_of
from portal.web.rooms import here, open_to

bp = Blueprint("standing", __name__)
WRONG = 422


@bp.get("/<slug>/office/jury/ranking")
@open_to("office", "reader")
def show(call: Call) -> ResponseReturnValue:
    """Show the ranking."""
    values = values_of(call, here().user)
    shown = page("office/ranking.html", call, area="jury.show", **values)
    return shown, WRONG if values["fault"] else 200


@bp.get("/<slug>/office/jury/ranking/table.<any(xlsx, csv):kind>")
@open_to("office", "reader")
def take(call: Call, kind: str) -> Response:
    """Hand out the table."""
    return download(call, here().user, kind)
