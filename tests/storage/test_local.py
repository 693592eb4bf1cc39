"""What the store acknowledges is there, whole and private; what it refuses leaves nothing."""

import hashlib
import io
import os
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from portal import storage
from portal.core.clock import now
from portal.settings import Settings
from portal.storage.local import LocalStore

MIB = 1024 * 1024


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "files")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Return a folder on a disk of four megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "none", folder], check=True)
    yield folder
    subprocess.run(["umount", folder], check=True)


def files_in(folder: Path) -> list[Path]:
    return [file for file in folder.rglob("*") if file.is_file()]


def test_bytes_come_back_as_they_went_in(store: LocalStore) -> None:
    data, key = os.urandom(700_001), storage.new_key()
    stored = store.put(key, io.BytesIO(data), limit=MIB)
    assert stored == (key, 700_001, hashlib.sha256(data).hexdigest())
    with store.open(key) as file:
        assert file.read() == data
    assert store.stat(key).size == 700_001
    assert now() - store.stat(key).modified < timedelta(seconds=10)


def test_only_our_user_can_read_what_is_stored(store: LocalStore) -> None:
    old = os.umask(0)
    try:
        store.put(storage.new_key(), io.BytesIO(b"x"), limit=1)
    finally:
        os.umask(old)
    [file] = files_in(store.folder)
    assert file.stat().st_mode & 0o777 == 0o600
    above = [store.folder, *(p for p in store.folder.rglob("*") if p.is_dir())]
    assert {folder.stat().st_mode & 0o777 for folder in above} == {0o700}
    assert len(above) == 4


@pytest.mark.parametrize("size", [0, 99, 100])
def test_up_to_the_limit_every_byte_is_taken(store: LocalStore, size: int) -> None:
    assert store.put(storage.new_key(), io.BytesIO(b"x" * size), limit=100).size == size


@pytest.mark.parametrize("size", [101, 400, 3_000_000])
def test_one_byte_more_is_refused_and_leaves_nothing(store: LocalStore, size: int) -> None:
    with pytest.raises(storage.TooLarge) as refusal:
        store.put(storage.new_key(), io.BytesIO(b"x" * size), limit=100)
    assert refusal.value.facts == {"limit": 100}
    assert files_in(store.folder) == []


def test_a_key_is_written_once(store: LocalStore) -> None:
    key = storage.new_key()
    store.put(key, io.BytesIO(b"first"), limit=10)
    with pytest.raises(FileExistsError):
        store.put(key, io.BytesIO(b"second"), limit=10)
    assert store.path(key).read_bytes() == b"first"
    assert len(files_in(store.folder)) == 1


FOREIGN = [
    "",
    "a",
    "../etc/passwd",
    "files/../../etc/passwd",
    "/etc/passwd",
    "files/" + "0" * 31,
    "files/" + "0" * 33,
    "files/" + "G" * 32,
    "files/" + "0" * 32 + "\n",
    "Files/" + "0" * 32,
    "files\\" + "0" * 32,
    "files/" + "0" * 16 + "/" + "0" * 15,
    "../" + "0" * 32,
    "/" + "0" * 32,
    "files/" + "٠" * 32,
    "files/" + "0" * 32 + "/..",
    "a/b/" + "0" * 32,
    "\0/" + "0" * 32,
]


@pytest.mark.parametrize("key", FOREIGN)
def test_keys_that_are_not_ours_reach_no_file(store: LocalStore, key: str) -> None:
    for act in (store.open, store.stat, store.delete, store.path):
        with pytest.raises(ValueError, match="not a key"):
            act(key)
    with pytest.raises(ValueError, match="not a key"):
        store.put(key, io.BytesIO(b"x"), limit=1)
    assert not store.folder.exists()


def test_deleting_twice_is_no_fault(store: LocalStore) -> None:
    key = storage.new_key()
    store.put(key, io.BytesIO(b"x"), limit=1)
    store.delete(key)
    store.delete(key)
    with pytest.raises(FileNotFoundError):
        store.open(key)


def test_a_reader_that_fails_leaves_nothing(store: LocalStore) -> None:
    class Cut(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell():
                raise ConnectionResetError
            return super().read(10)

    with pytest.raises(ConnectionResetError):
        store.put(storage.new_key(), Cut(b"x" * 100), limit=1000)
    assert files_in(store.folder) == []


def test_a_full_disk_refuses_keeps_nothing_half_and_recovers(small_disk: Path) -> None:
    store = LocalStore(small_disk / "files")
    first = storage.new_key()
    store.put(first, io.BytesIO(b"a" * 3 * MIB), limit=9 * MIB)
    with pytest.raises(storage.StorageFull) as refusal:
        store.put(storage.new_key(), io.BytesIO(b"b" * 3 * MIB), limit=9 * MIB)
    assert refusal.value.temporary
    assert [file.stat().st_size for file in files_in(small_disk)] == [3 * MIB]
    store.delete(first)
    assert store.put(storage.new_key(), io.BytesIO(b"c" * 3 * MIB), limit=9 * MIB).size == 3 * MIB


def test_below_the_floor_nothing_is_read(small_disk: Path) -> None:
    store = LocalStore(small_disk / "files", floor=30)
    store.put(storage.new_key(), io.BytesIO(b"a" * 3 * MIB), limit=9 * MIB)
    unread = io.BytesIO(b"b")
    with pytest.raises(storage.StorageFull):
        store.put(storage.new_key(), unread, limit=9)
    assert unread.tell() == 0


def test_the_sweep_sees_old_keys_of_its_area_and_removes_leftovers(tmp_path: Path) -> None:
    storage.use(Settings(instance=tmp_path))
    store = storage.store()
    old, fresh, other = storage.new_key(), storage.new_key(), storage.new_key("documents")
    for key in (old, fresh, other):
        store.put(key, io.BytesIO(b"x"), limit=1)
    half = store.path(old).parent / ".part-0123"
    half.write_bytes(b"half")
    young = store.path(fresh).parent / ".part-4567"
    young.write_bytes(b"half")
    for file in (store.path(old), store.path(other), half):
        os.utime(file, (0, 0))
    day_ago = now() - timedelta(days=1)
    assert list(storage.batches(older_than=day_ago)) == [[old]]
    assert list(storage.batches("documents", older_than=day_ago)) == [[other]]
    assert (half.exists(), young.exists()) == (False, True)
    assert set(store.keys("files")) == {old, fresh}


def test_a_store_without_a_folder_is_empty(tmp_path: Path) -> None:
    store = LocalStore(tmp_path / "nothing")
    assert (list(store.keys("files")), store.remove_leftovers(now())) == ([], 0)
