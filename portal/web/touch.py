"""The one exception to "GET never writes": last-seen of a session, and the log of what was seen.

Each is a short transaction of its own, on a connection of its own.
"""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from flask import g, request
from sqlalchemy import Connection, update
from sqlalchemy.exc import OperationalError

from portal.accounts import sessions
from portal.accounts.models import Session
from portal.applications.desk.export_models import ApiToken
from portal.audit.chain import Thing, append
from portal.core.actor import Actor
from portal.core.clock import now
from portal.core.db import db
from portal.core.errors import TooManyRequests
from portal.web.limits import counting

log = logging.getLogger(__name__)
READING = ("GET", "HEAD", "OPTIONS")
SECONDS_OF_AN_HOUR = 3600


@contextmanager
def _writing() -> Iterator[Connection]:
    """Open a transaction that may write within a request that only reads; commit it."""
    if request.method not in READING:
        raise RuntimeError("a request that writes has a transaction already")
    g.may_write = True
    try:
        with db.engine.begin() as own:
            yield own
    finally:
        g.may_write = False


def touch(session: Session) -> None:
    """Note that the session is in use, at most once a minute; an ended one stays ended.

    Called by the door, before the view begins anything. A busy database is no reason to refuse a
    page: then the next request notes it.
    """
    at = now()
    if not sessions.seen(session, at):
        return
    noted = (
        update(Session)
        .where(Session.id == session.id, Session.ended_at.is_(None), Session.last_seen < at)
        .values(last_seen=at)
        .execution_options(synchronize_session=False)
    )
    if request.method not in READING:
        db.session.execute(noted)
        db.session.commit()
        return
    try:
        with _writing() as own:
            own.execute(noted)
    except OperationalError:
        log.warning("last-seen of a session not noted: database busy")


def witness(actor: Actor, what: str, thing: Thing = None, **facts: Any) -> None:
    """Write into the log that something is seen or downloaded, before the first byte goes out.

    For views that only read; if the log cannot be written the error stands, and nothing is shown.
    In a request that writes use `audit.record` in its transaction.
    """
    with _writing() as own:
        append(own, actor, what, thing, facts)


def witness_each(actor: Actor, what: str, things: Iterable[Thing], **facts: Any) -> None:
    """Do what `witness` does for several things, in one transaction."""
    with _writing() as own:
        for thing in things:
            append(own, actor, what, thing, facts)


def read_by_token(token: ApiToken, thing: Thing, *, most: int, **facts: Any) -> None:
    """Note that a tool of the city reads: count it, put it into the log, keep the day of use.

    Raises `TooManyRequests` above `most` an hour; then nothing is shown.
    """
    today = now().date()
    with _writing() as own:
        count = own.execute(*counting("token", token.key)).scalar_one()
        if count <= most:
            append(own, token, "token_read", thing, facts)
        if token.last_used != today:
            own.execute(update(ApiToken).where(ApiToken.id == token.id).values(last_used=today))
    if count > most:
        raise TooManyRequests(seconds=SECONDS_OF_AN_HOUR)
