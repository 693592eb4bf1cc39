"""The store, the scanner and the scratch folder of this process."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, BinaryIO

from portal.storage import scanning
from portal.storage.local import LocalStore
from portal.storage.stores import Store

if TYPE_CHECKING:
    from portal.settings import Settings  # the cleaning child must not wait for pydantic

_in_use: "list[Settings]" = []
_stores: dict[Path, LocalStore] = {}


def use(settings: "Settings") -> None:
    """Take folder, free-space floor and scanner from `settings`; called once at start.

    Nothing is made yet, so a process that forks afterwards shares nothing. Raises `ValueError` if
    the scanner's address makes no sense.
    """
    scanning.address_of(settings.scanner)
    _in_use[:] = [settings]


def settings() -> "Settings":
    """Return the settings in use; raise `RuntimeError` before `use`."""
    if not _in_use:
        raise RuntimeError("Call storage.use(settings) at start.")
    return _in_use[0]


def store() -> Store:
    """Return the store of this process."""
    return _local()


def _local() -> LocalStore:
    folder = settings().instance.resolve() / "files"
    if folder not in _stores:
        _stores[folder] = LocalStore(folder, floor=settings().free_space_percent)
    return _stores[folder]


def require_room() -> None:
    """Raise `StorageFull` if new bytes must not be taken; ask before a body is read."""
    store().require_room()


def free_percent() -> float:
    """Return how much of the disk is free, in per cent."""
    return _local().free_percent()


def scan(fileobj: BinaryIO) -> scanning.Result:
    """Let the scanner of the installation look at `fileobj`, see `portal.storage.scanning`."""
    return scanning.scan(fileobj, settings().scanner)


def batches(area: str = "files", *, older_than: datetime, size: int = 500) -> Iterator[list[str]]:
    """Yield the keys of an area written before a moment, `size` at a time: for its sweep.

    What interrupted writes and checks left behind is removed first.
    """
    store().remove_leftovers(older_than)
    _remove_scratch(older_than)
    keys = store().keys(area, older_than)
    while batch := list(islice(keys, size)):
        yield batch


@contextmanager
def scratch() -> Iterator[Path]:
    """Give a folder that only this user can read and that is gone afterwards."""
    root = _scratch_root()
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    with TemporaryDirectory(dir=root, prefix="check-") as folder:
        yield Path(folder)


def _scratch_root() -> Path:
    return settings().instance.resolve() / "work"


def _remove_scratch(older_than: datetime) -> None:
    for folder in _scratch_root().glob("check-*"):
        if folder.stat().st_mtime < older_than.timestamp():
            shutil.rmtree(folder, ignore_errors=True)
