"""The job that sends one letter, at least once and always with the same Message-ID."""

import smtplib
from collections.abc import Sequence
from datetime import timedelta
from email.utils import parseaddr
from uuid import UUID

from flask_mail import BadHeaderError

from portal.core.clock import now
from portal.core.db import db, transaction
from portal.core.text import one_line
from portal.jobs import GiveUp, Later
from portal.mail import outbox
from portal.mail.local import keep
from portal.mail.message import NoLongerNeeded, build
from portal.mail.models import Letter, LetterState
from portal.mail.outbox import FOLLOWS
from portal.mail.smtp import SafeMail, SafeMessage, wire_address
from portal.mail.wiring import Attachment, wired

REFUSED = 500
AUTHENTICATION_WANTED = 530


class NotSent(Exception):
    """The letter could not be sent this time; says the kind of fault, no address."""


def send(letter_id: str) -> None:
    """Send the letter if it still waits; see `jobs.register` (no limit of tries: we give up).

    Raises `Later` while a document is being made and `NotSent` for a fault that may pass.
    """
    with transaction():
        letter = _waiting(UUID(letter_id))
        if letter is None:
            return
        _not_before(letter)
        try:
            files = _files(letter)
            message = build(letter, files)
        except NoLongerNeeded:
            letter.state, letter.error = LetterState.CANCELLED, "The link or code lived no more."
            return
        if letter.name == FOLLOWS and not files:
            letter.state, letter.error = LetterState.FAILED, "The document was never made."
            return
        said = {name: getattr(letter, name) for name in ("subject", "body", "binding")}
    if wired().settings.mail_server is None:
        _note_sent(letter.id, files, said, message)
        return
    try:
        _post(message)
    except (smtplib.SMTPException, OSError, BadHeaderError, ValueError) as fault:
        _note_fault(letter.id, fault)
    else:
        _note_sent(letter.id, files, said)


def _waiting(letter_id: UUID) -> Letter | None:
    """Return the letter as it is now if it waits."""
    letter = db.session.get(Letter, letter_id, populate_existing=True)
    return letter if letter and letter.state is LetterState.WAITING else None


def _not_before(letter: Letter) -> None:
    early = (letter.wait_until - now()).total_seconds() if letter.wait_until else 0
    if early > 0:
        raise Later(early)


def _files(letter: Letter) -> Sequence[Attachment] | None:
    """Return the files of a letter, none of them if they take too long, None if it has none."""
    if not letter.attachments:
        return None
    patience = wired().settings.receipt_wait_seconds
    if letter.name == FOLLOWS:
        patience = wired().settings.mail_hours * 3600
    since = max(letter.created_at, letter.wait_until or letter.created_at)
    left = (since + timedelta(seconds=patience) - now()).total_seconds()
    try:
        return wired().attachments_of(list(letter.attachments))
    except Later as later:
        if left > 0:
            raise Later(min(later.seconds, left)) from later
        return []
    except GiveUp:
        return []


def _post(message: SafeMessage) -> None:
    _name, sender = parseaddr(wired().settings.mail_from)
    with SafeMail(wired().settings).connect() as connection:
        connection.send(message, envelope_from=wire_address(sender))


def _note_sent(
    letter_id: UUID,
    files: Sequence[Attachment] | None,
    said: dict[str, str],
    local: SafeMessage | None = None,
) -> None:
    """Write that the letter is out; where the files were not ready, write the one that follows.

    said: the words that went out. Who changed them meanwhile was too late, and the row says so.
    """
    with transaction():
        letter = db.session.get(Letter, letter_id, populate_existing=True)
        if letter is None:
            return
        letter.tries += 1
        letter.state, letter.sent_at, letter.error = LetterState.SENT, now(), ""
        letter.failing_since = None
        for name, words in said.items():
            setattr(letter, name, words)
        if local is not None:
            keep(letter, local.as_bytes())
        if files is not None and not files:
            outbox.follow_up(letter)


def _note_fault(letter_id: UUID, fault: Exception) -> None:
    """Write what the server said; try again unless it was a no for good or a day has passed."""
    words, final = what_was_said(fault)
    with transaction():
        letter = db.session.get(Letter, letter_id, populate_existing=True)
        if letter is None:
            return
        letter.tries += 1
        letter.error = words
        letter.failing_since = letter.failing_since or now()
        patience = timedelta(hours=wired().settings.mail_hours)
        if final or now() - letter.failing_since >= patience:
            if letter.state is LetterState.WAITING:
                letter.state = LetterState.FAILED
            return
    raise NotSent(type(fault).__name__)


def what_was_said(fault: Exception) -> tuple[str, bool]:
    """Return the words for the office, and whether they are a no for good.

    For good is a 5xx to sender, recipient or content, and what can never be put into a mail. A
    server that cannot be reached, is not who it claims to be or does not let us in concerns all
    letters: these wait.
    """
    if isinstance(fault, smtplib.SMTPRecipientsRefused):
        code, text = next(iter(fault.recipients.values()))
        return _words(code, text), code >= REFUSED and code != AUTHENTICATION_WANTED
    if isinstance(fault, smtplib.SMTPResponseException):
        code = fault.smtp_code
        answer = isinstance(fault, (smtplib.SMTPSenderRefused, smtplib.SMTPDataError))
        final = answer and code >= REFUSED and code != AUTHENTICATION_WANTED
        return _words(code, fault.smtp_error), final
    lasting = isinstance(fault, (BadHeaderError, ValueError)) and not isinstance(fault, OSError)
    return one_line(f"{type(fault).__name__}: {fault}")[:500], lasting


def _words(code: int, text: bytes | str) -> str:
    said = text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
    return one_line(f"{code} {said}")[:500]
