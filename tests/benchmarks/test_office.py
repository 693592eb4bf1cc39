"""The office with 1,000 and with 10,000 applications, beside a bare Flask app over the same rows.

Measured are CPU milliseconds of this process for a whole request, the best of several, floor and
portal by turns, since other work on the machine only adds; the log entry of a look and its fsync
are part of it. Targets are multiples of the floor, because milliseconds depend on the machine. No
time is asserted, only that the pages are right.
"""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.accounts import sessions
from portal.app import build
from portal.applications.desk import duplicates
from portal.applications.models import Application
from portal.calls import memberships
from portal.calls.memberships import Role
from portal.core.db import db, transaction
from portal.settings import Settings
from tests.benchmarks import office_floor
from tests.benchmarks.many import fill
from tests.benchmarks.meter import memory
from tests.benchmarks.table import Line, table
from tests.drafts import SLUG, open_call
from tests.people import BY, a_person

pytestmark = [pytest.mark.bench, pytest.mark.one_database]
FEW, MANY = 1_000, 10_000
ROUNDS, ROUNDS_CSV = 20, 3
LISTED = 50
GROWS = 1.3  # how much more the list may cost with ten times as many applications
OFFICE = f"/{SLUG}/office"
LIST = f"{OFFICE}/applications"


class Work(NamedTuple):
    """A page, what the floor does for it, the target as a multiple of that, and what shows rows.

    The figures are those of the research: target and floor on its machine.
    """

    name: str
    path: str
    floor: str
    times: float = 0
    rows: int = LISTED


WORKS = (
    Work("list, 50 rows", LIST, "/list", 6.5 / 2.6),
    Work("last page", f"{LIST}?page=200", "/list"),
    Work("filter by an answer", f"{LIST}?a.project.districts=hoerde", "/list"),
    Work("sorted by title", f"{LIST}?sort=title", "/list"),
    Work("search, rare word", f"{LIST}?q=selten777", "/search?q=selten777", 5 / 0.7, 11),
    Work("search, common word", f"{LIST}?q=dortmund", "/search?q=dortmund", 33 / 22),
    Work("one application", f"{LIST}/KEY", "/one/KEY", 5 / 0.7, 0),
    Work("desk, figures kept", OFFICE, "/list", rows=0),
)
CSV = Work("CSV of all, 30 columns and more", f"{OFFICE}/exports/applications.csv", "/csv",
           1.3 / 0.86)  # fmt: skip


class House(NamedTuple):
    """A portal with many received applications, somebody's browser, and the floor."""

    app: Flask
    browser: FlaskClient
    floor: FlaskClient
    key: str

    def pair(self, work: Work) -> tuple[float, float]:
        """Return what a page costs here and what the floor costs, in milliseconds."""
        path, least = (one.replace("KEY", self.key) for one in (work.path, work.floor))
        return by_turns(lambda: asked(self.browser, path), lambda: asked(self.floor, least), ROUNDS)


def a_house(folder: Path, size: int) -> House:
    """Return a portal with so many received applications."""
    app = build(Settings(instance=folder))
    with app.app_context():
        db.create_all()
        fill(size)
        anna = a_person("anna@example.org")
        with transaction():
            memberships.give(anna.user, open_call(), Role.OFFICE, by=BY)
            word = sessions.open_full(anna.user, sessions.Browser())
        key = db.session.scalar(select(Application.id).where(Application.number == size // 2))
        db.session.remove()
    browser = app.test_client()
    browser.set_cookie("__Host-staff", word, domain="127.0.0.1", secure=True)
    bare = office_floor.make(folder / "portal.sqlite").test_client()
    return House(app, browser, bare, str(key))


def asked(browser: FlaskClient, path: str) -> str:
    """Return a page as text."""
    answer = browser.get(path, base_url="https://127.0.0.1")
    assert answer.status_code == 200, path
    return answer.get_data(as_text=True)


def by_turns(
    one: Callable[[], object], other: Callable[[], object], rounds: int
) -> tuple[float, float]:
    """Return the CPU milliseconds of both, each the best of some rounds."""
    spent: tuple[list[float], list[float]] = ([], [])
    for _round in range(rounds):
        for task, times in zip((one, other), spent, strict=True):
            begun = time.process_time()
            task()
            times.append((time.process_time() - begun) * 1000)
    return min(spent[0]), min(spent[1])


def streamed(browser: FlaskClient) -> tuple[int, float]:
    """Take the CSV piece by piece; return its lines and the megabytes by which we grew."""
    before = most = memory(os.getpid())
    answer = browser.get(CSV.path, base_url="https://127.0.0.1", buffered=False)
    lines = 0
    for number, piece in enumerate(answer.response):
        lines += bytes(piece).count(b"\r\n")
        if number % 10 == 0:
            most = max(most, memory(os.getpid()))
    answer.close()
    return lines, most - before


def test_pages_of_the_office(tmp_path: Path) -> None:
    """Print the table; asserted is what stands on the pages."""
    few, many = a_house(tmp_path / "few", FEW), a_house(tmp_path / "many", MANY)
    lines = []
    for work in WORKS:
        shown = asked(many.browser, work.path.replace("KEY", many.key))
        assert shown.count("data-row dir") == work.rows, work.name
        spent, least = many.pair(work)
        lines.append(Line(f"{work.name}, of {MANY:,}", spent, "ms", 0, least, work.times))
    smaller, _least = few.pair(WORKS[0])
    lines.append(Line(f"list of {MANY:,} against {FEW:,}", lines[0].value / smaller, "×", GROWS))
    lines += [*csv_of(many), doubles_in(many)]
    table(lines, "plain sqlite3 and csv in a bare Flask app over the same database, by turns")
    for house in (few, many):
        with house.app.app_context():
            db.engine.dispose()


def csv_of(house: House) -> list[Line]:
    """Measure the CSV of all applications: seconds of CPU, and memory while it streams."""
    told, grown = streamed(house.browser)
    assert told >= MANY + 1
    spent, least = by_turns(
        lambda: streamed(house.browser), lambda: asked(house.floor, CSV.floor), ROUNDS_CSV
    )
    return [
        Line(CSV.name, spent / 1000, "s", 0, least / 1000, CSV.times),
        Line("… more memory", grown, "MB", 10),
    ]


def doubles_in(house: House) -> Line:
    """Measure the look for doubles of one application among all."""
    with house.app.app_context():
        one = db.session.scalars(select(Application).where(Application.number == 1)).one()
        db.session.rollback()
        begun = time.process_time()
        duplicates.find(str(one.id))
        spent = (time.process_time() - begun) * 1000
    return Line(f"looking for doubles among {MANY:,}", spent, "ms")
