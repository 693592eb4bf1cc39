"""The public check page: is a receipt genuine, the latest, and does a file belong to it."""

import hashlib
from dataclasses import dataclass

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from werkzeug.datastructures import FileStorage

from portal.applications.models import Version
from portal.applications.queries import by_check_code, definition_under, latest
from portal.applications.reactions import exact
from portal.applications.workflow import Status
from portal.core.db import db
from portal.core.i18n import gettext as _
from portal.documents.models import Document
from portal.web.doors import public
from portal.web.frame import show_call
from portal.web.limits import brake, upload

bp = Blueprint("check", __name__)
PIECE = 1 << 16  # bytes read at a time
REFUSED = 422
CODE_LENGTH = 12
MISREAD = str.maketrans("OILU", "011V")  # letters that the code does not have


@dataclass(frozen=True)
class Compared:
    """What became of a file: its fingerprint, and whether the version has one like it.

    kind: `file` that was sent, `cleaned` copy that we keep, `receipt`, or empty for neither.
    """

    name: str
    sha256: str
    kind: str


@bp.get("/check")
@public
def show() -> ResponseReturnValue:
    """Ask for the code, or say what it stands for. Not braked: 60 random bits are not guessed."""
    typed = request.args.get("code", "")
    if not typed:
        return render_template("entrance/check.html", typed="", errors=[])
    version = by_check_code(normalised(typed))
    if version is None:
        told = _("There is no receipt with this code. Compare it with your receipt, sign by sign.")
        page = render_template("entrance/check.html", typed=typed[:40], errors=[("code", told)])
        return page, 404
    return _page(version)


@bp.post("/check")
@public
@upload
def compare() -> ResponseReturnValue:
    """Compare a file with a version by its fingerprint; the file itself is not kept."""
    brake("check", current_app.extensions["settings"].checks_per_hour)
    version = by_check_code(normalised(request.form.get("code", "")))
    if version is None:
        return redirect(url_for("check.show", code=request.form.get("code", "")[:40]), 303)
    given = request.files.get("file")
    if given is None or not given.filename:
        return _page(version, errors=[("file", _("Choose a file"))]), REFUSED
    return _page(version, compared=_compared(version, given))


def _page(
    version: Version,
    *,
    compared: Compared | None = None,
    errors: list[tuple[str, str]] | None = None,
) -> str:
    definition = definition_under(version)
    show_call(definition)
    newest = latest(version.application)
    return render_template(
        "entrance/checked.html",
        version=version,
        definition=definition,
        arrived=exact(definition, version.arrived_at),
        newest=newest if newest is not version else None,
        is_withdrawn=version.application.status is Status.WITHDRAWN,
        compared=compared,
        errors=errors or [],
    )


def normalised(typed: str) -> str:
    """Return a code as it is stored; small letters, blanks and misread signs are forgiven.

    >>> normalised("k7m3 9xqd 24ht"), normalised("KOIL-0000-0000")
    ('K7M3-9XQD-24HT', 'K011-0000-0000')
    """
    signs = "".join(c for c in typed.upper() if c.isascii() and c.isalnum()).translate(MISREAD)
    if len(signs) != CODE_LENGTH:
        return ""
    return "-".join(signs[n : n + 4] for n in range(0, CODE_LENGTH, 4))


def _compared(version: Version, given: FileStorage) -> Compared:
    digest = hashlib.sha256()
    while piece := given.stream.read(PIECE):
        digest.update(piece)
    found = digest.hexdigest()
    return Compared(str(given.filename), found, _kind(version, found))


def _kind(version: Version, sha256: str) -> str:
    """Return as what the version knows a file with this fingerprint."""
    files = [frozen.file for frozen in version.files]
    if any(file.sha256_received == sha256 for file in files):
        return "file"
    if any(file.sha256_stored == sha256 for file in files):
        return "cleaned"
    receipts = select(Document.sha256).where(
        Document.kind == "receipt", Document.about == version.id
    )
    return "receipt" if sha256 in set(db.session.scalars(receipts)) else ""
