"""The sheet for the train: out as a workbook, in again with a report row by row, sent together."""

from io import BytesIO

from flask import Blueprint, Response, abort, flash, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue

from portal import audit, storage
from portal.applications.jury.judging import Juror
from portal.core.db import transaction
from portal.core.i18n import gettext as _
from portal.core.i18n import ngettext
from portal.jury.frame import page
from portal.scoring.sheet import intake, modes, offline, sending
from portal.scoring.sheet.intake import Row
from portal.scoring.sheet.shelf import Line
from portal.web.doors import person
from portal.web.jury import juror_page
from portal.web.limits import upload
from portal.web.touch import witness

bp = Blueprint("offline", __name__)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WRONG = 422


def _scores(juror: Juror) -> None:
    if not juror.votes or juror.definition.jury.mode == "ranking":
        abort(404)


@bp.get("/<slug>/jury/offline")
@juror_page
def show(juror: Juror) -> ResponseReturnValue:
    """Explain the offline sheet, hand it out, take it back."""
    _scores(juror)
    return _page(juror)


def _page(juror: Juror, fault: str = "", rows: list[Row] | None = None) -> str:
    return page(
        "jury/offline.html",
        juror,
        fault=fault,
        errors=[("file", fault)] if fault else [],
        rows=rows,
        ready=len(_ready(juror)),
        count=len(offline.own_lines(juror)),
    )


@bp.get("/<slug>/jury/offline/sheet.xlsx")
@juror_page
def download(juror: Juror) -> Response:
    """Hand out the workbook."""
    _scores(juror)
    content = offline.workbook(juror)
    witness(person(), "sheet_export", juror.call)
    response = send_file(BytesIO(content), mimetype=XLSX)
    name = f"{juror.definition.prefix}-{_('scoring sheet')}.xlsx"
    response.headers["Content-Disposition"] = storage.content_disposition(name)
    return response


@bp.post("/<slug>/jury/offline")
@upload
@juror_page
def bring_back(juror: Juror) -> ResponseReturnValue:
    """Take a filled-in workbook, or send all sheets that are complete."""
    _scores(juror)
    if request.form.get("go") == "send":
        return _send(juror)
    file = request.files.get("file")
    content = file.read(intake.LARGEST + 1) if file and file.filename else b""
    if not content:
        return _page(juror, _("Choose the file that you filled in.")), WRONG
    try:
        with transaction():
            rows = intake.take(juror, content)
            counts = {state: sum(row.state == state for row in rows)
                      for state in ("taken", "same", "refused")}  # fmt: skip
            audit.record(juror.user, "sheet_import", juror.call, **counts)
    except intake.NoWorkbook as fault:
        return _page(juror, fault.message), WRONG
    return _page(juror, rows=rows)


def _ready(juror: Juror) -> list[Line]:
    """Return the sheets that are complete and not sent."""
    fields = modes.fields(juror.definition)
    return [
        line for line in offline.own_lines(juror)
        if line.spot.sheet and line.spot.sheet.is_writable and not line.spot.sheet.aside
        and line.spot.application.status == "with_jury"
        and not modes.missing(fields, line.spot.sheet.scores)
    ]  # fmt: skip


def _send(juror: Juror) -> ResponseReturnValue:
    try:
        with transaction():
            waiting = _ready(juror)
            for line in waiting:
                sending.send(juror, line.spot.application)
    except sending.Unfinished as fault:
        flash(fault.message, "warning")
        return redirect(url_for(".show", slug=juror.call.slug), 303)
    flash(ngettext("One sheet is sent.", "%(num)s sheets are sent.", len(waiting)))
    return redirect(url_for("hall.show", slug=juror.call.slug), 303)
