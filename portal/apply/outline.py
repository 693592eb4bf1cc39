"""The form as a person walks through it: sections, their pages, and how far each is done."""

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from portal.applications.models import Application, FileState
from portal.applications.queries import definition_for, file_states
from portal.applications.sending import what_is_missing
from portal.calls.answers import Problem, is_asked, is_section_asked, problems
from portal.calls.checks import is_empty
from portal.calls.definition import Definition, Section
from portal.calls.questions import FILE_TYPES, AnyQuestion


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
    def is_ready(self) -> bool:
        """Whether nothing in it stands against sending."""
        return not self.faults


class Outline:
    """All chapters of one draft; each part is computed when it is first asked for."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self.definition: Definition = definition_for(application)

    @cached_property
    def _files(self) -> list[tuple[str, FileState]]:
        """Question and state of each file of the draft."""
        return file_states(self.application) if self.definition.file_questions else []

    @cached_property
    def counts(self) -> Counter[str]:
        """How many usable files each file question has."""
        return Counter(key for key, state in self._files if state is not FileState.REFUSED)

    def has_files(self, key: str) -> bool:
        """Return whether a file question has any file, refused ones included."""
        return any(key == other for other, _state in self._files)

    @cached_property
    def problems(self) -> list[Problem]:
        """All that stands between the draft and sending, in words."""
        return what_is_missing(self.application)

    @cached_property
    def chapters(self) -> list[Chapter]:
        """The sections that the draft's answers lead to."""
        sections = [s for s in self.definition.sections if self._is_asked(s)]
        return [self._chapter(section, n) for n, section in enumerate(sections, 1)]

    @cached_property
    def _faults(self) -> Counter[str]:
        """How many things stand against sending at each question, refused files included."""
        found = problems(self.definition, self.application.draft, self.counts)
        refused = [key for key, state in self._files if state is FileState.REFUSED]
        return Counter([*(problem.key for problem in found), *refused])

    def _is_asked(self, section: Section) -> bool:
        return is_section_asked(section, self.definition, self.application.draft, self.counts)

    def _chapter(self, section: Section, number: int) -> Chapter:
        asked = [q for q in section.questions if self.asks(q) and q.type != "information"]
        return Chapter(
            section=section,
            number=number,
            asked=len(asked),
            required=sum(q.required for q in asked),
            answered=sum(map(self.has_answer, asked)) if any(map(self._begun, asked)) else 0,
            faults=sum(self._faults[q.key] for q in asked),
        )

    def asks(self, question: AnyQuestion) -> bool:
        """Return whether the draft's answers lead to this question."""
        return is_asked(question, self.definition, self.application.draft, self.counts)

    def has_answer(self, question: AnyQuestion) -> bool:
        """Return whether something was answered, right or wrong."""
        if question.type in FILE_TYPES:
            return self.counts.get(question.key, 0) > 0
        return not is_empty(self.application.draft.get(question.key))

    def _begun(self, question: AnyQuestion) -> bool:
        """Return whether the person answered it; what the form filled in does not count."""
        given = getattr(question, "prefill", "")
        untouched = bool(given) and self.application.draft.get(question.key) == given
        return self.has_answer(question) and not untouched

    @property
    def ready(self) -> int:
        """How many chapters are done or need nothing."""
        return sum(chapter.is_ready for chapter in self.chapters)

    def chapter(self, key: str) -> Chapter | None:
        """Return the chapter of the section `key`, None if the draft does not lead there."""
        return next((c for c in self.chapters if c.section.key == key), None)

    def pages(self, section: Section) -> list[int]:
        """Return the numbers (from 1) of the section's pages on which something is asked."""
        return [
            n for n, questions in enumerate(section.pages, 1) if any(map(self.asks, questions))
        ]

    def next_open(self) -> Chapter | None:
        """Return the first chapter that is not ready, or None."""
        return next((c for c in self.chapters if not c.is_ready), None)

    def all_pages(self) -> list[tuple[Section, int]]:
        """Return every page of the form in order."""
        return [(c.section, n) for c in self.chapters for n in self.pages(c.section)]

    def neighbour(self, section: Section, page: int, step: int) -> tuple[Section, int] | None:
        """Return the page `step` further (−1: before), None at either end."""
        pages = self.all_pages()
        here = next((i for i, p in enumerate(pages) if p == (section, page)), None)
        if here is None or not 0 <= here + step < len(pages):
            return None
        return pages[here + step]

    def place_of(self, key: str) -> tuple[Section, int]:
        """Return section and page of a question."""
        section = self.definition.section_of[key]
        page = next(
            n for n, qs in enumerate(section.pages, 1) if any(q.key == key for q in qs)
        )
        return section, page

    def no_longer_asked(self) -> dict[str, object]:
        """Return answers of the draft to questions that a newer form does not have."""
        known = self.definition.questions
        draft = self.application.draft
        return {k: v for k, v in draft.items() if k not in known and not is_empty(v)}
