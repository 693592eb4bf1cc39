"""A code by e-mail as the second factor, for those who have no app and whose calls allow it.

Six digits, derived and never stored, that work once, for ten minutes, in the session that asked.
"""

import hmac
from datetime import timedelta
from typing import Any, cast
from uuid import UUID

from sqlalchemy import CursorResult, update

from portal import audit
from portal.accounts import factors, letters
from portal.accounts.models import Session, User
from portal.accounts.wiring import derived
from portal.core.clock import now
from portal.core.db import db

LASTS = timedelta(minutes=10)
DIGITS = 6


def send(session: Session, user: User) -> None:
    """Mail a new code for this session; an older one dies."""
    session.code_sent_at = now()
    db.session.flush()
    letters.send_code(session.id, user, now() + LASTS)
    audit.record(user, "code_mail", user)


def _code(session: Session) -> str:
    sent = session.code_sent_at.isoformat() if session.code_sent_at else ""
    number = int.from_bytes(derived("mailed code", str(session.id), sent)[:8])
    return f"{number % 10**DIGITS:0{DIGITS}}"


def _is_open(session: Session) -> bool:
    sent = session.code_sent_at
    return session.ended_at is None and sent is not None and now() - sent <= LASTS


def code_of(session_id: UUID) -> str | None:
    """Return the digits for a letter's `{code}`; None if the code is dead or none of ours."""
    session = db.session.get(Session, session_id)
    return _code(session) if session and _is_open(session) else None


def use(session: Session, typed: str) -> bool:
    """Use up the code of this session; False if it is wrong, old or was used by a faster one."""
    if not _is_open(session) or not hmac.compare_digest(_code(session), factors.digits_of(typed)):
        return False
    used = (
        update(Session)
        .where(Session.id == session.id, Session.code_sent_at == session.code_sent_at)
        .values(code_sent_at=None)
        .execution_options(synchronize_session=False)
    )
    return cast("CursorResult[Any]", db.session.execute(used)).rowcount == 1
