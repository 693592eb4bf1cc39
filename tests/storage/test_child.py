"""A child that crashes, hangs or eats too much ends alone."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from portal import storage
from portal.settings import Settings
from portal.storage import Code
from portal.storage.child import run
from tests.storage import makers

PHOTO = {"kind": "jpeg", "max_pixels": 60_000_000}


def confined_by(code: str) -> int:
    """Run `code` in a process with the limits of the child; return how it ended."""
    program = (
        "import os, sys\n"
        "from portal.storage import confined\n"
        "os.close(2)\n"
        "try:\n"
        "    confined._confine()\n"
        "    exec(sys.argv[1])\n"
        "except BaseException as error:\n"
        "    os._exit(3 if isinstance(error, MemoryError) else 4)\n"
        "os._exit(0)\n"
    )
    return subprocess.run([sys.executable, "-c", program, code], check=False).returncode


def test_too_much_memory_is_not_given() -> None:
    assert confined_by("x = bytes(300_000_000)") == 0
    assert confined_by("x = bytes(1_300_000_000)") == 3


def test_the_child_reaches_no_network() -> None:
    reach = "import socket; socket.create_connection(('127.0.0.1', 8149), 1)"
    listening = (
        "import socket, errno\n"
        "try: socket.create_connection(('192.0.2.1', 9), 1)\n"
        "except OSError as e: raise SystemExit if e.errno != errno.ENETUNREACH else MemoryError"
    )
    assert confined_by(reach) == 4
    assert confined_by(listening) == 3


def test_a_child_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    start = time.monotonic()
    with pytest.raises(storage.ChildDied) as death:
        run("photo", makers.write(tmp_path, "a", makers.jpeg()), tmp_path, PHOTO, seconds=0.01)
    assert time.monotonic() - start < 20  # the usual limit is 30
    assert death.value.code is Code.BROKEN
    assert "longer than" in death.value.reason


def test_a_child_that_crashes_is_told_from_a_refusal(tmp_path: Path) -> None:
    with pytest.raises(storage.ChildDied) as death:
        run("photo", tmp_path / "absent", tmp_path, {"nonsense": 1})
    assert death.value.reason == "ended with 1"


def test_a_stored_photo_becomes_a_clean_one_with_copies(tmp_path: Path) -> None:
    storage.use(Settings(instance=tmp_path))
    store = storage.store()
    received = storage.new_key()
    with makers.write(tmp_path, "a", makers.telling_jpeg(6)).open("rb") as file:
        store.put(received, file, limit=10**6)
    made = storage.clean(received, "jpeg", max_pages=500, max_pixels=60_000_000)
    assert made[3:8] == ("image/jpeg", "jpg", 200, 400, None)
    assert set(made.copies) == {"preview", "print"}
    assert store.stat(made.key).size == made.size
    assert set(store.keys("files")) == {received, made.key, *made.copies.values()}
    assert list((tmp_path / "work").iterdir()) == []
    assert b"Geheim" not in store.path(made.key).read_bytes()


def test_a_stored_pdf_becomes_a_clean_one_with_pictures(tmp_path: Path) -> None:
    storage.use(Settings(instance=tmp_path))
    received = storage.new_key()
    with makers.write(tmp_path, "a", makers.pdf_of(3)).open("rb") as file:
        storage.store().put(received, file, limit=10**6)
    made = storage.clean(received, "pdf", max_pages=500, max_pixels=1)
    assert made[3:8] == ("application/pdf", "pdf", None, None, 3)
    assert list(made.copies) == ["page1", "page2", "page3"]


def test_a_refused_file_leaves_no_traces(tmp_path: Path) -> None:
    storage.use(Settings(instance=tmp_path))
    received = storage.new_key()
    with makers.write(tmp_path, "a", makers.pdf_of(3)).open("rb") as file:
        storage.store().put(received, file, limit=10**6)
    with pytest.raises(storage.Refused) as refusal:
        storage.clean(received, "pdf", max_pages=2, max_pixels=1)
    assert refusal.value.facts == {"pages": 3, "max_pages": 2}
    assert list(storage.store().keys("files")) == [received]
    assert list((tmp_path / "work").iterdir()) == []
