"""The pages for watching machines: what they say, and what they keep to themselves."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from portal import jobs
from portal.core.clock import now
from portal.core.db import db, transaction
from portal.jobs.models import Heartbeat


def a_worker(app: Flask, *, seen: timedelta = timedelta()) -> None:
    with app.app_context(), transaction():
        db.session.add(Heartbeat(seen_at=now() - seen))


def a_job(app: Flask, *, due: timedelta) -> None:
    with app.app_context(), transaction():
        jobs.enqueue("tend_drafts")
        db.session.execute(sa.update(jobs.Job).values(run_at=now() - due))


def test_a_living_process_says_so(client: Any) -> None:
    answer = client.get("/health/live")

    assert (answer.status_code, answer.json) == (200, {"alive": True})


def test_a_portal_is_ready_when_all_its_parts_are(client: Any, bare_app: Flask) -> None:
    a_worker(bare_app)

    answer = client.get("/health/ready")

    assert answer.status_code == 200
    assert {name: part["ok"] for name, part in answer.json.items() if name != "ready"} == {
        "database": True, "storage": True, "queue": True, "worker": True,
    }  # fmt: skip


def test_without_a_worker_it_is_not_ready(client: Any, bare_app: Flask) -> None:
    assert client.get("/health/ready").status_code == 503

    a_worker(bare_app, seen=timedelta(hours=1))
    answer = client.get("/health/ready")

    assert (answer.status_code, answer.json["worker"]["ok"]) == (503, False)


@pytest.mark.parametrize(("minutes", "status"), [(9, 200), (11, 503)])
def test_a_queue_that_stands_still_is_told(
    client: Any, bare_app: Flask, minutes: int, status: int
) -> None:
    a_worker(bare_app)
    a_job(bare_app, due=timedelta(minutes=minutes))

    answer = client.get("/health/ready")

    assert (answer.status_code, answer.json["queue"]["due"]) == (status, 1)


def test_without_a_database_it_lives_and_is_not_ready(client: Any, bare_app: Flask) -> None:
    with bare_app.app_context():
        db.drop_all()

    answer = client.get("/health/ready")

    assert client.get("/health/live").status_code == 200
    assert (answer.status_code, answer.json["database"]) == (503, {"ok": False})
    with bare_app.app_context():
        db.create_all()


def test_a_folder_that_is_gone_is_told(client: Any, bare_app: Flask, settings: Any) -> None:
    a_worker(bare_app)
    moved = Path(f"{settings.instance}-moved")
    settings.instance.rename(moved)

    answer = client.get("/health/ready")
    moved.rename(settings.instance)

    assert (answer.status_code, answer.json["storage"]) == (503, {"ok": False})


def test_a_disk_that_is_nearly_full_is_told(
    client: Any, bare_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_worker(bare_app)
    monkeypatch.setattr("portal.entrance.health.storage.free_percent", lambda: 9.94)

    answer = client.get("/health/ready")

    assert (answer.status_code, answer.json["storage"]) == (
        503, {"ok": False, "free_percent": 9.9},
    )  # fmt: skip


def test_the_answer_holds_no_address_and_no_secret(client: Any, settings: Any) -> None:
    text = client.get("/health/ready").text

    secrets = [str(settings.instance), settings.secret.decode(), "sqlite", "postgresql"]
    assert [word for word in secrets if word in text] == []
