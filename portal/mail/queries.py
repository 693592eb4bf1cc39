"""Reading letters: the log of an application, the outbox of the office, counts."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select

from portal.core.db import db
from portal.mail.models import Letter, LetterState


@dataclass(frozen=True)
class Page:
    """One page of letters, newest first; `pages` is at least 1."""

    letters: list[Letter]
    total: int
    page: int
    pages: int


def find(letter_id: UUID) -> Letter | None:
    """Return a letter by its id."""
    return db.session.get(Letter, letter_id)


def log_of(about: UUID) -> list[Letter]:
    """Return every letter about one application, oldest first."""
    rows = select(Letter).where(Letter.about == about).order_by(Letter.created_at, Letter.id)
    return list(db.session.scalars(rows))


def listed(
    call_id: UUID | None = None, state: LetterState | None = None, page: int = 1, size: int = 50
) -> Page:
    """Return one page of letters of a call, or of all, in one state or in any."""
    wanted = select(Letter)
    if call_id is not None:
        wanted = wanted.where(Letter.call_id == call_id)
    if state is not None:
        wanted = wanted.where(Letter.state == state)
    total = db.session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    pages = max(1, -(-total // size))
    page = min(max(page, 1), pages)
    rows = wanted.order_by(Letter.created_at.desc(), Letter.id).limit(size)
    return Page(list(db.session.scalars(rows.offset((page - 1) * size))), total, page, pages)


def held_about(ids: Collection[UUID]) -> dict[UUID, int]:
    """Return how many letters wait for release, by what they are about, in one query."""
    rows = (
        select(Letter.about, func.count())
        .where(Letter.about.in_(ids), Letter.state == LetterState.HELD)
        .group_by(Letter.about)
    )
    return {about: number for about, number in db.session.execute(rows) if about}


def counts(call_id: UUID | None = None) -> dict[LetterState, int]:
    """Return how many letters of a call, or of all, are in each state."""
    rows = select(Letter.state, func.count()).group_by(Letter.state)
    if call_id is not None:
        rows = rows.where(Letter.call_id == call_id)
    found = dict.fromkeys(LetterState, 0)
    for state, number in db.session.execute(rows):
        found[state] = number
    return found
