"""The server as a process: it answers, cuts nobody off, and takes its worker along."""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from portal.cli.serving import _options
from portal.settings import Settings
from tests.cli.test_supervising import wait_for

Start = Callable[..., "Served"]


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


class Served:
    """A server in a process of its own."""

    def __init__(self, environment: dict[str, str], folder: Path, *words: str) -> None:
        self.port = free_port()
        self.log = folder / f"log-{self.port}"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "portal.cli", "serve", "--port", str(self.port), *words],
            env=environment, cwd=folder, stdout=subprocess.PIPE, stderr=self.log.open("wb"),
            text=True,
        )  # fmt: skip
        assert self.process.stdout
        self.greeting = self.process.stdout.readline()

    def get(self, path: str, **headers: str) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer.status, body

    def ready(self) -> tuple[int, dict[str, object]]:
        status, body = self.get("/health/ready")
        return status, json.loads(body)

    def workers(self) -> list[int]:
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(pid) for pid in children.split()]

    def said(self) -> list[object]:
        return [line["message"] for line in self.lines()]

    def lines(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.log.read_text().splitlines()]


@pytest.fixture
def serve(environment: dict[str, str], tmp_path: Path) -> Iterator[Start]:
    """Return a function that starts `portal serve`; what still runs is ended."""
    started: list[Served] = []

    def start(*words: str, **settings: str) -> Served:
        started.append(Served(environment | settings, tmp_path, *words))
        return started[-1]

    yield start
    for served in started:
        if served.process.poll() is None:
            served.process.kill()
            served.process.wait()
        if served.process.stdout:
            served.process.stdout.close()


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.slow
def test_the_server_brings_a_worker_and_gets_a_new_one_when_it_dies(serve: Start) -> None:
    served = serve()
    assert served.greeting.startswith(f"The portal is at http://127.0.0.1:{served.port} ")
    assert served.get("/health/live") == (200, b'{"alive":true}\n')
    wait_for(lambda: served.ready()[0] == 200, 40)
    (first,) = served.workers()

    os.kill(first, signal.SIGKILL)

    wait_for(lambda: served.workers() not in ([], [first]), 20)
    (second,) = served.workers()
    wait_for(lambda: served.said().count("The worker has started.") == 2, 20)
    served.process.send_signal(signal.SIGTERM)
    assert served.process.wait(60) == 0
    assert not is_alive(second)
    # Every line is JSON, so nothing broke on the way out.
    assert served.said()[-1] == "The worker has stopped."


@pytest.mark.slow
def test_the_worker_follows_a_server_that_was_killed(serve: Start) -> None:
    served = serve()
    wait_for(lambda: served.ready()[0] == 200, 40)
    (worker,) = served.workers()

    served.process.kill()

    wait_for(lambda: not is_alive(worker), 40)
    assert not is_alive(worker)


SLOW = """
import sys, time
from pathlib import Path
from portal.cli import serving
from portal.settings import Settings

def slow(environ, start):
    time.sleep(1.5)
    start("200 OK", [("Content-Type", "text/plain")])
    return [b"all of it"]

server = serving._listen(slow, Settings(instance=Path(sys.argv[1]), port=int(sys.argv[2])))
print("up", flush=True)
serving._loop(server, None)
serving._drain(server)
"""


def test_a_request_that_has_begun_is_answered_before_the_end(tmp_path: Path) -> None:
    port = free_port()
    command = [sys.executable, "-c", SLOW, str(tmp_path), str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "up\n"
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("GET", "/")
        time.sleep(0.5)

        process.send_signal(signal.SIGTERM)

        assert connection.getresponse().read() == b"all of it"
        assert process.wait(30) == 0
        connection.close()


def test_a_port_that_is_taken_is_told(serve: Start, environment: dict[str, str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-m", "portal.cli", "serve", "--no-worker", "--port", str(port)],
            env=environment, capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip

    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        f"Cannot listen on 127.0.0.1:{port} (Address already in use).",
        f"Choose another port, for example: portal serve --port {port + 1}",
    ]


def test_the_log_names_rules_and_neither_paths_nor_people(serve: Start) -> None:
    served = serve("--no-worker")
    served.get("/some-prize/open/very-secret-token?email=ada@example.org", Cookie="a=cookie-value")

    served.process.send_signal(signal.SIGTERM)
    served.process.wait(60)

    (line,) = [line for line in served.lines() if line["message"] == "request"]
    assert (line["method"], line["rule"]) == ("GET", "/<slug>/open/<token>")
    assert re.fullmatch("[0-9a-f]{16}", str(line["request"]))
    text = served.log.read_text()
    assert [word for word in ("secret", "ada@", "cookie-value", "127.0.0.1") if word in text] == []


@pytest.mark.parametrize(("proxies", "cleared"), [(0, True), (1, False)])
def test_headers_of_proxies_stay_only_where_proxies_are_trusted(
    proxies: int, cleared: bool, tmp_path: Path
) -> None:
    options = _options(Settings(instance=tmp_path, trusted_proxies=proxies))

    assert options["clear_untrusted_proxy_headers"] is cleared
