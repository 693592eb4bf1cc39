"""What the portal finds out by itself about an application, with the reason in words."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from portal.applications.desk_models import Duplicate
from portal.applications.drafts.renewing import raw_answers
from portal.applications.models import Application, FileState, Reason, Version
from portal.applications.queries import definition_under
from portal.applications.reactions import exact
from portal.calls.answers import asked, problem_of
from portal.calls.questions import AnyQuestion
from portal.calls.reading import version_words
from portal.calls.wording import plain
from portal.core.db import db
from portal.core.i18n import gettext as _
from portal.core.i18n import language, ngettext


@dataclass(frozen=True)
class Finding:
    """`verdict` is ok, no or question; `reasons` are sentences; `twins` ids of similar ones."""

    verdict: str
    reasons: list[str] = field(default_factory=list)
    twins: list[str] = field(default_factory=list)


Finder = Callable[[Version], Finding | None]


def in_time(version: Version) -> Finding:
    """Whether the application arrived before the closing, by the server's clock or the paper's day.

    Later versions answer a question or correct something, so the last one that was sent counts.
    """
    sent = sent_last(version.application)
    definition = definition_under(sent)
    arrived = _("Arrived: %(moment)s", moment=exact(definition, sent.arrived_at))
    closing = _("Closing: %(moment)s", moment=exact(definition, version.application.call.closes_at))
    if sent.late:
        return Finding("question", [arrived, closing, _("It is marked as late.")])
    return Finding("ok", [arrived, closing])


def sent_last(application: Application) -> Version:
    """Return the version that the owner sent last of their own accord."""
    return [v for v in application.versions if v.reason in (Reason.SUBMIT, Reason.REVISE)][-1]


def required(version: Version) -> Finding:
    """Whether everything that must be answered is answered, under the form of the version."""
    missing = [q for q in missing_in(version) if q.type != "declaration"]
    if missing:
        return Finding("question", [_("Missing: %(name)s", name=_name(q)) for q in missing])
    return Finding("ok", [_("All required answers are there.")])


def missing_in(version: Version) -> list[AnyQuestion]:
    """Return the questions that were asked and must be answered, but lack a fitting answer.

    Two findings ask; a version never changes, so the loaded one keeps the answer.
    """
    if "_missing" not in version.__dict__:
        version.__dict__["_missing"] = _missing_in(version)
    missing: list[AnyQuestion] = version.__dict__["_missing"]
    return missing


def _missing_in(version: Version) -> list[AnyQuestion]:
    definition = definition_under(version)
    counts = version.file_counts
    raw = raw_answers(definition, version.answers)
    return [
        question
        for question in asked(definition, raw, counts)
        if _may_lack(question, version) and problem_of(question, definition, raw, counts)
    ]


def _may_lack(question: AnyQuestion, version: Version) -> bool:
    """Return whether an answer has to be looked at: what a version keeps was checked before.

    Only a month with another one before it may have become wrong, when that one was corrected.
    """
    if not version.answers.get(question.key):
        return True
    return question.type == "month" and question.not_before is not None


def declarations(version: Version) -> Finding:
    """Which declarations were given, each with the version of its text."""
    definition = definition_under(version)
    missing = [q for q in missing_in(version) if q.type == "declaration"]
    given = [
        _("%(name)s: version of %(version)s", name=_name(definition.questions[key]),
          version=version_words(value["version"]))
        for key, value in version.answers.items()
        if definition.questions[key].type == "declaration" and value["answer"] == "yes"
    ]  # fmt: skip
    gaps = [_("Missing: %(name)s", name=_name(q)) for q in missing]
    return Finding("question" if gaps else "ok", gaps + given)


def files(version: Version) -> Finding:
    """Whether every file could be read and no malware was found in it."""
    kept = [one.file for one in version.files]
    refused = [f.name for f in kept if f.state is FileState.REFUSED]
    waiting = [f.name for f in kept if f.state is FileState.CHECKING]
    unscanned = [f.name for f in kept if f.state is FileState.READY and f.scan == "not_scanned"]
    clean = len(kept) - len(refused) - len(waiting) - len(unscanned)
    said = [
        *(_("Refused: %(name)s", name=name) for name in refused),
        *(_("Still being checked: %(name)s", name=name) for name in waiting),
        *(_("Not scanned: %(name)s", name=name) for name in unscanned),
    ]
    if clean:
        said.append(ngettext("%(num)s file is clean.", "%(num)s files are clean.", clean))
    if not kept:
        said.append(_("There are no files."))
    verdict = "no" if refused else "question" if waiting or unscanned else "ok"
    return Finding(verdict, said)


def duplicate(version: Version) -> Finding:
    """Whether another application may be the same, as far as nobody has said that it is not."""
    return duplicate_of(twins_of([version.application_id]).get(version.application_id, []))


def twins_of(ids: Collection[UUID]) -> dict[UUID, list[Application]]:
    """Return the likely doubles of several applications that nobody dismissed, by id."""
    rows = db.session.scalars(
        select(Duplicate)
        .options(joinedload(Duplicate.first), joinedload(Duplicate.second))
        .where(
            or_(Duplicate.first_id.in_(ids), Duplicate.second_id.in_(ids)),
            Duplicate.dismissed_at.is_(None),
        )
    )
    found: dict[UUID, list[Application]] = {}
    for row in rows:
        found.setdefault(row.first_id, []).append(row.second)
        found.setdefault(row.second_id, []).append(row.first)
    return found


class Alike(Protocol):
    """Another application as far as a finding names it."""

    @property
    def id(self) -> UUID:
        """Its id."""

    @property
    def reference(self) -> str | None:
        """Its number."""


def duplicate_of(twins: Sequence[Alike]) -> Finding:
    """Return the finding for an application with these likely doubles."""
    if not twins:
        return Finding("ok", [_("No similar application was found.")])
    said = [_("Perhaps a double of %(number)s", number=twin.reference or "") for twin in twins]
    return Finding("question", said, [str(twin.id) for twin in twins])


def _name(question: AnyQuestion) -> str:
    return plain(question.short or question.label, language())


FINDERS: dict[str, Finder] = {
    "in_time": in_time,
    "required": required,
    "declarations": declarations,
    "files": files,
    "duplicate": duplicate,
}
