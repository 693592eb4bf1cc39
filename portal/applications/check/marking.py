"""The formal check of one application: what the portal found, what a person marked."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint, bindparam, select
from sqlalchemy.orm import Mapped, mapped_column, selectinload

from portal import audit
from portal.applications.check.findings import FINDERS, Alike, Finding, duplicate_of, twins_of
from portal.applications.drafts.renewing import newest, raw_answers
from portal.applications.models import Application, Version
from portal.applications.policy import POLICY, Action
from portal.applications.queries import definition_for, definition_under
from portal.applications.reading import Entry, SectionEntries, entries_of_version
from portal.applications.search import searching
from portal.calls.answers import is_asked
from portal.calls.checklist import CheckItem
from portal.core.actor import Actor
from portal.core.clock import now
from portal.core.db import Model, by_value, db
from portal.core.errors import DomainError, NotFound
from portal.core.i18n import gettext as _
from portal.core.text import normalise


class Verdict(StrEnum):
    """What a check of one item came to."""

    OK = "ok"
    NO = "no"
    QUESTION = "question"


class CheckMark(Model):
    """What a person found out about one item of the checklist; `revision` grows with changes."""

    __tablename__ = "check_mark"
    __table_args__ = (UniqueConstraint("application_id", "item"),)

    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"))
    item: Mapped[str] = mapped_column(String(80))
    verdict: Mapped[Verdict | None] = mapped_column(by_value(Verdict))
    by_key: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(default=now)
    note: Mapped[str] = mapped_column(String(2000), default="")
    revision: Mapped[int] = mapped_column(default=1)


class MarkedMeanwhile(DomainError):
    """Somebody else marked the item since the page was shown; `mark` says how."""

    def __init__(self, mark: CheckMark) -> None:
        super().__init__(_("Somebody else has marked this item meanwhile. Look at it once more."))
        self.mark = mark


@dataclass(frozen=True)
class Line:
    """One item as the page shows it. A person's mark counts more than what the portal found."""

    item: CheckItem
    mark: CheckMark | None
    finding: Finding | None
    evidence: list[Entry]

    @property
    def verdict(self) -> Verdict | None:
        """The verdict that counts, None while the item is open."""
        if self.mark and self.mark.verdict:
            return self.mark.verdict
        return Verdict(self.finding.verdict) if self.finding else None

    @property
    def by_person(self) -> bool:
        """Whether a person decided it."""
        return bool(self.mark and self.mark.verdict)


@dataclass(frozen=True)
class Panel:
    """The whole checklist of one application."""

    lines: list[Line]

    @property
    def done(self) -> int:
        """How many items are fulfilled."""
        return sum(line.verdict is Verdict.OK for line in self.lines)

    @property
    def open(self) -> list[Line]:
        """The items that are not fulfilled: not yet looked at, in question, or not met."""
        return [line for line in self.lines if line.verdict is not Verdict.OK]


def panel(
    application: Application,
    *,
    marks: Iterable[CheckMark] | None = None,
    twins: Sequence[Alike] | None = None,
    parts: list[SectionEntries] | None = None,
) -> Panel:
    """Return the checklist of an application with marks, findings and evidence.

    marks, twins, parts: given where the page has loaded them already, for many applications or
    for what it shows beside the list; parts are the entries of the newest version.
    """
    version = newest(application)
    definition = definition_under(version)
    known = marks_of(application) if marks is None else marks
    marks_by = {mark.item: mark for mark in known}
    shown = entries_of_version(version) if parts is None else parts
    entries = {e.question.key: e for part in shown for e in part.entries}
    raw, counts = raw_answers(definition, version.answers), version.file_counts
    return Panel([
        Line(
            item=item,
            mark=marks_by.get(item.key),
            finding=_finding(item, version, twins),
            evidence=[entries[key] for key in item.evidence if key in entries],
        )
        for item in items_of(application)
        if item.only_with is None
        or is_asked(definition.questions[item.only_with], definition, raw, counts)
    ])  # fmt: skip


def open_on(ids: Collection[UUID]) -> dict[UUID, list[Line]]:
    """Return what is not fulfilled in several applications, by id; those without are not in it.

    The number of statements does not depend on how many there are; the lines have no evidence.
    """
    rows = (
        select(Application).where(Application.id.in_(ids))
        .options(selectinload(Application.versions).selectinload(Version.files))
    )  # fmt: skip
    marks, twins = marks_on(ids), twins_of(ids)
    panels = {
        one.id: panel(one, marks=marks.get(one.id, ()), twins=twins.get(one.id, ()), parts=[])
        for one in db.session.scalars(rows)
    }
    return {key: found.open for key, found in panels.items() if found.open}


def _finding(item: CheckItem, version: Version, twins: Sequence[Alike] | None) -> Finding | None:
    if item.automatic == "duplicate" and twins is not None:
        return duplicate_of(twins)
    return FINDERS[item.automatic](version) if item.automatic in FINDERS else None


def items_of(application: Application) -> tuple[CheckItem, ...]:
    """Return the items that fit the form of the newest version; the call's newest list counts."""
    known = definition_under(newest(application)).questions
    items = definition_for(application).checks
    return tuple(item for item in items if item.only_with is None or item.only_with in known)


_MARKS = select(CheckMark).where(CheckMark.application_id == bindparam("application"))


def marks_of(application: Application) -> list[CheckMark]:
    """Return the marks of an application."""
    return list(db.session.scalars(_MARKS, {"application": application.id}))


def marks_on(ids: Collection[UUID]) -> dict[UUID, list[CheckMark]]:
    """Return the marks of several applications, by application, in one query."""
    found: dict[UUID, list[CheckMark]] = {}
    for one in db.session.scalars(select(CheckMark).where(CheckMark.application_id.in_(ids))):
        found.setdefault(one.application_id, []).append(one)
    return found


def mark(  # noqa: PLR0913  (who, when and why)
    application: Application,
    item: str,
    verdict: Verdict | None,
    *,
    by: Actor,
    note: str = "",
    seen: int | None = None,
) -> CheckMark:
    """Mark one item, or take the mark back with None; return the mark.

    seen: the revision of the mark that the page showed (0: none), None to overwrite. Raises
    `NotFound` for an item that the call has not, `MarkedMeanwhile` if another one was faster.
    """
    POLICY.require(by, Action.WORK, application)
    if item not in {one.key for one in items_of(application)}:
        raise NotFound
    found = next((one for one in marks_of(application) if one.item == item), None)
    if found and seen is not None and found.revision != seen:
        raise MarkedMeanwhile(found)
    if found is None:
        found = CheckMark(application_id=application.id, item=item, revision=0)
        db.session.add(found)
    found.verdict, found.note = verdict, normalise(note)[:2000]
    found.by_key, found.at, found.revision = by.key, now(), found.revision + 1
    db.session.flush()
    lines = panel(application).lines
    undecided = sum(line.verdict is None for line in lines)
    searching.note_checks(application.id, undecided=undecided, total=len(lines))
    audit.record(by, "check", application, item=item, verdict=verdict.value if verdict else None)
    return found
