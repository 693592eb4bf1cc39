"""Applications that may be the same: found by the worker after each version, judged by a person.

Texts are compared by their shingles (three words each). Forty-eight smallest hashes (MinHash) in
bands of two lead to candidates without reading every other text; what is told is the exact share
of common shingles. Pairs with a share of 0.4 are missed in about one of seventy cases, those of
0.6 in one of fifty thousand: (1 - share²)^24.
"""

import hashlib
from collections.abc import Iterable
from itertools import pairwise
from typing import Any
from uuid import UUID

from sqlalchemy import and_, delete, or_, select

from portal import audit
from portal.accounts.models import User
from portal.applications.desk_models import Digest, DigestBand, Duplicate
from portal.applications.models import Application, File, Version, VersionFile
from portal.applications.policy import POLICY, Action
from portal.applications.queries import definition_under
from portal.applications.search.searching import words_of
from portal.applications.workflow import Status
from portal.calls.models import Call
from portal.core.clock import now
from portal.core.db import db, transaction
from portal.core.errors import NotFound

BANDS, ROWS = 24, 2
PRIME = (1 << 61) - 1
NEAR = 0.4
FEWEST = 12  # texts of fewer shingles tell nothing
MOST_TWINS = 50


def find(application_id: str) -> None:
    """Compare the newest version of an application with all others of its call (a job handler)."""
    with transaction():
        wanted = select(Application).where(Application.id == UUID(application_id))
        application = db.session.scalar(wanted.with_for_update(of=Application))
        if application is None or application.status in (Status.DRAFT, Status.WITHDRAWN):
            return
        version = _newest(application.id)
        shingles = shingles_of(long_text(version))
        write_bands(application, shingles)
        signals: dict[UUID, list[dict[str, Any]]] = {}
        for twin, signal in (
            *_by_name_and_email(application),
            *_by_files(application, version),
            *_by_text(application, shingles),
        ):
            signals.setdefault(twin, []).append(signal)
        _keep(application, signals)


def _newest(application_id: UUID) -> Version:
    rows = select(Version).where(Version.application_id == application_id)
    return db.session.scalars(rows.order_by(Version.n.desc()).limit(1)).one()


# --- texts -------------------------------------------------------------------------------------


def long_text(version: Version) -> str:
    """Return the long answers of a version: what makes one application differ from another."""
    questions = definition_under(version).questions
    return " ".join(
        str(value) for key, value in version.answers.items() if questions[key].type == "long_text"
    )


def shingles_of(text: str) -> set[int]:
    """Return a number for each run of three words."""
    words = words_of(text)
    runs = zip(words, words[1:], words[2:], strict=False)
    return {
        int.from_bytes(hashlib.blake2b(" ".join(run).encode(), digest_size=7).digest())
        for run in runs
    }


def bands_of(shingles: set[int]) -> list[int]:
    """Return a number for each band: equal ones in two texts with probability share²."""
    if len(shingles) < FEWEST:
        return []
    smallest = [min((a * one + b) % PRIME for one in shingles) for a, b in _MIXERS]
    pairs = zip(smallest[::ROWS], smallest[1::ROWS], strict=True)
    return [hash_pair(first, second) for first, second in pairs]


def hash_pair(first: int, second: int) -> int:
    """Return one number of 62 bits for two."""
    both = hashlib.blake2b(f"{first},{second}".encode(), digest_size=8).digest()
    return int.from_bytes(both) >> 2


def _mixers() -> list[tuple[int, int]]:
    numbers = [
        int.from_bytes(hashlib.blake2b(f"mix {n}".encode(), digest_size=7).digest()) | 1
        for n in range(BANDS * ROWS + 1)
    ]
    return list(pairwise(numbers))


_MIXERS = _mixers()


def likeness(first: set[int], second: set[int]) -> float:
    """Return the share of common shingles among all of both, 0 to 1."""
    return len(first & second) / len(first | second) if first and second else 0.0


def write_bands(application: Application, shingles: set[int]) -> None:
    """Keep the bands of an application's texts instead of the former ones."""
    mine = DigestBand.application_id == application.id
    db.session.execute(delete(DigestBand).where(mine))
    db.session.add_all(
        DigestBand(application_id=application.id, call_id=application.call_id, band=n, value=value)
        for n, value in enumerate(bands_of(shingles))
    )
    db.session.flush()


def _by_text(application: Application, shingles: set[int]) -> Iterable[tuple[UUID, dict[str, Any]]]:
    mine = select(DigestBand.band, DigestBand.value).where(
        DigestBand.application_id == application.id
    )
    wanted = [
        and_(DigestBand.band == n, DigestBand.value == value)
        for n, value in db.session.execute(mine)
    ]
    if not wanted:
        return
    near = select(DigestBand.application_id).where(
        DigestBand.call_id == application.call_id, or_(*wanted),
        DigestBand.application_id != application.id,
    )  # fmt: skip
    for twin in db.session.scalars(near.distinct().limit(MOST_TWINS)).all():
        share = likeness(shingles, shingles_of(long_text(_newest(twin))))
        if share >= NEAR:
            yield twin, {"kind": "text", "percent": round(share * 100)}


