"""The thread of messages as the applicant sees it."""

from flask import Blueprint, current_app, flash, redirect, request
from flask.typing import ResponseReturnValue

from portal.applications.correspondence import messages
from portal.applications.drafts import filing
from portal.applications.drafts.filing import Incoming
from portal.applications.models import Application
from portal.applications.policy import Action
from portal.apply import enclosing
from portal.apply.views import page_of
from portal.apply.ways import address
from portal.core.db import transaction
from portal.core.errors import DomainError
from portal.core.i18n import gettext as _
from portal.web.doors import open_for, person
from portal.web.limits import brake, upload

bp = Blueprint("talking", __name__)
REFUSED = 422


@bp.route("/<slug>/application/<uuid:application_id>/messages", methods=["GET", "POST"])
@upload
@open_for(Action.WRITE_MESSAGE)
def thread(application: Application) -> ResponseReturnValue:
    """Show all messages, or send one to the office."""
    if request.method != "POST":
        return _page(application)
    text = request.form.get("text", "")
    settings = current_app.extensions["settings"]
    brake("message", settings.reports_per_hour, by=str(application.id))
    enclosed: list[Incoming] = []
    try:
        enclosed = enclosing.take("files")
        with transaction():
            messages.write(application, text, by=person(), files=enclosed)
    except DomainError as refused:
        filing.drop_bytes([one.key for one in enclosed])
        if not refused.message:
            raise
        return _page(application, text, refused.message), REFUSED
    flash(_("Your message has arrived."))
    return redirect(address("talking.thread", application), 303)


def _page(application: Application, text: str = "", told: str = "") -> str:
    return page_of(
        "apply/messages.html",
        application,
        thread=[(one, messages.files_of(application, one)) for one in messages.thread(application)],
        unread=messages.unread(application, by_office=False),
        text=text,
        errors=[("text", told)] if told else [],
        file_address=lambda file: address("files.download", application, file_id=file.id),
        most_files=enclosing.MOST,
        accept=enclosing.ACCEPT,
    )


@bp.post("/<slug>/application/<uuid:application_id>/messages/read")
@open_for(Action.WRITE_MESSAGE)
def read(application: Application) -> ResponseReturnValue:
    """Note that the applicant has read everything."""
    with transaction():
        messages.read(application, by=person())
    return redirect(address("talking.thread", application), 303)
