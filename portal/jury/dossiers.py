"""The dossiers of a juror: made by the worker, followed, fetched as one PDF, as ZIP or singly."""

from typing import Any

from flask import Blueprint, Response, abort, flash, jsonify, redirect, send_file, url_for
from flask.typing import ResponseReturnValue

from portal import storage
from portal.applications.jury.judging import Juror
from portal.core.db import transaction
from portal.core.i18n import format_date
from portal.core.i18n import gettext as _
from portal.documents.models import DocumentState
from portal.jury.frame import page
from portal.scoring.binder import binders, dossier
from portal.scoring.binder.binders import DOWNLOAD, Binder
from portal.scoring.sheet.shelf import Spot
from portal.web.doors import person
from portal.web.headers import seal
from portal.web.jury import case_page, juror_page
from portal.web.touch import witness

bp = Blueprint("binder", __name__)
KINDS = {"pdf": "application/pdf", "zip": "application/zip"}


@bp.get("/<slug>/jury/dossier")
@juror_page
def show(juror: Juror) -> ResponseReturnValue:
    """Show what is there, what is being made, and what changed since."""
    last, ready = binders.newest(juror), binders.ready(juror)
    return page(
        "jury/dossier.html",
        juror,
        area="binder.show",
        is_open=binders.is_open(juror.call),
        last=last,
        ready=ready,
        standing=binders.standing(juror, ready) if ready else None,
        count=len(binders.wanted(juror)),
        waiting=binders.waiting(juror),
    )


@bp.post("/<slug>/jury/dossier")
@juror_page
def make(juror: Juror) -> ResponseReturnValue:
    """Order a binder, unless the present one is still right."""
    with transaction():
        binder = binders.order(juror, by=person())
        if not binder.is_under_way:
            flash(_("Nothing has changed. Your binder is up to date."))
    return redirect(url_for(".show", slug=juror.call.slug), 303)


@bp.get("/<slug>/jury/dossier/state")
@juror_page
def state(juror: Juror) -> Response:
    """Tell the script how far the worker is."""
    return jsonify(standing_of(binders.newest(juror)))


def standing_of(binder: Binder | None) -> dict[str, Any]:
    """Return how far a binder is, for the script."""
    if binder is None:
        return {"state": "none", "done": 0, "total": 0}
    return {"state": binder.state.value, "done": binder.done, "total": binder.total}


@bp.get("/<slug>/jury/dossier/binder.<kind>")
@juror_page
def fetch(juror: Juror, kind: str) -> ResponseReturnValue:
    """Hand out the juror's own binder; an outdated one leads to the page that says so."""
    binder = binders.ready(juror)
    if kind not in KINDS or binder is None or kind not in binder.files:
        abort(404)
    if not binders.is_open(juror.call) or not binders.standing(juror, binder).may_be_read:
        return redirect(url_for(".show", slug=juror.call.slug), 303)
    witness(person(), DOWNLOAD, binder, kind=kind, applications=len(binder.parts))
    made = format_date(binder.made_at or binder.ordered_at, "yyyy-MM-dd", juror.definition.zone)
    name = f"{_('Dossiers')} {juror.call.slug} {made}.{kind}"
    return _send(binder.files[kind]["key"], KINDS[kind], name)


@bp.get("/<slug>/jury/applications/<uuid:application_id>/dossier.pdf")
@case_page()
def single(juror: Juror, spot: Spot) -> ResponseReturnValue:
    """Hand out one dossier; where it is not made yet, the page of dossiers makes it."""
    if not binders.is_open(juror.call):
        abort(404)
    document = dossier.made(spot.application, juror.definition)
    if document is None or document.state is not DocumentState.MADE:
        flash(_("This dossier is not made yet. Have your binder made here."))
        return redirect(url_for(".show", slug=juror.call.slug), 303)
    witness(person(), "dossier_download", spot.application, version=document.version_n)
    return _send(document.storage_key, KINDS["pdf"], f"{document.title}.pdf")


def _send(key: str, media_type: str, name: str) -> Response:
    """Return stored bytes as a download, also in parts: a long one may be cut off on the way."""
    answer = send_file(storage.store().open(key), mimetype=media_type)
    answer.headers["Content-Disposition"] = storage.content_disposition(name)
    seal()
    return answer
