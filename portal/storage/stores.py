"""What every store of bytes can do; `LocalStore` is the one there is today."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, NamedTuple, Protocol


class Stored(NamedTuple):
    """What was written: its key, its size in bytes and its SHA-256 in hex."""

    key: str
    size: int
    sha256: str


class Stat(NamedTuple):
    """Size in bytes and the moment (aware, UTC) of writing."""

    size: int
    modified: datetime


class Store(Protocol):
    """A place for bytes by key. Keys come from `portal.storage.keys.new_key`."""

    def put(self, key: str, fileobj: BinaryIO, *, limit: int) -> Stored:
        """Write `fileobj` from where it stands; durable when this returns, else nothing is left.

        Raises `TooLarge` beyond `limit` bytes, `StorageFull`, `FileExistsError` if the key is
        taken.
        """

    def open(self, key: str) -> BinaryIO:
        """Return the bytes for reading; `FileNotFoundError` if there are none."""

    def stat(self, key: str) -> Stat:
        """Return size and age; `FileNotFoundError` if there is nothing."""

    def delete(self, key: str) -> None:
        """Forget the bytes; no error if there are none."""

    def path(self, key: str) -> Path:
        """Return a file that a child process can read."""

    def keys(self, area: str, older_than: datetime | None = None) -> Iterator[str]:
        """Yield the keys of an area, with `older_than` those written before it."""

    def require_room(self) -> None:
        """Raise `StorageFull` if new bytes must not be taken."""

    def remove_leftovers(self, older_than: datetime) -> int:
        """Remove what interrupted writes left behind; return how many."""
