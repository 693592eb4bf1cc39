"""The worker: one process, one job at a time, until it is asked to stop."""

import logging
import os
import select
import signal
import time
from typing import Any, Protocol
from uuid import UUID, uuid4

from sqlalchemy.exc import DBAPIError

from portal.core.db import transaction
from portal.jobs.journal import place, say, to_stderr
from portal.jobs.queue import Claim, claim
from portal.jobs.registry import register, settings
from portal.jobs.running import perform
from portal.jobs.watching import FORGET, beat, forget, keep_repeating

BEAT_SECONDS = 10.0
FORGET_SECONDS = 3600.0


class Stopper(Protocol):
    """What tells the worker to stop: `Stop`, or a `threading.Event`."""

    def is_set(self) -> bool:
        """Return whether to stop."""

    def wait(self, timeout: float) -> Any:
        """Sleep for `timeout` seconds, less if asked to stop meanwhile."""


class Stop:
    """A wish to stop that a signal handler may set.

    `threading.Event.set` inside of a handler can wait for ever for a lock that the interrupted
    `wait` holds; writing a byte into a pipe cannot.
    """

    def __init__(self, *signals: signal.Signals) -> None:
        """Set on any of `signals`, for example SIGTERM and SIGINT (main thread only)."""
        self._reader, self._writer = os.pipe()
        os.set_blocking(self._writer, False)
        self._wished = False
        for number in signals:
            signal.signal(number, lambda *_: self.set())

    def set(self) -> None:
        """Ask to stop after the present job."""
        self._wished = True
        os.write(self._writer, b".")

    def is_set(self) -> bool:
        """Return whether somebody asked to stop."""
        return self._wished

    def wait(self, timeout: float) -> bool:
        """Sleep for `timeout` seconds, less if asked to stop; return whether to stop."""
        select.select([self._reader], [], [], timeout)
        return self._wished


class Worker:
    """One worker process with its name and the time of its last sign of life."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.id: UUID = uuid4()
        self._beat_at = float("-inf")

    def turn(self) -> bool:
        """Do the next due job; return False if there was none, or no database."""
        try:
            with self.app.app_context():
                job = self._next()
            if job is not None:
                with self.app.app_context():
                    perform(job)
        except DBAPIError as error:
            say(
                logging.ERROR,
                "The database does not answer; the worker tries again.",
                error=type(error).__name__,
                place=place(error),
            )
            return False
        return job is not None

    def _next(self) -> Claim | None:
        with transaction():
            if time.monotonic() - self._beat_at >= BEAT_SECONDS:
                beat(self.id)
                keep_repeating()
                self._beat_at = time.monotonic()
            return claim()


def work(app: Any, stop: Stopper) -> None:
    """Do due jobs of `app` one after the other until `stop` is set; the present job is finished.

    Idle, it looks every `poll_seconds`. A database that is away for a while is waited for.
    """
    to_stderr()
    register(FORGET, forget, every=FORGET_SECONDS)
    worker = Worker(app)
    say(logging.INFO, "The worker has started.", worker=worker.id, process=os.getpid())
    while not stop.is_set():
        if not worker.turn():
            stop.wait(settings().poll_seconds)
    say(logging.INFO, "The worker has stopped.", worker=worker.id)
