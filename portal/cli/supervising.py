"""A worker beside the server: started with it, started again when it dies, ended with it."""

import logging
import subprocess
import sys
import time

from portal.jobs.journal import say

COMMAND = (sys.executable, "-m", "portal.cli", "worker", "--until-input-ends")
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
WELL_AFTER = 60.0  # a worker that lived so long did not die of its start
LAST_SECONDS = 40.0


class Supervisor:
    """One worker process. `tend` is called about once a second and never waits."""

    def __init__(self, command: tuple[str, ...] = COMMAND) -> None:
        self.command = command
        self.child: subprocess.Popen[bytes] | None = None
        self.pause = FIRST_PAUSE
        self.started_at = self.due_at = time.monotonic()

    def tend(self) -> None:
        """Start the worker if none runs and the pause after its last death is over."""
        if self.child is not None and self.child.poll() is not None:
            self._mourn(self.child.returncode)
        if self.child is None and time.monotonic() >= self.due_at:
            self.started_at = time.monotonic()
            # Our end of the pipe closes when we die, even by SIGKILL: then the worker ends.
            self.child = subprocess.Popen(self.command, stdin=subprocess.PIPE)  # noqa: S603  our own

    def _mourn(self, code: int) -> None:
        """Plan the next start; each death soon after a start doubles the pause."""
        lived = time.monotonic() - self.started_at
        self.pause = FIRST_PAUSE if lived > WELL_AFTER else self.pause
        say(logging.ERROR, "The worker has died and is started again.",
            code=code, lived=round(lived, 1), pause=self.pause)  # fmt: skip
        self._close_pipe()
        self.child, self.due_at = None, time.monotonic() + self.pause
        self.pause = min(self.pause * 2, LONGEST_PAUSE)

    def end(self, patience: float = LAST_SECONDS) -> None:
        """Let the worker finish its job, for `patience` seconds at most."""
        if self.child is None:
            return
        self.child.terminate()
        try:
            self.child.wait(patience)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
        self._close_pipe()
        self.child = None

    def _close_pipe(self) -> None:
        if self.child is not None and self.child.stdin is not None:
            self.child.stdin.close()
