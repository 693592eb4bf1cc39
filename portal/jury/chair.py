"""What the chair decides: declared conflicts, deputies, missing sheets; and how far all are."""

from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.applications import conflicts, judging
from portal.applications.judging import Conflict, Juror, find, visible_to
from portal.applications.models import Application
from portal.calls.memberships import Function
from portal.core.db import transaction
from portal.core.errors import DomainError
from portal.core.i18n import gettext as _
from portal.jury.frame import page
from portal.scoring import closing
from portal.scoring.progress import overview
from portal.web.jury import chair_page

bp = Blueprint("chair", __name__)
WRONG = 422


@bp.get("/<slug>/jury/chair")
@chair_page
def show(juror: Juror) -> ResponseReturnValue:
    """Show how far everybody is, and the conflicts; nothing of what the chair is kept out of."""
    return _page(juror)


def _page(juror: Juror, **more: Any) -> str:
    state = overview(juror.call, as_seen_by=juror)
    known = {case.application.id: case for case in state.cases}
    declared = [c for c in judging.conflicts_of(juror.call) if c.application_id in known]
    return page(
        "jury/chair.html",
        juror,
        state=state,
        known=known,
        declared=declared,
        may_lift={c.id: c.excludes and conflicts.may_lift(_of(juror, c), c.application, juror.user)
                  for c in declared},
        ties=conflicts.tie_words(),
        people={person.juror.user.id: person.juror for person in state.people},
        deputies=[p.juror for p in state.people if p.juror.function is Function.DEPUTY],
        **more,
    )  # fmt: skip


def _of(chair: Juror, conflict: Conflict) -> Juror:
    found = (one for one in judging.jurors(chair.call) if one.user.id == conflict.user_id)
    return next(found, Juror(conflict.user, chair.call, Function.MEMBER))


@bp.post("/<slug>/jury/chair/<any(lift, excuse, deputy, found):go>")
@chair_page
def decide(juror: Juror, go: str) -> ResponseReturnValue:
    """Do what the chair decides about one juror and one application."""
    try:
        with transaction():
            sentence = _decide(juror, go)
    except DomainError as fault:
        if not fault.message:
            raise
        flash(fault.message, "warning")
        return redirect(url_for(".show", slug=juror.call.slug), 303)
    flash(sentence)
    return redirect(url_for(".show", slug=juror.call.slug), 303)


def _decide(juror: Juror, go: str) -> str:
    application, other = _application(juror), _juror(juror, "juror")
    words = request.form.get("reason", "")
    if go == "excuse":
        closing.excuse(application, other, reason=words, by=juror.user)
        return _("The sheet is excused.")
    if go == "deputy":
        deputy = _juror(juror, "deputy")
        conflicts.step_in(application, deputy, other, by=juror.user)
        return _("%(name)s steps in.", name=deputy.user.called)
    if go == "found":
        tie = request.form.get("tie", "")
        if tie not in set(judging.Tie):
            abort(400)
        conflicts.impose(other, application, judging.Tie(tie), by=juror.user, words=words)
        return _("%(name)s is kept out from now on.", name=other.user.called)
    held = conflicts.conflict_of(application.id, other.user.id)
    if held is None:
        abort(404)
    conflicts.lift(held, by=juror.user, reason=words)
    return _("%(name)s may read this application.", name=other.user.called)


def _application(juror: Juror) -> Application:
    found = find(visible_to(juror), _uuid("application"), for_change=True)
    if found is None:
        abort(404)
    return found


def _juror(chair: Juror, name: str) -> Juror:
    user_id = _uuid(name)
    found = (one for one in judging.jurors(chair.call) if one.user.id == user_id)
    return next(found, None) or abort(404)


def _uuid(name: str) -> UUID:
    try:
        return UUID(request.form.get(name, ""))
    except ValueError:
        abort(404)
