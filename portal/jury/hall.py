"""The reading room: what a juror reads, how far that is, what comes next."""

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.applications.jury.judging import Juror
from portal.applications.jury.tiequestion import open_questions
from portal.calls.memberships import Role, role_name
from portal.core.i18n import gettext as _
from portal.jury.frame import href_of, page, state_word
from portal.scoring.sheet import shelf
from portal.web.jury import juror_page

bp = Blueprint("hall", __name__)
STATES = ("ask", "open", "begun", "back", "sent", "abstained", "look")


@bp.get("/<slug>/jury")
@juror_page
def show(juror: Juror) -> ResponseReturnValue:
    """Show the applications that the juror may know of, by search and state."""
    q = request.args.get("q", "")[:200]
    state = request.args.get("state", "")
    found = shelf.spots(juror)
    done, total = shelf.progress(found)
    states = [(name, state_word(name)) for name in STATES
              if any(spot.state == name for spot in found)]  # fmt: skip
    blind = juror.definition.jury.blind
    return page(
        "jury/hall.html",
        juror,
        lines=shelf.search(shelf.lines(juror, found), q, state),
        everything=len(found),
        done=done,
        total=total,
        next_spot=shelf.next_spot(found),
        asked=len(open_questions(juror)) if blind else sum(not s.answered for s in found),
        q=q,
        state=state,
        states=states,
    )


@bp.get("/<slug>/jury/next")
@juror_page
def onward(juror: Juror) -> ResponseReturnValue:
    """Go to the unread application with the fewest readings."""
    spot = shelf.next_spot(shelf.spots(juror))
    if spot is None:
        return redirect(url_for(".show", slug=juror.call.slug), 303)
    return redirect(href_of(spot, juror), 303)


@bp.app_template_global("sheet_words")
def sheet_words(done: int, total: int) -> str:
    """Return "12 of 27 scored"."""
    return _("%(done)s of %(total)s scored", done=done, total=total)


@bp.app_template_global("role_word")
def role_word(juror: Juror) -> str:
    """Return what somebody is in the jury."""
    return role_name(Role.JUROR, juror.function)
