"""How many applications of a call stand where: figures and chips, in one statement."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import bindparam, func, select

from portal.applications.desk.narrowing import Scope
from portal.applications.models import Application
from portal.applications.workflow import Status
from portal.core.db import rows_of


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


_A = Application.__table__.c
_OF_CALL = _A.call_id == bindparam("call", type_=sa.Uuid())
_OVERDUE = select(func.count()).where(
    _OF_CALL, _A.status == Status.RETURNED, _A.due < bindparam("today", type_=sa.Date())
)
# The index begins with call, status and clerk: each application is one step along it.
_COUNTS = (
    select(_A.status, _A.clerk_id, func.count(), _OVERDUE.correlate(None).scalar_subquery())
    .where(_OF_CALL)
    .group_by(_A.status, _A.clerk_id)
)


def counts(scope: Scope) -> Counts:
    """Return the counts of a call in one statement that reads an index only."""
    found = Counts(dict.fromkeys(Status, 0))
    given = {"call": scope.call_id, "today": scope.today}
    for status, clerk_id, number, overdue in rows_of(_COUNTS, given):
        found.by_status[status] += number
        found.overdue = overdue
        if status is not Status.DRAFT:
            found.mine += number if clerk_id == scope.user_id else 0
            found.unassigned += 0 if clerk_id else number
    return found
