"""The form above the list of applications: chips, selects, and the questions one filters by."""

from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from portal.applications.desk.counting import Counts
from portal.applications.desk.furniture import Furniture
from portal.applications.desk.listing import ANSWER, STATUSES, Filters, choices_of, options_of
from portal.applications.models import Channel
from portal.applications.workflow import Status
from portal.calls.models import Call
from portal.calls.queries import definition_of
from portal.calls.questions import AnyQuestion
from portal.calls.reading import option_words, yes_or_no
from portal.calls.wording import plain
from portal.core.i18n import gettext as _
from portal.core.i18n import language
from portal.office.words import channel_word, status_word

INLINE = 2  # how many filters of answers stand beside the search; the others are one click away


# Query and pairs of the lists with one click, in the order of `chips`.
ONE_CLICK = [
    (one.query(), one.pairs())
    for one in (
        Filters(),
        Filters(status=Status.SUBMITTED),
        Filters(clerk="me"),
        Filters(inquiry="open"),
        Filters(inquiry="overdue"),
        Filters(clerk="none"),
    )
]


class Chip(NamedTuple):
    """A list with one click: its name, how many it has, its query."""

    name: str
    number: int
    query: str
    current: bool


class Chosen(NamedTuple):
    """A select of the filter form."""

    name: str
    label: str
    options: tuple[tuple[str, str], ...]
    value: str


class Asked(NamedTuple):
    """A question with fixed answers in words of one language."""

    key: str
    label: str
    options: tuple[tuple[str, str], ...]


def chips(filters: Filters, counts: Counts, *, is_saved: bool) -> list[Chip]:
    """Return the lists with one click; a saved view is none of them."""
    named = [
        (_("All"), counts.received),
        (_("New"), counts.by_status[Status.SUBMITTED]),
        (_("Mine"), counts.mine),
        (_("Question open"), counts.by_status[Status.RETURNED]),
        (_("Overdue"), counts.overdue),
        (_("Without clerk"), counts.unassigned),
    ]
    current = [pair for pair in filters.pairs(paged=False) if pair[0] not in ("sort", "col")]
    return [
        Chip(name, count, query, not is_saved and pairs == current)
        for (name, count), (query, pairs) in zip(named, ONE_CLICK, strict=True)
    ]


def selects(call: Call, filters: Filters, around: Furniture) -> list[list[Chosen]]:
    """Return the selects beside the search, and those one click away."""
    status = [(one.value, status_word(one)) for one in STATUSES]
    clerks = [("me", _("me")), ("none", _("nobody"))]
    clerks += [(str(one.id), one.name) for one in around.clerks]
    answers = [_answer_select(one, filters) for one in asked_in(call)]
    first = [
        Chosen("status", _("State"), tuple(status), filters.status),
        *answers[:INLINE],
        Chosen("clerk", _("Clerk"), tuple(clerks), filters.clerk),
    ]
    return [first, [*_more(filters, around), *answers[INLINE:]]]


def _more(filters: Filters, around: Furniture) -> list[Chosen]:
    tags = tuple((str(tag.id), tag.name) for tag in around.tags.values())
    inquiries = (("open", _("open")), ("overdue", _("overdue")), ("answered", _("answered")))
    checks = (("none", _("not begun")), ("open", _("points open")), ("done", _("all decided")))
    return [
        Chosen("tag", _("Tag"), tags, filters.tag),
        Chosen("inquiry", _("Question of the office"), inquiries, filters.inquiry),
        Chosen("checks", _("Formal check"), checks, filters.checks),
        Chosen("channel", _("Channel"), tuple((c.value, channel_word(c)) for c in Channel),
               filters.channel),
    ]  # fmt: skip


def _rank(question: AnyQuestion) -> tuple[bool, bool]:
    """Sort the questions that tell most about a project first: several answers, seen by juries."""
    return (
        "public" not in question.sees,
        question.type != "choices",
    )


def _answer_select(asked: Asked, filters: Filters) -> Chosen:
    value = filters.answers.get(asked.key, "")
    return Chosen(ANSWER + asked.key, asked.label, asked.options, value)


def asked_in(call: Call) -> list[Asked]:
    """Return the questions with fixed answers; those that tell most of a project come first."""
    return asked_under(call.newest_version_id)


def asked_under(form_version_id: UUID) -> list[Asked]:
    """Return the same of one version of a call's form."""
    return _asked(form_version_id, language())


@lru_cache(maxsize=64)
def _asked(form_version_id: UUID, _language: str) -> list[Asked]:
    return [
        Asked(q.key, label_of(q), tuple((value, words_of(q, value)) for value in options_of(q)))
        for q in sorted(choices_of(definition_of(form_version_id)), key=_rank)
    ]


def label_of(question: AnyQuestion) -> str:
    """Return a question as the head of a column."""
    return plain(question.short or question.label, language())


def words_of(question: AnyQuestion, value: str) -> str:
    """Return one fixed answer in words."""
    if question.type != "yes_no":
        return option_words(question, value)
    own = {"yes": question.yes, "no": question.no, "neither": question.neither}[value]
    return plain(own, language()) or yes_or_no(value)
