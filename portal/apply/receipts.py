"""The receipt PDF of each sent version, and whether it is made already."""

from datetime import datetime

from flask import Blueprint, Response, abort, jsonify
from flask.typing import ResponseReturnValue

from portal.applications.deadline import Arrival, arrival
from portal.applications.models import Application, Version
from portal.applications.policy import Action
from portal.applications.queries import definition_for
from portal.applications.reactions import exact
from portal.apply.files import send_bytes
from portal.calls.definition import Definition
from portal.calls.moments import remaining
from portal.core.clock import now
from portal.core.i18n import gettext as _
from portal.documents import usecases as documents
from portal.documents.models import Document, DocumentState
from portal.web.doors import open_for

bp = Blueprint("receipts", __name__)


@bp.get("/<slug>/application/<uuid:application_id>/receipt/<int:n>.pdf")
@open_for(Action.READ_RECEIPT)
def pdf(application: Application, n: int) -> Response:
    """Hand out the receipt of one version."""
    document = _document(application, n)
    if document is None or document.state is not DocumentState.MADE:
        abort(404)
    name = f"{application.reference}-{n}.pdf"
    return send_bytes(documents.open_document(document), "application/pdf", name)


@bp.get("/<slug>/application/<uuid:application_id>/receipt/<int:n>.json")
@open_for(Action.READ_RECEIPT)
def state(application: Application, n: int) -> ResponseReturnValue:
    """Tell whether the receipt is made, for the script that waits for it."""
    document = _document(application, n)
    return jsonify(state=document.state if document else "missing")


def _document(application: Application, n: int) -> Document | None:
    version = next((v for v in application.versions if v.n == n), None)
    return receipt_document(version) if version else None


@bp.app_template_global("receipt_document")
def receipt_document(version: Version) -> Document | None:
    """Return the receipt of a version, made or ordered."""
    return documents.find("receipt", about=version.id, version_n=version.n, language=version.locale)


@bp.app_template_global("is_made")
def is_made(document: Document | None) -> bool:
    """Return whether a receipt can be read."""
    return document is not None and document.state is DocumentState.MADE


@bp.app_template_global("exact_moment")
def exact_moment(moment: datetime, definition: Definition) -> str:
    """Return a moment to the second with its zone."""
    return exact(definition, moment)


@bp.app_template_global("time_left")
def time_left(application: Application) -> str:
    """Return how much time is left to send, in words."""
    moment = now()
    if arrival(application, moment) is Arrival.CLOSED:
        return _("Closed")
    zone = definition_for(application).timezone
    return remaining(application.call, moment, zone) or _("A few minutes of grace")
