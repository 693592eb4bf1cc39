"""The worker as a process: killed in mid-job nothing is lost; asked to stop it finishes its job."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from portal import jobs
from portal.core.db import db, transaction
from portal.jobs import Job, JobState
from portal.settings import Settings

PROGRAM = """
import signal, sys, time
from pathlib import Path
from portal import jobs
from portal.app import build
from portal.jobs.worker import Stop, work
from portal.settings import load

instance, seconds = Path(sys.argv[1]), float(sys.argv[2])
settings = load(instance=instance, lease_seconds=2, poll_seconds=0.05, retry_first_seconds=0.1)
app = build(settings)
jobs.use(settings)

def slow(word):
    with (instance / "began").open("a") as file:
        file.write(word + "\\n")
    time.sleep(seconds)
    with (instance / "done").open("a") as file:
        file.write(word + "\\n")

jobs.register("slow", slow, tries=None, counts_lost=False)
stop = Stop(signal.SIGTERM)
(instance / "up").touch()
work(app, stop)
"""

Start = Callable[[float], "subprocess.Popen[bytes]"]


@pytest.fixture
def start(app: Flask, settings: Settings) -> Iterator[Start]:
    """Return a function that starts a worker process whose jobs take so many seconds."""
    started: list[subprocess.Popen[bytes]] = []

    def begin(seconds: float) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-c", PROGRAM, str(settings.instance), str(seconds)]
        world = {**os.environ, "PORTAL_DATABASE_URL": settings.database_url.get_secret_value()}
        started.append(subprocess.Popen(command, stderr=subprocess.DEVNULL, env=world))
        return started[-1]

    yield begin
    for process in started:
        process.kill()
        process.wait()


def order(*words: str) -> None:
    """Order slow jobs."""
    with transaction():
        for word in words:
            jobs.enqueue("slow", word=word)


def lines(path: Path) -> list[str]:
    """Return the lines of a file that may not be there yet."""
    return path.read_text().split() if path.exists() else []


def wait_for(what: Callable[[], bool], seconds: float = 30) -> None:
    """Wait until `what` holds."""
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.05)


def states() -> list[JobState]:
    """Return the states of all jobs."""
    with transaction():
        db.session.expire_all()
        return [job.state for job in db.session.query(Job).filter(Job.name == "slow")]


def test_a_job_whose_worker_was_killed_is_done_by_the_next(
    start: Start, settings: Settings
) -> None:
    order("a")
    first = start(60)
    wait_for(lambda: lines(settings.instance / "began") == ["a"])

    first.send_signal(signal.SIGKILL)
    first.wait()
    assert states() == [JobState.RUNNING]
    start(0)
    wait_for(lambda: states() == [JobState.DONE])

    assert lines(settings.instance / "began") == ["a", "a"]
    assert lines(settings.instance / "done") == ["a"]


def test_a_worker_that_is_asked_to_stop_finishes_its_job_and_takes_no_other(
    start: Start, settings: Settings
) -> None:
    order("a", "b")
    worker = start(1)
    wait_for(lambda: lines(settings.instance / "began") == ["a"])

    worker.terminate()

    assert worker.wait(10) == 0
    assert lines(settings.instance / "done") == ["a"]
    assert sorted(states()) == [JobState.DONE, JobState.READY]


def test_two_worker_processes_do_each_job_once(start: Start, settings: Settings) -> None:
    words = [str(number) for number in range(20)]
    order(*words)
    start(0.05)
    start(0.05)

    wait_for(lambda: set(states()) == {JobState.DONE})

    assert sorted(lines(settings.instance / "done"), key=int) == words
    assert sorted(lines(settings.instance / "began"), key=int) == words
