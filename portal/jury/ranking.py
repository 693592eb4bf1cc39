"""The ranking for the jury: for chair and secretary, for members when scoring is closed."""

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from portal.applications.jury.judging import Juror
from portal.jury.frame import page
from portal.scoring.rank.ranking import Sealed
from portal.web.jury import juror_page
from portal.web.ranking import download, values_of

bp = Blueprint("ranking", __name__)
WRONG = 422


@bp.get("/<slug>/jury/ranking")
@juror_page
def show(juror: Juror) -> ResponseReturnValue:
    """Show the ranking of what the juror may know of, or say when it opens."""
    try:
        values = values_of(juror.call, juror)
    except Sealed as reason:
        return page("jury/ranking_sealed.html", juror, reason=reason.message)
    shown = page("jury/ranking.html", juror, **values)
    return shown, WRONG if values["fault"] else 200


@bp.get("/<slug>/jury/ranking/table.<any(xlsx, csv):kind>")
@juror_page
def take(juror: Juror, kind: str) -> Response:
    """Hand out the table."""
    return download(juror.call, juror, kind)
