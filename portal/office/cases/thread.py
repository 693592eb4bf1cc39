"""Messages of one application as the office sees them; replies that came otherwise are filed."""

from typing import BinaryIO, cast

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue

from portal.applications.correspondence import messages
from portal.applications.correspondence.messages import Way
from portal.applications.drafts import filing
from portal.applications.drafts.filing import FileRefused, Incoming
from portal.applications.models import Application, File
from portal.applications.policy import POLICY, Action
from portal.core.db import db, transaction
from portal.core.errors import DomainError
from portal.core.i18n import gettext as _
from portal.mail.wording import leaving
from portal.office.cases.screening import CASE, REFUSED, bp
from portal.office.cases.working import given, moment_in, way, zone_of
from portal.office.frame import page
from portal.web.doors import person
from portal.web.limits import upload
from portal.web.rooms import work_on

WAYS = {one.value: one for one in Way if one is not Way.PAGE}


@bp.get(f"{CASE}/messages")
@work_on(Action.SEE)
def thread(application: Application) -> ResponseReturnValue:
    """Show all messages."""
    return _page(application)


def _page(application: Application, errors: list[tuple[str, str]] | None = None) -> str:
    return page(
        "office/messages.html", application.call, area="caselist.show", application=application,
        thread=[(one, messages.files_of(application, one)) for one in messages.thread(application)],
        unread=messages.unread(application, by_office=True), typed=request.form,
        errors=errors or [],
        may_write=POLICY.allows(person(), Action.WORK, application), most=messages.MOST_FILES,
        file_address=lambda file: _address(application, file),
    )  # fmt: skip


def _address(application: Application, file: File) -> str:
    return way("case_files.download", application, file_id=file.id)


@bp.post(f"{CASE}/messages")
@upload
@work_on(Action.WORK)
def write_message(application: Application) -> ResponseReturnValue:
    """Write to the applicant; they get an e-mail."""
    text = request.form.get("text", "")
    taken: list[Incoming] = []
    try:
        taken = _taken()
        with transaction():
            messages.write(application, text, by=person(), files=taken)
    except DomainError as refused:
        return _refused(application, "text", taken, refused)
    flash(leaving(_("The message is on its way.")))
    return redirect(way("screening.thread", application), 303)


@bp.post(f"{CASE}/messages/file")
@upload
@work_on(Action.WORK)
def file_message(application: Application) -> ResponseReturnValue:
    """Keep a reply that came by mail, telephone or post."""
    told = _("Say how and when the reply came.")
    taken: list[Incoming] = []
    try:
        at = given(moment_in(zone_of(application), "came"), told)
        chosen = given(WAYS.get(request.form.get("way", "")), told)
        taken = _taken()
        with transaction():
            messages.file_by_hand(
                application, request.form.get("reply", ""), way=chosen, by=person(), at=at,
                files=taken,
            )  # fmt: skip
    except DomainError as refused:
        return _refused(application, "reply", taken, refused)
    flash(_("The reply is filed."))
    return redirect(way("screening.thread", application), 303)


def _refused(
    application: Application, field: str, taken: list[Incoming], refused: DomainError
) -> ResponseReturnValue:
    filing.drop_bytes([one.key for one in taken])
    if not refused.message:
        raise refused
    return _page(application, [(field, refused.message)]), REFUSED


def _taken() -> list[Incoming]:
    """Store the chosen files; raise `FileRefused` for the first that cannot be taken."""
    given = [file for file in request.files.getlist("files") if file.filename]
    if len(given) > messages.MOST_FILES:
        raise DomainError(_("Send at most %(most)s files with one message.",
                            most=messages.MOST_FILES))  # fmt: skip
    if given:
        db.session.commit()  # nobody waits for this upload: no lock is held while bytes are written
    taken: list[Incoming] = []
    for file in given:
        try:
            taken.append(messages.take_in(cast("BinaryIO", file.stream), file.filename or ""))
        except FileRefused:
            filing.drop_bytes([one.key for one in taken])
            raise
    return taken


@bp.post(f"{CASE}/messages/read")
@work_on(Action.WORK)
def read_messages(application: Application) -> ResponseReturnValue:
    """Note that the office has read everything."""
    with transaction():
        messages.read(application, by=person())
    return redirect(way("screening.thread", application), 303)


@bp.app_template_global("unread_by_office")
def unread_by_office(application: Application) -> int:
    """Return how many messages of the applicant nobody of the office has read."""
    return messages.unread(application, by_office=True)
