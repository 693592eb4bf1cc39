"""The desk of a meeting, for chair, secretary and office: presence, agenda, votes, the end."""

from typing import Any

from flask import Blueprint, flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.applications.jury.judging import VOTING, Juror
from portal.core.db import transaction
from portal.core.errors import DomainError
from portal.core.i18n import gettext as _
from portal.jury import meeting_notes
from portal.jury.meeting_acts import DOING, Doing
from portal.jury.meeting_door import meeting_page, page, viewer_page
from portal.jury.meeting_form import starts_at
from portal.scoring.meeting import following, meetings, minutes, places, presence, sharing
from portal.scoring.meeting.following import View, Viewer
from portal.scoring.meeting.meeting_models import AgendaItem, ItemState, Motion, Share, VoteState
from portal.scoring.meeting.vote_words import stand_in_words
from portal.scoring.rank import sight
from portal.scoring.sheet import progress
from portal.web.doors import person

bp = Blueprint("meeting_desk", __name__)
WRONG = 422
UNFOLDED = 5  # an agenda of this length is shown as a whole


@bp.post("/<slug>/jury/meetings")
@viewer_page(runs=True)
def call(viewer: Viewer) -> ResponseReturnValue:
    """Call a meeting."""
    try:
        with transaction():
            meeting = meetings.call_meeting(
                viewer.call, starts_at=starts_at(viewer.call, request.form),
                place=request.form.get("place", ""), by=person(),
            )  # fmt: skip
    except DomainError as fault:
        if not fault.message:
            raise
        shown = page("jury/meeting_none.html", viewer, quorum=meetings.quorum_of(viewer.call),
                     fault=fault.message, given=request.form)  # fmt: skip
        return shown, WRONG
    flash(_("The meeting is called. Look at the agenda, then invite the jury."))
    return redirect(url_for(".show", slug=viewer.call.slug, meeting_id=meeting.id), 303)


@bp.get("/<slug>/jury/meetings/<uuid:meeting_id>")
@meeting_page(runs=True)
def show(view: View) -> ResponseReturnValue:
    """Show everything that is needed to run the meeting."""
    return _page(view)


def _page(view: View, **more: Any) -> str:
    meeting, item = view.meeting, view.item
    people = presence.jury(meeting)
    there = {one.user_id: one for one in presence.here(meeting)}
    voters = presence.voters(meeting, item)
    return page(
        "jury/meeting_desk.html",
        view.viewer,
        view=view,
        meeting=meeting,
        item=item,
        people=people,
        there=there,
        past=[one for one in meeting.presences if one.left_at],
        replaceable=_replaceable(people, view),
        voters=voters,
        enough=len(voters) >= meeting.quorum,
        out=list(presence.out_of(item).values()) if item else [],
        stand_ins=[stand_in_words(*pair) for pair in presence.stand_ins(item)] if item else [],
        unanswered=presence.unanswered(item, voters) if item else [],
        motions=_motions(item),
        awards=[(n, places.place_words(view.definition, n, award.amount))
                for n, award in enumerate(view.definition.awards)],
        taken={prize.n for prize in view.prizes if prize.holders},
        over=_over(view),
        missing=_missing(view),
        twice=sharing.clashes(view.standings),
        shares=_shares(view),
        waits_for_chair=_waits_for_chair(view),
        waiting=[one for one in view.items if one.state is ItemState.WAITING],
        document=minutes.find(view),
        revision=meeting_notes.revision(view),
        whole=request.args.get("all") == "yes",
        room=request.args.get("room") == "yes",
        **_around(view),
        **{"kept": {}, **more},
    )  # fmt: skip


def _around(view: View) -> dict[str, Any]:
    """Return the item before the present one, the next one, and what is shown of a folded agenda.

    near: the ids of present, last and next item; nothing where the whole agenda is shown.
    """
    line = [one for one in view.items if one.state is not ItemState.OFF]
    at = line.index(view.item) if view.item in line else len(line)
    waits = [one for one in line if one.state is ItemState.WAITING]
    after = next((one for one in line[at + 1 :] if one in waits), None) or next(iter(waits), None)
    before = line[at - 1] if view.item and at else None
    folds = view.meeting.is_open and len(view.items) > UNFOLDED
    near = {one.id for one in (before, view.item, after) if one} if folds else set()
    return {"before": before, "after": after, "near": near}


