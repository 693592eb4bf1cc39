"""The buttons "Remove" beside each file, and "Undo" as long as the file is still there."""

from uuid import UUID

from flask import flash, g, request

from portal.applications.drafts import removing
from portal.applications.drafts.filing import FileRefused
from portal.applications.models import Application, File
from portal.core.i18n import gettext as _
from portal.web.doors import person

REMOVE, UNDO = "remove", "undo"


def pressed(application: Application) -> str:
    """Do what the pressed button asks for; return the key of the file's question, or nothing."""
    file = None
    if file_id := _id(REMOVE):
        file = removing.remove(application, file_id, by=person(), at=g.arrived_at)
        if file:
            flash(_("“%(file)s” was removed.", file=file.name))
    elif file_id := _id(UNDO):
        file = _put_back(application, file_id)
    return file.key if file else ""


def _put_back(application: Application, file_id: UUID) -> File | None:
    try:
        file = removing.put_back(application, file_id, by=person(), at=g.arrived_at)
    except FileRefused as refused:
        flash(refused.message, "danger")
        return None
    if file:
        flash(_("“%(file)s” is back.", file=file.name))
    else:
        flash(_("The file is gone for good. Choose it again on your device."), "warning")
    return file


def _id(button: str) -> UUID | None:
    try:
        return UUID(request.form.get(button, ""))
    except ValueError:
        return None
