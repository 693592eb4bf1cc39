"""Sizes, parts, and how often."""

from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from portal.core.clock import now
from portal.core.db import db, transaction
from portal.settings import Settings
from portal.web import limits
from portal.web.models import Throttle
from tests.strict import StrictClient, text_of
from tests.web.conftest import make_site

OWN = {"Origin": "https://127.0.0.1"}
START = datetime(2027, 9, 1, 10, 5, tzinfo=UTC)


@pytest.fixture(autouse=True)
def nothing_counted(site: Flask) -> Iterator[None]:
    """Forget after each test what was counted."""
    yield
    with site.app_context(), transaction():
        db.session.execute(sa.delete(Throttle))


def test_a_long_text_is_taken_and_a_huge_one_refused_at_once(browser: StrictClient) -> None:
    assert browser.post_form("/form", {"a": "ض" * 390_000}).data == b"taken"
    answer = browser.post("/form", data={"a": "x" * 5_000_000}, headers=OWN)
    assert answer.status_code == 413
    assert "Ihr Text ist noch da" in text_of(answer)


def test_a_form_of_too_many_parts_is_refused(browser: StrictClient) -> None:
    many = {f"f{i}": "x" for i in range(2100)}
    sent = {"csrf_token": browser.token("/form")} | many

    answer = browser.post("/form", data=sent, headers=OWN, content_type="multipart/form-data")

    assert answer.status_code == 413


def test_only_a_view_for_files_takes_one(browser: StrictClient, settings: Settings) -> None:
    headers = OWN | {"X-CSRF-Token": browser.token("/form")}
    most = b"x" * settings.file_bytes

    def send(path: str, content: bytes) -> Any:
        return browser.post(path, data={"file": (BytesIO(content), "a.bin")}, headers=headers)

    assert send("/file", most).data == str(len(most)).encode()
    assert send("/file", most + b"x" * 3_000_000).status_code == 413
    assert send("/form", b"x" * 3_000_000).status_code == 413


def brake(browser: StrictClient, address: str = "192.0.2.1", **headers: str) -> int:
    """Ask once from an address; return the status."""
    answer = browser.post(
        "/braked",
        data={"csrf_token": browser.token("/form")},
        headers=OWN | headers,
        environ_base={"REMOTE_ADDR": address},
    )
    return int(answer.status_code)


def test_the_fourth_within_an_hour_waits_for_the_next(browser: StrictClient) -> None:
    with time_machine.travel(START, tick=False) as clock:
        assert [brake(browser) for _ in range(4)] == [200, 200, 200, 429]
        clock.move_to(START.replace(hour=11, minute=0))
        assert brake(browser) == 200


def test_another_network_has_its_own_count(browser: StrictClient) -> None:
    for _ in range(4):
        brake(browser)
    assert brake(browser, "192.0.2.2") == 200
    assert brake(browser, X_Forwarded_For="192.0.2.9") == 429


def test_one_household_of_ipv6_is_one_network(browser: StrictClient) -> None:
    answers = [brake(browser, f"2001:db8:1:2::{i}") for i in range(4)]
    assert answers == [200, 200, 200, 429]
    assert brake(browser, "2001:db8:1:3::1") == 200


def test_no_address_is_kept(site: Flask, browser: StrictClient) -> None:
    brake(browser, "192.0.2.1")
    with site.app_context():
        kept = [str(vars(row)) for row in db.session.scalars(sa.select(Throttle))]
    assert len(kept) == 1
    assert "192.0.2" not in kept[0]


def test_counts_of_the_past_are_swept(site: Flask, browser: StrictClient) -> None:
    with time_machine.travel(START, tick=False):
        brake(browser)
    with time_machine.travel(START.replace(hour=12), tick=False):
        brake(browser)
        with site.app_context():
            assert limits.sweep() == 1
        with site.app_context():
            assert db.session.scalars(sa.select(Throttle)).one().ends_at > now()


@pytest.mark.parametrize(("closed", "expected"), [(False, None), (True, sa.exc.OperationalError)])
def test_without_a_database_applying_passes_and_signing_in_does_not(
    tmp_path: Path, closed: bool, expected: type[Exception] | None
) -> None:
    site = make_site(tmp_path)
    with site.app_context():
        db.drop_all()
    with site.test_request_context("/braked", method="POST"):
        if expected is None:
            limits.brake("test", 3, closed=closed)
        else:
            with pytest.raises(expected):
                limits.brake("test", 3, closed=closed)


def test_the_proxy_is_believed_only_as_far_as_it_is_ours(settings: Settings) -> None:
    from portal.app import build
    from tests.web.conftest import add_pages

    app = build(settings.model_copy(update={"trusted_proxies": 1}))
    add_pages(app)
    with app.app_context():
        db.create_all()
    client: Any = app.test_client()

    said = [f"198.51.100.{i}, 203.0.113.7" for i in range(4)]

    assert [brake(client, X_Forwarded_For=chain) for chain in said] == [200, 200, 200, 429]
