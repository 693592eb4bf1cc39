"""Files that go with a message."""

from typing import BinaryIO, cast

from flask import current_app, request

from portal.applications.correspondence import messages
from portal.applications.drafts import filing
from portal.applications.drafts.filing import FileRefused, Incoming
from portal.core.db import db
from portal.core.i18n import gettext as _
from portal.web.limits import brake

MOST = messages.MOST_FILES
ACCEPT = "application/pdf,image/jpeg,image/png,image/webp,.pdf,.jpg,.jpeg,.png,.webp"


def take(name: str) -> list[Incoming]:
    """Store the files that were chosen in the field `name`; return them.

    No transaction may be open. The caller drops the bytes if nothing comes of it. Raises
    `FileRefused` with all refusals in words; nothing is stored then.
    """
    given = [file for file in request.files.getlist(name) if file.filename]
    if not given:
        return []
    if len(given) > MOST:
        raise FileRefused(_("Send at most %(most)s files with one message.", most=MOST))
    db.session.commit()  # nobody waits for this upload: no lock is held while bytes are written
    brake("upload", current_app.extensions["settings"].uploads_per_hour)
    taken, refusals = [], []
    for file in given:
        try:
            taken.append(messages.take_in(cast("BinaryIO", file.stream), file.filename or ""))
        except FileRefused as refused:
            refusals.append(refused.message)
    if refusals:
        filing.drop_bytes([one.key for one in taken])
        raise FileRefused(" ".join(refusals))
    return taken
