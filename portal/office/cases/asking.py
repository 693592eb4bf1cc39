"""Asking back: choose questions, write, look at the letter, send; prolong or end a question."""

from collections.abc import Iterable
from typing import Any

from flask import flash, request
from flask.typing import ResponseReturnValue

from portal import mail
from portal.applications.check import inquiries
from portal.applications.check.inquiries import Question
from portal.applications.drafts.renewing import newest
from portal.applications.models import Application
from portal.applications.policy import Action
from portal.applications.reading import SectionEntries, entries_of_version
from portal.applications.workflow import Move
from portal.calls import letterwords
from portal.core.db import transaction
from portal.core.i18n import gettext as _
from portal.mail.wording import leaving
from portal.office.cases.screening import CASE, REFUSED, bp
from portal.office.cases.working import back_to, day_in, require_same
from portal.office.frame import page
from portal.web.doors import person
from portal.web.rooms import work_on


@bp.route(f"{CASE}/return_for_completion", methods=["GET", "POST"])
@work_on(Move.RETURN_FOR_COMPLETION)
def return_for_completion(application: Application) -> ResponseReturnValue:
    """Show the form, the letter as it will read, or ask."""
    if request.method != "POST":
        return _page(application)
    question = Question(
        keys=request.form.getlist("keys"),
        text=request.form.get("text", ""),
        due=day_in("due") or inquiries.first_due(application).replace(year=1970),
    )
    wrong = inquiries.check_question(application, question)
    if wrong:
        return _page(application, question, wrong), REFUSED
    if request.form.get("go") == "preview":
        return _page(application, question)
    require_same(application)
    hold = _hold(application)
    with transaction():
        inquiries.ask(application, question, by=person(), hold=hold)
    _tell(application, hold=hold)
    return back_to(application)


def _tell(application: Application, *, hold: bool) -> None:
    if not application.owner_email:
        flash(_("No e-mail address is known. Tell the applicant by post or telephone."), "warning")
    elif hold:
        flash(_("The question waits under “Letters” until you release it."))
    else:
        flash(leaving(_("The question is on its way.")))


def _page(
    application: Application,
    question: Question | None = None,
    wrong: Iterable[tuple[str, str]] = (),
) -> str:
    errors = list(wrong)
    preview = None
    if question and not errors:
        preview = _preview(application, question)
    return page(
        "office/return_for_completion.html", application.call, area="caselist.show",
        application=application, sections=_choices(application),
        chosen=question.keys if question else [], text=question.text if question else "",
        due=request.form.get("due") or inquiries.first_due(application).isoformat(),
        first=inquiries.today_in(application).isoformat(), hold=_hold(application), errors=errors,
        preview=preview,
    )  # fmt: skip


def _hold(application: Application) -> bool:
    """Return whether the letter shall wait: as chosen, on a fresh page as the rule of the call."""
    if request.method == "POST":
        return request.form.get("hold") == "yes"
    return letterwords.is_held(application.call, Move.RETURN_FOR_COMPLETION)


def _choices(application: Application) -> list[SectionEntries]:
    """Return the sections with the questions that can be opened again."""
    keys = {question.key for question in inquiries.may_be_opened(application)}
    parts = (
        SectionEntries(part.section, [e for e in part.entries if e.question.key in keys])
        for part in entries_of_version(newest(application))
    )
    return [part for part in parts if part.entries]


def _preview(application: Application, question: Question) -> mail.Preview:
    """Return the letter as the applicant will read it."""
    return mail.preview(inquiries.letter_draft(application, question))


@bp.post(f"{CASE}/prolong")
@work_on(Action.EXTEND)
def prolong(application: Application) -> ResponseReturnValue:
    """Give a later day for the answer."""
    require_same(application)
    day = day_in("due")
    with transaction():
        inquiries.prolong(application, day or inquiries.today_in(application), by=person())
    flash(_("The applicant has more time and gets an e-mail."))
    return back_to(application)


@bp.post(f"{CASE}/question/end")
@work_on(Action.WORK)
def end_question(application: Application) -> ResponseReturnValue:
    """End the open question; the check goes on."""
    require_same(application)
    with transaction():
        inquiries.cancel(application, request.form.get("note", ""), by=person())
    flash(_("The question is closed. The check goes on."))
    return back_to(application)


@bp.app_template_global("inquiry_of")
def inquiry_of(application: Application) -> Any:
    """Return the open question of an application, None without one."""
    return inquiries.open_one(application)
