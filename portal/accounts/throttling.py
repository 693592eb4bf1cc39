"""The brake on guessing: waiting grows with every failed try, for account and network apart.

A try counts before the password is looked at, in a transaction of its own, so parallel tries
gain nothing. Nobody can lock out others for good: the brake on an account from everywhere is
short and does not hold for networks from which its owner has signed in before; the long one
holds for one network only.
"""

from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from sqlalchemy import delete, select

from portal.accounts.models import SignInTries
from portal.accounts.wiring import derived
from portal.core.clock import now
from portal.core.db import db, insert_into
from portal.core.errors import TooManyRequests
from portal.core.i18n import ngettext

FORGOTTEN = timedelta(days=1)


@dataclass(frozen=True)
class Brake:
    """`free` tries cost nothing; then 1, 2, 4 … seconds, at most `longest`."""

    name: str
    free: int
    longest: int  # seconds

    def wait(self, tries: int) -> timedelta:
        """Return how long to wait after so many tries."""
        over = tries - self.free
        return timedelta(seconds=min(self.longest, 2 ** min(over, 20)) if over >= 0 else 0)


PAIR = Brake("pair", 5, 900)
ACCOUNT = Brake("account", 20, 30)
NETWORK = Brake("network", 50, 300)
CODE = Brake("code", 10, 3600)  # reached only by who knows the password


def count(email: str, network: str, *, known: bool = False) -> None:
    """Count a try to sign in; raise `TooManyRequests` while somebody has to wait.

    email: folded, of an account or not. network: of the client. known: the owner has signed in
    from there before.
    """
    _count([
        *((ACCOUNT, email) for _ in range(not known)),
        (NETWORK, network),
        (PAIR, f"{email}\0{network}"),
    ])  # fmt: skip


def count_code(email: str) -> None:
    """Count a try of a second factor after the right password."""
    _count([(CODE, email)])


def clear(email: str, network: str) -> None:
    """Forget what was counted for an account, once somebody has come all the way in."""
    of_network = _key(NETWORK, network)
    keys = [_key(ACCOUNT, email), _key(CODE, email), _key(PAIR, f"{email}\0{network}")]
    for row in _locked(sorted([*keys, of_network])):
        row.tries = max(0, row.tries - 1) if row.key == of_network else 0
        row.free_at = min(row.free_at, now())


def _key(brake: Brake, whom: str) -> str:
    return derived("throttle", brake.name, whom).hex()


def _count(brakes: list[tuple[Brake, str]]) -> None:
    by_key = {_key(brake, whom): brake for brake, whom in brakes}
    rows = _locked(sorted(by_key))
    while len(rows) < len(by_key):  # the first try, or `sweep` was faster than we
        _make_rows(sorted(by_key))
        rows = _locked(sorted(by_key))
    at = now()
    longest = max(row.free_at for row in rows)
    if longest > at:
        _refuse((longest - at).total_seconds())
    for row in rows:
        row.tries = 1 if at - row.last_at > FORGOTTEN else row.tries + 1
        row.last_at = at
        row.free_at = at + by_key[row.key].wait(row.tries)


def _make_rows(keys: list[str]) -> None:
    values = [{"id": uuid4(), "key": key, "tries": 0, "last_at": now(), "free_at": now()}
              for key in keys]  # fmt: skip
    rows = insert_into(SignInTries, db.engine.dialect.name).values(values)
    db.session.execute(rows.on_conflict_do_nothing())


def _locked(keys: list[str]) -> list[SignInTries]:
    """Return the rows, locked in one order, so two tries never wait for each other."""
    rows = select(SignInTries).where(SignInTries.key.in_(keys)).order_by(SignInTries.key)
    fresh = rows.with_for_update().execution_options(populate_existing=True)
    return list(db.session.scalars(fresh))


def _refuse(left: float) -> None:
    seconds = int(left) + 1
    raise TooManyRequests(
        ngettext(
            "Too many tries. Wait one second, then try again.",
            "Too many tries. Wait %(num)s seconds, then try again.",
            seconds,
        ),
        seconds=seconds,
    )


def sweep() -> None:
    """Delete counts that are forgotten (run by the worker)."""
    db.session.execute(delete(SignInTries).where(SignInTries.last_at < now() - FORGOTTEN))
