"""From when a decision is known outside of office and jury: once its letter has left.

The letters are written with the decision and held. Until they leave, the page of the applicant and
the tools that read by token do not say it, so that nobody learns it by looking often.
"""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import aliased

from portal.applications.models import Application
from portal.applications.workflow import Move, Status
from portal.core.db import db
from portal.mail.models import Letter, LetterState

DECIDED = frozenset((Status.AWARDED, Status.NOT_AWARDED))
BEFORE = Status.SCORED  # what a decision looks like while it is kept back
_LETTERS = (Move.AWARD.value, Move.DECLINE.value)
_NOT_LEFT = (LetterState.HELD, LetterState.WAITING)


def _is_known() -> ColumnElement[bool]:
    """Return whether the own letter has left, or none of the call waits any more.

    The second is for those without an e-mail address: they are told by post at the same time.
    """
    own, other = aliased(Letter), aliased(Letter)
    has_left = exists().where(
        own.about == Application.id, own.name.in_(_LETTERS), own.state == LetterState.SENT
    )
    some_wait = exists().where(
        other.call_id == Application.call_id,
        other.name.in_(_LETTERS),
        other.state.in_(_NOT_LEFT),
    )
    return or_(has_left, ~some_wait)


def kept_back(ids: Collection[UUID]) -> set[UUID]:
    """Return which of these applications are decided without anybody outside knowing it yet."""
    rows = select(Application.id).where(
        Application.id.in_(ids), Application.status.in_(DECIDED), ~_is_known()
    )
    return set(db.session.scalars(rows))


def is_kept_back(application: Application) -> bool:
    """Return whether this one is decided without anybody outside knowing it yet."""
    return application.status in DECIDED and bool(kept_back([application.id]))


def has_told_status(status: Status) -> ColumnElement[bool]:
    """Return the condition that this is the status of an application as told outside."""
    if status in DECIDED:
        return (Application.status == status) & _is_known()
    if status is BEFORE:
        decided = Application.status.in_(DECIDED) & ~_is_known()
        return or_(Application.status == status, decided)
    return Application.status == status
