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
    return all(
        _holds(condition, definition, answers, files)
        for condition in (section.asked_if, question.asked_if)
        if condition
    )


def is_section_asked(
    section: Section, definition: Definition, answers: Answers, files: Files
) -> bool:
    """Return whether `section` appears in the form."""
    return section.asked_if is None or _holds(section.asked_if, definition, answers, files)


def asked(definition: Definition, answers: Answers, files: Files) -> list[AnyQuestion]:
    """Return the questions that are asked, in the order of the form."""
    return [q for q in definition.questions.values() if is_asked(q, definition, answers, files)]


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
    if fault is None:
        return None
    part, message = fault
    return Problem(question.key, f"{question.key}.{part}" if part else question.key, message)


def problems(definition: Definition, answers: Answers, files: Files) -> list[Problem]:
    """Return all that stands between these answers and sending, in the order of the form."""
    found = (
        problem_of(question, definition, answers, files)
        for question in asked(definition, answers, files)
    )
    return [problem for problem in found if problem]


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
    kept: dict[str, Any] = {}
    for question in asked(definition, answers, files):
        if question.type in (*FILE_TYPES, "information"):
            continue
        value, fault = checks.check(question, answers.get(question.key), answers)
        if fault and question.key in gaps:
            continue
        if fault:
            raise ValueError(f"{question.key}: {fault.message}")
        if value is not None:
            kept[question.key] = value
    return kept
