"""What the chair decides: declared conflicts, deputies, missing sheets; and how far all are."""

from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.applications.jury import conflicts, judging
from portal.applications.jury.judging import Conflict, Juror, find, visible_to
from portal.applications.jury.jurysight import answers_of, title_of
from portal.applications.models import Application
from portal.calls.memberships import Function
from portal.core.db import db, transaction
from portal.core.errors import DomainError
from portal.core.i18n import gettext as _
from portal.jury.frame import page
from portal.scoring import letters
from portal.scoring.sheet import closing
from portal.scoring.sheet.progress import Pair, overview
from portal.web.jury import chair_page, chosen_missing

bp = Blueprint("chair", __name__)
WRONG = 422
CLOSING = ("close", "excuse", "deputy")  # a refusal is told at the list of missing sheets as well


@bp.get("/<slug>/jury/chair")
@chair_page
def show(juror: Juror) -> ResponseReturnValue:
    """Show how far everybody is, and the conflicts; nothing of what the chair is kept out of."""
    return _page(juror)


def _page(juror: Juror, **more: Any) -> str:
    state = overview(juror.call, as_seen_by=juror)
    seen = {case.application.id for case in state.cases}
    declared = [c for c in judging.conflicts_of(juror.call) if c.application_id in seen]
    return page(
        "jury/chair.html",
        juror,
        state=state,
        known=names_of(juror, [case.application for case in state.cases]),
        declared=declared,
        may_lift={c.id: c.excludes and conflicts.may_lift(_of(juror, c), c.application, juror.user)
                  for c in declared},
        ties=conflicts.tie_words(),
        stand_ins=conflicts.stand_ins(juror.call),
        people={person.juror.user.id: person.juror for person in state.people},
        deputies=[p.juror for p in state.people
                  if p.juror.function is Function.DEPUTY and not p.over],
        others=[p for p in state.people if p.juror.user.id != juror.user.id],
        open_cases=any(case.application.status == "with_jury" for case in state.cases),
        **more,
    )  # fmt: skip


def names_of(juror: Juror, found: list[Application]) -> dict[UUID, list[str]]:
    """Return how the chair is told of an application with a conflict.

    In a blind call by the organisation alone, as in the question; never beside a number.
    """
    definition = juror.definition
    seen = answers_of([a.id for a in found], [definition.title_key, *definition.name_keys])
    names = {a.id: " · ".join(str(seen[a.id].answers.get(k, "")) for k in definition.name_keys)
             for a in found}  # fmt: skip
    if definition.jury.blind:
        return {a.id: [names[a.id]] for a in found}
    return {a.id: [str(a.reference), title_of(definition, seen[a.id].answers), names[a.id]]
            for a in found}  # fmt: skip


def _of(chair: Juror, conflict: Conflict) -> Juror:
    found = (one for one in judging.jurors(chair.call) if one.user.id == conflict.user_id)
    return next(found, Juror(conflict.user, chair.call, Function.MEMBER))


@bp.post("/<slug>/jury/chair/<any(lift, excuse, deputy, found, remind, close):go>")
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
        if go in CLOSING:
            slug = juror.call.slug
            return redirect(url_for(".show", slug=slug, missing=1, _anchor="missing"), 303)
        return redirect(url_for(".show", slug=juror.call.slug), 303)
    flash(sentence)
    return redirect(url_for(".show", slug=juror.call.slug), 303)


def _decide(juror: Juror, go: str) -> str:
    words = request.form.get("reason", "")
    if go == "excuse":
        count = closing.excuse_many(juror.call, _chosen(juror), reason=words, by=juror.user)
        return closing.excused_words(count)
    if go == "close":
        closing.close_as_chair(juror)
        return _("Scoring is closed.")
    if go == "remind":
        people, chosen = overview(juror.call).people, request.form.getlist("juror")
        return letters.reminded_words(letters.remind_chosen(people, chosen, by=juror.user))
    if go == "found":
        return _found(juror, words)
    if go == "deputy":
        return _deputy(juror)
    held = _conflict(juror)
    conflicts.lift(held, by=juror.user, reason=words)
    return _("%(name)s may read this application.", name=held.user.called)


def _found(juror: Juror, words: str) -> str:
    """Keep somebody out because of what was found out later; what was given is frozen."""
    tie = request.form.get("tie", "")
    if tie not in set(judging.Tie) or not all(map(request.form.get, ("juror", "application"))):
        raise DomainError(_("Choose person, application and connection, and write how you know."))
    other, application = _juror(juror, "juror"), _application(juror)
    conflicts.impose(other, application, judging.Tie(tie), by=juror.user, words=words)
    return _("%(name)s is kept out from now on.", name=other.user.called)


def _deputy(juror: Juror) -> str:
    """Let a deputy read for who is kept out, or for those whose sheets are missing."""
    deputy = _juror(juror, "deputy")
    if "conflict" in request.form:
        held = _conflict(juror)
        conflicts.step_in(held.application, deputy, _of(juror, held), by=juror.user)
    else:
        closing.step_in_many(juror.call, _chosen(juror), deputy, by=juror.user)
    return _("%(name)s steps in.", name=deputy.user.called)


def _chosen(juror: Juror) -> set[Pair]:
    return chosen_missing(overview(juror.call, as_seen_by=juror))


def _conflict(juror: Juror) -> Conflict:
    held = db.session.get(Conflict, _uuid("conflict"))
    if held is None or find(visible_to(juror), held.application_id, for_change=True) is None:
        abort(404)
    return held


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
