"""The jury for the office: who sits in it, how far it is, conflicts, missing sheets, the close."""

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.applications.jury import assigning, conflicts, judging
from portal.applications.jury.judging import Conflict, Juror
from portal.applications.queries import in_call
from portal.calls.memberships import Function
from portal.calls.models import Call
from portal.calls.queries import definition_of
from portal.core.db import db, transaction
from portal.core.errors import DomainError
from portal.core.i18n import gettext as _
from portal.core.i18n import ngettext
from portal.office.frame import page
from portal.scoring import letters
from portal.scoring.sheet import closing, pledging, progress
from portal.scoring.sheet.progress import Overview
from portal.web.doors import person
from portal.web.jury import chosen_missing
from portal.web.rooms import open_to

bp = Blueprint("jury", __name__)
CLOSING = ("close", "excuse", "deputy")  # a refusal is told at the list of missing sheets as well
ACTS = "lift, excuse, deputy, found, newcomers, close, reopen, remind"


@bp.get("/<slug>/office/jury")
@open_to("office", "reader")
def show(call: Call) -> ResponseReturnValue:
    """Show the state of the jury in one page."""
    state = progress.overview(call)
    definition = definition_of(call.newest_version_id)
    declared = judging.conflicts_of(call)
    people = {one.juror.user.id: one.juror for one in state.people}
    return page(
        "office/jury.html",
        call,
        area="jury.show",
        state=state,
        seats=judging.seats(call),
        pledges=pledging.pledges(call.id),
        plan=assigning.plan_now(call),
        without_readers=sum(not case.total for case in state.cases),
        quorum=definition.jury.quorum or _majority(state),
        declared=declared,
        known=_names(state),
        may_lift={c.id: c.excludes and c.user_id in people
                  and conflicts.may_lift(people[c.user_id], c.application, person())
                  for c in declared},
        ties=conflicts.tie_words(),
        stand_ins=conflicts.stand_ins(call),
        deputies=[one for one in judging.serving(call) if one.function is Function.DEPUTY],
        scored=any(case.application.status == "scored" for case in state.cases),
        open_cases=sum(case.application.status == "with_jury" for case in state.cases),
    )  # fmt: skip


def _majority(state: Overview) -> int:
    """Return more than half of those who vote by right."""
    return sum(one.juror.function in judging.VOTING for one in state.people) // 2 + 1


def _names(state: Overview) -> dict[UUID, list[str]]:
    return {
        case.application.id: [str(case.application.reference), case.title, case.organisation]
        for case in state.cases
    }


@bp.post(f"/<slug>/office/jury/<any({ACTS}):go>")
@open_to("office")
def act(call: Call, go: str) -> ResponseReturnValue:
    """Do what the pressed button says; a refusal is told on the page."""
    try:
        with transaction():
            sentence = DOING[go](call)
    except DomainError as fault:
        if not fault.message:
            raise
        flash(fault.message, "warning")
        if go in CLOSING:
            return redirect(url_for(".show", slug=call.slug, missing=1, _anchor="missing"), 303)
    else:
        flash(sentence)
    return redirect(url_for(".show", slug=call.slug), 303)


def _lift(call: Call) -> str:
    held = _conflict(call)
    conflicts.lift(held, by=person(), reason=request.form.get("reason", ""))
    return _("%(name)s may read this application.", name=held.user.called)


def _deputy(call: Call) -> str:
    deputy = _juror(call, "deputy")
    if "conflict" not in request.form:
        closing.step_in_many(call, chosen_missing(progress.overview(call)), deputy, by=person())
        return _("%(name)s steps in.", name=deputy.user.called)
    held = _conflict(call)
    absent = next((one for one in judging.jurors(call) if one.user.id == held.user_id), None)
    if absent is None:
        abort(404)
    conflicts.step_in(held.application, deputy, absent, by=person())
    return _("%(name)s steps in.", name=deputy.user.called)


def _excuse(call: Call) -> str:
    reason = request.form.get("reason", "")
    chosen = chosen_missing(progress.overview(call))
    count = closing.excuse_many(call, chosen, reason=reason, by=person())
    return closing.excused_words(count)


def _found(call: Call) -> str:
    tie = request.form.get("tie", "")
    if tie not in set(judging.Tie) or not all(map(request.form.get, ("juror", "application"))):
        raise DomainError(_("Choose person, application and connection, and write how you know."))
    application = in_call(call, _uuid("application"), for_change=True) or abort(404)
    other = _juror(call, "juror")
    conflicts.impose(other, application, judging.Tie(tie), by=person(),
                     words=request.form.get("reason", ""))  # fmt: skip
    return _("%(name)s is kept out from now on.", name=other.user.called)


def _newcomers(call: Call) -> str:
    count = assigning.newcomers(call, by=person(), held=progress.held(call))
    return ngettext("One reading was given out.", "%(num)s readings were given out.", count)


def _close(call: Call) -> str:
    count = closing.close(call, by=person())
    return ngettext("Scoring of one application is closed.",
                    "Scoring of %(num)s applications is closed.", count)  # fmt: skip


def _reopen(call: Call) -> str:
    count = closing.reopen(call, by=person(), reason=request.form.get("reason", ""))
    return ngettext("Scoring of one application is open again.",
                    "Scoring of %(num)s applications is open again.", count)  # fmt: skip


def _remind(call: Call) -> str:
    people, chosen = progress.overview(call).people, request.form.getlist("juror")
    return letters.reminded_words(letters.remind_chosen(people, chosen, by=person()))


DOING = {
    "lift": _lift, "deputy": _deputy, "excuse": _excuse, "found": _found,
    "newcomers": _newcomers, "close": _close, "reopen": _reopen, "remind": _remind,
}  # fmt: skip


def _conflict(call: Call) -> Conflict:
    held = db.session.get(Conflict, _uuid("conflict"))
    if held is None or held.application.call_id != call.id:
        abort(404)
    return held


def _juror(call: Call, name: str) -> Juror:
    user_id = _uuid(name)
    found = (one for one in judging.jurors(call) if one.user.id == user_id)
    return next(found, None) or abort(404)


def _uuid(name: str) -> UUID:
    try:
        return UUID(request.form.get(name, ""))
    except ValueError:
        abort(404)
