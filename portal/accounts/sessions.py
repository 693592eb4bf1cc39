"""Sessions: rows that open pages. The cookie holds a random word, the row its hash."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, delete, select, update

from portal.accounts.models import Invitation, Level, Session, User
from portal.accounts.wiring import hash_of
from portal.core.clock import now
from portal.core.db import db

ABSOLUTE = timedelta(hours=10)
HALF = timedelta(minutes=10)
SETUP = timedelta(hours=1)
FRESH = timedelta(minutes=10)
IDLE_STAFF = timedelta(minutes=30)
IDLE_JUROR = timedelta(hours=2)
KEPT = timedelta(days=30)
SEEN_EVERY = timedelta(minutes=1)
WORD_LENGTH = 43  # of 32 random bytes


# Asked for on each page of staff; made once, SQLAlchemy knows it by heart.
ALIVE = (
    select(Session, User)
    .join(User, Session.user_id == User.id)
    .where(
        Session.hash == bindparam("hash"),
        Session.level == bindparam("level"),
        Session.ended_at.is_(None),
        Session.expires_at > bindparam("moment"),
        User.active,
    )
)


@dataclass(frozen=True)
class Browser:
    """What the owner sees of a browser: a short name, and the network without its last part."""

    agent: str = ""
    network: str = ""


@dataclass(frozen=True)
class SignedIn:
    """Somebody who has come all the way in, and the session."""

    user: User
    session: Session

    @property
    def fresh(self) -> bool:
        """Whether password and factor were given within the last ten minutes."""
        return now() - self.session.fresh_at <= FRESH


def user_of(cookie: str) -> SignedIn | None:
    """Return who is signed in with this cookie; None if nobody is, or only half. One query."""
    return _alive(cookie, Level.FULL)


def half_of(cookie: str) -> SignedIn | None:
    """Return who has given the password and still owes the second factor."""
    return _alive(cookie, Level.PASSWORD)


def setup_of(cookie: str) -> SignedIn | None:
    """Return who came by a mailed link and sets up password or factor."""
    return _alive(cookie, Level.SETUP)


def _alive(cookie: str, level: Level) -> SignedIn | None:
    given = asked_by(cookie, level)
    return in_use(db.session.execute(ALIVE, given).first()) if given else None


def asked_by(cookie: str, level: Level = Level.FULL) -> dict[str, object] | None:
    """Return what `ALIVE` has to be given for this cookie, None if it cannot be one of ours."""
    if len(cookie) != WORD_LENGTH:
        return None
    return {"hash": hash_of(cookie), "level": level, "moment": now()}


def in_use(row: Any) -> SignedIn | None:
    """Return who is signed in by a row that begins with session and user, unless it idled out."""
    if row is None or now() - row[0].last_seen > timedelta(seconds=row[0].idle_seconds):
        return None
    return SignedIn(row[1], row[0])


def open_full(user: User, browser: Browser, *, idle: timedelta = IDLE_STAFF) -> str:
    """Open a session that opens pages; return the word for the cookie, always a new one."""
    user.signed_in_at = now()
    return _open(user, browser, Level.FULL, idle=idle, lasts=ABSOLUTE)


def open_half(user: User, browser: Browser) -> str:
    """Open a session that only asks for the second factor; return the word for the cookie."""
    return _open(user, browser, Level.PASSWORD, idle=HALF, lasts=HALF)


def open_setup(invitation: Invitation, browser: Browser) -> str:
    """Open a session that only sets up what the link is for; return the word for the cookie."""
    return _open(invitation.user, browser, Level.SETUP, idle=SETUP, lasts=SETUP, by=invitation.id)


def _open(  # noqa: PLR0913
    user: User,
    browser: Browser,
    level: Level,
    *,
    idle: timedelta,
    lasts: timedelta,
    by: UUID | None = None,
) -> str:
    word = secrets.token_urlsafe(32)
    session = Session(
        user_id=user.id,
        hash=hash_of(word),
        level=level,
        invitation_id=by,
        idle_seconds=int(idle.total_seconds()),
        expires_at=now() + lasts,
        agent=browser.agent[:80],
        network=browser.network[:40],
    )
    db.session.add(session)
    return word


def seen(session: Session, at: datetime) -> bool:
    """Return whether it is time to note that the session was used."""
    return at - session.last_seen >= SEEN_EVERY


def end(session_id: UUID, user: User) -> None:
    """End one session of `user`; sessions of others stay."""
    _end(Session.id == session_id, Session.user_id == user.id)


def end_all(user: User, *, but: UUID | None = None) -> None:
    """End the sessions of `user`, at every level, except `but`; felt at the next request."""
    _end(Session.user_id == user.id, *([Session.id != but] if but else ()))


def _end(*conditions: object) -> None:
    """Nothing ever sets `ended_at` back, so no parallel request revives a session."""
    db.session.execute(
        update(Session)
        .where(*conditions, Session.ended_at.is_(None))  # type: ignore[arg-type]
        .values(ended_at=now())
    )


def refresh(session: Session) -> None:
    """Note that password and factor were given just now."""
    session.fresh_at = now()


def of_user(user: User) -> Sequence[Session]:
    """Return the living sessions of `user`, the one used last first."""
    rows = select(Session).where(
        Session.user_id == user.id, Session.level == Level.FULL, Session.ended_at.is_(None)
    )
    alive = rows.where(Session.expires_at > now()).order_by(Session.last_seen.desc())
    found = db.session.scalars(alive).all()
    return [s for s in found if now() - s.last_seen <= timedelta(seconds=s.idle_seconds)]


def was_here(user: User, network: str) -> bool:
    """Return whether `user` has signed in from this network before."""
    rows = select(Session.id).where(
        Session.user_id == user.id, Session.network == network, Session.level == Level.FULL
    )
    return bool(network) and db.session.scalar(rows.limit(1)) is not None


def sweep() -> None:
    """Delete sessions and links that ended more than 30 days ago (run by the worker)."""
    for table in (Session, Invitation):
        db.session.execute(delete(table).where(table.expires_at < now() - KEPT))
