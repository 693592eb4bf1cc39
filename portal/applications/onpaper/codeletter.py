"""The letter with the code that opens an application which came on paper, as a document."""

from sqlalchemy import delete, select

from portal.applications import keys
from portal.applications.models import AccessKey, Application, Purpose
from portal.applications.onpaper import paper
from portal.applications.queries import definition_for
from portal.applications.reading import contact_of, recipient_of, sender_of
from portal.calls.wording import plain
from portal.core.clock import now
from portal.core.db import db, transaction
from portal.core.errors import NotFound
from portal.core.i18n import BINDING, language
from portal.core.text import one_line
from portal.documents import letter
from portal.documents import usecases as documents
from portal.documents.contents import Content
from portal.documents.models import Document

KIND = "code_letter"


def order(application: Application) -> Document:
    """Order the letter with the code that is valid now; the one before is forgotten."""
    forget(application)
    return documents.order(
        KIND, about=application.id, number=str(application.reference), version_n=1, language=BINDING
    )


def find(application: Application) -> Document | None:
    """Return the letter, made or ordered; None if there is none."""
    return documents.find(KIND, about=application.id, version_n=1, language=BINDING)


def forget(application: Application) -> None:
    """Let the letter go with its code: whoever has it can open the application."""
    db.session.execute(
        delete(Document).where(Document.kind == KIND, Document.about == application.id)
    )


def sweep() -> None:
    """Forget the letters whose codes have ended (a part of a job handler)."""
    alive = select(AccessKey.application_id).where(
        AccessKey.purpose == Purpose.PAPER, AccessKey.expires_at > now()
    )
    with transaction():
        db.session.execute(
            delete(Document).where(Document.kind == KIND, Document.about.not_in(alive))
        )


def build(document: Document) -> Content:
    """Return what an ordered letter holds; `NotFound` where its code has ended meanwhile."""
    application = db.session.get(Application, document.about)
    key = paper.live_key(application, now()) if application else None
    if application is None or key is None:
        raise NotFound
    definition = definition_for(application)
    return letter.code_letter(
        letter.CodeLetter(
            sender=sender_of(definition),
            contact=contact_of(definition),
            call_title=plain(definition.title, language()),
            number=str(application.reference),
            title=one_line(application.title),
            recipient=tuple(recipient_of(application)),
            written_at=document.ordered_at,
            until=key.expires_at,
            address=keys.absolute(f"/{application.call.slug}/paper"),
            code=paper.code(key),
            zone=definition.zone,
        )
    )
