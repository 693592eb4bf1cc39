"""The dossier of one application for the jury, and what stands around a binder of several."""

from dataclasses import dataclass
from datetime import datetime

from portal.core.i18n import gettext as _
from portal.documents.contents import Content, Entry, Sender, values


@dataclass(frozen=True)
class Photo:
    """A photo with its words; `picture` is the name of its bytes, empty if there are none."""

    number: int
    picture: str
    alt: str
    caption: str
    credit: str
    is_tall: bool


@dataclass(frozen=True)
class Enclosure:
    """A PDF behind the dossier. hidden: pages (from 1) that the office keeps back."""

    number: int
    key: str
    name: str
    pages: int
    hidden: tuple[int, ...] = ()


@dataclass(frozen=True)
class Measure:
    """One thing to be judged: a scale from `low` to `high` with a word for each step, if any.

    numbered: whether the steps are numbers, not just words.
    """

    name: str
    question: str
    weight: int
    low: int
    high: int
    words: tuple[str, ...]
    numbered: bool = True


@dataclass(frozen=True)
class DossierContent:
    """Everything that a juror reads of one application.

    organisation: as far as the call lets the jury know it. glance: short answers for the first
    page. missing: sentences about files that are not in it. blind: the jury reads without names.
    """

    sender: Sender
    call_title: str
    number: str
    title: str
    organisation: str
    version_n: int
    sent_at: datetime
    zone: str
    lead: str
    glance: tuple[Entry, ...]
    entries: tuple[Entry, ...]
    photos: tuple[Photo, ...]
    enclosures: tuple[Enclosure, ...]
    missing: tuple[str, ...]
    measures: tuple[Measure, ...]
    blind: bool = False


@dataclass(frozen=True)
class BinderLine:
    """One application in a binder; first_page: where it begins, 0 if it is not in there."""

    number: str
    title: str
    organisation: str
    version_n: int
    first_page: int
    pages: int
    note: str = ""


@dataclass(frozen=True)
class Change:
    """What is different from the juror's earlier binder: new, changed or gone."""

    kind: str
    number: str
    title: str
    was_version: int
    version_n: int
    page: int


@dataclass(frozen=True)
class BinderContent:
    """Cover and changes of a binder.

    held, pages: how many applications and pages are in all of it. earlier_at: when the binder was
    made with which `changes` compares; None without one. waiting: how many applications the juror
    has not answered for.
    """

    sender: Sender
    call_title: str
    person: str
    made_at: datetime
    zone: str
    held: int
    pages: int
    shuffled: bool = False
    waiting: int = 0
    earlier_at: datetime | None = None
    changes: tuple[Change, ...] = ()
    only_changes: bool = False


@dataclass(frozen=True)
class BinderContents:
    """The contents of a binder, the same for all who read the same dossiers."""

    sender: Sender
    call_title: str
    lines: tuple[BinderLine, ...]


@dataclass(frozen=True)
class Stamps:
    """What is printed upon the pages of a binder; words: for whom, empty for nobody yet."""

    sender: Sender
    words: str = ""


def dossier(content: DossierContent, pictures: dict[str, bytes]) -> Content:
    """Return the dossier; `pictures` holds JPEGs by the names in its photos."""
    return Content(
        template="dossier",
        context=values(content),
        title=_("Dossier %(number)s – %(title)s", number=content.number, title=content.title),
        blobs={name: (body, "image/jpeg") for name, body in pictures.items()},
    )


def binder(content: BinderContent) -> Content:
    """Return the pages in front of a binder's contents."""
    title = _("Binder for %(name)s – %(call)s", name=content.person, call=content.call_title)
    return Content(template="binder", context=values(content), title=title)


def contents(content: BinderContents) -> Content:
    """Return the contents of a binder."""
    return Content(template="binder_contents", context=values(content), title=_("Contents"))


def stamps(content: Stamps) -> Content:
    """Return a helper document of a page with the words; see `portal.documents.stamping`.

    Without words its first page shows ten digits, its second the word before page numbers.
    """
    return Content(template="stamps", context=values(content), title=_("Stamps"))
