"""Letters: composed and written in the caller's transaction, sent by the worker."""

from portal.mail.addresses import Mailbox
from portal.mail.letters import LETTERS, placeholders_of, unknown_placeholders
from portal.mail.markdown import as_answers, escaped
from portal.mail.models import Letter, LetterState, LocalMail
from portal.mail.outbox import SEND, cancel, hold, release, send_again, write
from portal.mail.queries import counts, find, listed, log_of
from portal.mail.sending import send
from portal.mail.smtp import SafeMail
from portal.mail.wiring import Attachment, use

__all__ = [
    "LETTERS",
    "SEND",
    "Attachment",
    "Letter",
    "LetterState",
    "LocalMail",
    "Mailbox",
    "SafeMail",
    "as_answers",
    "cancel",
    "counts",
    "escaped",
    "find",
    "hold",
    "listed",
    "log_of",
    "placeholders_of",
    "release",
    "send",
    "send_again",
    "unknown_placeholders",
    "use",
    "write",
]
