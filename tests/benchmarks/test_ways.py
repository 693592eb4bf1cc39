"""What the ways of an applicant cost beside a bare Flask server, measured in one run."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count, cycle
from pathlib import Path
from typing import NamedTuple

import pytest
from flask import Flask

from portal.app import build
from portal.calls.definition import Definition
from portal.calls.queries import call_by_slug, definition_of
from portal.core.db import db
from portal.settings import Settings
from tests.benchmarks.calls import EIGHT, ONE, crowd, load
from tests.benchmarks.meter import cpu, memory, per_turn
from tests.benchmarks.table import Line, table
from tests.benchmarks.weight import weigh
from tests.drafts import SLUG
from tests.served import Portal, free_port
from tests.walker import Browser, Upload, Way, expect, photo

pytestmark = [pytest.mark.bench, pytest.mark.one_database]
MANY = 10_000
MEGABYTE = 1_000_000
numbers = count()


class Site(NamedTuple):
    """A running portal and its calls."""

    portal: Portal
    calls: dict[str, Definition]

    def way(self, slug: str, port: int = 0) -> Way:
        """Return a person who has not begun yet."""
        number = next(numbers)
        browser = Browser(port or self.portal.port)
        email = f"p{number}@example.org"
        return Way(browser, self.calls[slug], email, photo(number, MEGABYTE))


@pytest.fixture
def floor(tmp_path: Path) -> Iterator[tuple[int, int]]:
    """Return process and port of the bare server."""
    folder, port = tmp_path / "floor", free_port()
    folder.mkdir()
    command = [sys.executable, "-m", "tests.benchmarks.floor", str(folder), str(port)]
    process = subprocess.Popen(command)
    while True:
        try:
            Browser(port).get("/constant")
            break
        except OSError:
            time.sleep(0.05)
    yield process.pid, port
    process.kill()
    process.wait()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """Return a portal that is set up and not started."""
    portal = Portal(tmp_path, file_bytes=25 * 1024 * 1024)
    portal.run("db", "upgrade")
    with app_of(portal).app_context():
        load()
        slugs = (SLUG, EIGHT, ONE)
        calls = {s: definition_of(call_by_slug(s).newest_version_id) for s in slugs}
        db.session.remove()
    yield Site(portal, calls)
    portal.stop()


def app_of(portal: Portal) -> Flask:
    return build(Settings(instance=portal.folder / "instance"))


def test_ways_beside_the_floor(floor: tuple[int, int], site: Site) -> None:
    """Print the table: it measures and asserts no time, only that every way gets through."""
    base = measure_floor(*floor)
    lines = [*cold_start(site), *pages(site, base), *ways(site, base), *after_load(site)]
    lines += [*at_once(site), *crowded(site, base)]
    told = ", ".join(f"{name} {value:.2f}" for name, value in base.items())
    table(lines, f"CPU ms: {told}")


def measure_floor(pid: int, port: int) -> dict[str, float]:
    """Return the CPU milliseconds of the bare server by kind of work."""
    browser = Browser(port)
    file = Upload("photos", "a.jpg", "image/jpeg", photo(1, MEGABYTE))
    work: dict[str, tuple[Callable[[], object], int]] = {
        "constant": (lambda: browser.get("/constant"), 300),
        "form": (lambda: browser.get("/form"), 300),
        "commit": (lambda: browser.post("/save", {"text": "x" * 500}), 200),
        "apply": (lambda: browser.post("/apply", {"text": "x" * 2000}, [file]), 30),
    }
    return {name: per_turn(task, pid, turns=turns) for name, (task, turns) in work.items()}


def cold_start(site: Site) -> list[Line]:
    site.portal.start("--no-worker")
    used = cpu(site.portal.pid)
    return [
        Line("cold start of the web process (CPU)", used / 1000, "s", 0.7),
        Line("memory, idle (PSS)", memory(site.portal.pid), "MB", 70),
    ]


def pages(site: Site, base: dict[str, float]) -> list[Line]:
    """Measure the pages one by one: the call, a section blank and filled, saving it."""
    pid, browser = site.portal.pid, Browser(site.portal.port)
    call = per_turn(lambda: browser.get(f"/{SLUG}"), pid, turns=200)
    fresh = [begun(site) for _draft in range(30)]
    page = "{}/section/applicant"
    turn = cycle(fresh)

    def look() -> None:
        way = next(turn)
        expect(way.browser.get(page.format(way.address)), 200)

    blank = per_turn(look, pid, turns=200)
    way = fresh[0]
    fields = way.fields(page.format(way.address)) | {"window": "w"}
    texts = count()

    def save() -> None:
        named = fields | {"applicant.name": f"Verein {next(texts)}"}
        answer = way.browser.post(page.format(way.address), named, Accept="application/json")
        expect(answer, 200)

    saving = per_turn(save, pid, turns=100)
    filled = per_turn(lambda: way.browser.get(page.format(way.address)), pid, turns=100)
    weight = weigh(way.browser, page.format(way.address))
    return [
        Line("public call page", call, "ms", 0.8, base["constant"]),
        Line("form page, first view", blank, "ms", 1.2, base["form"]),
        Line("form page, filled in", filled, "ms", 0, base["form"]),
        Line("saving a section", saving, "ms", 3, base["commit"]),
        Line("first visit of the form: requests", weight.requests, "", 8),
        Line("… without fonts", weight.bytes / 1000, "kB", 35),
        Line("… with fonts", (weight.bytes + weight.fonts) / 1000, "kB", 90),
    ]


def begun(site: Site) -> Way:
    way = site.way(SLUG)
    way.start()
    return way


def ways(site: Site, base: dict[str, float]) -> list[Line]:
    """Measure whole ways: each page looked at and filled in, a file, the check, sending."""
    targets = {EIGHT: 60.0, ONE: 24.0, SLUG: 0.0}
    lines = []
    for slug, target in targets.items():
        asked: list[int] = []

        def whole(slug: str = slug, asked: list[int] = asked) -> None:
            asked.append(walk(site.way(slug)))

        used = per_turn(whole, site.portal.pid, turns=10)
        name = f"whole way, {slug}, 1 MB file, {asked[-1]} requests"
        lines.append(Line(name, used, "ms", target, base["apply"]))
    return lines


def walk(way: Way) -> int:
    """Go the whole way as a browser without script does; return the number of requests."""
    expect(way.browser.get(f"/{way.definition.slug}"), 200)
    way.start()
    for path in way.pages():
        expect(way.browser.get(path), 200)
        if path.endswith(("/attachments", "/all")):
            file_id = way.upload()
            way.fill(path, way.words(file_id))
        else:
            way.fill(path)
    expect(way.browser.get(f"{way.address}/check"), 200)
    expect(way.browser.get(way.send()), 200)
    way.browser.close()
    return way.browser.count


def after_load(site: Site) -> list[Line]:
    return [Line("memory, after load (PSS)", memory(site.portal.pid), "MB", 90)]


def at_once(site: Site) -> list[Line]:
    """Let eight people at a time go the short way on two server processes."""
    other = Portal(site.portal.folder)
    other.start("--no-worker")
    failed = 0
    ports = cycle((site.portal.port, other.port))
    people = [site.way(ONE, next(ports)) for _person in range(80)]
    began = time.monotonic()

    def one(way: Way) -> bool:
        try:
            walk(way)
        except (AssertionError, OSError):
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        failed = sum(not done for done in pool.map(one, people))
    seconds = time.monotonic() - began
    other.stop()
    assert failed == 0
    return [
        Line("8 at a time on 2 processes: failures of 80", failed, "", 0),
        Line("… short ways in a second, the clients on the same cores", 80 / seconds, "/s", 20),
    ]


def crowded(site: Site, base: dict[str, float]) -> list[Line]:
    """Measure call page and form page again with ten thousand applications."""
    site.portal.stop()
    with app_of(site.portal).app_context():
        crowd(call_by_slug(SLUG), MANY)
        db.session.remove()
    site.portal.start("--no-worker")
    again = pages(site, base)
    return [line._replace(work=f"{line.work}, with {MANY:,} applications") for line in again[:2]]
