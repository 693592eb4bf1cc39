"""Bytes in a folder of this machine: durable before they are acknowledged, never half."""

import errno
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from portal.storage.keys import AREA, KEY, place
from portal.storage.refusals import StorageFull, TooLarge
from portal.storage.stores import Stat, Stored

CHUNK = 256 * 1024
LEFTOVER = ".part-"
NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class LocalStore:
    """A store below `folder`, for this user alone; refuses below `floor` per cent of free space."""

    def __init__(self, folder: Path, *, floor: int = 0) -> None:
        self.folder = folder
        self.floor = floor
        self._lasting: set[Path] = set()  # folders that this process has forced to the disk

    def put(self, key: str, fileobj: BinaryIO, *, limit: int) -> Stored:
        """Write `fileobj` under `key`, see `Store.put`.

        A file with a name of its own is filled and forced to the disk first; the link then makes
        it visible in one step and fails if the key is taken.
        """
        target = self.path(key)
        self.require_room()
        with _room_or_refusal():
            self._make_folders(target.parent)
            part = target.parent / f"{LEFTOVER}{uuid4().hex}"
            try:
                stored = Stored(key, *_write(part, fileobj, limit))
                os.link(part, target)
            finally:
                part.unlink(missing_ok=True)
            self._force_folders(target.parent)
        return stored

    def open(self, key: str) -> BinaryIO:
        """Return the bytes for reading."""
        return self.path(key).open("rb")

    def stat(self, key: str) -> Stat:
        """Return size and moment of writing."""
        found = self.path(key).stat()
        return Stat(found.st_size, datetime.fromtimestamp(found.st_mtime, UTC))

    def delete(self, key: str) -> None:
        """Forget the bytes; no error if there are none."""
        self.path(key).unlink(missing_ok=True)

    def path(self, key: str) -> Path:
        """Return the file of a key; `ValueError` for anything that is no key of ours."""
        return self.folder / place(key)

    def keys(self, area: str = "files", older_than: datetime | None = None) -> Iterator[str]:
        """Yield the keys of an area, with `older_than` those written before that moment."""
        for file in self._files(area, older_than):
            key = f"{area}/{file.name}"
            if KEY.fullmatch(key):
                yield key

    def require_room(self) -> None:
        """Raise `StorageFull` when less than the floor is free."""
        if self.free_percent() < self.floor:
            raise StorageFull

    def free_percent(self) -> float:
        """Return how much of the disk is free for us, in per cent."""
        self._make_folders(self.folder)
        disk = os.statvfs(self.folder)
        return 100 * disk.f_bavail / disk.f_blocks if disk.f_blocks else 100.0

    def remove_leftovers(self, older_than: datetime) -> int:
        """Remove files that an interrupted write left, if they are older; return how many."""
        if not self.folder.is_dir():
            return 0
        gone = 0
        for folder in self.folder.iterdir():
            for file in self._files(folder.name, older_than):
                if file.name.startswith(LEFTOVER):
                    file.unlink(missing_ok=True)
                    gone += 1
        return gone

    def _files(self, area: str, older_than: datetime | None) -> Iterator[Path]:
        if not AREA.fullmatch(area):
            return
        before = older_than.timestamp() if older_than else float("inf")
        for file in (self.folder / area).glob("*/*/*"):
            try:
                if file.stat().st_mtime < before:
                    yield file
            except FileNotFoundError:  # somebody deleted it meanwhile
                continue

    def _make_folders(self, folder: Path) -> None:
        if not folder.is_dir():
            if folder != self.folder:
                self._make_folders(folder.parent)
            folder.mkdir(mode=0o700, parents=folder == self.folder, exist_ok=True)
            self._lasting.discard(folder)

    def _force_folders(self, folder: Path) -> None:
        """Force a folder to the disk, and those above it: an entry lives in its parent.

        Above a folder that has lasted before nothing is new.
        """
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
        if folder != self.folder and folder not in self._lasting:
            self._force_folders(folder.parent)
            self._lasting.add(folder)


def _write(part: Path, fileobj: BinaryIO, limit: int) -> tuple[int, str]:
    """Fill a new file and force it to the disk; return size and SHA-256."""
    size, digest = 0, hashlib.sha256()
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        while chunk := fileobj.read(CHUNK):
            size += len(chunk)
            if size > limit:
                raise TooLarge(limit)
            digest.update(chunk)
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    return size, digest.hexdigest()


@contextmanager
def _room_or_refusal() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in NO_ROOM:
            raise StorageFull from error
        raise
