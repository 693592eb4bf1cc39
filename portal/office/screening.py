"""The formal check: marks of the checklist and the moves of one application."""

from collections.abc import Callable
from typing import NamedTuple
from uuid import UUID

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue

from portal.accounts import queries as people
from portal.applications import assigning, forwarding, marking, screening
from portal.applications.marking import Line, MarkedMeanwhile, Panel, Verdict
from portal.applications.models import Application
from portal.applications.policy import Action
from portal.applications.queries import by_number
from portal.applications.workflow import Move, Status
from portal.core.db import db, transaction
from portal.core.errors import DomainError
from portal.core.i18n import gettext as _
from portal.office.frame import page
from portal.office.working import back_to, require_same
from portal.web.doors import person
from portal.web.rooms import work_on
from portal.web.touch import witness

bp = Blueprint("screening", __name__)
CASE = "/<slug>/office/applications/<uuid:application_id>"
REFUSED = 422
KINDS = {Verdict.OK: "done", Verdict.NO: "bad", Verdict.QUESTION: "ask", None: ""}


class Checks(NamedTuple):
    """The panel with the names of those who marked, by id."""

    panel: Panel
    names: dict[str, str]


@bp.app_template_global("checks_of")
def checks_of(application: Application) -> Checks:
    """Return the checklist of an application (for `office/checks.html`)."""
    panel = marking.panel(application)
    ids = {UUID(line.mark.by_key) for line in panel.lines if line.mark}
    return Checks(panel, {str(key): name for key, name in people.names_of(ids).items()})


@bp.app_template_global("why_ineligible")
def why_ineligible(application: Application) -> screening.Ineligibility | None:
    """Return why an application is not eligible, None for any other."""
    if application.status is not Status.INELIGIBLE:
        return None
    return screening.why_ineligible(application)


@bp.app_template_global("check_mark")
def check_mark(line: Line) -> tuple[str, str]:
    """Return the word for an item's verdict and the shape beside it."""
    words = {
        Verdict.OK: _("fulfilled"),
        Verdict.NO: _("not fulfilled"),
        Verdict.QUESTION: _("in question"),
        None: _("open"),
    }
    return words[line.verdict], KINDS[line.verdict]


@bp.get(f"{CASE}/check")
@work_on(Action.WORK)
def check(application: Application) -> ResponseReturnValue:
    """Show the checklist of one application on a page of its own."""
    witness(person(), "application_view", application)
    area = "caselist.show"
    return page("office/check.html", application.call, area=area, application=application)


@bp.post(f"{CASE}/check/<item>")
@work_on(Action.WORK)
def mark(application: Application, item: str) -> ResponseReturnValue:
    """Mark one item; pressing the present mark again takes it back."""
    wanted = request.form.get("verdict", "")
    verdict = Verdict(wanted) if wanted in set(Verdict) else None
    try:
        with transaction():
            marking.mark(
                application, item, verdict, by=person(), note=request.form.get("note", ""),
                seen=request.form.get("seen", 0, int),
            )  # fmt: skip
    except MarkedMeanwhile as other:
        db.session.rollback()
        shown = page(
            "office/marked.html", application.call, application=application, item=item,
            theirs=other.mark, wanted=wanted, note=request.form.get("note", ""),
            name=people.names_of({UUID(other.mark.by_key)}),
        )  # fmt: skip
        return shown, 409
    return back_to(application, f"check-{item}")


# --- moves with one button ----------------------------------------------------------------------


@bp.post(f"{CASE}/start_screening")
@work_on(Move.START_SCREENING)
def start_screening(application: Application) -> ResponseReturnValue:
    """Begin the check."""
    require_same(application)
    with transaction():
        screening.start(application, by=person())
    return back_to(application)


@bp.post(f"{CASE}/find_eligible")
@work_on(Move.FIND_ELIGIBLE)
def find_eligible(application: Application) -> ResponseReturnValue:
    """Let the application take part."""
    require_same(application)
    with transaction():
        screening.find_eligible(application, by=person(), note=request.form.get("note", ""))
    flash(_("Eligible. “Open the check again” takes it back."))
    return back_to(application)


@bp.post(f"{CASE}/forward_to_jury")
@work_on(Move.FORWARD_TO_JURY)
def forward_to_jury(application: Application) -> ResponseReturnValue:
    """Hand the application to the jury, unless something stops it."""
    require_same(application)
    with transaction():
        forwarding.forward(application, by=person())
        assigning.newcomers(application.call, by=person())
    flash(_("With the jury. You can take it back as long as nobody has scored it."))
    return back_to(application)


# --- moves that ask for words -------------------------------------------------------------------


@bp.route(f"{CASE}/find_ineligible", methods=["GET", "POST"])
@work_on(Move.FIND_INELIGIBLE)
def find_ineligible(application: Application) -> ResponseReturnValue:
    """Ask for the reason, the twin and words for the applicant; then decide."""
    if request.method != "POST":
        return _ask("find_ineligible", application)
    require_same(application)
    number = request.form.get("twin", "").strip()
    twin = by_number(application.call, number) if number else None
    if number and twin is None:
        unknown = _("There is no application “%(number)s”.", number=number)
        return _ask("find_ineligible", application, unknown, "twin"), REFUSED
    told = _done(
        lambda: screening.find_ineligible(
            application, reason=request.form.get("reason", ""), by=person(), twin=twin,
            letter=request.form.get("letter", ""),
        )
    )  # fmt: skip
    if told:
        return _ask("find_ineligible", application, told), REFUSED
    flash(_("Not eligible. The letter waits under “Letters” until you release it."))
    return back_to(application)


@bp.route(f"{CASE}/reopen", methods=["GET", "POST"])
@work_on(Move.REOPEN)
def reopen(application: Application) -> ResponseReturnValue:
    """Ask why, then begin the check again."""
    if request.method != "POST":
        return _ask("reopen", application)
    require_same(application)
    reason = request.form.get("reason", "")
    told = _done(lambda: screening.reopen(application, reason=reason, by=person()))
    return (_ask("reopen", application, told), REFUSED) if told else back_to(application)


@bp.route(f"{CASE}/withdraw", methods=["GET", "POST"])
@work_on(Move.WITHDRAW)
def withdraw(application: Application) -> ResponseReturnValue:
    """Ask who said so, then take the application back for its owner."""
    if request.method != "POST":
        return _ask("withdraw", application)
    require_same(application)
    reason = request.form.get("reason", "")
    told = _done(lambda: screening.withdraw_for(application, reason=reason, by=person()))
    return (_ask("withdraw", application, told), REFUSED) if told else back_to(application)


@bp.route(f"{CASE}/recall", methods=["GET", "POST"])
@work_on(Move.RECALL)
def recall(application: Application) -> ResponseReturnValue:
    """Ask why, then take the application back from the jury."""
    if request.method != "POST":
        return _ask("recall", application)
    require_same(application)
    reason = request.form.get("reason", "")
    told = _done(lambda: forwarding.recall(application, reason=reason, by=person()))
    return (_ask("recall", application, told), REFUSED) if told else back_to(application)


def _done(act: Callable[[], object]) -> str:
    """Do `act` in a transaction; return the sentence of a refusal, empty if it is done."""
    try:
        with transaction():
            act()
    except DomainError as refused:
        if not refused.message:
            raise
        return refused.message
    return ""


def _ask(move: str, application: Application, told: str = "", field: str = "reason") -> str:
    return page(
        f"office/{move}.html", application.call, area="caselist.show", application=application,
        typed=request.form, errors=[(field, told)] if told else [],
    )  # fmt: skip
