"""Applications that came by post or e-mail: enter, take in, hand over with a code."""

from datetime import datetime, time, timedelta
from typing import BinaryIO, cast

from flask import Blueprint, abort, flash, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue

from portal.applications import keys
from portal.applications.drafts import filing
from portal.applications.drafts.filing import FileRefused
from portal.applications.drafts.sending import Incomplete
from portal.applications.models import Application, Channel
from portal.applications.onpaper import codeletter, paper
from portal.applications.paperentries import entry_of
from portal.applications.policy import POLICY, Action
from portal.applications.queries import definition_for
from portal.applications.reading import recipient_of
from portal.applications.workflow import Status
from portal.calls.models import Call
from portal.calls.queries import current_version, definition_of
from portal.core.clock import now
from portal.core.db import db, transaction
from portal.core.errors import DomainError
from portal.core.i18n import gettext as _
from portal.documents import usecases as documents
from portal.documents.models import Document, DocumentState
from portal.office.cases.screening import CASE, REFUSED
from portal.office.cases.working import back_to, day_in, given, moment_in, way
from portal.office.frame import page
from portal.web.doors import person
from portal.web.limits import upload
from portal.web.rooms import open_to, work_on
from portal.web.touch import witness

bp = Blueprint("paperwork", __name__)
CODE_DAYS = 60
CHANNELS = {"paper": Channel.PAPER, "email": Channel.EMAIL}


@bp.route("/<slug>/office/paper", methods=["GET", "POST"])
@open_to("office")
def enter(call: Call) -> ResponseReturnValue:
    """Begin an application that came on paper or by e-mail."""
    if request.method != "POST":
        return _entry_page(call)
    zone = definition_of(current_version(call).id).zone
    told = _("Say how and when the application came.")
    try:
        at = given(moment_in(zone, "came"), told)
        channel = given(CHANNELS.get(request.form.get("channel", "")), told)
        with transaction():
            application = paper.enter(
                call, channel, received_at=at, note=request.form.get("note", ""),
                by=person(),
            )  # fmt: skip
    except DomainError as refused:
        if not refused.message:
            raise
        return _entry_page(call, refused.message), REFUSED
    return redirect(way("paperwork.show", application), 303)


def _entry_page(call: Call, told: str = "") -> str:
    field = "note" if told and request.form.get("came_day") else "came_day"
    return page(
        "office/paper_enter.html", call, area="paperwork.enter", typed=request.form,
        drafts=paper.unfinished(call), errors=[(field, told)] if told else [],
        today=definition_of(current_version(call).id).local(now()).date().isoformat(),
    )  # fmt: skip


@bp.get(f"{CASE}/paper")
@work_on(Action.ENTER_ON_PAPER)
def show(application: Application) -> ResponseReturnValue:
    """Show what is known of the paper, what is missing, the scan and the code."""
    return _page(application)


def _page(application: Application, errors: list[tuple[str, str]] | None = None) -> str:
    is_draft = application.status is Status.DRAFT
    missing, wrong = paper.gaps(application) if is_draft else ([], [])
    return page(
        "office/paper.html", application.call, area="caselist.show", application=application,
        entry=paper.entry(application), missing=missing, wrong=wrong, is_draft=is_draft,
        scans=paper.scans(application), errors=errors or [], typed=request.form,
        key=paper.live_key(application, now()) if not is_draft else None,
        until=(now() + timedelta(days=CODE_DAYS)).date().isoformat(),
        labels=definition_for(application).questions,
    )  # fmt: skip


@bp.post(f"{CASE}/paper/scan")
@upload
@work_on(Action.ENTER_ON_PAPER)
def scan(application: Application) -> ResponseReturnValue:
    """Attach a scan of what came."""
    given = [file for file in request.files.getlist("scan") if file.filename]
    if not given:
        told = _("Choose a file first, then press “Attach”.")
        return _page(application, [("scan", told)]), REFUSED
    db.session.commit()  # nobody waits for this upload: no lock is held while bytes are written
    for file in given:
        key = ""
        try:
            incoming = paper.take_scan(cast("BinaryIO", file.stream), file.filename or "")
            key = incoming.key
            with transaction():
                paper.add_scan(application, incoming, by=person())
        except FileRefused as refused:
            filing.drop_bytes([key] if key else [])
            return _page(application, [("scan", refused.message)]), REFUSED
    flash(_("The scan is attached. It is being checked."))
    return redirect(way("paperwork.show", application), 303)


@bp.post(f"{CASE}/paper/send")
@work_on(Action.ENTER_ON_PAPER)
def take_in(application: Application) -> ResponseReturnValue:
    """Take the entered application in, with a note on what is missing."""
    if application.status is not Status.DRAFT:
        return back_to(application)
    try:
        with transaction():
            paper.send(application, by=person(), gap_note=request.form.get("gap_note", ""))
    except Incomplete:
        return redirect(way("paperwork.show", application), 303)
    except DomainError as refused:
        if not refused.message:
            raise
        return _page(application, [("gap_note", refused.message)]), REFUSED
    flash(_("Taken in as %(number)s.", number=application.reference))
    return back_to(application)


@bp.post(f"{CASE}/paper/code")
@work_on(Action.RESEND_LINK)
def code(application: Application) -> ResponseReturnValue:
    """Make a code for a letter on paper; an older one dies."""
    if entry_of(application) is None or not POLICY.allows(person(), Action.SEE, application):
        abort(404)
    day = day_in("until")
    if day is None or application.status is Status.DRAFT:
        return _page(application, [("until", _("Choose a day after today."))]), REFUSED
    zone = definition_for(application).timezone
    try:
        with transaction():
            paper.hand_over(application, datetime.combine(day, time(23, 59, 59), zone), by=person())
            codeletter.order(application)
    except DomainError as refused:
        return _page(application, [("until", refused.message)]), REFUSED
    return redirect(way("paperwork.letter", application), 303)


@bp.get(f"{CASE}/paper/letter")
@work_on(Action.ENTER_ON_PAPER)
def letter(application: Application) -> ResponseReturnValue:
    """Show the code and the letter with it, as soon as the worker has made it."""
    key = paper.live_key(application, now())
    if key is None:
        return redirect(way("paperwork.show", application))
    witness(person(), "paper_code_view", application)
    return page(
        "office/paper_letter.html", application.call, area="caselist.show",
        application=application, code=paper.code(key), until=key.expires_at,
        recipient=recipient_of(application), made=_made(codeletter.find(application)),
        address=keys.absolute(url_for("papercode.code", slug=application.call.slug)),
    )  # fmt: skip


def _made(document: Document | None) -> bool:
    return document is not None and document.state is DocumentState.MADE


@bp.get(f"{CASE}/paper/letter.pdf")
@work_on(Action.ENTER_ON_PAPER)
def letter_pdf(application: Application) -> ResponseReturnValue:
    """Hand out the letter for an envelope with a window."""
    document = codeletter.find(application)
    if document is None or paper.live_key(application, now()) is None or not _made(document):
        abort(404)
    witness(person(), "paper_code_view", application)
    answer = send_file(documents.open_document(document), mimetype="application/pdf")
    answer.headers.set("Content-Disposition", "inline", filename=f"{application.reference}.pdf")
    answer.headers["Cache-Control"] = "no-store"
    return answer
