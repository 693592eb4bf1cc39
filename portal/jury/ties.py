"""The question about conflicts: for one application before it opens, and for many in one list."""

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.applications.jury import conflicts, tiequestion
from portal.applications.jury.judging import Juror, Tie
from portal.applications.jury.tiequestion import Asked
from portal.core.db import transaction
from portal.core.errors import DomainError
from portal.core.i18n import gettext as _
from portal.core.i18n import ngettext
from portal.jury.frame import href_of, page
from portal.scoring.sheet.shelf import Spot
from portal.web.jury import case_page, juror_page

bp = Blueprint("ties", __name__)
WRONG = 422


@bp.get("/<slug>/jury/applications/<uuid:application_id>/conflict")
@case_page(asking=True)
def ask(juror: Juror, spot: Spot) -> ResponseReturnValue:
    """Ask whether anything connects the juror with the application; or let them say so later."""
    return _page(juror, spot)


def _page(juror: Juror, spot: Spot, fault: str = "", tie: str = "") -> str:
    asked = tiequestion.question_about(juror, spot.application)
    return page(
        "jury/tie.html",
        juror,
        spot=spot,
        asked=asked,
        ties=_choices(with_none=not spot.answered),
        tie=tie,
        words=request.form.get("words", ""),
        fault=fault,
        errors=[("tie", fault)] if fault else [],
    )


def _choices(*, with_none: bool) -> list[tuple[str, str]]:
    words = conflicts.tie_words()
    return [(tie.value, words[tie]) for tie in Tie if with_none or tie is not Tie.NONE]


@bp.post("/<slug>/jury/applications/<uuid:application_id>/conflict")
@case_page(asking=True)
def answer(juror: Juror, spot: Spot) -> ResponseReturnValue:
    """Keep the answer: on to the application, or out of it at once."""
    given = request.form.get("tie", "")
    if given not in [value for value, _words in _choices(with_none=not spot.answered)]:
        return _page(juror, spot, _("Choose an answer.")), WRONG
    try:
        with transaction():
            words = request.form.get("words", "")
            conflicts.answer(juror, spot.application, Tie(given), by=juror.user, words=words)
    except DomainError as fault:
        if not fault.message:
            raise
        return _page(juror, spot, fault.message, given), WRONG
    if Tie(given) is Tie.NONE:
        return redirect(href_of(spot, juror), 303)
    flash(said(1))
    return redirect(url_for("hall.show", slug=juror.call.slug), 303)


def said(out: int) -> str:
    """Return what happens to what a juror is connected with, without naming it."""
    return ngettext(
        "Thank you for saying so. This application is closed for you now; the chair is told.",
        "Thank you for saying so. %(num)s applications are closed for you now; the chair is told.",
        out,
    )


@bp.get("/<slug>/jury/conflicts")
@juror_page
def many(juror: Juror) -> ResponseReturnValue:
    """Ask about all applications that wait for an answer, by the name of the organisation."""
    return _list_page(juror, {})


def _list_page(juror: Juror, faults: dict[str, str]) -> str:
    return page(
        "jury/ties.html",
        juror,
        asked=tiequestion.open_questions(juror),
        ties=_choices(with_none=True),
        given=request.form,
        faults=faults,
        errors=[(f"tie-{token}", fault) for token, fault in faults.items()],
    )


@bp.post("/<slug>/jury/conflicts")
@juror_page
def answer_many(juror: Juror) -> ResponseReturnValue:
    """Keep every answer that was chosen; the others stay open."""
    with transaction():
        results = [_kept(juror, asked) for asked in tiequestion.open_questions(juror)]
    faults = {token: fault for token, _out, fault in results if fault}
    if faults:
        return _list_page(juror, faults), WRONG
    out = sum(bool(tied) for _token, tied, _fault in results)
    free = sum(tied is False for _token, tied, _fault in results)
    if free:
        flash(ngettext("One application is open for you now.",
                       "%(num)s applications are open for you now.", free))  # fmt: skip
    if out:
        flash(said(out), "info")
    if not (free or out):
        flash(_("Choose an answer for at least one organisation."), "warning")
        return redirect(url_for(".many", slug=juror.call.slug), 303)
    return redirect(url_for("hall.show", slug=juror.call.slug), 303)


def _kept(juror: Juror, asked: Asked) -> tuple[str, bool | None, str]:
    """Keep one answer; return token, whether there is a tie (None: no answer), and the fault."""
    rest = "none" if request.form.get("rest") == "none" else ""
    given = request.form.get(f"tie-{asked.token}", "") or rest
    if given not in {"", *Tie}:
        abort(400)
    if not given:
        return asked.token, None, ""
    words = request.form.get(f"words-{asked.token}", "")
    try:
        conflicts.answer(juror, asked.application, Tie(given), by=juror.user, words=words)
    except DomainError as fault:
        return asked.token, None, fault.message
    return asked.token, Tie(given) is not Tie.NONE, ""
