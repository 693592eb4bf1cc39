"""The meeting on one's own device and on the wall: what is discussed, and one's own vote."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, abort, flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.applications.jury import conflicts
from portal.applications.jury.judging import Tie, find, readable_by
from portal.applications.jury.jurysight import reading_of
from portal.applications.jury.tiequestion import Asked, question_about
from portal.core.db import transaction
from portal.core.errors import DomainError
from portal.core.i18n import gettext as _
from portal.jury.meeting_door import meeting_page, page, viewer_page
from portal.scoring.meeting import following, meetings, minutes, presence, tallying, voting
from portal.scoring.meeting.following import View, Viewer
from portal.scoring.meeting.meeting_models import Choice, Presence, Vote, VoteState
from portal.scoring.meeting.sitting import touch
from portal.web.doors import person

bp = Blueprint("meeting", __name__)


@bp.get("/<slug>/jury/meeting")
@viewer_page()
def follow(viewer: Viewer) -> ResponseReturnValue:
    """Show the meeting that is called or under way, else the last one."""
    found = meetings.running(viewer.call) or next(iter(meetings.all_of(viewer.call)), None)
    others = [one for one in meetings.all_of(viewer.call) if one is not found]
    if found is None:
        return page("jury/meeting_none.html", viewer, quorum=meetings.quorum_of(viewer.call))
    view = following.view(found, viewer)
    return page("jury/meeting.html", viewer, view=view, meeting=found, others=others,
                document=minutes.find(view) if found.closed_at else None,
                **_now(view))  # fmt: skip


def _now(view: View) -> dict[str, Any]:
    item, user = view.item, view.viewer.user
    there = presence.here(view.meeting)
    mine = next((one for one in there if one.user_id == user.id), None)
    vote = item.vote if item else None
    return {
        "item": item,
        "there": there,
        "mine": mine,
        "voters": presence.voters(view.meeting, item),
        "vote": vote,
        "may_vote": bool(vote and voting.may_vote(vote, user.id)),
        "has_voted": bool(vote and voting.has_voted(vote, user.id)),
        "asked": _asked(view, mine),
        "breaks_tie": bool(vote and breaks_tie(vote, view)),
        "reading": _reading_address(view),
        "ties": conflicts.tie_words(),
    }


def _asked(view: View, mine: Presence | None) -> Asked | None:
    """Return the question about conflicts where the person still has to answer it."""
    juror, item = view.viewer.juror, view.item
    if not (juror and mine and item and item.application and presence.unanswered(item, [mine])):
        return None
    return question_about(juror, item.application)


def breaks_tie(vote: Vote, view: View) -> bool:
    """Return whether the person is the chair whose vote a tie waits for."""
    waits = vote.state is VoteState.TIED
    return waits and tallying.casting_chair(vote) == view.viewer.user.id


def _reading_address(view: View) -> str:
    juror, item = view.viewer.juror, view.item
    if not (juror and item and item.application_id):
        return ""
    if find(readable_by(juror), item.application_id) is None:
        return ""
    return url_for("reading.show", slug=juror.call.slug, application_id=item.application_id)


@bp.get("/<slug>/jury/meetings/<uuid:meeting_id>/state")
@meeting_page()
def state(view: View) -> Response:
    """Tell the script whether anything has changed of what the person may see."""
    return jsonify(state=view.digest)


@bp.get("/<slug>/jury/meetings/<uuid:meeting_id>/wall")
@meeting_page()
def wall(view: View) -> ResponseReturnValue:
    """Show the item under discussion in large letters, for the room."""
    item = view.item
    out = presence.out_of(item) if item else {}
    lead = ""
    if item and item.application:
        reading = reading_of(item.application, view.definition)
        lead = reading.lead.shown.text if reading.lead else ""
    return page("jury/meeting_wall.html", view.viewer, view=view, meeting=view.meeting, item=item,
                lead=lead, leave=[one.user.called for one in out.values()],
                name=view.names.get(item.application_id) if item and item.application_id else None,
                vote=item.votes[-1] if item and item.votes else None,
                voters=presence.voters(view.meeting, item))  # fmt: skip


# --- what one does oneself ------------------------------------------------------------------------


@bp.post("/<slug>/jury/meetings/<uuid:meeting_id>/<any(ballot, declare, casting):go>")
@meeting_page()
def act(view: View, go: str) -> ResponseReturnValue:
    """Vote, answer about a conflict, or decide a tie; a refusal is told on the page."""
    if view.viewer.juror is None:
        abort(404)
    try:
        with transaction():
            sentence = MINE[go](view)
    except DomainError as fault:
        if not fault.message:
            raise
        flash(fault.message, "warning")
    else:
        flash(sentence)
    return redirect(url_for(".follow", slug=view.viewer.call.slug), 303)


def _vote(view: View) -> Vote:
    try:
        vote = voting.find(view.meeting, UUID(request.form.get("vote", "")))
    except ValueError:
        abort(404)
    return vote if view.sees(vote.item) else abort(404)


def choice() -> Choice:
    """Return what was chosen; raise `DomainError` without a choice."""
    try:
        return Choice(request.form.get("choice", ""))
    except ValueError:
        raise DomainError(_("Choose yes, no or abstention.")) from None


def _ballot(view: View) -> str:
    said = choice()
    voting.cast(_vote(view), view.viewer.user, said)
    return _("Your vote is counted.")


def _casting(view: View) -> str:
    said = choice()
    tallying.decide_tie(_vote(view), said, by=person(), hidden=view.hidden)
    return _("The tie is decided.")


def _declare(view: View) -> str:
    juror, item = view.viewer.juror, view.item
    if juror is None or item is None or item.application is None:
        abort(404)
    if str(item.id) != request.form.get("item"):
        raise DomainError(_("Another item is discussed meanwhile."))
    try:
        tie = Tie(request.form.get("tie", ""))
    except ValueError:
        raise DomainError(_("Choose an answer.")) from None
    conflicts.answer(juror, item.application, tie, by=juror.user,
                     words=request.form.get("words", ""))  # fmt: skip
    presence.note_out(item)
    touch(view.meeting)
    if tie is Tie.NONE:
        return _("Your answer is kept. You can take part.")
    return _("Your answer is kept. Leave the room until this item is over.")


MINE = {"ballot": _ballot, "casting": _casting, "declare": _declare}
