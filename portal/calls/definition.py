"""The definition of a call as the call file states it: one source for form, receipt and dossier."""

from collections.abc import Iterator
from datetime import datetime
from functools import cache, cached_property
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AwareDatetime, Field, field_validator

from portal.calls.checklist import DEFAULT, CheckItem
from portal.calls.jury import Jury
from portal.calls.questions import FILE_TYPES, AnyQuestion, Condition, Key, Part, Viewer
from portal.calls.wording import Text

Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]


@cache
def _zones() -> set[str]:
    """Return the names of all time zones; finding them reads six hundred small files."""
    return available_timezones()


class Prize(Part):
    """The prize behind the call, the same for all editions."""

    slug: Slug
    name: Text
    organiser: Text


class Award(Part):
    """One place of the prize; `amount` in whole euros, absent for an honour without money."""

    title: Text
    amount: int | None = Field(default=None, ge=0)
    note: Text | None = None


class Criterion(Part):
    """What the jury looks at; weights of a call add up to 100."""

    key: Key
    name: Text
    question: Text
    weight: int = Field(ge=0, le=100)
    anchors: tuple[Text, ...] = ()


class Step(Part):
    """One step of the call's way; `at` decides whether it is past, present or to come."""

    when: Text
    title: Text
    text: Text
    at: AwareDatetime
    name: Literal["opens", "closes", "screening", "jury", "decision", "ceremony", "other"] = "other"


class Edition(Part):
    """How many applied in an earlier year."""

    year: int
    count: int = Field(ge=0)


class History(Part):
    """The earlier editions in one picture."""

    title: Text
    text: Text
    editions: tuple[Edition, ...]
    question: Text


class Contact(Part):
    """Whom to ask."""

    name: Text
    phone: str
    email: str
    hours: Text
    address: tuple[str, ...]
    paper: Text | None = None
    interpreters: Text | None = None


class Legal(Part):
    """A text with a version: terms of participation or privacy notice (Markdown subset)."""

    version: str
    title: Text
    text: Text


class Section(Part):
    """One step of the form."""

    key: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$", max_length=40)]
    title: Text
    intro: Text | None = None
    asked_if: Condition | None = None
    eligibility: bool = False
    questions: tuple[AnyQuestion, ...] = Field(min_length=1)

    @cached_property
    def pages(self) -> tuple[tuple[AnyQuestion, ...], ...]:
        """The questions page by page: a question with `own_page` stands alone."""
        pages: list[list[AnyQuestion]] = [[]]
        for question in self.questions:
            if question.own_page:
                pages += [[question], []]
            else:
                pages[-1].append(question)
        return tuple(tuple(page) for page in pages if page)

    @cached_property
    def looked_at(self) -> tuple[str, ...]:
        """The keys of the answers that decide whether those of this section are right."""
        months = [q.not_before for q in self.questions if q.type == "month"]
        return (*[q.key for q in self.questions], *filter(None, months))


class LetterText(Part):
    """The call's own words for one letter, with the fixed `{placeholders}` of that letter."""

    subject: Text | None = None
    paragraphs: Text | None = None


class Definition(Part):
    """A whole call."""

    format: Literal[1]
    prize: Prize
    slug: Slug
    prefix: Annotated[str, Field(pattern=r"^[A-Z0-9]+(-[A-Z0-9]+)*$", max_length=20)]
    title: Text
    kicker: Text
    lead: Text
    zone: str = "Europe/Berlin"
    opens_at: AwareDatetime
    closes_at: AwareDatetime
    grace_minutes: int = Field(default=10, ge=0, le=120)
    minutes: int = Field(default=45, ge=1)
    languages: tuple[str, ...] = ("de", "en", "ar")
    awards: tuple[Award, ...]
    who: Text
    conditions_title: Text
    conditions: tuple[Text, ...]
    criteria_note: Text
    criteria: tuple[Criterion, ...]
    scale: tuple[int, int] = (0, 5)
    steps: tuple[Step, ...]
    history: History | None = None
    not_asked: Text | None = None
    contact: Contact
    terms: Legal
    privacy: Legal
    owner: tuple[Key, ...] = Field(min_length=1)
    title_key: Key
    name_keys: tuple[Key, ...] = Field(min_length=1)
    recipient_keys: tuple[tuple[Key, ...], ...] = ()
    nominee_agrees_key: Key | None = None
    nominee_email_key: Key | None = None
    letters: dict[str, LetterText] = {}
    checklist: tuple[CheckItem, ...] | None = None
    answer_days: int = Field(default=7, ge=1, le=60)
    jury: Jury = Jury()
    sections: tuple[Section, ...] = Field(min_length=1)

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, zone: str) -> str:
        if zone not in _zones():
            raise ValueError("is not a time zone like Europe/Berlin")
        return zone

    @cached_property
    def questions(self) -> dict[str, AnyQuestion]:
        """Every question by its key, in the order of the form."""
        return {q.key: q for section in self.sections for q in section.questions}

    @cached_property
    def checks(self) -> tuple[CheckItem, ...]:
        """The items of the formal check: the call's own, else those that fit any call."""
        return DEFAULT if self.checklist is None else self.checklist

    @cached_property
    def place_of(self) -> dict[str, tuple[Section, int]]:
        """Section and page (from 1) of each question by its key."""
        return {
            question.key: (section, page)
            for section in self.sections
            for page, questions in enumerate(section.pages, 1)
            for question in questions
        }

    @cached_property
    def section_of(self) -> dict[str, Section]:
        """The section in which a question stands, by the question's key."""
        return {q.key: section for section in self.sections for q in section.questions}

    @cached_property
    def section_by_key(self) -> dict[str, Section]:
        """Every section by its key."""
        return {section.key: section for section in self.sections}

    @cached_property
    def consents(self) -> tuple[tuple[str, str], ...]:
        """Key and kind of each declaration that is a consent, in the order of the form."""
        declarations = (q for q in self.questions.values() if q.type == "declaration")
        return tuple((q.key, q.consent) for q in declarations if q.consent)

    @cached_property
    def timezone(self) -> ZoneInfo:
        """The zone in which the call's times are told."""
        return ZoneInfo(self.zone)

    @cached_property
    def file_questions(self) -> tuple[AnyQuestion, ...]:
        """The questions that are answered by files."""
        return tuple(q for q in self.questions.values() if q.type in FILE_TYPES)

    def seen_by(self, viewer: Viewer) -> Iterator[AnyQuestion]:
        """Yield the questions whose answers `viewer` may read."""
        return (q for q in self.questions.values() if viewer in q.sees)

    def local(self, moment: datetime) -> datetime:
        """Return `moment` in the call's zone."""
        return moment.astimezone(self.timezone)
