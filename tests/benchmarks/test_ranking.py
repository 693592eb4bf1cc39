"""The ranking of 1,000 applications read by 15 jurors: in itself, and as a whole page.

CPU milliseconds of this process, the best of some rounds, by turns with a floor: the same marks
read by plain SQL, and of each application mean and spread in plain Python, sorted. No time is
asserted.
"""

import json
import random
import time
from collections.abc import Callable
from itertools import product
from math import sqrt
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import insert, select

from portal.accounts import sessions
from portal.accounts.models import User
from portal.applications.jury.judging import Assignment, Conflict, Tie, Way
from portal.applications.models import Application, Version
from portal.applications.workflow import Status
from portal.calls import memberships
from portal.calls.memberships import Function, Role
from portal.calls.models import Call
from portal.core.clock import now
from portal.core.db import db, transaction
from portal.demo import sample
from portal.scoring.models import Sheet, SheetState
from portal.scoring.rank import ranking
from tests.benchmarks.many import plain
from tests.benchmarks.table import Line, table
from tests.drafts import begun, send
from tests.jury_house import CRITERIA, forward, load
from tests.people import BY, a_browser, a_person, set_cookie

pytestmark = [pytest.mark.bench, pytest.mark.one_database]
APPLICATIONS, JURORS, ROUNDS = 1_000, 15, 5


def fill(call: Call) -> None:
    """Send one application as people do, copy it, and let all jurors hand in all sheets."""
    first = begun(call, sample.complete()[0].answers)
    send(first)
    forward(first)
    users = [a_person(f"j{n}@example.org", name=f"Juror {n}").user for n in range(JURORS)]
    with transaction():
        for n, user in enumerate(users):
            function = Function.CHAIR if n == 0 else Function.MEMBER
            memberships.give(user, call, Role.JUROR, by=BY, function=function)
        version = first.versions[-1]
        ids = [first.id, *_copies(first, version)]
        _sheets(ids, users, version)


def _copies(first: Application, version: Version) -> list[Any]:
    applications: list[dict[str, Any]] = []
    versions: list[dict[str, Any]] = []
    for n in range(2, APPLICATIONS + 1):
        key = uuid4()
        applications.append(plain(first) | {"id": key, "number": n, "reference": f"IP-{n:05}"})
        versions.append(plain(version) | {"id": uuid4(), "application_id": key,
                                          "check_code": f"x-{n}"})  # fmt: skip
    db.session.execute(insert(Application.__table__), applications)
    db.session.execute(insert(Version.__table__), versions)
    return [one["id"] for one in applications]


def _sheets(ids: list[Any], users: list[User], version: Version) -> None:
    chance, at = random.Random(7), now()
    sheets, readings, conflicts = [], [], []
    for application_id, user in product(ids, users):
        pair = {"application_id": application_id, "user_id": user.id}
        if chance.random() < 0.02:
            conflicts.append({**pair, "tie": Tie.RELATIVE, "declared_by": user.key})
            continue
        readings.append({**pair, "way": Way.ALL, "by_key": BY.key})
        scores = {key: chance.randrange(6) for key in CRITERIA}
        sheets.append({**pair, "scores": scores, "state": SheetState.SENT, "sent_at": at,
                       "version_id": version.id})  # fmt: skip
    db.session.execute(insert(Assignment), readings)
    db.session.execute(insert(Conflict), conflicts)
    db.session.execute(insert(Sheet), sheets)


def least() -> list[tuple[float, float]]:
    """Return mean and spread of each application, the best first: the floor."""
    raw: Any = db.session.connection().connection.dbapi_connection
    sums: dict[str, list[int]] = {}
    for key, scores in raw.execute("SELECT application_id, scores FROM sheet"):
        sums.setdefault(key, []).append(sum(json.loads(scores).values()))
    told = []
    for values in sums.values():
        mean = sum(values) / len(values)
        squares = sum((value - mean) ** 2 for value in values)
        told.append((mean, sqrt(squares / max(1, len(values) - 1))))
    return sorted(told, reverse=True)


def costs(*works: Callable[[], Any]) -> list[float]:
    """Return what each costs, the best of some rounds by turns."""
    spent: list[list[float]] = [[] for _work in works]
    for _round in range(ROUNDS):
        for work, times in zip(works, spent, strict=True):
            db.session.rollback()
            db.session.expire_all()
            begun_at = time.process_time()
            work()
            times.append((time.process_time() - begun_at) * 1000)
    return [min(times) for times in spent]


def test_the_ranking_and_its_page(app: Flask) -> None:
    call = load()
    fill(call)
    office = a_person("office@example.org").user
    with transaction():
        memberships.give(office, call, Role.OFFICE, by=BY)
        word = sessions.open_full(office, sessions.Browser())
    browser = a_browser(app)
    set_cookie(browser, word)
    page = f"/{call.slug}/office/jury/ranking"
    assert db.session.scalar(select(Application.status).limit(1)) is Status.WITH_JURY
    assert len(ranking.of(call, reader=office).entries) == len(least()) == APPLICATIONS
    db.session.rollback()  # so that the pages find the database free
    assert browser.get(page).status_code == browser.get(f"{page}/table.xlsx").status_code == 200

    floor, plain_ms, page_ms, workbook_ms = costs(
        least,
        lambda: ranking.of(call, reader=office),
        lambda: browser.get(page),
        lambda: browser.get(f"{page}/table.xlsx"),
    )
    table(
        [
            Line(f"ranking of {APPLICATIONS:,} by {JURORS}", plain_ms, "ms", 0, floor),
            Line("… as a page", page_ms, "ms", 0, floor),
            Line("… as a workbook", workbook_ms, "ms", 0, floor),
        ],
        f"mean and spread of the same marks in plain Python, {floor:.1f} ms",
    )
