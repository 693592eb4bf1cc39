"""The answer to a question of the office: exactly the opened fields, and a message with files."""

import secrets
from collections.abc import Iterable

from flask import Blueprint, Response, flash, g, jsonify, redirect, request
from flask.typing import ResponseReturnValue

from portal.applications.check import completing
from portal.applications.check.completing import answerable
from portal.applications.check.inquiries import Inquiry
from portal.applications.drafts import filing
from portal.applications.drafts.filing import Incoming
from portal.applications.drafts.renewing import newest
from portal.applications.drafts.sending import Incomplete
from portal.applications.models import Application
from portal.applications.policy import Action
from portal.applications.queries import definition_under
from portal.apply import enclosing, taking_out, uploading
from portal.apply.views import page_of
from portal.apply.ways import address
from portal.calls.answers import Problem
from portal.calls.posted import raw_answers
from portal.calls.questions import FILE_TYPES, AnyQuestion
from portal.core.db import transaction
from portal.core.errors import DomainError
from portal.core.i18n import gettext as _
from portal.web.doors import open_for, person
from portal.web.fields import Field
from portal.web.filters import clock_time
from portal.web.limits import upload

bp = Blueprint("answering", __name__)
REFUSED = 422
STAYING = {taking_out.REMOVE, taking_out.UNDO, "add_row"}


@bp.route("/<slug>/application/<uuid:application_id>/answer", methods=["GET", "POST"])
@upload
@open_for(Action.VIEW)
def answer(application: Application) -> ResponseReturnValue:
    """Show the opened questions, keep what is typed, or send the answer."""
    inquiry = answerable(application, g.arrived_at)
    if inquiry is None:
        return redirect(address("sending.status", application), 303)
    if request.method != "POST":
        checked = request.args.get("check")
        problems = completing.what_is_wrong(application, inquiry) if checked else []
        return _page(application, inquiry, problems)
    return _keep(application, inquiry)


def _page(
    application: Application, inquiry: Inquiry, problems: list[Problem], told: str = ""
) -> str:
    definition = definition_under(newest(application))
    fields = _fields(application, inquiry, problems)
    errors = [(f.anchor, f.problem.message) for f in fields if f.problem]
    return page_of(
        "apply/answer.html",
        application,
        inquiry=inquiry,
        fields=fields,
        errors=[*([("note", told)] if told else []), *errors],
        window=secrets.token_urlsafe(9),
        saved=_saved(inquiry, definition.zone),
        has_files=any(f.question.type in FILE_TYPES for f in fields),
        most_files=enclosing.MOST,
    )


def _questions(application: Application, inquiry: Inquiry) -> list[AnyQuestion]:
    known = definition_under(newest(application)).questions
    return [known[key] for key in inquiry.questions]


def _fields(application: Application, inquiry: Inquiry, problems: Iterable[Problem]) -> list[Field]:
    wrong = {problem.key: problem for problem in problems}
    return [
        Field(
            question=question,
            raw=inquiry.answers.get(question.key, ""),
            is_asked=True,
            problem=wrong.get(question.key),
        )
        for question in _questions(application, inquiry)
    ]


def _saved(inquiry: Inquiry, zone: str) -> str:
    if inquiry.saved_at is None:
        return ""
    return _("Saved at %(time)s", time=clock_time(inquiry.saved_at, zone))


def _keep(application: Application, inquiry: Inquiry) -> ResponseReturnValue:
    questions = _questions(application, inquiry)
    answers = raw_answers(questions, request.form)
    if (row := request.form.get("add_row")) in answers:
        answers[str(row)] = [*(answers[str(row)] or [{}]), {}]
    note = request.form.get("note")
    with transaction():
        filing.describe(application, request.form, by=person(), at=g.arrived_at)
        completing.save(application, answers, note, by=person(), at=g.arrived_at)
        taking_out.pressed(application)
    if request.accept_mimetypes.best == "application/json":
        return _told(application, inquiry)
    count, refusals = uploading.take_with_page(application, questions)
    for refusal in refusals:
        flash(refusal, "danger")
    stays = {"remove", "undo", "add_row"} & request.form.keys() or request.form.get(
        "go"
    ) == "upload"
    if refusals or stays or (count and request.form.get("go") != "send"):
        return redirect(address("answering.answer", application), 303)
    if request.form.get("go") == "save":
        return redirect(address("sending.status", application), 303)
    return _send(application, inquiry)


def _told(application: Application, inquiry: Inquiry) -> Response:
    """Answer a save by script as the form does."""
    zone = definition_under(newest(application)).zone
    return jsonify(
        revision=inquiry.revision,
        sentence=_saved(inquiry, zone),
        asked=list(inquiry.questions),
        conflicts=[],
        conflict_sentence="",
    )


def _send(application: Application, inquiry: Inquiry) -> ResponseReturnValue:
    enclosed: list[Incoming] = []
    try:
        enclosed = enclosing.take("note_files")
        with transaction():
            completing.answer(application, by=person(), at=g.arrived_at, files=enclosed)
    except Incomplete:
        filing.drop_bytes([one.key for one in enclosed])
        return redirect(address("answering.answer", application, check=1), 303)
    except DomainError as refused:
        filing.drop_bytes([one.key for one in enclosed])
        if not refused.message:
            raise
        return _page(application, inquiry, [], refused.message), REFUSED
    flash(_("Thank you. Your answer has arrived."))
    return redirect(address("sending.status", application), 303)
