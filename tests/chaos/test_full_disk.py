"""A disk without room: nothing is acknowledged, nothing is half, and room again is enough."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.calls.definition import Definition
from portal.demo.sample import open_call
from tests.drafts import SLUG
from tests.served import Portal
from tests.walker import Answer, Browser, Upload, Way, photo, today

SMALL = "size=8m"
ROOM = ("unshare", "--map-root-user", "--mount", "--propagation", "private")


class SmallDisk(Portal):
    """A server whose files lie on a disk of eight megabytes, seen by it alone."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, free_space_percent=0)
        self.ballast = folder / "instance" / "files" / "ballast"
        mount = f'mkdir -p "$0" && mount -t tmpfs -o {SMALL} none "$0" && exec "$@"'
        self.prefix = (*ROOM, "sh", "-c", mount, str(self.ballast.parent))

    def within(self, *words: str) -> str:
        """Run a program that sees the small disk; return what it says."""
        enter = ("nsenter", f"--target={self.pid}", "--user", "--mount", "--preserve-credentials")
        done = subprocess.run([*enter, *words], check=True, capture_output=True, text=True)
        return done.stdout


def can_mount() -> bool:
    """Return whether this machine lets us have a disk of our own."""
    if not shutil.which("unshare") or not shutil.which("nsenter"):
        return False
    given = [*ROOM, "mount", "-t", "tmpfs", "-o", SMALL, "none", "/mnt"]
    return subprocess.run(given, capture_output=True, check=False).returncode == 0


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[SmallDisk]:
    """Return a server on a small disk, with an open call."""
    if not can_mount():
        pytest.skip("needs user namespaces: sysctl kernel.unprivileged_userns_clone=1")
    found = SmallDisk(tmp_path)
    found.run("demo", "--stage", "open")
    found.start("--no-worker")
    yield found
    found.stop()


@pytest.mark.slow
@pytest.mark.one_database
def test_a_full_disk_takes_no_file_says_so_and_recovers(portal: SmallDisk) -> None:
    definition: Definition = open_call(SLUG, today())
    way = Way(Browser(portal.port), definition, "ada@example.org", photo(1, 2_000_000))
    way.start()
    for path in way.pages():
        way.fill(path)
    portal.within("dd", "if=/dev/zero", f"of={portal.ballast}", "bs=1M", "count=7")

    refused = upload(way, "application/json")

    assert refused.status == 507
    assert "kein" in refused.text
    assert "Platz" in refused.text
    page = way.browser.get(f"{way.address}/section/attachments").text
    assert "Fest.jpg" not in page
    assert portal.answers()

    portal.within("rm", str(portal.ballast))

    way.hand_in()
    assert way.send().endswith("/sent?n=1")
    left = portal.within("find", str(portal.ballast.parent), "-type", "f").split()
    assert len(left) == 1, "a half-written file stayed"


def upload(way: Way, accept: str) -> Answer:
    """Send the photo once and return the answer, whatever it is."""
    file = Upload("photos", "Fest.jpg", "image/jpeg", way.data)
    fields = {"csrf_token": way.token}
    return way.browser.post(f"{way.address}/files/photos", fields, [file], Accept=accept)
