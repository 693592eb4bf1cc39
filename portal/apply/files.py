"""Files of a draft: uploads of the script, states, and looking at what was taken."""

from typing import BinaryIO
from uuid import UUID

from flask import Blueprint, Response, abort, g, jsonify, request, send_file
from flask.typing import ResponseReturnValue

from portal import storage
from portal.applications.drafts import filing
from portal.applications.drafts.removing import removed_files
from portal.applications.drafts.writing import require_allowed
from portal.applications.models import Application, File, FileState
from portal.applications.policy import Action
from portal.applications.queries import draft_files
from portal.apply import uploading
from portal.calls.questions import MIB, AnyQuestion
from portal.core.db import db
from portal.core.i18n import format_number
from portal.core.i18n import gettext as _
from portal.web.doors import open_for, person
from portal.web.headers import seal
from portal.web.limits import upload

bp = Blueprint("files", __name__)


@bp.post("/<slug>/application/<uuid:application_id>/files/<key>")
@upload
@open_for(Action.VIEW)
def add(application: Application, key: str) -> ResponseReturnValue:
    """Take the files that the script sends for a question, one by one; answers with JSON.

    A file is the whole body, its name a header; a form with files is taken as well.
    """
    question = filing.question_of(application, key)
    require_allowed(application, key, by=person(), at=g.arrived_at)
    db.session.commit()  # nobody waits for this upload: no lock is held while bytes are written
    given = uploading.file_alone() or request.files.getlist(key)
    results = uploading.take_all(application, question, [file for file in given if file.filename])
    refused = [result for result in results if isinstance(result, str)]
    if refused or not results:
        return jsonify(error=" ".join(refused) or uploading.nothing_chosen()), 422
    return jsonify(files=[str(file.id) for file in results if isinstance(file, File)])


@bp.get("/<slug>/application/<uuid:application_id>/files/<uuid:file_id>")
@open_for(Action.VIEW)
def download(application: Application, file_id: UUID) -> Response:
    """Hand out the cleaned file as an attachment; what came in unchecked is never served."""
    file = _file(application, file_id)
    if file.state is not FileState.READY or not file.stored_key:
        abort(404)
    return serve(file.stored_key, file.media_type, file.name)


@bp.get("/<slug>/application/<uuid:application_id>/files/<uuid:file_id>/preview")
@open_for(Action.VIEW)
def preview(application: Application, file_id: UUID) -> Response:
    """Show the small picture of a photo or of a document's first page."""
    file = _file(application, file_id)
    if "preview" not in file.copies:
        abort(404)
    return serve(file.copies["preview"], "image/jpeg", f"{file.name}.jpg", inline=True)


@bp.get("/<slug>/application/<uuid:application_id>/files.json")
@open_for(Action.VIEW)
def states(application: Application) -> Response:
    """Tell how far the check of each file is, for the script that waits for it."""
    return jsonify({str(file.id): file.state for file in draft_files(application)})


def serve(key: str, media_type: str, name: str, *, inline: bool = False) -> Response:
    """Return stored bytes with a fixed type."""
    return send_bytes(storage.store().open(key), media_type, name, inline=inline)


def send_bytes(file: BinaryIO, media_type: str, name: str, *, inline: bool = False) -> Response:
    """Return a file with a type that no browser may guess anew, and in no frame of ours."""
    response = send_file(file, mimetype=media_type)
    response.headers["Content-Disposition"] = storage.content_disposition(name, inline=inline)
    seal()
    return response


def _file(application: Application, file_id: UUID) -> File:
    found = next((file for file in application.files if file.id == file_id), None)
    if found is None:
        abort(404)
    return found


@bp.app_template_global("files_of")
def files_of(application: Application, key: str) -> list[File]:
    """Return the files of a question in the draft."""
    return [file for file in draft_files(application) if file.key == key]


@bp.app_template_global("removed_of")
def removed_of(application: Application, key: str) -> list[File]:
    """Return the files of a question that were taken out and can be put back."""
    return [file for file in removed_files(application) if file.key == key]


@bp.app_template_global("file_word")
def file_word(file: File) -> tuple[str, str]:
    """Return the word for a file's state and the kind of its dot."""
    if file.state is FileState.READY:
        return _("Uploaded"), "done"
    if file.state is FileState.REFUSED:
        return _("Not accepted"), "bad"
    return _("Being checked"), "half"


@bp.app_template_global("file_refusal")
def file_refusal(file: File) -> str:
    """Return what is wrong with a refused file and what to do."""
    return storage.sentence(file.refusal, file.name, **file.refusal_facts)


@bp.app_template_filter("limit_size")
def limit_size(count: int) -> str:
    """Return a limit as people name it: 15 MB for 15 · 1024 · 1024 bytes."""
    return f"{format_number(round(count / MIB, 1))}\u00a0MB"


@bp.app_template_global("accepts")
def accepts(question: AnyQuestion) -> str:
    """Return what a file chooser offers. Phones turn HEIC into JPEG where only that is offered."""
    if question.type == "documents":
        return "application/pdf,.pdf"
    return "image/jpeg,image/png,image/webp,.jpg,.jpeg,.png,.webp"
