"""How far a draft is, section by section. Kept, since each page of the form shows it."""

import hashlib
from collections import Counter, OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, partial
from threading import Lock
from typing import Any, Generic, NamedTuple, TypeVar

from portal.applications.models import FileState
from portal.calls import checks
from portal.calls.answers import by_section
from portal.calls.checks import is_empty
from portal.calls.definition import Definition, Section
from portal.calls.questions import FILE_TYPES, AnyQuestion

MOST = 500

T = TypeVar("T")
FileStates = Sequence[tuple[str, FileState]]


class Progress(StrEnum):
    """How far a section is; the word stands beside the dot."""

    NOT_BEGUN = "not_begun"
    HALF = "half"
    DONE = "done"
    OPTIONAL = "optional"


@dataclass(frozen=True)
class Chapter:
    """A section of the form for one draft: how much is asked in it, answered, and still wrong."""

    section: Section
    number: int
    asked: int
    required: int
    answered: int
    faults: int

    @property
    def progress(self) -> Progress:
        """How far the section is."""
        if self.answered and not self.faults:
            return Progress.DONE
        if self.answered:
            return Progress.HALF
        return Progress.NOT_BEGUN if self.faults else Progress.OPTIONAL

    @property
    def is_needed(self) -> bool:
        """Whether something in it has to be answered or mended before sending."""
        return bool(self.required or self.faults)

    @property
    def is_ready(self) -> bool:
        """Whether nothing in it stands against sending."""
        return not self.faults


@dataclass(frozen=True)
class Survey:
    """The sections of a draft, and by key its questions: all that are asked, all with a fault."""

    asked: frozenset[str]
    faulty: frozenset[str]
    chapters: tuple[Chapter, ...]

    @cached_property
    def shape(self) -> tuple[tuple[str, Progress], ...]:
        """How far each section is, by its key."""
        return tuple((chapter.section.key, chapter.progress) for chapter in self.chapters)


class Look(NamedTuple):
    """A section that appears, and its questions with a fault."""

    chapter: Chapter
    faulty: frozenset[str]


class Kept(Generic[T]):
    """What was found out under a key; the oldest goes first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._found: OrderedDict[Hashable, T] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what is kept under `key`, else what `make` finds out."""
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
                return self._found[key]
        found = make()
        with self._lock:
            self._found[key] = found
            while len(self._found) > self._most:
                self._found.popitem(last=False)
        return found


_surveys: Kept[Survey] = Kept(MOST)
_looks: Kept[Look] = Kept(MOST * 8)  # a save changes one section, so the others are known


def survey_of(
    definition: Definition, name: object, draft: dict[str, Any], files: FileStates
) -> Survey:
    """Return how far a draft is. `name` tells definitions apart; the same answers are read once.

    files: question and state of each file. Only a digest of the answers is kept.
    """
    key = (name, _digest(sorted(draft.items()), sorted(files)))
    return _surveys.get(key, lambda: _survey(definition, name, draft, files))


def _digest(*said: Any) -> bytes:
    text = repr(said).encode(errors="surrogatepass")
    return hashlib.blake2b(text, digest_size=16).digest()


def _survey(
    definition: Definition, name: object, draft: dict[str, Any], files: FileStates
) -> Survey:
    counts = Counter([key for key, state in files if state is not FileState.REFUSED])
    refused = frozenset([key for key, state in files if state is FileState.REFUSED])
    asked: set[str] = set()
    looks: list[Look] = []
    for section, questions in by_section(definition, draft, counts):
        keys = [question.key for question in questions]
        asked.update(keys)
        mine = [(key, state) for key, state in files if key in keys]
        said = [(key, draft[key]) for key in section.looked_at if key in draft]
        place = (name, section.key, len(looks) + 1, _digest(keys, said, sorted(mine)))
        make = partial(_look, section, len(looks) + 1, questions, draft, mine)
        looks.append(_looks.get(place, make))
    return Survey(
        asked=frozenset(asked),
        faulty=refused.union(*[look.faulty for look in looks]),
        chapters=tuple([look.chapter for look in looks]),
    )


def _look(
    section: Section,
    number: int,
    questions: list[AnyQuestion],
    draft: dict[str, Any],
    files: FileStates,
) -> Look:
    """Look at a section: which of its questions are answered, and what is wrong.

    files: those of its questions.
    """
    counts = Counter([key for key, state in files if state is not FileState.REFUSED])
    refused = Counter([key for key, state in files if state is FileState.REFUSED])
    faulty = set(refused)
    answered = required = faults = 0
    has_begun = False
    mine = [question for question in questions if question.type != "information"]
    for question in mine:
        is_answered, is_wrong = _looked_at(question, draft, counts)
        answered += is_answered
        required += question.required
        faults += is_wrong + refused[question.key]
        has_begun = has_begun or (is_answered and not _is_prefilled(question, draft))
        if is_wrong:
            faulty.add(question.key)
    answered = answered if has_begun else 0
    chapter = Chapter(section, number, len(mine), required, answered, faults)
    return Look(chapter, frozenset(faulty))


def _looked_at(
    question: AnyQuestion, draft: dict[str, Any], counts: Counter[str]
) -> tuple[bool, bool]:
    """Return whether something was answered, and whether it, or that it is missing, is wrong."""
    if question.type in FILE_TYPES:
        count = counts[question.key]
        return count > 0, checks.files(question, count) is not None
    raw = draft.get(question.key)
    if is_empty(raw):
        return False, question.required
    return True, checks.check_given(question, raw, draft).fault is not None


def _is_prefilled(question: AnyQuestion, draft: dict[str, Any]) -> bool:
    """Return whether the form filled it in: then nobody has begun with it."""
    given = question.prefill if question.type == "text" else ""
    return bool(given) and draft.get(question.key) == given
