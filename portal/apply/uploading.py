"""Taking files into a draft, whether a script sends them one by one or a page with its answers."""

import shutil
from collections.abc import Iterable
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast
from urllib.parse import unquote

from flask import abort, current_app, g, request
from werkzeug.datastructures import FileStorage

from portal.applications.deadline import Closed
from portal.applications.drafts import filing
from portal.applications.drafts.filing import FileRefused
from portal.applications.models import Application, File
from portal.applications.queries import anew
from portal.calls.questions import FILE_TYPES, AnyQuestion
from portal.core.db import transaction
from portal.core.i18n import gettext as _
from portal.settings import Settings
from portal.web.doors import person
from portal.web.limits import brake

IN_MEMORY = 500 * 1024  # bytes; what is larger waits on the disk, as files in a form do
CHUNK = 256 * 1024


def nothing_chosen() -> str:
    """Return what to do if the button was pressed without a file."""
    return _("Choose a file first, then press “Upload”.")


def file_alone() -> list[FileStorage]:
    """Return the file that is the whole body of this request; empty where the body is a form.

    There are no parts to be found in it, so it costs half of a form. No transaction may be open.
    """
    if request.mimetype != "application/octet-stream":
        return []
    body = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  (closed when it is forgotten)
    shutil.copyfileobj(request.stream, body, CHUNK)
    body.seek(0)
    name = unquote(request.headers.get("X-File-Name", ""))
    return [FileStorage(cast("BinaryIO", body), filename=name)]


def take_all(
    application: Application, question: AnyQuestion, given: Iterable[FileStorage]
) -> list[File | str]:
    """Take each file for itself; return it, or the sentence that refuses it.

    No transaction may be open: the bytes are durable before a row names them.
    """
    settings: Settings = current_app.extensions["settings"]
    brake("upload", settings.uploads_per_hour)
    return [_take(application, question, file) for file in given]


def take_with_page(
    application: Application, questions: Iterable[AnyQuestion]
) -> tuple[int, list[str]]:
    """Take what was chosen on a page that is sent as a whole; return how many, and refusals."""
    refusals: list[str] = []
    count = 0
    for question in questions:
        if question.type not in FILE_TYPES:
            continue
        if given := [file for file in request.files.getlist(question.key) if file.filename]:
            results = take_all(application, question, given)
            refusals += [result for result in results if isinstance(result, str)]
            count += len(given)
    return count, refusals


def _take(application: Application, question: AnyQuestion, file: FileStorage) -> File | str:
    try:
        incoming = filing.take_in(question, cast("BinaryIO", file.stream), file.filename or "")
    except FileRefused as refused:
        return refused.message
    try:
        with transaction():
            # As it stands now, locked: files beside this one may have arrived.
            current = anew(application) or abort(404)
            return filing.add(current, question, incoming, by=person(), at=g.arrived_at)
    except FileRefused as refused:
        filing.drop_bytes([incoming.key])
        return refused.message
    except Closed:
        filing.drop_bytes([incoming.key])
        return _("The call is closed. “%(file)s” was not taken.", file=incoming.name)
