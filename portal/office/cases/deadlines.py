"""More time: a later closing for all, a late link for one; the drafts without their text."""

from datetime import datetime
from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.applications.check import extending
from portal.applications.models import Application
from portal.applications.queries import in_call
from portal.calls.models import Call
from portal.calls.queries import current_version, definition_of
from portal.core.clock import now
from portal.core.db import transaction
from portal.core.errors import DomainError, NotFound
from portal.core.i18n import gettext as _
from portal.mail.wording import leaving
from portal.office.cases.working import given, moment_in
from portal.office.frame import page
from portal.web.doors import person
from portal.web.rooms import open_to

bp = Blueprint("deadlines", __name__)
REFUSED = 422


@bp.get("/<slug>/office/deadline")
@open_to("office", "reader")
def show(call: Call) -> ResponseReturnValue:
    """Show the closing, and the drafts: that they exist, since when, whether one can write."""
    return _page(call)


def _page(call: Call, errors: list[tuple[str, str]] | None = None) -> str:
    return page(
        "office/deadline.html", call, area="deadlines.show", drafts=extending.drafts(call),
        count=extending.draft_count(call), old=extending.texts_with_old_day(call, call.closes_at),
        typed=request.form, errors=errors or [], closed=call.closes_at <= now(),
    )  # fmt: skip


def _zone(call: Call) -> str:
    return definition_of(current_version(call).id).zone


@bp.post("/<slug>/office/deadline")
@open_to("office")
def extend(call: Call) -> ResponseReturnValue:
    """Close the call later, for all."""
    try:
        _require_seen(call)
        at = given(moment_in(_zone(call), "closes"),
                   _("Choose a moment after the present closing and after now."))  # fmt: skip
        with transaction():
            extending.extend_all(call, at, reason=request.form.get("reason", ""), by=person())
    except DomainError as refused:
        if not refused.message:
            raise
        field = "closes_day" if request.form.get("reason", "").strip() else "reason"
        return _page(call, [(field, refused.message)]), REFUSED
    flash(_("The call closes later. Whoever has a draft gets an e-mail."))
    return redirect(url_for("deadlines.show", slug=call.slug), 303)


def _require_seen(call: Call) -> None:
    """Raise `DomainError` if the closing is not the one that the page showed."""
    if request.form.get("seen", "") != call.closes_at.isoformat():
        raise DomainError(_("Somebody has moved the closing meanwhile. Look at it once more."))


@bp.post("/<slug>/office/deadline/late")
@open_to("office")
def late(call: Call) -> ResponseReturnValue:
    """Send a personal late link: to the owner of a draft, or to an address for a new one."""
    try:
        until = given(moment_in(_zone(call), "until"),
                      _("Choose a moment after the closing and after now."))  # fmt: skip
        with transaction():
            _send(call, until)
    except DomainError as refused:
        if not refused.message:
            raise
        return _page(call, [("until_day", refused.message)]), REFUSED
    flash(leaving(_("The personal link is on its way.")))
    return redirect(url_for("deadlines.show", slug=call.slug), 303)


def _send(call: Call, until: datetime) -> Application:
    reason, draft_id = request.form.get("late_reason", ""), request.form.get("draft", type=UUID)
    if draft_id is None:
        return extending.invite_late(
            call, request.form.get("email", ""), until, reason=reason, by=person()
        )
    application = in_call(call, draft_id, for_change=True)
    if application is None:
        raise NotFound
    extending.extend_one(application, until, reason=reason, by=person())
    return application
