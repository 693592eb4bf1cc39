"""How many applications of a call stand where: figures and chips, in one statement."""

from dataclasses import dataclass

from sqlalchemy import func, select

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


def counts(scope: Scope) -> Counts:
    """Return the counts of a call in one statement that reads an index only."""
    query = (
        select(
            Application.status,
            func.count(),
            func.count().filter(Application.clerk_id == scope.user_id),
            func.count().filter(Application.clerk_id.is_(None)),
            func.count().filter(Application.due < scope.today),
        )
        .where(Application.call_id == scope.call_id)
        .group_by(Application.status)
    )
    found = Counts(dict.fromkeys(Status, 0))
    for status, number, mine, unassigned, overdue in db.session.execute(query):
        found.by_status[status] = number
        if status is Status.RETURNED:
            found.overdue = overdue
        if status is not Status.DRAFT:
            found.mine += mine
            found.unassigned += unassigned
    return found
