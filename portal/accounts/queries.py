"""Finding people."""

from uuid import UUID

from sqlalchemy import or_, select

from portal.accounts.models import User
from portal.core.db import db
from portal.core.errors import NotFound
from portal.core.text import one_line


def folded(email: str) -> str:
    """Return an address in the form in which it is stored and compared."""
    return one_line(email).lower()


def by_email(email: str) -> User | None:
    """Return the account with this address in any case, None if there is none."""
    return db.session.scalar(select(User).where(User.email == folded(email)))


def by_id(user_id: UUID, *, for_change: bool = False) -> User:
    """Return an account; raise `NotFound`."""
    query = select(User).where(User.id == user_id)
    found = db.session.scalar(query.with_for_update() if for_change else query)
    if found is None:
        raise NotFound
    return found


def names_of(ids: set[UUID]) -> dict[UUID, str]:
    """Return what people are called, by id, in one query."""
    rows = db.session.scalars(select(User).where(User.id.in_(ids))) if ids else ()
    return {user.id: user.called for user in rows}


def people(q: str = "") -> list[User]:
    """Return all accounts whose name or address contains `q`, by name and address."""
    rows = select(User).order_by(User.name, User.email)
    if q:
        columns = (User.name, User.email)
        rows = rows.where(or_(*(c.icontains(one_line(q), autoescape=True) for c in columns)))
    return list(db.session.scalars(rows))
