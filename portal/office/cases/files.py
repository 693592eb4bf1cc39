"""Files of an application for the office: downloads and page pictures, each noted in the log."""

from uuid import UUID

from flask import Blueprint, Response, abort, send_file
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from portal import storage
from portal.applications.models import Application, File, FileState
from portal.applications.policy import Action
from portal.core.db import db
from portal.office.frame import page
from portal.web.doors import person
from portal.web.headers import seal
from portal.web.rooms import work_on
from portal.web.touch import witness

bp = Blueprint("case_files", __name__)
SMALL = "preview"


@bp.get("/<slug>/office/applications/<uuid:application_id>/files/<uuid:file_id>")
@work_on(Action.SEE)
def download(application: Application, file_id: UUID) -> Response:
    """Hand out the cleaned file; what came in unchecked is never served."""
    file = _file(application, file_id)
    if file.state is not FileState.READY or not file.stored_key:
        abort(404)
    witness(person(), "file_download", application, file=str(file.id))
    return _send(file.stored_key, file.media_type, file.name, inline=False)


@bp.get("/<slug>/office/applications/<uuid:application_id>/files/<uuid:file_id>/<copy>.jpg")
@work_on(Action.SEE)
def picture(application: Application, file_id: UUID, copy: str) -> Response:
    """Show a page of a document or a photo; opening the page of the application notes the small."""
    file = _file(application, file_id)
    if file.state is not FileState.READY or copy not in file.copies:
        abort(404)
    if copy != SMALL:
        witness(person(), "file_view", application, file=str(file.id), copy=copy)
    return _send(file.copies[copy], "image/jpeg", f"{file.name}.jpg", inline=True)


@bp.get("/<slug>/office/applications/<uuid:application_id>/files/<uuid:file_id>/pages")
@work_on(Action.SEE)
def view(application: Application, file_id: UUID) -> ResponseReturnValue:
    """Show a photo or every page of a document as large pictures."""
    file = _file(application, file_id)
    if file.state is not FileState.READY:
        abort(404)
    return page(
        "office/file.html", application.call, area="caselist.show", application=application,
        file=file,
    )  # fmt: skip


def _file(application: Application, file_id: UUID) -> File:
    mine = select(File).where(File.id == file_id, File.application_id == application.id)
    return db.session.scalar(mine) or abort(404)


def _send(key: str, media_type: str, name: str, *, inline: bool) -> Response:
    """Return stored bytes with a type that no browser may guess anew."""
    answer = send_file(storage.store().open(key), mimetype=media_type)
    answer.headers["Content-Disposition"] = storage.content_disposition(name, inline=inline)
    seal()
    return answer


def pages_of(file: File) -> list[str]:
    """Return the names of the large pictures of a file, page by page."""
    numbered = [f"page{n}" for n in range(1, len(file.copies) + 1)]
    return [name for name in [*numbered, "print"] if name in file.copies]


bp.add_app_template_global(pages_of)
