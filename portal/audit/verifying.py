"""Checking that each entry of the log is as it was written, none missing, none added."""

import hmac
from collections.abc import Iterator

from sqlalchemy import func, select

from portal.audit.chain import START, hash_of, seal_of_head
from portal.audit.models import AuditEntry, AuditHead
from portal.core.db import db

AT_ONCE = 1000


def anchor() -> str:
    """Return `number:hash` of the last entry, to be kept outside (mail, paper, another machine)."""
    head = db.session.scalar(select(AuditHead))
    return f"{head.n}:{head.hash}" if head else f"0:{START}"


def verify(anchored: str = "") -> list[str]:
    """Return what is wrong with the log, one sentence each, empty if it is whole.

    anchored: an `anchor()` kept earlier; it also finds a log that was set back as a whole.
    """
    faults = []
    last, previous, kept = 0, START, dict[int, str]()
    wanted = int(anchored.partition(":")[0]) if anchored else 0
    for entry in _entries():
        faults += _faults_of(entry, last, previous)
        last, previous = entry.n, entry.hash
        if entry.n == wanted:
            kept[wanted] = entry.hash
    faults += _faults_of_head(last, previous)
    if wanted and kept.get(wanted) != anchored.partition(":")[2]:
        faults.append(f"Entry {wanted} is not the one that was noted down.")
    return faults


def _entries() -> Iterator[AuditEntry]:
    rows = select(AuditEntry).order_by(AuditEntry.n).execution_options(yield_per=AT_ONCE)
    return iter(db.session.scalars(rows))


def _faults_of(entry: AuditEntry, last: int, previous: str) -> list[str]:
    if entry.n != last + 1:
        return [f"Entries {last + 1} to {entry.n - 1} are missing."]
    if not hmac.compare_digest(entry.hash, hash_of(entry)):
        return [f"Entry {entry.n} was changed."]
    if entry.previous != previous:
        return [f"Entry {entry.n} does not follow the one before it."]
    return []


def _faults_of_head(last: int, previous: str) -> list[str]:
    heads = list(db.session.scalars(select(AuditHead)))
    if not heads:
        some = db.session.scalar(select(func.count()).select_from(AuditEntry))
        return ["The head of the log is missing."] if some else []
    head = heads[0]
    if not hmac.compare_digest(head.seal, seal_of_head(head.n, head.hash)):
        return ["The head of the log was changed."]
    if (head.n, head.hash) != (last, previous):
        return [f"The log should end with entry {head.n}, but ends with {last}."]
    return []
