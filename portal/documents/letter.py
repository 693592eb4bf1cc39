"""A letter on paper, after DIN 5008: the code that opens an application."""

from dataclasses import dataclass
from datetime import datetime

from portal.core.i18n import gettext as _
from portal.documents.contents import Contact, Content, Sender, values


@dataclass(frozen=True)
class CodeLetter:
    """Everything that the letter says; address: of the page where the code is typed."""

    sender: Sender
    contact: Contact
    call_title: str
    number: str
    title: str
    recipient: tuple[str, ...]
    written_at: datetime
    until: datetime
    address: str
    code: str
    zone: str = "Europe/Berlin"


def code_letter(content: CodeLetter) -> Content:
    """Return the letter in the present language."""
    title = _("Letter with a code for %(number)s", number=content.number)
    return Content(template="code_letter", context=values(content), title=title)
