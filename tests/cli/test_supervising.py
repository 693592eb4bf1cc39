"""The worker beside the server is started, started again, and ended."""

import sys
import time
from collections.abc import Callable

from portal.cli import supervising
from portal.cli.supervising import Supervisor

SLEEPS = (sys.executable, "-c", "import sys; sys.stdin.read()")
DIES = (sys.executable, "-c", "raise SystemExit(3)")
DEAF = (
    sys.executable, "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)",
)  # fmt: skip


def wait_for(true: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "It did not happen in time."
        time.sleep(0.02)


def test_a_worker_that_dies_is_started_again_after_growing_pauses() -> None:
    supervisor = Supervisor(DIES)
    pauses = []

    for _ in range(3):
        supervisor.due_at = time.monotonic()
        supervisor.tend()
        child = supervisor.child
        assert child is not None
        child.wait(20)
        pauses.append(supervisor.pause)
        supervisor.tend()
        assert supervisor.child is None

    assert pauses == [1, 2, 4]
    assert supervisor.due_at - time.monotonic() > 3


def test_the_pause_never_grows_beyond_a_minute_and_is_forgotten_after_a_good_life() -> None:
    supervisor = Supervisor(DIES)
    supervisor.pause = supervising.LONGEST_PAUSE
    supervisor.tend()
    assert supervisor.child is not None
    supervisor.child.wait(20)
    supervisor.tend()
    assert supervisor.pause == supervising.LONGEST_PAUSE

    supervisor.due_at = time.monotonic()
    supervisor.tend()
    assert supervisor.child is not None
    supervisor.child.wait(20)
    supervisor.started_at -= supervising.WELL_AFTER
    supervisor.tend()

    assert supervisor.pause == 2 * supervising.FIRST_PAUSE


def test_ending_lets_the_worker_go_and_none_comes_after() -> None:
    supervisor = Supervisor(SLEEPS)
    supervisor.tend()
    child = supervisor.child
    assert child is not None

    supervisor.end()

    assert child.poll() is not None
    assert supervisor.child is None


def test_a_worker_that_does_not_listen_is_killed() -> None:
    supervisor = Supervisor(DEAF)
    supervisor.tend()
    child = supervisor.child
    assert child is not None
    time.sleep(0.5)

    supervisor.end(patience=0.5)

    assert child.returncode is not None
    assert child.returncode < 0


def test_the_input_of_the_worker_ends_with_the_server() -> None:
    supervisor = Supervisor(SLEEPS)
    supervisor.tend()
    child = supervisor.child
    assert child is not None

    supervisor._close_pipe()

    assert child.wait(20) == 0
