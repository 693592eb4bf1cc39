"""How many applications of a call stand where: figures and chips, in one statement."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import bindparam, func, select

from portal.applications.finding import Scope
from portal.applications.models import Application
from portal.applications.workflow import Status
from portal.core.db import db


@dataclass
class Counts:
    """How many applications of a call there are, for chips and figures."""

    by_status: dict[Status, int]
    mine: int = 0
    unassigned: int = 0
    overdue: int = 0

    @property
    def drafts(self) -> int:
        """How many are being written."""
        return self.by_status[Status.DRAFT]

    @property
    def received(self) -> int:
        """How many were sent."""
        return sum(self.by_status.values()) - self.drafts


_COUNTS = (
    select(
        Application.status,
        func.count(),
        func.count().filter(Application.clerk_id == bindparam("me", type_=sa.Uuid())),
        func.count().filter(Application.clerk_id.is_(None)),
        func.count().filter(Application.due < bindparam("today", type_=sa.Date())),
    )
    .where(Application.call_id == bindparam("call", type_=sa.Uuid()))
    .group_by(Application.status)
)


def counts(scope: Scope) -> Counts:
    """Return the counts of a call in one statement that reads an index only."""
    given = {"call": scope.call_id, "me": scope.user_id, "today": scope.today}
    found = Counts(dict.fromkeys(Status, 0))
    for status, number, mine, unassigned, overdue in db.session.execute(_COUNTS, given):
        found.by_status[status] = number
        if status is Status.RETURNED:
            found.overdue = overdue
        if status is not Status.DRAFT:
            found.mine += mine
            found.unassigned += unassigned
    return found
