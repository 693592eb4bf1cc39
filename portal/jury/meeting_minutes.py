"""The minutes as a PDF: drafts for those who run the meeting, closed ones for the whole jury."""

from flask import Blueprint, abort, flash, redirect, send_file, url_for
from flask.typing import ResponseReturnValue

from portal import storage
from portal.core.db import transaction
from portal.core.i18n import gettext as _
from portal.documents import usecases as documents
from portal.documents.models import DocumentState
from portal.jury.meeting_door import meeting_page
from portal.scoring.meeting import minutes
from portal.scoring.meeting.following import View
from portal.web.doors import person
from portal.web.headers import seal
from portal.web.touch import witness

bp = Blueprint("meeting_minutes", __name__)


@bp.get("/<slug>/jury/meetings/<uuid:meeting_id>/minutes.pdf")
@meeting_page()
def fetch(view: View) -> ResponseReturnValue:
    """Hand out the minutes as the person may read them; without them the page orders them."""
    meeting = view.meeting
    if meeting.closed_at is None and not view.viewer.runs:
        abort(404)
    document = minutes.find(view)
    if document is None or document.state is not DocumentState.MADE:
        flash(_("The minutes are not made yet. Have them made here."), "info")
        return redirect(url_for("meeting.follow", slug=view.viewer.call.slug), 303)
    witness(person(), "minutes_download", meeting, hidden=len(view.hidden))
    answer = send_file(documents.open_document(document), mimetype="application/pdf")
    answer.headers["Content-Disposition"] = storage.content_disposition(f"{document.title}.pdf")
    seal()
    return answer


@bp.post("/<slug>/jury/meetings/<uuid:meeting_id>/minutes")
@meeting_page()
def make(view: View) -> ResponseReturnValue:
    """Order the minutes as the person may read them."""
    meeting = view.meeting
    if meeting.closed_at is None and not view.viewer.runs:
        abort(404)
    with transaction():
        minutes.order(view)
    flash(_("The minutes are being made. Look again in a moment."))
    slug = view.viewer.call.slug
    if not view.viewer.runs:
        return redirect(url_for("meeting.follow", slug=slug), 303)
    here = url_for("meeting_desk.show", slug=slug, meeting_id=meeting.id)
    return redirect(f"{here}#end", 303)
