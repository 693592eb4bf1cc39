"""The form as a person walks through it: sections, their pages, and what is still to do."""

from functools import cached_property
from typing import Self

from portal.applications.drafts.removing import removed_files
from portal.applications.drafts.sending import what_is_missing
from portal.applications.models import Application, FileState
from portal.applications.queries import definition_for, file_states
from portal.apply.survey import Chapter, Progress, Survey, survey_of
from portal.calls.answers import Problem
from portal.calls.checks import is_empty
from portal.calls.definition import Definition, Section
from portal.calls.questions import AnyQuestion

__all__ = ["Chapter", "Outline", "Progress"]


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
    def _survey(self) -> Survey:
        name = self.application.call.newest_version_id
        return survey_of(self.definition, name, self.application.draft, self._files)

    def looked_at(self) -> Self:
        """Look at the draft now, in the caller's transaction, instead of when first asked."""
        _ = self._survey
        return self

    @property
    def chapters(self) -> tuple[Chapter, ...]:
        """The sections that the draft's answers lead to."""
        return self._survey.chapters

    @property
    def shape(self) -> tuple[tuple[str, Progress], ...]:
        """How far each section is, by its key; what the list of sections shows."""
        return self._survey.shape

    def is_faulty(self, question: AnyQuestion) -> bool:
        """Return whether something stands against sending at this question, without the words."""
        return question.key in self._survey.faulty

    @property
    def asked(self) -> frozenset[str]:
        """The keys of all questions that the draft's answers lead to."""
        return self._survey.asked

    @property
    def faulty(self) -> frozenset[str]:
        """The keys of all questions at which something stands against sending."""
        return self._survey.faulty

    @property
    def open_points(self) -> int:
        """How many things stand between the draft and sending."""
        return sum(chapter.faults for chapter in self.chapters)

    @cached_property
    def problems(self) -> list[Problem]:
        """All that stands between the draft and sending, in words."""
        return what_is_missing(self.application)

    def asks(self, question: AnyQuestion) -> bool:
        """Return whether the draft's answers lead to this question."""
        return question.key in self._survey.asked

    def has_files(self, key: str) -> bool:
        """Return whether a file question has any file, refused ones included."""
        return any(key == other for other, _state in self._files)

    def has_removed(self, key: str) -> bool:
        """Return whether a file was taken out of this question that can be put back."""
        if self.application.has_files is False:
            return False
        return any(file.key == key for file in removed_files(self.application))

    @property
    def needed(self) -> int:
        """How many chapters have to be answered before the draft can be sent."""
        return sum(chapter.is_needed for chapter in self.chapters)

    @property
    def ready(self) -> int:
        """How many of the needed chapters are done."""
        return sum(chapter.is_needed and chapter.is_ready for chapter in self.chapters)

    def chapter(self, key: str) -> Chapter | None:
        """Return the chapter of the section `key`, None if the draft does not lead there."""
        return next((c for c in self.chapters if c.section.key == key), None)

    def pages(self, section: Section) -> list[int]:
        """Return the numbers (from 1) of the section's pages on which something is asked."""
        return [n for n, questions in enumerate(section.pages, 1) if any(map(self.asks, questions))]

    def next_open(self) -> Chapter | None:
        """Return the first chapter that is not ready, or None."""
        return next((c for c in self.chapters if not c.is_ready), None)

    def all_pages(self) -> list[tuple[Section, int]]:
        """Return every page of the form in order."""
        return [(c.section, n) for c in self.chapters for n in self.pages(c.section)]

    def neighbour(self, section: Section, page: int, step: int) -> tuple[Section, int] | None:
        """Return the page `step` further (−1: before), None at either end."""
        pages = self.all_pages()
        names = [(other.key, n) for other, n in pages]
        if (section.key, page) not in names:
            return None
        there = names.index((section.key, page)) + step
        return pages[there] if 0 <= there < len(pages) else None

    def place_of(self, key: str) -> tuple[Section, int]:
        """Return section and page of a question."""
        return self.definition.place_of[key]

    def no_longer_asked(self) -> dict[str, object]:
        """Return answers of the draft to questions that a newer form does not have."""
        known = self.definition.questions
        draft = self.application.draft
        return {k: v for k, v in draft.items() if k not in known and not is_empty(v)}
