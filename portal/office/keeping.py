"""Figures that may be a minute old: counted once for all who look, not once per look."""

import time
from collections.abc import Callable
from threading import Lock
from typing import Any
from uuid import UUID

SECONDS = 60.0
MOST = 64
_kept: dict[tuple[UUID, str], tuple[float, Any]] = {}
_lock = Lock()


def kept(call_id: UUID, name: str, make: Callable[[], Any]) -> Any:
    """Return what `make` returned within the last minute for this call, else ask it."""
    key, moment = (call_id, name), time.monotonic()
    with _lock:
        found = _kept.get(key)
    if found and moment - found[0] < SECONDS:
        return found[1]
    made = make()
    with _lock:
        if len(_kept) >= MOST:
            _kept.clear()
        _kept[key] = (moment, made)
    return made
