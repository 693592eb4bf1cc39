"""Who enters the meeting: the jury and the office through one door, and what stands around it."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from flask import abort, g, render_template, request
from flask.typing import ResponseReturnValue

from portal.applications.jury.judging import Juror, juror_of
from portal.calls.memberships import Membership, Role
from portal.calls.models import Call
from portal.calls.queries import definition_of
from portal.jury.frame import page as jury_page
from portal.scoring.meeting import following, meetings
from portal.scoring.meeting.following import Viewer
from portal.web.frame import show_call
from portal.web.jury import juror_page
from portal.web.rooms import READING, here, memberships, open_to
from portal.web.rooms import View as AnyView

STAFF = (Role.OFFICE, Role.READER)


def viewer_page(*, runs: bool = False) -> Callable[[AnyView], AnyView]:
    """Open a page below `/<slug>/jury/meeting…` to jury and office; the view gets the `Viewer`.

    runs: only to those who run the meeting; for the others it does not exist. A juror without a
    role in the office passes the door of the jury, with its rules and terms.
    """

    def door(view: AnyView) -> AnyView:
        @juror_page
        def as_juror(juror: Juror, **address: Any) -> ResponseReturnValue:
            viewer = Viewer(juror.user, juror.call, juror)
            return abort(404) if runs and not viewer.runs else view(viewer, **address)

        @open_to("office", "reader", "juror")
        @wraps(view)
        def enter(call: Call, **address: Any) -> ResponseReturnValue:
            held = memberships()
            if not any(one.role in STAFF for one in held):
                return as_juror(slug=call.slug, **address)
            viewer = _of_staff(call, held)
            return abort(404) if runs and not viewer.runs else view(viewer, **address)

        return enter

    return door


def _of_staff(call: Call, held: list[Membership]) -> Viewer:
    juror = next((juror_of(one) for one in held if one.role is Role.JUROR), None)
    office = any(one.role is Role.OFFICE for one in held)
    return Viewer(here().user, call, juror, office=office)


def meeting_page(*, runs: bool = False) -> Callable[[AnyView], AnyView]:
    """Do the same for pages of one meeting; the view gets the meeting as the person sees it.

    The meeting is locked where the request may change it.
    """

    def door(view: AnyView) -> AnyView:
        @viewer_page(runs=runs)
        @wraps(view)
        def enter(viewer: Viewer, meeting_id: UUID, **rest: Any) -> ResponseReturnValue:
            changes = request.method not in READING
            meeting = meetings.find(viewer.call, meeting_id, for_change=changes)
            return view(following.view(meeting, viewer), **rest)

        return enter

    return door


def page(template: str, viewer: Viewer, **values: Any) -> str:
    """Return a page of the meeting, in the frame of the jury or of the office."""
    if viewer.juror and not any(one.role in STAFF for one in memberships()):
        return jury_page(template, viewer.juror, frame_of="jury/base.html",
                         area="meeting.follow", viewer=viewer, **values)  # fmt: skip
    g.office_call = viewer.call  # the areas of the office stand above the page
    definition = definition_of(viewer.call.newest_version_id)
    show_call(definition)
    return render_template(
        template, frame_of="office/base.html", area="jury.show", viewer=viewer, call=viewer.call,
        slug=viewer.call.slug, definition=definition, zone=definition.zone,
        may_work=viewer.office, **values,
    )  # fmt: skip
