"""Letters: composed and written in the caller's transaction, sent by the worker."""

from portal.mail.addresses import Mailbox
from portal.mail.composing import default_words
from portal.mail.letters import (
    LETTERS,
    placeholders_of,
    strange_placeholders,
    unknown_placeholders,
)
from portal.mail.markdown import as_answers, escaped
from portal.mail.models import Letter, LetterState, LocalMail
from portal.mail.outbox import SEND, cancel, change, draft, hold, release, send_again, stamp, write
from portal.mail.preview import Preview, editable, late_in, placeholders_in, preview
from portal.mail.queries import counts, find, held_about, listed, log_of
from portal.mail.wiring import Attachment, use

__all__ = [
    "LETTERS",
    "SEND",
    "Attachment",
    "Letter",
    "LetterState",
    "LocalMail",
    "Mailbox",
    "Preview",
    "as_answers",
    "cancel",
    "change",
    "counts",
    "default_words",
    "draft",
    "editable",
    "escaped",
    "find",
    "held_about",
    "hold",
    "late_in",
    "listed",
    "log_of",
    "placeholders_in",
    "placeholders_of",
    "preview",
    "release",
    "send",
    "send_again",
    "stamp",
    "strange_placeholders",
    "unknown_placeholders",
    "use",
    "write",
]


def send(letter_id: str) -> None:
    """Do the job `SEND`; see `sending.send`."""
    from portal.mail.sending import send as send_now  # brings smtplib, ssl: for the worker only

    send_now(letter_id)
