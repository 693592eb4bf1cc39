"""What changed from one version to another, in words."""

from dataclasses import dataclass

from portal.applications.models import Version
from portal.applications.queries import definition_under
from portal.calls.questions import FILE_TYPES, AnyQuestion
from portal.calls.reading import Shown, show


@dataclass(frozen=True)
class Difference:
    """One answer that changed between two versions, in words; files are told by their names."""

    question: AnyQuestion
    before: Shown
    after: Shown


def differences(older: Version, newer: Version) -> list[Difference]:
    """Return what changed from one version to a later one, in the order of the form."""
    known = {**definition_under(older).questions, **definition_under(newer).questions}
    found = []
    for question in known.values():
        before, after = _told(question, older), _told(question, newer)
        if before != after:
            found.append(Difference(question, before, after))
    return found


def _told(question: AnyQuestion, version: Version) -> Shown:
    if question.type not in FILE_TYPES:
        return show(question, version.answers.get(question.key))
    names = [
        " · ".join(filter(None, (one.file.name, one.caption, one.credit, one.alt, one.persons)))
        for one in version.files
        if one.file.key == question.key
    ]
    return Shown("list", entries=names) if names else show(question, None)
