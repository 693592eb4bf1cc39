"""How far a draft is, section by section. Kept, since each page of the form shows it."""

import hashlib
from collections import Counter, OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from threading import Lock
from typing import Any

from portal.applications.models import FileState
from portal.calls import checks
from portal.calls.answers import by_section
from portal.calls.checks import is_empty
from portal.calls.definition import Definition, Section
from portal.calls.questions import FILE_TYPES, AnyQuestion

MOST = 500

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


_kept: OrderedDict[tuple[object, ...], Survey] = OrderedDict()
_lock = Lock()


def survey_of(
    definition: Definition, name: object, draft: dict[str, Any], files: FileStates
) -> Survey:
    """Return how far a draft is. `name` tells definitions apart; the same answers are read once.

    files: question and state of each file. Only a digest of the answers is kept.
    """
    said = repr((sorted(draft.items()), sorted(files)))
    key = (name, hashlib.blake2b(said.encode(errors="surrogatepass"), digest_size=16).digest())
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
    found = _survey(definition, draft, files)
    with _lock:
        _kept[key] = found
        while len(_kept) > MOST:
            _kept.popitem(last=False)
    return found


def _survey(definition: Definition, draft: dict[str, Any], files: FileStates) -> Survey:
    counts = Counter([key for key, state in files if state is not FileState.REFUSED])
    refused = Counter([key for key, state in files if state is FileState.REFUSED])
    asked: set[str] = set()
    faulty = set(refused)
    chapters: list[Chapter] = []
    for section, questions in by_section(definition, draft, counts):
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
        asked.update([question.key for question in questions])
        number, answered = len(chapters) + 1, answered if has_begun else 0
        chapters.append(Chapter(section, number, len(mine), required, answered, faults))
    return Survey(frozenset(asked), frozenset(faulty), tuple(chapters))


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
