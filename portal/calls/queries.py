"""Finding calls and their definitions."""

from collections import OrderedDict
from datetime import datetime
from threading import Lock
from typing import cast
from uuid import UUID

from sqlalchemy import bindparam, select

from portal.calls.definition import Definition
from portal.calls.models import Call, FormVersion
from portal.calls.moments import SECOND
from portal.calls.standing import Standing, recent, remember
from portal.core.clock import now
from portal.core.db import db
from portal.core.errors import NotFound

MOST_KEPT = 64
_kept: OrderedDict[UUID, Definition] = OrderedDict()
_fingerprints: dict[UUID, str] = {}  # of a hundred bytes for each version of a form
_lock = Lock()


_STANDING = (
    select(
        Call.id,
        Call.slug,
        Call.opens_at,
        Call.closes_at,
        Call.grace_minutes,
        FormVersion.id,
        FormVersion.n,
    )
    .join(FormVersion, FormVersion.call_id == Call.id)
    .order_by(FormVersion.n.desc())
    .limit(1)
)


_BY_SLUG = select(Call).where(Call.slug == bindparam("slug"))


def standing(slug: str) -> Standing:
    """Return dates and newest version of a call, at most a second old; raise `NotFound`.

    For public pages. Whoever decides about a deadline reads the row (`call_by_slug`).
    """
    return recent(slug) or remember(_standing_now(slug))


def _standing_now(slug: str) -> Standing:
    row = db.session.execute(_STANDING.where(Call.slug == slug)).first()
    if row is None:
        raise NotFound
    return Standing(*row)


def call_by_slug(slug: str) -> Call:
    """Return the call with this slug; raise `NotFound`."""
    call = db.session.scalar(_BY_SLUG, {"slug": slug})
    if call is None:
        raise NotFound
    return call


def current_version(call: Call) -> FormVersion:
    """Return the newest version of a call's definition."""
    return cast("FormVersion", db.session.get(FormVersion, call.newest_version_id))


def version_ids(call_id: UUID) -> list[UUID]:
    """Return the ids of all versions of a call's definition, newest first."""
    rows = select(FormVersion.id).where(FormVersion.call_id == call_id)
    return list(db.session.scalars(rows.order_by(FormVersion.n.desc())))


def definition_of(form_version_id: UUID) -> Definition:
    """Return a definition in typed form; kept in this process, since it never changes."""
    with _lock:
        if form_version_id in _kept:
            _kept.move_to_end(form_version_id)
            return _kept[form_version_id]
    version = db.session.get(FormVersion, form_version_id)
    if version is None:
        raise NotFound
    definition = Definition.model_validate(version.source)
    with _lock:
        _kept[form_version_id] = definition
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
    return definition


def fingerprint_of(form_version_id: UUID) -> str:
    """Return the SHA-256 of a version of a form; kept in this process, since it never changes."""
    known = _fingerprints.get(form_version_id)
    if known is None:
        rows = select(FormVersion.sha256).where(FormVersion.id == form_version_id)
        known = _fingerprints[form_version_id] = db.session.scalars(rows).one()
    return known


def all_calls() -> list[Call]:
    """Return all calls: the one that closes last stands first."""
    return list(db.session.scalars(select(Call).order_by(Call.closes_at.desc(), Call.slug)))


def open_calls(moment: datetime | None = None) -> list[Call]:
    """Return the calls that are open at `moment` (default: now), the next to close first."""
    here = moment or now()
    rows = select(Call).where(Call.opens_at <= here, Call.closes_at > here - SECOND)
    return list(db.session.scalars(rows.order_by(Call.closes_at, Call.slug)))
