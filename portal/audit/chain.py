"""Appending to the log: in the transaction of what it tells, one entry after the other."""

import hashlib
import hmac
import json
from datetime import UTC
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, bindparam, insert, select, update

from portal.audit.models import AuditEntry, AuditHead
from portal.core.actor import Actor
from portal.core.clock import now
from portal.core.db import Model, db, insert_into
from portal.settings import Settings

START = "0" * 64
LONGEST_FACT = 200
Thing = Model | tuple[str, str] | None
_TOLD = [column.name for column in AuditEntry.__table__.columns if column.name != "id"]
_ENTER = insert(AuditEntry)
_HEAD = select(AuditHead.n, AuditHead.hash).with_for_update()
_MOVE = update(AuditHead).values(
    n=bindparam("n_now"), hash=bindparam("hash_now"), seal=bindparam("seal_now")
)
_in_use: list[bytes] = []


def use(settings: Settings) -> None:
    """Derive the key of the chain from the secret of `settings`; called once at start."""
    _in_use[:] = [hmac.digest(settings.secret, b"portal audit chain", hashlib.sha256)]


def seal_of(*parts: str) -> str:
    """Return the HMAC of `parts` under the key of the chain, in hex."""
    if not _in_use:
        raise RuntimeError("Call audit.use(settings) at start.")
    return hmac.new(_in_use[0], json.dumps(parts).encode(), hashlib.sha256).hexdigest()


def hash_of(entry: AuditEntry) -> str:
    """Return the hash that `entry` must have, over all that it tells and the entry before."""
    facts = json.dumps(entry.facts, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return seal_of(
        "entry",
        str(entry.n),
        entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        entry.actor_kind,
        entry.actor_key,
        entry.what,
        entry.thing_kind,
        entry.thing_key,
        facts,
        entry.previous,
    )


def seal_of_head(n: int, last: str) -> str:
    """Return the seal that the head must have."""
    return seal_of("head", str(n), last)


def record(actor: Actor, what: str, thing: Thing = None, **facts: Any) -> AuditEntry:
    """Append an entry in the caller's transaction; it exists if and only if that commits.

    what: a verb in one word, for example `sign_in`. thing: a row, or its kind and key. facts:
    numbers, codes, ids; `ValueError` for texts that are long or could be an address.
    """
    db.session.flush()  # whatever waits, so that the head is the lock that is taken last
    return append(db.session.connection(), actor, what, thing, facts)


def append(
    own: Connection, actor: Actor, what: str, thing: Thing, facts: dict[str, Any]
) -> AuditEntry:
    """Append an entry in the transaction of a connection; see `record`."""
    for name, value in facts.items():
        _refuse_contents(name, value)
    kind, key = _named(thing)
    n, previous = _locked_head(own)
    entry = AuditEntry(
        n=n + 1,
        at=now(),
        actor_kind=actor.kind,
        actor_key=actor.key,
        what=what,
        thing_kind=kind,
        thing_key=key,
        facts=facts,
        previous=previous,
    )
    entry.hash = hash_of(entry)
    _write(own, entry)
    return entry


def _write(own: Connection, entry: AuditEntry) -> None:
    """Insert the entry and move the head, by two statements made once: each look writes them."""
    values = {name: getattr(entry, name) for name in _TOLD}
    own.execute(_ENTER, {"id": uuid4(), **values})
    seal = seal_of_head(entry.n, entry.hash)
    own.execute(_MOVE, {"n_now": entry.n, "hash_now": entry.hash, "seal_now": seal})


def _named(thing: Thing) -> tuple[str, str]:
    if thing is None:
        return "", ""
    if isinstance(thing, Model):
        return thing.__tablename__, str(thing.id)
    return thing


def _refuse_contents(name: str, value: Any) -> None:
    """Ids, not contents or addresses: the log survives the erasure of a person."""
    if isinstance(value, list | tuple):
        for part in value:
            _refuse_contents(name, part)
    elif isinstance(value, str):
        if len(value) > LONGEST_FACT or "@" in value:
            raise ValueError(f"audit fact {name}: a content or an address")
    elif not (value is None or isinstance(value, bool | int | float)):
        raise ValueError(f"audit fact {name}: not a plain value")


def _locked_head(own: Connection) -> tuple[int, str]:
    """Return number and hash of the last entry, locked until the transaction ends.

    SQLite has one writer anyway.
    """
    head = own.execute(_HEAD).first()
    if head is None:
        _begin(own)
        head = own.execute(_HEAD).one()
    return head.n, head.hash


def _begin(own: Connection) -> None:
    """Add the head; where another transaction was faster, wait for it and keep its row."""
    first = {"id": uuid4(), "only": 1, "n": 0, "hash": START, "seal": seal_of_head(0, START)}
    row = insert_into(AuditHead, own.dialect.name).values(**first)
    own.execute(row.on_conflict_do_nothing())
