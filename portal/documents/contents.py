"""What a document says, as plain values: made by the rooms above, read by the templates.

All texts are plain; a blank line begins a paragraph. `german` holds the German words where the
document is in another language, else it is empty. Moments are aware.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Content:
    """What a builder hands over: template, its values (JSON), bytes by name, title of the file.

    papers: PDFs whose pages become pages of the document, by the key of an enclosure.
    """

    template: str
    context: Mapping[str, Any]
    title: str
    blobs: Mapping[str, tuple[bytes, str]] = field(default_factory=dict)
    papers: Mapping[str, Path] = field(default_factory=dict)

    @property
    def page_values(self) -> dict[str, Any]:
        """The values with the title of the file among them."""
        return {**self.context, "file_title": self.title}


@dataclass(frozen=True)
class Sender:
    """Whose letter it is; `line` stands small above the address field."""

    organiser: str
    prize: str
    line: str


@dataclass(frozen=True)
class Contact:
    """Whom to ask."""

    name: str
    phone: str
    email: str
    hours: str = ""
    address: tuple[str, ...] = ()


@dataclass(frozen=True)
class Entry:
    """One answer: the label and an answer in words (kind, text, entries, head, rows, total).

    `shown["kind"]` is short, long, list, table or missing.
    """

    label: str
    shown: Mapping[str, Any]
    german: str = ""


@dataclass(frozen=True)
class Section:
    """One step of the form."""

    title: str
    entries: tuple[Entry, ...]
    german: str = ""


@dataclass(frozen=True)
class FileLine:
    """One file as received; `size` in bytes, `persons` whether somebody can be recognised."""

    label: str
    name: str
    size: int
    sha256: str
    caption: str = ""
    credit: str = ""
    alt: str = ""
    persons: bool | None = None


@dataclass(frozen=True)
class Declaration:
    """A statement with the version that was shown and what was answered."""

    label: str
    answer: str
    version: str
    german: str = ""


@dataclass(frozen=True)
class ReceiptContent:
    """Everything a receipt says about one version of an application.

    greeting: the person's name or "". recipient: lines of the address field. paragraphs: what
    happens next. changeable: whether it may still be changed until `closes_at`. check_url: shown
    beside the code; qr_url: what the QR code opens. sha256: fingerprint of the version.
    """

    sender: Sender
    contact: Contact
    call_title: str
    number: str
    version_n: int
    title: str
    arrived_at: datetime
    stored_at: datetime
    closes_at: datetime
    check_url: str
    qr_url: str
    check_code: str
    sha256: str
    sections: tuple[Section, ...]
    files: tuple[FileLine, ...] = ()
    declarations: tuple[Declaration, ...] = ()
    recipient: tuple[str, ...] = ()
    greeting: str = ""
    paragraphs: tuple[str, ...] = ()
    changeable: bool = True
    late: bool = False
    zone: str = "Europe/Berlin"


@dataclass(frozen=True)
class Picture:
    """A picture behind the answers; `name` is that of its bytes among the blobs."""

    name: str
    title: str
    caption: str = ""
    is_page: bool = False


@dataclass(frozen=True)
class ApplicationContent:
    """A whole application as the office reads it; nothing in it is blacked out."""

    sender: Sender
    call_title: str
    number: str
    version_n: int
    title: str
    arrived_at: datetime
    sha256: str
    sections: tuple[Section, ...]
    files: tuple[FileLine, ...] = ()
    declarations: tuple[Declaration, ...] = ()
    pictures: tuple[Picture, ...] = ()
    late: bool = False
    zone: str = "Europe/Berlin"


@dataclass(frozen=True)
class FormOption:
    """One possible answer of a choice."""

    label: str
    help: str = ""


@dataclass(frozen=True)
class FormQuestion:
    """One question on paper; `type` as in the call file.

    only_if: when it is asked, in words. max: code points, number of files or highest number.
    unit: behind a line to write on. columns, rows: of a table. text, version, answer (tick or
    yes_no): of a declaration.
    """

    label: str
    type: str
    help: str = ""
    required: bool = True
    only_if: str = ""
    max: int | None = None
    most: int | None = None
    unit: str = ""
    options: tuple[FormOption, ...] = ()
    columns: tuple[str, ...] = ()
    rows: int = 4
    text: str = ""
    version: str = ""
    answer: str = "tick"


@dataclass(frozen=True)
class FormSection:
    """One step of the form on paper."""

    title: str
    questions: tuple[FormQuestion, ...]
    intro: str = ""
    only_if: str = ""


@dataclass(frozen=True)
class BlankForm:
    """The whole form of a call to be filled in by hand; send_to: lines of an address."""

    sender: Sender
    contact: Contact
    call_title: str
    lead: str
    closes_at: datetime
    online_url: str
    send_to: tuple[str, ...]
    sections: tuple[FormSection, ...]
    note: str = ""
    zone: str = "Europe/Berlin"


def values(content: Any) -> dict[str, Any]:
    """Return a content (a dataclass) as JSON values, moments as ISO text."""
    plain: dict[str, Any] = _plain(asdict(content))
    return plain


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(part) for part in value]
    return value
