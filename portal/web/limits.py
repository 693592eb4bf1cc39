"""Limits that protect the portal: sizes of requests, odd characters, how often within an hour."""

import hashlib
import hmac
import ipaddress
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, TypeVar
from uuid import uuid4

import sqlalchemy as sa
from flask import Flask, abort, current_app, request
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import RequestEntityTooLarge

from portal.core.clock import now
from portal.core.db import db, insert_into, transaction
from portal.core.errors import TooManyRequests
from portal.core.i18n import gettext
from portal.core.text import UNWANTED
from portal.settings import Settings
from portal.web.models import Throttle

View = TypeVar("View", bound=Callable[..., Any])
# Past the proxies, which look for the request anew at each dot.
this_request = request._get_current_object  # type: ignore[attr-defined]  # noqa: SLF001
this_app = current_app._get_current_object  # type: ignore[attr-defined]  # noqa: SLF001
HOUR = timedelta(hours=1)
PARTS = 2000  # fields of one form
# A letter outside of ASCII takes up to six bytes as `%D9%85`, and a form has names as well.
SWELLING = 6


def upload(view: View) -> View:
    """Let a view take a whole file; every other view takes text only."""
    view.takes_files = True  # type: ignore[attr-defined]
    return view


def set_sizes() -> None:
    """Set how large this request may be (a `before_request` hook, before the body is read).

    One that says itself that it is larger is refused at once, whether or not a view would read it.
    """
    app, here = this_app(), this_request()
    settings: Settings = app.extensions["settings"]
    view = app.view_functions.get(here.endpoint or "")
    text = settings.text_bytes * SWELLING
    files = getattr(view, "takes_files", False)
    most = here.max_content_length = text + settings.file_bytes if files else text
    if (here.content_length or 0) > most:
        raise RequestEntityTooLarge


def refuse_odd_characters() -> None:
    """Answer 400 to NUL, controls and broken Unicode in path or query."""
    here = this_request()
    parts = [here.path, *(part for pair in here.args.items(multi=True) for part in pair)]
    if any(UNWANTED.search(part) or "\ufffd" in part for part in parts):
        abort(400)


def client_network() -> str:
    """Return the address of the client behind the trusted proxies; of IPv6 the /64."""
    try:
        address = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def brake(name: str, most: int, *, by: str = "", closed: bool = False) -> None:
    """Count one `name` (for example `start`) and raise `TooManyRequests` above `most` per hour.

    Counted per network of the client, or per `by` (an e-mail address, say). Commits on its own:
    call it before the view opens its transaction. If the database cannot count, the person
    passes; with `closed` (signing in) the error stands.
    """
    started, key = _window(), by or client_network()
    try:
        with transaction():
            count = _count(_hashed(name, key, started), started + HOUR)
    except OperationalError:
        if closed:
            raise
        return
    if count > most:
        left = int((started + HOUR - now()).total_seconds()) + 1
        raise TooManyRequests(
            gettext("That was too often within a short time. Try again in %(minutes)s minutes.",
                    minutes=left // 60 + 1),
            seconds=left,
        )  # fmt: skip


def _window() -> datetime:
    return now().astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def _hashed(name: str, key: str, started: datetime) -> str:
    """Return a key from which nobody learns an address without the secret."""
    secret: bytes = current_app.extensions["settings"].secret
    text = f"throttle:{name}:{key}:{started.isoformat()}"
    return hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()


def _count(key: str, ends_at: datetime) -> int:
    """Add one and return the sum."""
    return int(db.session.execute(*_counting(key, ends_at)).scalar_one())


def _counting(key: str, ends_at: datetime) -> tuple[Any, dict[str, Any]]:
    """Return the one statement that adds one and gives the sum, with its values."""
    first = {"id": uuid4(), "key": key, "count": 1, "ends_at": ends_at}
    return _counter(db.engine.dialect.name), first


@cache
def _counter(dialect: str) -> Any:
    """Return the statement as `dialect` knows it; made once, SQLAlchemy knows it by heart."""
    table = Throttle.__table__
    return (
        insert_into(table, dialect)
        .on_conflict_do_update(index_elements=[table.c.key], set_={"count": table.c.count + 1})
        .returning(table.c.count)
    )


def counting(name: str, by: str) -> tuple[Any, dict[str, Any]]:
    """Return the statement of `brake` and its values, for a request that only reads.

    See `web/touch.py`.
    """
    started = _window()
    return _counting(_hashed(name, by, started), started + HOUR)


def sweep() -> int:
    """Delete the counts of windows that are over; return how many (a job handler)."""
    with transaction():
        done: Any = db.session.execute(sa.delete(Throttle).where(Throttle.ends_at < now()))
    return int(done.rowcount)


def init(app: Flask, settings: Settings) -> None:
    """Set the limits."""
    app.config.update(
        MAX_CONTENT_LENGTH=settings.text_bytes * SWELLING,
        MAX_FORM_MEMORY_SIZE=settings.text_bytes * SWELLING,
        MAX_FORM_PARTS=PARTS,
    )
    app.before_request(set_sizes)
    app.before_request(refuse_odd_characters)
