"""Dates and version of a call for public pages, kept for a moment so that a look costs no query.

What this process commits is seen at once; what another one commits, after a second.
"""

import time
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from portal.calls.models import Call, FormVersion
from portal.core.db import db

SECONDS = 1.0
MOST = 500
CHANGED = "calls_changed"


class Standing(NamedTuple):
    """A call as its public page needs it: dates and newest version, without its definition."""

    id: UUID
    slug: str
    opens_at: datetime
    closes_at: datetime
    grace_minutes: int
    version_id: UUID
    version_n: int


# Per database, since one process may serve several applications.
_kept: WeakKeyDictionary[Engine, dict[str, tuple[float, Standing]]] = WeakKeyDictionary()


def recent(slug: str) -> Standing | None:
    """Return what was kept of a call within the last second."""
    kept = _kept.get(db.engine, {}).get(slug)
    return kept[1] if kept and kept[0] > time.monotonic() else None


def remember(call: Standing) -> Standing:
    """Keep what was just read of a call; return it."""
    calls = _kept.setdefault(db.engine, {})
    if len(calls) >= MOST:
        calls.clear()
    calls[call.slug] = (time.monotonic() + SECONDS, call)
    return call


def forget() -> None:
    """Read every call anew."""
    _kept.clear()


@event.listens_for(Session, "after_flush")
def _notice(session: Session, _context: Any) -> None:
    touched = (*session.new, *session.dirty, *session.deleted)
    if any(isinstance(row, (Call, FormVersion)) for row in touched):
        session.info[CHANGED] = True


# Not `do_orm_execute`: with a listener there SQLAlchemy prepares every query twice.
@event.listens_for(Session, "after_bulk_update")
@event.listens_for(Session, "after_bulk_delete")
def _notice_bulk(done: Any) -> None:
    if done.mapper.class_ in (Call, FormVersion):
        done.session.info[CHANGED] = True


@event.listens_for(Session, "after_commit")
def _forget(session: Session) -> None:
    if session.info.pop(CHANGED, False):
        forget()
