"""What the rows of a list have to fulfil: filters and words of a search as conditions."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy import ColumnElement, select

from portal.applications.correspondence.messages import UNREAD, Message
from portal.applications.desk.listing import Filters
from portal.applications.desk_models import ApplicationTag, Digest, Duplicate
from portal.applications.models import AnswerIndex, Application, Channel, Event
from portal.applications.search import searching
from portal.applications.workflow import Move, Status
from portal.core.clock import now


class Hits(NamedTuple):
    """The documents in which the words of a search stand: `few`, else None and `many` of them."""

    few: list[int] | None
    many: sa.CTE


@dataclass(frozen=True)
class Scope:
    """Whose list it is: the call, who looks, and which day it is there."""

    call_id: UUID
    user_id: UUID
    zone: str
    hits: dict[str, Hits] = field(default_factory=dict, compare=False, repr=False)

    def found(self, q: str) -> Hits:
        """Return in which documents the words of `q` stand.

        Asked once per request: so few hits are looked up at once, many are walked through in the
        order of the list, on every database.
        """
        if q not in self.hits:
            words = searching.query_words(q)
            self.hits[q] = Hits(searching.few_docs(words), searching.hits(words))
        return self.hits[q]

    @property
    def today(self) -> date:
        """The present day in the call's zone."""
        return now().astimezone(ZoneInfo(self.zone)).date()


def conditions(
    scope: Scope, filters: Filters, application: Any = Application, digest: Any = Digest
) -> list[ColumnElement[bool]]:
    """Return what the rows of `application` and `digest` have to fulfil."""
    wanted = [application.call_id == scope.call_id]
    wanted.append(
        application.status == filters.status if filters.status
        else application.status != Status.DRAFT
    )  # fmt: skip
    wanted += _of_clerk(scope, filters, application)
    wanted += _of_inquiry(scope, filters, application)
    wanted += _of_marks(filters, application)
    wanted += of_digest(scope, filters, digest)
    return wanted


def _of_clerk(scope: Scope, filters: Filters, application: Any) -> list[ColumnElement[bool]]:
    if not filters.clerk:
        return []
    if filters.clerk == "none":
        return [application.clerk_id.is_(None)]
    clerk = scope.user_id if filters.clerk == "me" else UUID(filters.clerk)
    return [application.clerk_id == clerk]


def _of_inquiry(scope: Scope, filters: Filters, application: Any) -> list[ColumnElement[bool]]:
    if filters.inquiry == "open":
        return [application.status == Status.RETURNED]
    if filters.inquiry == "overdue":
        return [application.status == Status.RETURNED, application.due < scope.today]
    if filters.inquiry == "answered":
        return [application.status == Status.IN_SCREENING, was_answered(application)]
    return []


def was_answered(application: Any = Application) -> ColumnElement[bool]:
    """Return the condition that the latest move was the answer to a question of the office."""
    last = select(Event.move).where(Event.application_id == application.id)
    return last.order_by(Event.n.desc()).limit(1).scalar_subquery() == Move.COMPLETE


def _of_marks(filters: Filters, application: Any) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if filters.channel:
        wanted.append(application.channel == Channel(filters.channel))
    if filters.tag:
        tagged = select(ApplicationTag.application_id)
        wanted.append(application.id.in_(tagged.where(ApplicationTag.tag_id == UUID(filters.tag))))
    if filters.unread:
        wanted.append(application.id.in_(select(Message.application_id).where(UNREAD)))
    if filters.double:
        open_ones = Duplicate.dismissed_at.is_(None)
        firsts = select(Duplicate.first_id).where(open_ones)
        wanted.append(
            application.id.in_(firsts.union(select(Duplicate.second_id).where(open_ones)))
        )
    for key, value in filters.answers.items():
        having = select(AnswerIndex.application_id)
        having = having.where(AnswerIndex.key == key, AnswerIndex.value == value)
        wanted.append(application.id.in_(having))
    return wanted


def of_digest(scope: Scope, filters: Filters, digest: Any) -> list[ColumnElement[bool]]:
    """Return what the rows of `digest` alone have to fulfil."""
    wanted: list[ColumnElement[bool]] = []
    if filters.late:
        wanted.append(digest.late)
    if filters.checks:
        wanted.append(
            {
                "none": digest.checks_open.is_(None),
                "open": digest.checks_open > 0,
                "done": digest.checks_open == 0,
            }[filters.checks]
        )
    if searching.query_words(filters.q):
        few, many = scope.found(filters.q)
        wanted.append(
            digest.doc.in_(select(many.c.n)) if few is None else searching.among(few, digest)
        )
    return wanted
