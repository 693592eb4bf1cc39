"""What a list of applications shall show: filters, sorting and columns, as an address says them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode
from uuid import UUID

from portal.applications.models import Channel
from portal.applications.workflow import Status
from portal.calls.definition import Definition
from portal.calls.questions import AnyQuestion
from portal.core.text import one_line

SIZE = 50
ANSWER = "a."  # an answer's filter is called `a.project.districts`
STATUSES = [status for status in Status if status is not Status.DRAFT]
INQUIRIES = ("open", "overdue", "answered")
CHECKS = ("none", "open", "done")
SORTS = ("number", "arrived", "title", "name", "state", "clerk", "due")
COLUMNS = ("number", "arrived", "state", "clerk", "tags", "channel", "language", "due", "checks")
FIXED = ("number", "arrived", "state", "clerk", "tags")
CHOICES = ("choice", "choices", "yes_no")


Pairs = Iterable[tuple[str, str]]


class Given:
    """Names with all their values, as an address or a form says them."""

    def __init__(self, pairs: Pairs) -> None:
        self.values: dict[str, list[str]] = {}
        for name, value in pairs:
            self.values.setdefault(name, []).append(value)

    def get(self, name: str, default: str = "") -> str:
        """Return the first value."""
        return self.values.get(name, [default])[0]

    def all(self, name: str) -> list[str]:
        """Return every value."""
        return self.values.get(name, [])


@dataclass(frozen=True)
class Filters:
    """What is wanted. clerk: empty, `none`, `me` or an id. answers: one value per question."""

    q: str = ""
    status: str = ""
    clerk: str = ""
    tag: str = ""
    channel: str = ""
    inquiry: str = ""
    checks: str = ""
    late: bool = False
    double: bool = False
    unread: bool = False
    answers: dict[str, str] = field(default_factory=dict)
    sort: str = "arrived"
    descending: bool = True
    columns: tuple[str, ...] = ()
    page: int = 1

    def __hash__(self) -> int:
        """Let statements be kept by what they ask for."""
        return hash(tuple(self.pairs()))

    def pairs(self, *, paged: bool = True) -> list[tuple[str, str]]:
        """Return name and value of everything that differs from the plain list."""
        words = ("q", "status", "clerk", "tag", "channel", "inquiry", "checks")
        found = [(name, getattr(self, name)) for name in words if getattr(self, name)]
        found += [(name, "1") for name in ("late", "double", "unread") if getattr(self, name)]
        found += [(ANSWER + key, value) for key, value in self.answers.items()]
        if (self.sort, self.descending) != ("arrived", True):
            found.append(("sort", ("-" if self.descending else "") + self.sort))
        found += [("col", column) for column in self.columns]
        return found + ([("page", str(self.page))] if paged and self.page > 1 else [])

    def query(self, **changes: object) -> str:
        """Return the address's part after the question mark, with `changes`; page 1 if any."""
        changed = replace(self, **{"page": 1, **changes}) if changes else self  # type: ignore[arg-type]
        return urlencode(changed.pairs())

    @property
    def narrows(self) -> bool:
        """Whether anything is filtered."""
        return any(name not in ("sort", "col") for name, _ in self.pairs(paged=False))


def parse(pairs: Pairs, definition: Definition) -> Filters:
    """Return what an address asks for; whatever nobody knows is left out."""
    given = Given(pairs)
    sort = given.get("sort", "-arrived")
    known = sort.lstrip("-") in SORTS
    return Filters(
        q=one_line(given.get("q", ""))[:200],
        status=_one_of(given.get("status", ""), STATUSES),
        clerk=_clerk(given.get("clerk", "")),
        tag=_uuid(given.get("tag", "")),
        channel=_one_of(given.get("channel", ""), Channel),
        inquiry=_one_of(given.get("inquiry", ""), INQUIRIES),
        checks=_one_of(given.get("checks", ""), CHECKS),
        late=given.get("late", "") == "1",
        double=given.get("double", "") == "1",
        unread=given.get("unread", "") == "1",
        answers=dict(_answers(given, definition)),
        sort=sort.lstrip("-") if known else "arrived",
        descending=sort.startswith("-") if known else True,
        columns=_columns(given.all("col"), definition),
        page=_page(given.get("page", "")),
    )


def _one_of(value: str, known: Iterable[str]) -> str:
    return value if value in list(known) else ""


def _uuid(value: str) -> str:
    try:
        return str(UUID(value))
    except ValueError:
        return ""


def _clerk(value: str) -> str:
    return value if value in ("none", "me") else _uuid(value)


def _page(value: str) -> int:
    return max(1, int(value)) if value.isascii() and value.isdecimal() and len(value) < 7 else 1


def _answers(given: Given, definition: Definition) -> Iterator[tuple[str, str]]:
    for question in choices_of(definition):
        value = given.get(ANSWER + question.key, "")
        if value in options_of(question):
            yield question.key, value


def _columns(given: list[str], definition: Definition) -> tuple[str, ...]:
    keys = [question.key for question in choices_of(definition)]
    return tuple(name for name in dict.fromkeys(given) if name in COLUMNS or name in keys)


def choices_of(definition: Definition) -> list[AnyQuestion]:
    """Return the questions by which a list can be filtered: those with fixed answers."""
    return [q for q in definition.questions.values() if q.type in CHOICES]


def options_of(question: AnyQuestion) -> list[str]:
    """Return the values that a question with fixed answers can have."""
    if question.type == "yes_no":
        return ["yes", "no", *(["neither"] if question.neither else [])]
    return [option.value for option in question.options]  # type: ignore[union-attr]


def shown_columns(filters: Filters, definition: Definition) -> tuple[str, ...]:
    """Return the columns to show: the chosen ones, else the usual with the first place asked."""
    if filters.columns:
        return filters.columns
    place = [
        q.key for q in choices_of(definition)
        if q.type == "choice" and getattr(q, "display", "") == "select" and "jury" in q.sees
    ]  # fmt: skip
    return ("number", *place[:1], "arrived", "state", "clerk", "tags")
