"""Reading the log, newest first."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select

from portal.audit.models import AuditEntry
from portal.core.db import db

SIZE = 50


@dataclass(frozen=True)
class Filters:
    """What to look for; empty means all. q: the beginning of an id or verb.

    call: slug of a call: entries that name it, and those about things whose keys `things` selects
    (without hyphens; this room does not know what belongs to a call).
    """

    what: str = ""
    actor_key: str = ""
    thing_key: str = ""
    since: datetime | None = None
    until: datetime | None = None
    q: str = ""
    call: str = ""
    things: Any = None


@dataclass(frozen=True)
class Page:
    """One page of entries, and how many there are."""

    entries: list[AuditEntry]
    total: int
    page: int
    pages: int


def entries(filters: Filters, page: int = 1, size: int = SIZE) -> Page:
    """Return one page of the entries that `filters` let through."""
    rows = select(AuditEntry).where(*_conditions(filters))
    total = db.session.scalar(select(func.count()).select_from(rows.subquery())) or 0
    pages = max(1, -(-total // size))
    here = min(max(1, page), pages)
    found = db.session.scalars(
        rows.order_by(AuditEntry.n.desc()).limit(size).offset((here - 1) * size)
    )
    return Page(list(found), total, here, pages)


def _conditions(filters: Filters) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = [
        getattr(AuditEntry, column) == getattr(filters, column)
        for column in ("what", "actor_key", "thing_key")
        if getattr(filters, column)
    ]
    if filters.since:
        wanted.append(AuditEntry.at >= filters.since)
    if filters.until:
        wanted.append(AuditEntry.at < filters.until)
    if filters.call:
        named = AuditEntry.facts["call"].as_string() == filters.call
        about = func.replace(AuditEntry.thing_key, "-", "").in_(filters.things)
        wanted.append(named if filters.things is None else or_(named, about))
    if filters.q:
        columns = (AuditEntry.what, AuditEntry.actor_key, AuditEntry.thing_key)
        wanted.append(or_(*(c.istartswith(filters.q, autoescape=True) for c in columns)))
    return wanted


def whats() -> list[str]:
    """Return every verb that stands in the log, in order."""
    return list(db.session.scalars(select(AuditEntry.what).distinct().order_by(AuditEntry.what)))
