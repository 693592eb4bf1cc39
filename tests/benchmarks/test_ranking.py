"""The ranking of 1,000 applications read by 15 jurors: in itself, and as a whole page.

CPU milliseconds of this process, the best of some rounds.
"""

import random
import time
from collections.abc import Callable
from itertools import product
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import insert, select

from portal.accounts import sessions
from portal.accounts.models import User
from portal.applications.judging import Assignment, Conflict, Tie, Way
from portal.applications.models import Application, Version
from portal.applications.workflow import Status
from portal.calls import memberships
from portal.calls.memberships import Function, Role
from portal.calls.models import Call
from portal.core.clock import now
from portal.core.db import db, transaction
from portal.demo import sample
from portal.scoring import ranking
from portal.scoring.models import Sheet, SheetState
from tests.benchmarks.test_office import plain
from tests.drafts import begun, send
from tests.jury_house import CRITERIA, forward, load
from tests.people import BY, a_browser, a_person, set_cookie

pytestmark = [pytest.mark.bench, pytest.mark.one_database]
APPLICATIONS, JURORS, ROUNDS = 1_000, 15, 5
PLAIN_MS, PAGE_MS = 250, 1_000


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


def cost(work: Callable[[], Any]) -> float:
    spent = []
    for _round in range(ROUNDS):
        db.session.rollback()
        db.session.expire_all()
        begun_at = time.process_time()
        work()
        spent.append((time.process_time() - begun_at) * 1000)
    return min(spent)


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

    plain_ms = cost(lambda: ranking.of(call, reader=office))
    page_ms = cost(lambda: browser.get(page))
    xlsx_ms = cost(lambda: browser.get(f"{page}/table.xlsx"))

    print(f"ranking {plain_ms:7.0f} ms, target {PLAIN_MS}; page {page_ms:7.0f} ms, target"
          f" {PAGE_MS}; workbook {xlsx_ms:7.0f} ms")  # fmt: skip
    assert browser.get(page).status_code == 200
    assert (plain_ms < PLAIN_MS, page_ms < PAGE_MS) == (True, True)
