"""The letter box of a rehearsal: the mails that would have gone out, to try the portal whole."""

import re
from uuid import UUID

from flask import Blueprint, Response, abort, current_app, render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup, escape
from werkzeug.datastructures import Headers

from portal.core.i18n import direction
from portal.mail.local import box, opened
from portal.settings import Settings
from portal.web.doors import public

bp = Blueprint("mailbox", __name__, url_prefix="/mailbox")


def is_there(settings: Settings) -> bool:
    """Return whether this installation has a letter box: a rehearsal without a mail server."""
    return not settings.production and settings.mail_server is None


@bp.before_request
def _only_in_rehearsal() -> None:
    if not is_there(current_app.extensions["settings"]):
        abort(404)


@bp.get("")
@public
def show() -> ResponseReturnValue:
    """Show the mails, newest first; `q` searches in address, name and subject."""
    search = request.args.get("q", "")[:100]
    found = box(search, request.args.get("page", 1, type=int))
    return render_template("entrance/mailbox.html", box=found, search=search)


@bp.get("/<uuid:mail_id>")
@public
def read(mail_id: UUID) -> ResponseReturnValue:
    """Show one mail: its text part, whose links lead into this portal."""
    letter = opened(mail_id) or abort(404)
    origin = current_app.extensions["settings"].origin
    return render_template(
        "entrance/mail.html",
        letter=letter,
        text=linked(letter.text, origin),
        language=letter.language,
        direction=direction(letter.language or None),
    )


def linked(text: str, origin: str) -> Markup:
    """Return `text` for a page, with links only to addresses of this installation.

    >>> linked("Go: http://127.0.0.1:8000/a?b=1&c <x> http://evil.example", "http://127.0.0.1:8000")
    Markup('Go: <a href="http://127.0.0.1:8000/a?b=1&amp;c">http://127.0.0.1:8000/a?b=1&amp;c</a> \
&lt;x&gt; http://evil.example')
    """
    ours = re.compile(rf"({re.escape(origin)}/[^\s<>\"]*)")
    parts = (
        Markup('<a href="{0}">{0}</a>').format(part) if index % 2 else escape(part)
        for index, part in enumerate(ours.split(text))
    )
    return Markup("").join(parts)


@bp.get("/<uuid:mail_id>/attachment/<int:number>")
@public
def attachment(mail_id: UUID, number: int) -> ResponseReturnValue:
    """Send one file of a mail, counted from 0, to be saved."""
    letter = opened(mail_id) or abort(404)
    if number >= len(letter.enclosures):
        abort(404)
    file = letter.enclosures[number]
    headers = Headers()
    headers.add("Content-Disposition", "attachment", filename=file.filename or "attachment")
    return Response(file.data, mimetype=file.content_type, headers=headers)