# --- names, addresses, files -------------------------------------------------------------------


def _by_name_and_email(application: Application) -> Iterable[tuple[UUID, dict[str, Any]]]:
    mine = db.session.scalars(select(Digest).where(Digest.application_id == application.id)).one()
    same = [
        getattr(Digest, column) == value
        for column, value in (("name_key", mine.name_key), ("email_key", mine.email_key))
        if value
    ]
    if not same:
        return
    others = select(Digest).where(
        Digest.call_id == application.call_id, Digest.application_id != application.id, or_(*same)
    )
    for other in db.session.scalars(others.limit(MOST_TWINS)):
        if mine.name_key and other.name_key == mine.name_key:
            yield other.application_id, {"kind": "name"}
        if mine.email_key and other.email_key == mine.email_key:
            yield other.application_id, {"kind": "email"}


def _by_files(application: Application, version: Version) -> Iterable[tuple[UUID, dict[str, Any]]]:
    sums = select(File.sha256_received, File.name).join(VersionFile)
    sums = sums.where(VersionFile.version_id == version.id)
    mine = dict(db.session.execute(sums).all())
    if not mine:
        return
    others = (
        select(Application.id, File.sha256_received)
        .join(File, File.application_id == Application.id)
        .where(Application.call_id == application.call_id, Application.id != application.id,
               Application.status != Status.DRAFT, File.sha256_received.in_(mine))
        .distinct()
        .limit(MOST_TWINS)
    )  # fmt: skip
    for twin, sha in db.session.execute(others):
        yield twin, {"kind": "file", "name": mine[sha]}


# --- pairs -------------------------------------------------------------------------------------


def _keep(application: Application, signals: dict[UUID, list[dict[str, Any]]]) -> None:
    """Write the pairs anew: gone ones go, judged ones stay judged unless something new speaks."""
    known = {pair.second_id if pair.first_id == application.id else pair.first_id: pair
             for pair in pairs_of(application.id)}  # fmt: skip
    for twin, pair in known.items():
        if twin not in signals and pair.dismissed_at is None:
            db.session.delete(pair)
    for twin, found in signals.items():
        if twin in known:
            _renew(known[twin], found)
        else:
            first, second = _in_order(application, twin)
            db.session.add(Duplicate(call_id=application.call_id, first_id=first, second_id=second,
                                     signals=found, found_at=now()))  # fmt: skip


def _in_order(application: Application, twin: UUID) -> tuple[UUID, UUID]:
    number = db.session.scalar(select(Application.number).where(Application.id == twin)) or 0
    lower = number < (application.number or 0)
    return (twin, application.id) if lower else (application.id, twin)


def _renew(pair: Duplicate, found: list[dict[str, Any]]) -> None:
    before = {signal["kind"] for signal in pair.signals}
    if {signal["kind"] for signal in found} - before:
        pair.dismissed_at = pair.dismissed_by_id = None
    pair.signals = found


def pairs_of(application_id: UUID) -> list[Duplicate]:
    """Return every pair with this application, judged or not."""
    mine = or_(Duplicate.first_id == application_id, Duplicate.second_id == application_id)
    return list(db.session.scalars(select(Duplicate).where(mine)))


def open_pairs(call: Call, most: int = 200) -> list[Duplicate]:
    """Return the pairs of a call that nobody has judged, the newest first.

    A pair of which one is withdrawn or set aside asks nothing any more.
    """
    over = (Status.WITHDRAWN, Status.INELIGIBLE)
    first, second = Duplicate.first.of_type(Application), Duplicate.second
    rows = (
        select(Duplicate)
        .where(Duplicate.call_id == call.id, Duplicate.dismissed_at.is_(None))
        .where(first.has(Application.status.not_in(over)), second.has(
            Application.status.not_in(over)))
        .order_by(Duplicate.found_at.desc(), Duplicate.id)
        .limit(most)
    )  # fmt: skip
    return list(db.session.scalars(rows))


def pair_in(call: Call, pair_id: UUID, *, for_change: bool = False) -> Duplicate:
    """Return a pair of a call; raise `NotFound`."""
    rows = select(Duplicate).where(Duplicate.id == pair_id, Duplicate.call_id == call.id)
    pair = db.session.scalar(rows.with_for_update() if for_change else rows)
    if pair is None:
        raise NotFound
    return pair


def dismiss(pair: Duplicate, *, by: User) -> None:
    """Say that the two are not the same."""
    POLICY.require(by, Action.WORK, pair.first)
    if pair.dismissed_at is None:
        pair.dismissed_at, pair.dismissed_by_id = now(), by.id
        audit.record(by, "duplicate_dismiss", pair.first, twin=str(pair.second_id))


def look_again(pair: Duplicate, *, by: User) -> None:
    """Take the judgement back: the pair waits again."""
    POLICY.require(by, Action.WORK, pair.first)
    pair.dismissed_at = pair.dismissed_by_id = None
    audit.record(by, "duplicate_reopen", pair.first, twin=str(pair.second_id))
