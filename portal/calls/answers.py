"""What is asked, and whether an answer fits: the one place for conditions and limits.

Raw answers are what a draft keeps, by question key: a string; a list of strings (choices); a dict
of parts (month, date, address); a list of dicts (rows). Files are answered beside them: `files`
tells how many files each file question has.
"""

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from portal.calls import checks
from portal.calls.definition import Definition, Section
from portal.calls.questions import FILE_TYPES, AnyQuestion, Condition

Raw = Any
Answers = Mapping[str, Raw]
Files = Mapping[str, int]


class Problem(NamedTuple):
    """One thing to mend: at which question, where the link leads, and what to do."""

    key: str
    anchor: str
    message: str


def is_asked(question: AnyQuestion, definition: Definition, answers: Answers, files: Files) -> bool:
    """Return whether `question` is asked, given the answers to the others."""
    section = definition.section_of[question.key]
    for condition in (section.asked_if, question.asked_if):
        if condition is not None and not _holds(condition, definition, answers, files):
            return False
    return True


def is_section_asked(
    section: Section, definition: Definition, answers: Answers, files: Files
) -> bool:
    """Return whether `section` appears in the form."""
    return section.asked_if is None or _holds(section.asked_if, definition, answers, files)


def asked(definition: Definition, answers: Answers, files: Files) -> list[AnyQuestion]:
    """Return the questions that are asked, in the order of the form."""
    parts = by_section(definition, answers, files)
    return [question for _section, questions in parts for question in questions]


def by_section(
    definition: Definition, answers: Answers, files: Files
) -> list[tuple[Section, list[AnyQuestion]]]:
    """Return the sections that appear, each with its questions that are asked."""
    return [
        (section, _asked_in(section, definition, answers, files))
        for section in definition.sections
        if is_section_asked(section, definition, answers, files)
    ]


def _asked_in(
    section: Section, definition: Definition, answers: Answers, files: Files
) -> list[AnyQuestion]:
    return [
        question
        for question in section.questions
        if question.asked_if is None or _holds(question.asked_if, definition, answers, files)
    ]


def _holds(condition: Condition, definition: Definition, answers: Answers, files: Files) -> bool:
    """Return whether each part that the condition names holds; a cheap one is looked at first."""
    if condition.has_files and not any(files.get(key, 0) for key in condition.has_files):
        return False
    if condition.key and not _is_one_of(condition, definition, answers, files):
        return False
    if condition.any_of and not any(
        _holds(part, definition, answers, files) for part in condition.any_of
    ):
        return False
    return all(_holds(part, definition, answers, files) for part in condition.all_of)


def _is_one_of(
    condition: Condition, definition: Definition, answers: Answers, files: Files
) -> bool:
    question = definition.questions[condition.key or ""]
    raw = answers.get(question.key)
    given = raw if isinstance(raw, list) else [raw]
    return any(value in condition.one_of for value in given) and is_asked(
        question, definition, answers, files
    )


def problem_of(
    question: AnyQuestion, definition: Definition, answers: Answers, files: Files
) -> Problem | None:
    """Return what is wrong with the answer to one question, missing ones included."""
    if question.type in FILE_TYPES:
        fault = checks.files(question, files.get(question.key, 0))
    else:
        fault = checks.check(question, answers.get(question.key), answers).fault
    return _problem(question.key, *fault) if fault else None


class Judged(NamedTuple):
    """Cleaned answers to all asked questions that have a right one, and what is wrong elsewhere.

    `values` is what a version keeps: without files and without optional answers not given.
    """

    values: dict[str, Any]
    problems: list[Problem]


def judge(definition: Definition, answers: Answers, files: Files) -> Judged:
    """Look at the answer to each asked question once, in the order of the form."""
    values, problems = {}, []
    for question in asked(definition, answers, files):
        key = question.key
        if question.type in FILE_TYPES:
            value, fault = None, checks.files(question, files.get(key, 0))
        else:
            value, fault = checks.check(question, answers.get(key), answers)
        if fault:
            problems.append(_problem(key, *fault))
        elif value is not None:
            values[key] = value
    return Judged(values, problems)


def _problem(key: str, part: str, message: str) -> Problem:
    return Problem(key, f"{key}.{part}" if part else key, message)


def problems(definition: Definition, answers: Answers, files: Files) -> list[Problem]:
    """Return all that stands between these answers and sending, in the order of the form."""
    return judge(definition, answers, files).problems


def ineligible(definition: Definition, answers: Answers) -> list[AnyQuestion]:
    """Return the asked questions whose answer excludes from taking part."""
    return [
        question
        for question in definition.questions.values()
        if question.type == "yes_no"
        and question.must_be
        and answers.get(question.key) not in (None, "", question.must_be)
        and is_asked(question, definition, answers, {})
    ]


def values(
    definition: Definition, answers: Answers, files: Files, gaps: Collection[str] = ()
) -> dict[str, Any]:
    """Return the cleaned answers to all asked questions: what a version keeps.

    gaps: keys that may be missing, as the office accepted them on paper. Raises `ValueError` if an
    answer has a problem; unanswered optional questions are left out.
    """
    found = judge(definition, answers, files)
    for problem in found.problems:
        typed = definition.questions[problem.key].type not in FILE_TYPES
        if typed and problem.key not in gaps:
            raise ValueError(f"{problem.key}: {problem.message}")
    return found.values
