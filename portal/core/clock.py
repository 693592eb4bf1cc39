"""The one clock of the portal."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

_stopped: ContextVar[datetime | None] = ContextVar("stopped_clock", default=None)


def now() -> datetime:
    """Return the present moment, aware and in UTC. Tests move it with time-machine."""
    return _stopped.get() or datetime.now(UTC)


@contextmanager
def stopped_at(moment: datetime) -> Iterator[None]:
    """Let the clock stand at `moment` (aware) inside: the example tells what happened days ago."""
    before = _stopped.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _stopped.reset(before)
