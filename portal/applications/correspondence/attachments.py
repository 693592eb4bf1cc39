"""The files of a letter: documents that were ordered with it."""

from collections.abc import Iterable
from uuid import UUID

from portal import mail
from portal.core.db import db
from portal.documents import usecases as documents
from portal.documents.models import Document, DocumentState
from portal.jobs import Later

LOOK_AGAIN = 2.0


def attachments_of(ids: Iterable[str]) -> list[mail.Attachment]:
    """Return the documents with these ids as attachments; one that failed is left out.

    Raises `Later` while one is still being made; the letter decides how long it waits.
    """
    found = []
    for one in ids:
        document = db.session.get(Document, UUID(str(one)))
        if document is None or document.state is DocumentState.FAILED:
            continue
        if document.state is not DocumentState.MADE:
            raise Later(LOOK_AGAIN)
        with documents.open_document(document) as file:
            name = f"{document.number}-{document.version_n}.pdf"
            found.append(mail.Attachment(name, "application/pdf", file.read()))
    return found