def _replaceable(people: list[Juror], view: View) -> list[Juror]:
    """Return the members in whose place a deputy can sit now."""
    here = presence.here(view.meeting)
    taken = {one.user_id for one in here} | {one.stands_for_id for one in here}
    return [one for one in people if one.function in VOTING and one.user.id not in taken]


def _motions(item: AgendaItem | None) -> list[tuple[str, str]]:
    known = [
        (Motion.PLACE, _("A place")),
        (Motion.SHORTLIST, _("On the shortlist")),
        (Motion.SUM, _("A sum")),
        (Motion.REJECT, _("Not considered further")),
        (Motion.OTHER, _("Something else, in words")),
    ]
    about = item is not None and item.application_id is not None
    return [(motion.value, word) for motion, word in known if about or motion is Motion.OTHER]


def _missing(view: View) -> int | None:
    """Return how many sheets are to come, of what the person may know; None once it is closed."""
    viewer = view.viewer
    if view.meeting.opened_at or sight.is_closed(viewer.call):
        return None
    kept_out = None if viewer.office else viewer.juror
    return len(progress.overview(viewer.call, as_seen_by=kept_out).missing)


def _shares(view: View) -> list[tuple[str, str]]:
    """Return how a place can be given, nothing where the call lets no place be shared."""
    if not view.definition.jury.shared_places:
        return []
    return [
        (Share.SPLIT.value, _("Shared, the sum is divided equally")),
        (Share.EACH.value, _("Shared, each gets the whole sum")),
    ]


def _over(view: View) -> int:
    """Return by how many euros more is given than there is if the vote under way is carried."""
    vote = view.item.vote if view.item else None
    if vote is None or vote.motion not in (Motion.PLACE, Motion.SUM) or view.left is None:
        return 0
    return max(0, -places.left_after(view.definition, view.standings, vote))


def _waits_for_chair(view: View) -> bool:
    vote = view.item.vote if view.item else None
    return vote is not None and vote.state is VoteState.TIED


@bp.post(f"/<slug>/jury/meetings/<uuid:meeting_id>/<any({', '.join(DOING)}):go>")
@meeting_page(runs=True)
def act(view: View, go: str) -> ResponseReturnValue:
    """Do what the pressed button says; a refusal is told, and no typed word is lost.

    A script that saves the notes while one types is answered as JSON.
    """
    by_script = request.accept_mimetypes.best == "application/json"
    doing: Doing = DOING["reasons" if by_script else go]
    try:
        before = view.digest
        with transaction():
            overtaken = meeting_notes.keep(view)
        if by_script:
            return meeting_notes.told(_again(view), before, overtaken)
        if overtaken:
            return _page(view, kept=overtaken), WRONG
        with transaction():
            sentence = doing.run(_again(view))
    except DomainError as fault:
        if not fault.message:
            raise
        if by_script:
            return jsonify(error=fault.message), WRONG
        flash(fault.message, "warning")
    else:
        flash(sentence)
    here = url_for(".show", slug=view.viewer.call.slug, meeting_id=view.meeting.id,
                   all="yes" if doing.whole else None,
                   room="yes" if doing.to == "presence" else None)  # fmt: skip
    return redirect(f"{here}#{doing.to}", 303)


@bp.post("/<slug>/jury/meetings/<uuid:meeting_id>/leave_for")
@meeting_page(runs=True)
def leave_for(view: View) -> ResponseReturnValue:
    """Save the notes, then lead to another page of the meeting, or to this one anew."""
    try:
        with transaction():
            overtaken = meeting_notes.keep(view)
    except DomainError as fault:
        flash(fault.message, "warning")
    else:
        if overtaken:
            return _page(view, kept=overtaken), WRONG
    slug, meeting_id = view.viewer.call.slug, view.meeting.id
    desk = url_for(".show", slug=slug, meeting_id=meeting_id)
    known = {
        "wall": url_for("meeting.wall", slug=slug, meeting_id=meeting_id),
        "own": url_for("meeting.follow", slug=slug),
        "minutes": url_for("meeting_minutes.fetch", slug=slug, meeting_id=meeting_id),
        "end": f"{desk}#end",
    }
    return redirect(known.get(request.form.get("way", ""), desk), 303)


def _again(view: View) -> View:
    """Return the view anew, its meeting locked again: the notes stay even where the act fails."""
    meeting = meetings.find(view.viewer.call, view.meeting.id, for_change=True)
    return following.view(meeting, view.viewer)
