"""Check the answers, send, and what comes after: confirmation, withdrawal, deletion, consents."""

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.applications import drafting, filing, sending
from portal.applications.deadline import Closed, NotOpenYet
from portal.applications.models import Application
from portal.applications.policy import Action
from portal.applications.queries import definition_for, definition_under, latest
from portal.applications.reading import Entry, entries_of_draft, entries_of_version
from portal.applications.sending import Incomplete
from portal.applications.workflow import Move, Status
from portal.apply.outline import Outline
from portal.apply.status import steps_of
from portal.apply.views import address
from portal.core.db import transaction
from portal.core.i18n import gettext as _
from portal.web.doors import open_for, person

bp = Blueprint("sending", __name__)


@bp.get("/<slug>/application/<uuid:application_id>/check")
@open_for(Action.SEND)
def check(application: Application) -> ResponseReturnValue:
    """Show all answers on one page, with a link to change each, and the button to send."""
    outline = Outline(application)
    return render_template(
        "apply/check.html",
        application=application,
        outline=outline,
        sections=entries_of_draft(application),
        problems=outline.problems if request.args.get("problems") else [],
        place_of=outline.place_of,
    )


@bp.post("/<slug>/application/<uuid:application_id>/send")
@open_for(Action.VIEW)
def send(application: Application) -> ResponseReturnValue:
    """Send. A double click, a reload or a lost answer leads to the same version and number."""
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
    return render_template(
        "apply/closed.html",
        application=application,
        definition=definition_for(application),
        sections=entries_of_draft(application),
    )


@bp.get("/<slug>/application/<uuid:application_id>/sent")
@open_for(Action.READ_RECEIPT)
def sent(application: Application) -> ResponseReturnValue:
    """Confirm: number, time, what comes next and when, whom to ask. Can be bookmarked."""
    version = latest(application)
    if version is None:
        raise ValueError("nothing was sent")
    definition = definition_under(version)
    return render_template(
        "apply/sent.html",
        application=application,
        definition=definition,
        version=version,
        steps=steps_of(definition, g.arrived_at),
    )


@bp.route("/<slug>/application/<uuid:application_id>/withdraw", methods=["GET", "POST"])
@open_for(Move.WITHDRAW)
def withdraw(application: Application) -> ResponseReturnValue:
    """Ask first, then take the application back."""
    if request.method == "GET":
        return render_template(
            "apply/withdraw.html", application=application, definition=definition_for(application)
        )
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
        return render_template(
            "apply/delete.html", application=application, outline=Outline(application)
        )
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
    return render_template(
        "apply/version.html",
        application=application,
        definition=definition_under(version),
        version=version,
        sections=entries_of_version(version),
        newest=version is application.versions[-1],
    )


def is_draft(application: Application) -> bool:
    """Return whether nothing was sent yet (for templates)."""
    return application.status is Status.DRAFT


__all__ = ["Entry", "bp"]
