"""`portal worker`: do what waits in the queue until somebody says stop."""

import argparse
import os
import signal
import threading
import time

from portal.cli.opening import opened
from portal.jobs import worker
from portal.settings import load

# A job in hand is finished; one that takes longer is taken up again after its lease.
LAST_SECONDS = 30
INPUT = 0


def work(given: argparse.Namespace) -> None:
    """Work until SIGTERM, Ctrl+C or, beside a server, the end of the server."""
    app = opened(load())
    stop = worker.Stop(signal.SIGTERM, signal.SIGINT)
    if given.until_input_ends:
        threading.Thread(target=_follow_server, args=(stop,), daemon=True).start()
    worker.work(app, stop)


def _follow_server(stop: worker.Stop) -> None:
    """Ask to stop when the input ends, which it does when the server is gone."""
    # Not `sys.stdin`: a thread that waits there holds a lock without which Python cannot end.
    while os.read(INPUT, 4096):
        pass
    stop.set()
    time.sleep(LAST_SECONDS)
    os._exit(1)
