"""Storing a call: a new one, a new version of a known one, or nothing if nothing changed."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from portal.calls.definition import Definition
from portal.calls.difference import difference
from portal.calls.faults import Complaint
from portal.calls.models import Call, FormVersion, Prize
from portal.calls.queries import current_version
from portal.core.db import db
from portal.core.i18n import gettext as _
from portal.documents import usecases as documents


@dataclass(frozen=True)
class Loaded:
    """What became of a call file. `new`: a version was made; `difference`: sentences about it."""

    call: Call
    version: FormVersion
    new: bool
    difference: list[str] = field(default_factory=list)


def conflicts(definition: Definition) -> Iterator[Complaint]:
    """Yield what stands against storing `definition` beside the calls that are there."""
    known = _call(definition.slug)
    if known and known.prize.slug != definition.prize.slug:
        yield Complaint(
            ("prize", "slug"),
            _(
                "differs from the stored one (%(slug)s). A call stays with its prize; "
                "choose another "
                "“slug” for a new call.",
                slug=known.prize.slug,
            ),
        )
    if known and known.prefix != definition.prefix and known.last_number:
        yield Complaint(
            ("prefix",),
            _(
                "cannot change any more: applications have numbers with %(prefix)s. "
                "Write that one.",
                prefix=known.prefix,
            ),
        )
    other = db.session.scalar(
        select(Call).where(Call.prefix == definition.prefix, Call.slug != definition.slug)
    )
    if other:
        yield Complaint(
            ("prefix",), _("is used by the call %(slug)s. Choose another one.", slug=other.slug)
        )


def save(definition: Definition, source: dict[str, Any]) -> Loaded:
    """Store a call whose `source` was checked and read as `definition`; see `conflicts`."""
    call = _call(definition.slug)
    if call is None:
        call = Call(slug=definition.slug, prize=_prize(definition.prize.slug))
        return Loaded(call, _add_version(call, definition, source, 1), new=True)
    last = current_version(call)
    if last.sha256 == fingerprint(source):
        return Loaded(call, last, new=False)
    said = difference(last.definition, definition)
    version = _add_version(call, definition, source, last.n + 1)
    return Loaded(call, version, new=True, difference=said)


def fingerprint(source: dict[str, Any]) -> str:
    """Return the SHA-256 of the content; comments and layout of the file do not count."""
    text = json.dumps(source, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _call(slug: str) -> Call | None:
    return db.session.scalar(select(Call).where(Call.slug == slug))


def _prize(slug: str) -> Prize:
    prize = db.session.scalar(select(Prize).where(Prize.slug == slug))
    return prize or Prize(slug=slug)


def _add_version(call: Call, definition: Definition, source: dict[str, Any], n: int) -> FormVersion:
    call.prefix = definition.prefix
    call.opens_at = definition.opens_at
    call.closes_at = definition.closes_at
    call.grace_minutes = definition.grace_minutes
    version = FormVersion(call=call, n=n, source=source, sha256=fingerprint(source))
    db.session.add_all([call, version])
    db.session.flush()
    db.session.expire(call, ["newest_version_id"])
    for language in definition.languages:
        documents.order(
            "blank_form", about=version.id, number=call.prefix, version_n=n, language=language
        )
    return version
