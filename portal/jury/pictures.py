"""Photos, page pictures and documents of an application, only as far as the jury may see them."""

from uuid import UUID

from flask import Blueprint, Response, abort, send_file
from flask.typing import ResponseReturnValue

from portal import storage
from portal.applications.jury.judging import Juror
from portal.applications.jury.jurysight import Paper, Picture, Reading, reading_of
from portal.core.i18n import gettext as _
from portal.jury.frame import page
from portal.scoring.sheet.shelf import Spot
from portal.web.doors import person
from portal.web.headers import seal
from portal.web.jury import case_page
from portal.web.touch import witness

bp = Blueprint("pictures", __name__)
AT = "/<slug>/jury/applications/<uuid:application_id>/files/<uuid:file_id>"


def _reading(juror: Juror, spot: Spot) -> Reading:
    return reading_of(spot.application, juror.definition, spot.version)


def _photo(juror: Juror, spot: Spot, file_id: UUID) -> Picture:
    photos = _reading(juror, spot).photos
    return next((one for one in photos if one.file.id == file_id), None) or abort(404)


def _paper(juror: Juror, spot: Spot, file_id: UUID) -> Paper:
    papers = _reading(juror, spot).papers
    return next((one for one in papers if one.file.id == file_id), None) or abort(404)


@bp.get(AT + "/<any(preview, print):copy>.jpg")
@case_page()
def photo(juror: Juror, spot: Spot, file_id: UUID, copy: str) -> Response:
    """Show a photo, small beside the text or large; looking at it large stands in the log."""
    found = _photo(juror, spot, file_id)
    if copy not in found.file.copies:
        abort(404)
    if copy == "print":
        witness(person(), "jury_photo", found.file, application=str(spot.application.id))
    name = _("Photo %(number)s", number=found.number)
    return _picture(found.file.copies[copy], f"{name}.jpg")


@bp.get(AT)
@case_page()
def paper(juror: Juror, spot: Spot, file_id: UUID) -> ResponseReturnValue:
    """Show the pages of a document as pictures, one below the other, without the hidden ones."""
    found = _paper(juror, spot, file_id)
    witness(person(), "jury_document", found.file, application=str(spot.application.id))
    return page("jury/paper.html", juror, spot=spot, paper=found, reading=_reading(juror, spot))


@bp.get(AT + "/page<int:number>.jpg")
@case_page()
def paper_page(juror: Juror, spot: Spot, file_id: UUID, number: int) -> Response:
    """Show the picture of one page."""
    found = _paper(juror, spot, file_id)
    if number not in found.pages:
        abort(404)
    return _picture(found.file.copies[f"page{number}"], f"{found.name} {number}.jpg")


@bp.get(AT + "/download")
@case_page()
def download(juror: Juror, spot: Spot, file_id: UUID) -> Response:
    """Hand out a document as it is kept, if nothing of it is hidden from the jury."""
    found = _paper(juror, spot, file_id)
    if not found.whole or not found.file.stored_key:
        abort(404)
    witness(person(), "jury_download", found.file, application=str(spot.application.id))
    name = found.name if found.name.lower().endswith(".pdf") else f"{found.name}.pdf"
    return _sent(found.file.stored_key, found.file.media_type, name, inline=False)


def _picture(key: str, name: str) -> Response:
    return _sent(key, "image/jpeg", name, inline=True)


def _sent(key: str, media_type: str, name: str, *, inline: bool) -> Response:
    response = send_file(storage.store().open(key), mimetype=media_type)
    response.headers["Content-Disposition"] = storage.content_disposition(name, inline=inline)
    seal()
    return response
