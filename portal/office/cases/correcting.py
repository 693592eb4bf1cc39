"""Corrections of the office for an applicant, and another contact."""

from typing import Any

from flask import abort, flash, g, request
from flask.typing import ResponseReturnValue

from portal.applications.check import correcting
from portal.applications.correspondence import contacts
from portal.applications.correspondence.contacts import Contact
from portal.applications.drafts.renewing import newest, raw_answers
from portal.applications.models import Application
from portal.applications.policy import Action
from portal.applications.queries import definition_under
from portal.calls.answers import Problem
from portal.calls.definition import Section
from portal.calls.posted import raw_answers as posted
from portal.calls.questions import AnyQuestion
from portal.calls.reading import show
from portal.core.db import transaction
from portal.core.errors import DomainError
from portal.core.i18n import gettext as _
from portal.office.cases.screening import CASE, REFUSED, bp
from portal.office.cases.working import back_to, require_same
from portal.office.frame import page
from portal.web.doors import person
from portal.web.fields import Field
from portal.web.rooms import work_on


@bp.get(f"{CASE}/correct")
@work_on(Action.CORRECT)
def choose_correction(application: Application) -> ResponseReturnValue:
    """Let the clerk choose the answer to correct."""
    return page(
        "office/correct_choose.html", application.call, area="caselist.show",
        application=application, groups=_by_section(application),
    )  # fmt: skip


def _by_section(application: Application) -> list[tuple[Section, list[AnyQuestion]]]:
    definition = definition_under(newest(application))
    questions = correcting.correctable(application)
    mine = [(s, [q for q in questions if definition.section_of[q.key] is s])
            for s in definition.sections]  # fmt: skip
    return [(section, found) for section, found in mine if found]


@bp.route(f"{CASE}/correct/<key>", methods=["GET", "POST"])
@work_on(Action.CORRECT)
def correct(application: Application, key: str) -> ResponseReturnValue:
    """Show old answer, new answer and reason; or correct it."""
    question = next((q for q in correcting.correctable(application) if q.key == key), None)
    if question is None:
        abort(404)
    if request.method != "POST":
        return _page(application, question)
    raw = posted([question], request.form).get(key, "")
    if "add_row" in request.form:
        return _page(application, question, [*(raw or [{}]), {}])
    require_same(application)
    try:
        with transaction():
            correcting.correct(
                application, key, raw, reason=request.form.get("reason", ""), by=person(),
                at=g.arrived_at,
            )  # fmt: skip
    except DomainError as refused:
        if not refused.message:
            raise
        return _page(application, question, raw, refused.message), REFUSED
    flash(_("Corrected. The applicant gets an e-mail with your reason."))
    return back_to(application)


def _page(application: Application, question: AnyQuestion, raw: Any = None, told: str = "") -> str:
    version = newest(application)
    kept = raw_answers(definition_under(version), version.answers).get(question.key, "")
    wrong: Problem | None = None
    if told:
        wrong = correcting.problem(application, question.key, raw)
    field = Field(question=question, raw=kept if raw is None else raw, is_asked=True, problem=wrong)
    anchor = wrong.anchor if wrong else "reason"
    return page(
        "office/correct.html", application.call, area="caselist.show", application=application,
        one=field, before=show(question, version.answers.get(question.key)),
        reason=request.form.get("reason", ""), errors=[(anchor, told)] if told else [],
    )  # fmt: skip


@bp.route(f"{CASE}/contact", methods=["GET", "POST"])
@work_on(Action.EXTEND)
def move_contact(application: Application) -> ResponseReturnValue:
    """Ask for another contact and the reason; then both get a letter."""
    if request.method != "POST":
        return _contact_page(application)
    require_same(application)
    wanted = Contact(
        request.form.get("email", ""), request.form.get("first_name", ""),
        request.form.get("last_name", ""),
    )  # fmt: skip
    try:
        with transaction():
            contacts.move(
                application, wanted, reason=request.form.get("reason", ""), by=person(),
                at=g.arrived_at,
            )  # fmt: skip
    except DomainError as refused:
        if not refused.message:
            raise
        return _contact_page(application, refused.message), REFUSED
    flash(_("The application has another contact. Both get an e-mail."))
    return back_to(application)


def _contact_page(application: Application, told: str = "") -> str:
    field = "reason" if told and request.form.get("email", "").strip() and not request.form.get(
        "reason", "").strip() else "email"  # fmt: skip
    return page(
        "office/contact.html", application.call, area="caselist.show", application=application,
        typed=request.form, errors=[(field, told)] if told else [],
    )  # fmt: skip
