"""Check the answers, send, and what comes after: confirmation, withdrawal, deletion, consents."""

from collections.abc import Callable
from functools import cache

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.applications.deadline import Closed, NotOpenYet
from portal.applications.drafts import drafting, filing, sending
from portal.applications.drafts.sending import Incomplete
from portal.applications.models import Application
from portal.applications.policy import Action
from portal.applications.queries import definition_for, definition_under, draft_files, latest
from portal.applications.reading import Looked, entries_of_draft, entries_of_version
from portal.applications.workflow import Move, Status
from portal.apply import kept
from portal.apply.kept import Differs
from portal.apply.lines import answers_of, lines_of
from portal.apply.outline import Outline
from portal.apply.receipts import exact_moment, is_made, receipt_document
from portal.apply.status import facts_of, steps_of
from portal.apply.views import closed_page, framed, page_of
from portal.apply.ways import address
from portal.core.db import transaction
from portal.core.i18n import gettext as _
from portal.web.doors import enters_for_others, open_for, person

bp = Blueprint("sending", __name__)
bp.add_app_template_global(lines_of, "lines_of")
OWN = ("reference", "title", "arrived", "code", "email")  # of the person, on the confirmation


@bp.get("/<slug>/application/<uuid:application_id>/status")
@open_for(Action.VIEW)
def status(application: Application) -> ResponseReturnValue:
    """Show the state of a sent application, what comes next, and whom to ask."""
    if application.status is Status.DRAFT:
        return redirect(address("apply.show", application))
    return page_of("apply/status.html", application, **facts_of(application))


@bp.get("/<slug>/application/<uuid:application_id>/check")
@open_for(Action.SEND)
def check(application: Application) -> ResponseReturnValue:
    """Show all answers on one page, with a link to change each, and the button to send."""
    draft_files(application)  # loaded first, so that counting them asks nothing more
    outline = Outline(application)
    sections = entries_of_draft(application, Looked(outline.asked, outline.faulty))
    values = framed(
        application,
        errors=problem_links(application, outline) if request.args.get("problems") else [],
        open_points=outline.open_points,
        is_sent=application.status is not Status.DRAFT,
    )
    values["answers"] = answers_of(sections, change_addresses(application, outline))
    differs = Differs(("saved", "answers"), by=(values["open_points"], values["is_sent"]))
    return kept.page("apply/check.html", application, values, differs)


@bp.post("/<slug>/application/<uuid:application_id>/send")
@open_for(Action.VIEW)
def send(application: Application) -> ResponseReturnValue:
    """Send. A double click, a reload or a lost answer leads to the same version and number.

    What came on paper is taken in on a page of the office, which asks about gaps.
    """
    if enters_for_others():
        return redirect(address("paperwork.show", application), 303)
    try:
        with transaction():
            version = sending.send(application, by=person(), arrived_at=g.arrived_at)
    except Incomplete:
        return redirect(address("sending.check", application, problems=1), 303)
    except (Closed, NotOpenYet):
        return redirect(address("sending.closed", application), 303)
    return redirect(address("sending.sent", application, n=version.n), 303)


@bp.get("/<slug>/application/<uuid:application_id>/closed")
@open_for(Action.VIEW)
def closed(application: Application) -> ResponseReturnValue:
    """Say that the call takes nothing more, and show all that was typed."""
    return closed_page(application)


@bp.get("/<slug>/application/<uuid:application_id>/sent")
@open_for(Action.READ_RECEIPT)
def sent(application: Application) -> ResponseReturnValue:
    """Confirm: number, time, what comes next and when, whom to ask. Can be bookmarked."""
    version = latest(application)
    if version is None:
        raise ValueError("nothing was sent")
    steps = steps_of(definition_under(version), g.arrived_at)
    values = framed(
        application,
        reference=application.reference,
        title=application.title,
        arrived=exact_moment(version.arrived_at, definition_for(application)),
        code=version.check_code,
        email=application.owner_email,
        version=version,
        document=receipt_document(version),
        steps=steps,
    )
    if is_made(values["document"]):
        return render_template("apply/sent.html", **values)
    by = (version.n, version.late, request.host, *(step.state for step in steps))
    differs = Differs(OWN, by, query=f"n={version.n}")
    return kept.page("apply/sent.html", application, values, differs)


@bp.route("/<slug>/application/<uuid:application_id>/withdraw", methods=["GET", "POST"])
@open_for(Move.WITHDRAW)
def withdraw(application: Application) -> ResponseReturnValue:
    """Ask first, then take the application back."""
    if request.method == "GET":
        return page_of("apply/withdraw.html", application)
    with transaction():
        sending.withdraw(
            application, by=person(), at=g.arrived_at, note=request.form.get("note", "")[:2000]
        )
    flash(_("Your application was withdrawn."))
    return redirect(address("apply.show", application), 303)


@bp.route("/<slug>/application/<uuid:application_id>/delete", methods=["GET", "POST"])
@open_for(Action.DELETE_DRAFT)
def delete(application: Application) -> ResponseReturnValue:
    """Ask first, then delete the draft with all its files."""
    if request.method == "GET":
        return page_of("apply/delete.html", application, outline=Outline(application))
    slug = application.call.slug
    with transaction():
        doomed = drafting.delete(application, by=person())
    filing.drop_bytes(doomed)
    flash(_("The draft was deleted for good."))
    return redirect(url_for("entrance.call", slug=slug), 303)


@bp.post("/<slug>/application/<uuid:application_id>/consents")
@open_for(Action.WITHDRAW_CONSENT)
def withdraw_consent(application: Application) -> ResponseReturnValue:
    """End a consent for the future."""
    with transaction():
        sending.withdraw_consent(
            application, request.form.get("kind", ""), by=person(), at=g.arrived_at
        )
    flash(_("Your consent was withdrawn. It counts from now on."))
    return redirect(address("apply.show", application), 303)


@bp.get("/<slug>/application/<uuid:application_id>/version/<int:n>")
@open_for(Action.READ_RECEIPT)
def version_page(application: Application, n: int) -> ResponseReturnValue:
    """Show the receipt of one version as a page: the accessible twin of the PDF."""
    version = next((v for v in application.versions if v.n == n), None)
    if version is None:
        return redirect(address("apply.show", application), 303)
    return page_of(
        "apply/version.html",
        application,
        version=version,
        sections=entries_of_version(version),
        newest=version is application.versions[-1],
    )


def problem_links(application: Application, outline: Outline) -> list[tuple[str, str]]:
    """Return each thing to mend with the anchor of its line on the check page."""
    return [(f"line-{problem.key}", problem.message) for problem in outline.problems]


def change_addresses(application: Application, outline: Outline) -> Callable[[str], str]:
    """Return what tells where an answer is changed; the form leads back to the check.

    Addresses of pages are made once: there are far more questions than pages.
    """

    @cache
    def page_address(section_key: str, page: int) -> str:
        return address(
            "apply.section", application, section_key=section_key, page=page, back="check"
        )

    def change_address(key: str) -> str:
        section, page = outline.place_of(key)
        return f"{page_address(section.key, page)}#{key}"

    return change_address
