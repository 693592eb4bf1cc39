"""The letter box of a rehearsal: mails of an installation without a mail server, to be read."""

import re
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import cast
from uuid import UUID

from sqlalchemy import func, select

from portal.core.db import db
from portal.core.text import fold
from portal.mail.models import Letter, LocalMail

SIZE = 20


@dataclass(frozen=True)
class Enclosure:
    """A file of a mail."""

    filename: str
    content_type: str
    data: bytes


@dataclass(frozen=True)
class Opened:
    """One mail as its reader sees it."""

    mail: LocalMail
    sender: str
    to: str
    reply_to: str
    language: str
    text: str
    enclosures: tuple[Enclosure, ...]


@dataclass(frozen=True)
class Box:
    """One page of mails, newest first."""

    mails: list[LocalMail]
    total: int
    page: int
    pages: int


def keep(letter: Letter, content: bytes) -> LocalMail:
    """Put the mail of `letter` into the box, in the caller's transaction."""
    words = f"{letter.to_address} {letter.to_name} {letter.subject}"
    mail = LocalMail(
        letter_id=letter.id,
        to_address=letter.to_address,
        subject=letter.subject,
        folded=fold(words),
        content=content,
    )
    db.session.add(mail)
    return mail


def box(search: str = "", page: int = 1) -> Box:
    """Return one page of the mails in whose address, name or subject every word of `search` is."""
    wanted = select(LocalMail)
    for word in fold(search).split():
        wanted = wanted.where(LocalMail.folded.contains(word, autoescape=True))
    total = db.session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    pages = max(1, -(-total // SIZE))
    page = min(max(page, 1), pages)
    rows = wanted.order_by(LocalMail.received_at.desc(), LocalMail.id)
    mails = db.session.scalars(rows.limit(SIZE).offset((page - 1) * SIZE))
    return Box(list(mails), total, page, pages)


def opened(mail_id: UUID) -> Opened | None:
    """Return one mail, taken apart; None if it is not there."""
    mail = db.session.get(LocalMail, mail_id)
    if mail is None:
        return None
    parts = message_from_bytes(mail.content, policy=default)
    text = parts.get_body(("plain",))
    return Opened(
        mail=mail,
        sender=str(parts["From"]),
        to=str(parts["To"]),
        reply_to=str(parts["Reply-To"] or ""),
        language=str(parts["Content-Language"] or ""),
        text=re.sub(r"\r\n?", "\n", str(text.get_content())) if text else "",
        enclosures=tuple(_enclosure(part) for part in parts.iter_attachments()),
    )


def _enclosure(part: EmailMessage) -> Enclosure:
    data = cast("bytes", part.get_payload(decode=True))
    return Enclosure(part.get_filename() or "", part.get_content_type(), data)
