"""Who reads what: all read all, balanced, or by hand; the consequences are shown before."""

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.applications.jury import assigning, judging
from portal.applications.jury.assigning import Plan
from portal.applications.jury.judging import Way
from portal.calls.models import Call
from portal.core.db import transaction
from portal.core.errors import DomainError
from portal.core.i18n import gettext as _
from portal.office.frame import page
from portal.scoring.sheet import progress
from portal.web.doors import person
from portal.web.jury import chosen_pairs
from portal.web.rooms import open_to

bp = Blueprint("assigning", __name__)
STALE = 409


@bp.get("/<slug>/office/jury/readings")
@open_to("office", "reader")
def show(call: Call) -> ResponseReturnValue:
    """Show who reads what as a table, and the three ways to give readings out."""
    people = judging.voting(call)
    there = judging.assignments(call)
    return page(
        "office/readings.html",
        call,
        area="jury.show",
        people=people,
        cases=progress.overview(call).cases,
        pairs={(a.application_id, a.user_id) for a in there},
        out=judging.kept_out(call),
        held=progress.held(call),
        deputies={a.application_id for a in there if a.way is Way.DEPUTY},
        plan=assigning.plan_now(call),
    )


@bp.post("/<slug>/office/jury/readings")
@open_to("office")
def change(call: Call) -> ResponseReturnValue:
    """Show what a plan would change; do it if exactly this was shown before."""
    try:
        plan = _plan(call)
    except DomainError as fault:
        flash(fault.message, "warning")
        return redirect(url_for(".show", slug=call.slug), 303)
    seen = request.form.get("stamp", "")
    if seen != plan.stamp:
        return _shown(call, plan, outdated=bool(seen)), STALE if seen else 200
    with transaction():
        assigning.carry_out(call, plan, by=person())
    flash(_("The readings are given out."))
    return redirect(url_for("jury.show", slug=call.slug), 303)


def _plan(call: Call) -> Plan:
    held = progress.held(call)
    way = request.form.get("way", "")
    if way == Way.BALANCED:
        return assigning.plan_balanced(call, request.form.get("readings", 0, int), held=held)
    if way == Way.HAND:
        return assigning.plan_by_hand(call, chosen_pairs(), held=held)
    return assigning.plan_all(call, held=held)


def _shown(call: Call, plan: Plan, *, outdated: bool) -> str:
    names = {one.user.id: one.user.called for one in judging.voting(call)}
    load = plan.load()
    return page(
        "office/readings_plan.html",
        call,
        area="jury.show",
        plan=plan,
        outdated=outdated,
        loads=[(name, load[user_id]) for user_id, name in names.items()],
        pairs=[f"{a}.{u}" for a, u in sorted(plan.wanted, key=str)] if plan.way is Way.HAND
        else [],
    )  # fmt: skip
