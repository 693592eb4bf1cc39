"""`portal serve` as a process of its own, to be killed and measured."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from tests.walker import Browser


def plain_environment() -> dict[str, str]:
    """Return our environment without settings of a portal, and without measuring coverage.

    A measured process takes nearly twice as long. What a whole portal does is measured in the
    tests of its rooms and of its commands.
    """
    meant = ("PORTAL_", "COVERAGE_")
    return {name: value for name, value in os.environ.items() if not name.startswith(meant)}


def free_port() -> int:
    """Return a port that nobody uses just now."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


class Portal:
    """An installation in a folder, and its server process; `prefix` stands before its command."""

    prefix: tuple[str, ...] = ()

    def __init__(self, folder: Path, *, port: int = 0, **settings: object) -> None:
        """Settings are given by name, for example `lease_seconds=3`; nothing is started yet."""
        self.folder, self.port = folder, port or free_port()
        self.log = folder / "log"
        given = {"instance": folder / "instance", "port": self.port, "starts_per_hour": 1_000_000,
                 "uploads_per_hour": 1_000_000, "links_per_hour": 1_000_000} | settings  # fmt: skip
        self.settings = {f"PORTAL_{name.upper()}": str(value) for name, value in given.items()}
        self.environment = plain_environment() | self.settings
        self.process: subprocess.Popen[bytes] | None = None

    def run(self, *words: str) -> None:
        """Run another command of `portal` to its end."""
        subprocess.run(
            [sys.executable, "-m", "portal.cli", *words],
            env=self.environment, cwd=self.folder, check=True, capture_output=True,
        )  # fmt: skip

    def start(self, *words: str) -> float:
        """Start the server; return after how many seconds it answers."""
        began = time.monotonic()
        self.process = subprocess.Popen(
            [*self.prefix, sys.executable, "-m", "portal.cli", "serve", *words],
            env=self.environment, cwd=self.folder, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=self.log.open("ab"), start_new_session=True,
        )  # fmt: skip
        while not self.answers():
            assert self.process.poll() is None, self.log.read_text()[-3000:]
            assert time.monotonic() - began < 60, self.log.read_text()[-3000:]
            time.sleep(0.02)
        return time.monotonic() - began

    def answers(self, path: str = "/health/live") -> bool:
        """Return whether the server says that it lives."""
        try:
            return Browser(self.port).get(path).status == 200
        except OSError:
            return False

    @property
    def pid(self) -> int:
        """The process of the server."""
        assert self.process is not None
        return self.process.pid

    def workers(self) -> list[int]:
        """Return the processes that the server started and that live."""
        try:
            children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text()
        except FileNotFoundError:
            return []
        return [int(pid) for pid in children.split()]

    def kill(self) -> None:
        """End the server as a power cut does."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        """End the server in order; what is left of it is killed."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.kill()
        self.process = None

    def remove(self) -> None:
        """Stop, and delete the folder."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
