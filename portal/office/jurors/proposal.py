"""What the jury proposes, for the office: looked at, then carried out after asking."""

from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.calls.models import Call
from portal.calls.queries import definition_of
from portal.core.db import transaction
from portal.core.errors import DomainError
from portal.core.i18n import gettext as _
from portal.office.frame import page
from portal.scoring.meeting import following, meetings, presence, proposing
from portal.web.doors import person
from portal.web.rooms import here, open_to

bp = Blueprint("proposal", __name__)


@bp.get("/<slug>/office/jury/proposal")
@open_to("office", "reader")
def show(call: Call) -> ResponseReturnValue:
    """Show the proposal of each application and what carrying it out means.

    Who also sits in the jury and is kept out of something sees nothing of that here either, and
    cannot carry out what they may not see.
    """
    plan = proposing.plan(call)
    found = proposing.proposals(call)
    out = presence.kept_out_of(call, here().user.id)
    ids = [*(one.application_id for one in found), *(one.id for one in plan.declined)]
    names = following.names_of([one for one in dict.fromkeys(ids) if one not in out],
                               definition_of(call.newest_version_id))  # fmt: skip
    seen = [one for one in found if one.application_id in names]
    return page(
        "office/proposal.html",
        call,
        area="jury.show",
        plan=plan,
        found=seen,
        declined=[one for one in plan.declined if one.id in names],
        names=names,
        said=proposing.words(call, seen, whole=not out),
        concerned=bool(out),
        meeting=meetings.running(call),
    )


@bp.post("/<slug>/office/jury/proposal")
@open_to("office")
def carry_out(call: Call) -> ResponseReturnValue:
    """Carry the proposal out, if the box is ticked."""
    try:
        with transaction():
            _require_sure(call)
            done = proposing.carry_out(call, chosen=_chosen(), by=person())
    except DomainError as fault:
        if not fault.message:
            raise
        flash(fault.message, "warning")
    else:
        flash(_("Awarded: %(awarded)s. Without a prize: %(declined)s. The letters wait under "
                "“Letters” until you release them.",
                awarded=done.awarded, declined=done.declined))  # fmt: skip
        if done.by_post:
            numbers = ", ".join(str(one.reference) for one in done.by_post)
            flash(_("No e-mail address is known of %(numbers)s. Tell them by post or telephone.",
                    numbers=numbers), "warning")  # fmt: skip
    return redirect(url_for(".show", slug=call.slug), 303)


def _require_sure(call: Call) -> None:
    if presence.kept_out_of(call, here().user.id):
        raise DomainError(_("You are kept out of an application. Somebody else does this."))
    if request.form.get("sure") != "yes":
        raise DomainError(_("Tick that the decision is taken. Then carry it out."))


def _chosen() -> set[UUID]:
    found = set()
    for text in request.form.getlist("awarded"):
        try:
            found.add(UUID(text))
        except ValueError:
            continue
    return found
