"""Exports of a view or a choice: small ones at once, large ones by the worker."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from flask import (
    Blueprint,
    Response,
    flash,
    jsonify,
    redirect,
    request,
    send_file,
    stream_with_context,
    url_for,
)
from flask.typing import ResponseReturnValue

from portal import storage
from portal.applications.desk.bulks import register_page
from portal.applications.desk.export_models import Export, ExportState
from portal.calls.models import Call
from portal.core.clock import now
from portal.core.db import transaction
from portal.core.errors import NotFound
from portal.core.i18n import gettext as _
from portal.core.text import one_line
from portal.office.export import exportrows, extracts, naming, tables
from portal.office.export.choosing import Chosen, chosen
from portal.office.frame import page
from portal.storage.wiring import scratch
from portal.web.doors import person
from portal.web.headers import seal
from portal.web.rooms import fresh, here, open_to
from portal.web.touch import witness, witness_each

bp = Blueprint("exports", __name__)
WRONG = 422
MOST_AT_ONCE = 500  # rows of an XLSX that is made while one waits
STREAMED = {"csv": "text/csv; charset=utf-8", "json": "application/json"}
KINDS = ("xlsx", "csv", "json", "pdf", "pdfs", "files")


def kind_words() -> dict[str, tuple[str, str]]:
    """Return name and purpose of each kind of export."""
    return {
        "xlsx": (_("Table for Excel (XLSX)"),
                 _("One row for each application, one column for each question, all as text.")),
        "csv": (_("Table as CSV"), _("The same for other programs: UTF-8, divided by semicolons.")),
        "json": (_("Data as JSON"), _("All answers as they are kept and in words, for programs.")),
        "pdfs": (_("A PDF for each application (ZIP)"),
                 _("All answers, with the photos and documents as pictures if you like.")),
        "pdf": (_("All applications in one PDF"),
                _("At most 500, one behind the other, with a bookmark for each.")),
        "files": (_("All files (ZIP)"),
                  _("Photos and documents as we keep them, named by your pattern.")),
    }  # fmt: skip


@bp.get("/<slug>/office/exports")
@open_to("office", "reader")
def show(call: Call) -> ResponseReturnValue:
    """Offer the kinds of exports for what is chosen, and list what was ordered before."""
    choice = _choice(call)
    rows = exportrows.exports_of(call, here().user)
    return page(
        "office/exports.html",
        call,
        choice=choice,
        total=choice.count(),
        kinds=kind_words(),
        rows=[(row, _standing(row)) for row in rows],
        waits=any(row.state in (ExportState.ORDERED, ExportState.RUNNING) for row in rows),
    )


def _choice(call: Call) -> Chosen:
    pairs = request.args.items(multi=True)
    return chosen(call, here().user.id, extracts.newest(call), pairs)


def _standing(row: Export) -> dict[str, Any]:
    """Return how an export stands, for page and script."""
    ready = exportrows.is_ready(row)
    words = {
        ExportState.ORDERED: (_("waits for the worker"), ""),
        ExportState.RUNNING: (_("is being made"), "half"),
        ExportState.READY: (_("ready"), "done"),
        ExportState.FAILED: (_("failed"), "bad"),
        ExportState.GONE: (_("no longer there"), ""),
    }
    word, shape = words[row.state] if ready or row.state is not ExportState.READY else (
        words[ExportState.GONE])  # fmt: skip
    left = int((row.expires_at - now()).total_seconds() // 60) + 1 if row.expires_at else 0
    return {"state": str(row.state), "word": word, "shape": shape, "ready": ready,
            "done": row.done, "total": row.total, "minutes": left if ready else 0}  # fmt: skip


@bp.route("/<slug>/office/exports/new/<kind>", methods=["GET", "POST"])
@open_to("office", "reader")
@fresh
def prepare(call: Call, kind: str) -> ResponseReturnValue:
    """Tell what will be in the export; then hand it out, or order it from the worker."""
    if kind not in KINDS:
        raise NotFound
    choice = _choice(call)
    total = choice.count()
    pattern = one_line(request.form.get("pattern", "")) or naming.USUAL
    wish = {"pattern": pattern, "pictures": bool(request.form.get("pictures"))}
    fault = naming.fault_of(pattern) if kind == "files" else ""
    at_once = kind in STREAMED or (kind == "xlsx" and total <= MOST_AT_ONCE)
    if request.method == "POST" and total and not fault and not at_once:
        with transaction():
            exportrows.order(call, kind, choice, wish, by=here().user)
        flash(_("The export is being made. You find it below as soon as it is ready."))
        return redirect(url_for(".show", slug=call.slug), 303)
    shown = page("office/export.html", call, kind=kind, choice=choice, total=total, wish=wish,
                 words=kind_words()[kind], at_once=at_once, fault=fault,
                 errors=[("pattern", fault)] if fault else [],
                 places=[(one, naming.place_word(one)) for one in naming.PLACES])  # fmt: skip
    return shown, WRONG if fault else 200


@bp.get("/<slug>/office/exports/applications.<any(csv, json, xlsx):kind>")
@open_to("office", "reader")
@fresh
def at_once(call: Call, kind: str) -> ResponseReturnValue:
    """Hand out a small export while it is made; the log has it before the first byte leaves."""
    choice = _choice(call)
    total = choice.count()
    if not total or (kind == "xlsx" and total > MOST_AT_ONCE):
        raise NotFound
    things: list[Any] = [call, *exportrows.things(choice, total)]
    witness_each(person(), "export", things, call=call.slug, kind=kind, applications=total)
    what = extracts.extract(call, choice)
    name = f"{call.slug}-{now():%Y-%m-%d-%H%M}.{kind}"
    if kind == "xlsx":
        return _as_download(Response(_sheet(what), mimetype=exportrows.MEDIA["xlsx"]), name)
    found = extracts.items(what, narrow=kind == "csv")
    parts = tables.as_csv(what, found) if kind == "csv" else tables.as_json(what, found)
    body: Iterator[bytes] = stream_with_context(parts)
    return _as_download(Response(body, content_type=STREAMED[kind]), name)


def _sheet(what: extracts.Extract) -> bytes:
    with scratch() as folder:
        path = folder / "table.xlsx"
        sheet = tables.Sheet(path, what, _("Applications"))
        for item in extracts.items(what, narrow=True):
            sheet.add(item)
        sheet.close()
        return path.read_bytes()


def _as_download(response: Response, name: str) -> Response:
    response.headers["Content-Disposition"] = storage.content_disposition(name)
    seal()
    return response


@bp.get("/<slug>/office/exports/<uuid:export_id>.json")
@open_to("office", "reader")
def state(call: Call, export_id: UUID) -> ResponseReturnValue:
    """Tell how far an export is, for the script that waits for it."""
    return jsonify(_standing(exportrows.export_of(call, export_id, here().user)))


@bp.get("/<slug>/office/exports/<uuid:export_id>/file")
@open_to("office", "reader")
def fetch(call: Call, export_id: UUID) -> ResponseReturnValue:
    """Hand out a finished export to whoever ordered it, for an hour."""
    export = exportrows.export_of(call, export_id, here().user)
    file = exportrows.opened(export)
    witness(person(), "export_download", export, call=call.slug, kind=export.kind)
    return _as_download(send_file(file, mimetype=exportrows.MEDIA[export.kind]), export.filename)


@bp.post("/<slug>/office/exports/<uuid:export_id>/drop")
@open_to("office", "reader")
def drop(call: Call, export_id: UUID) -> ResponseReturnValue:
    """Give up an export, ready or not."""
    with transaction():
        exportrows.drop(exportrows.export_of(call, export_id, here().user), by=here().user)
    flash(_("The export is no longer there."))
    return redirect(url_for(".show", slug=call.slug), 303)


register_page("mail", lambda: _("Write a letter"), "circular.write")
register_page("export", lambda: _("Export"), "exports.show")
