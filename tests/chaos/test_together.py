"""Many at once: one number for one application, none doubled or skipped, no text overwritten."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from threading import Barrier, Thread
from time import sleep
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from flask import Flask

from portal.applications import keys
from portal.applications.models import Application
from portal.calls.queries import call_by_slug
from portal.core.clock import now
from portal.core.db import db, transaction
from portal.mail.models import Letter
from tests.drafts import SLUG, begun, complete, open_call
from tests.walker import TOKEN

ORIGIN = "https://127.0.0.1"


@pytest.fixture
def site(bare_app: Flask) -> Flask:
    """Return an application with an open call."""
    with bare_app.app_context():
        open_call()
    return bare_app


class Window:
    """A window of the browser that holds a draft; two windows share the cookies."""

    def __init__(self, site: Flask, draft: UUID, key: str) -> None:
        self.site, self.key = site, key
        self.address = f"/{SLUG}/application/{draft}"
        self.client = site.test_client()
        self.client.set_cookie("__Host-device", key, domain="127.0.0.1", secure=True)
        found = TOKEN.search(self.get("/section/contact").text)
        assert found
        self.token = found[1]

    def twin(self) -> "Window":
        """Open another window of the same browser."""
        other = object.__new__(Window)
        other.__dict__ |= self.__dict__ | {"client": self.site.test_client()}
        for name in ("__Host-device", "__Host-form"):
            cookie = self.client.get_cookie(name, domain="127.0.0.1")
            assert cookie
            other.client.set_cookie(name, cookie.value, domain="127.0.0.1", secure=True)
        return other

    def get(self, place: str) -> Any:
        """Look at a page of the draft."""
        return self.client.get(self.address + place, base_url=ORIGIN)

    def post(self, place: str, fields: dict[str, str] | None = None, **headers: str) -> Any:
        """Press a button."""
        data = {"csrf_token": self.token, **(fields or {})}
        return self.client.post(self.address + place, base_url=ORIGIN, data=data, headers=headers)

    def save(self, window: str, **fields: str) -> Any:
        """Save a page as the script does, from a window that has seen nothing of the others."""
        hidden = {"revision": "0", "window": window}
        return self.post("/section/contact", hidden | fields, Accept="application/json")


def window_of(site: Flask, make: Callable[..., Application]) -> Window:
    """Return a window on a draft that `make` makes."""
    key = f"{uuid4().hex}{uuid4().hex}"
    with site.app_context():
        draft = make(call_by_slug(SLUG))
        with transaction():
            keys.give_device(draft, keys.hash_of(key))
        found = draft.id
        db.session.remove()
    return Window(site, found, key)


def at_once(tasks: list[Callable[[], Any]]) -> list[Any]:
    """Begin all tasks at the same moment; return what they return."""
    gate = Barrier(len(tasks))

    def begin(task: Callable[[], Any]) -> Any:
        gate.wait()
        return task()

    with ThreadPoolExecutor(len(tasks)) as pool:
        return list(pool.map(begin, tasks))


def read(site: Flask, query: sa.Select[Any]) -> list[Any]:
    """Return what a fresh session reads."""
    with site.app_context():
        rows = list(db.session.scalars(query))
        db.session.remove()
    return rows


@pytest.mark.slow
def test_twelve_clicks_on_send_give_one_version_one_number_and_one_mail(site: Flask) -> None:
    window = window_of(site, complete)
    windows = [window.twin() for _click in range(12)]

    answers = at_once([partial(one.post, "/send") for one in windows])

    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.location for answer in answers}) == 1
    assert answers[0].location.endswith("/sent?n=1")
    with site.app_context():
        [application] = db.session.scalars(sa.select(Application))
        assert (application.number, len(application.versions)) == (1, 1)
        letters = sa.select(Letter).where(Letter.about == application.id)
        assert len(list(db.session.scalars(letters))) == 1
        assert call_by_slug(SLUG).last_number == 1
        db.session.remove()


@pytest.mark.slow
def test_thirty_drafts_sent_at_once_get_the_numbers_one_to_thirty(site: Flask) -> None:
    windows = [window_of(site, complete) for _draft in range(30)]

    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda window: window.post("/send"), windows))

    assert {answer.status_code for answer in answers} == {303}
    assert sorted(read(site, sa.select(Application.number))) == list(range(1, 31))
    seventh = sa.select(Application.reference).where(Application.number == 7)
    assert read(site, seventh) == ["IP-2027-0007"]


def test_two_windows_that_save_at_once_lose_nothing(site: Flask) -> None:
    one = window_of(site, begun)
    other = one.twin()
    for turn in range(8):
        texts = {"a": f"Ada {turn}", "b": f"Bela {turn}"}
        mine = {"contact.first_name": texts["a"], "contact.phone": "0231 1"}
        theirs = {"contact.first_name": texts["b"], "contact.role": "Kasse"}
        answers = at_once([partial(one.save, "a", **mine), partial(other.save, "b", **theirs)])

        assert [answer.status_code for answer in answers] == [200, 200]
        [draft] = read(site, sa.select(Application))
        key = "contact.first_name"
        assert {draft.draft[key], draft.aside[key]["answer"]} == set(texts.values())
        assert (draft.draft["contact.phone"], draft.draft["contact.role"]) == ("0231 1", "Kasse")
        assert sum(key in answer.json["conflicts"] for answer in answers) == 1
        one.post("/section/contact", {"drop": key, "revision": "99", "window": "a"})


class Lock:
    """Another program that keeps the database, or on PostgreSQL the draft, to itself."""

    def __init__(self, site: Flask, seconds: float) -> None:
        self.site, self.seconds, self.held = site, seconds, Barrier(2)
        self.thread = Thread(target=self._hold)

    def __enter__(self) -> None:
        self.thread.start()
        self.held.wait(30)

    def __exit__(self, *_fault: object) -> None:
        self.thread.join()

    def _hold(self) -> None:
        with self.site.app_context(), db.engine.connect() as connection:
            connection.execute(sa.select(Application.id).with_for_update())
            self.held.wait(30)
            sleep(self.seconds)
            connection.rollback()


@pytest.mark.slow
def test_a_database_that_is_locked_for_a_moment_is_waited_for(site: Flask) -> None:
    window = window_of(site, begun)

    with Lock(site, 1.5):
        answer = window.save("a", **{"contact.first_name": "Ada"})

    assert answer.status_code == 200
    assert read(site, sa.select(Application))[0].draft["contact.first_name"] == "Ada"


@pytest.mark.slow
def test_a_database_that_stays_locked_gives_503_with_what_was_typed(site: Flask) -> None:
    window = window_of(site, begun)
    typed = {"contact.first_name": "Ada <3", "revision": "0", "window": "w", "go": "next"}

    with Lock(site, 12):
        began = now()
        page = window.post("/section/contact", typed)
        waited = now() - began
        script = window.twin().save("a", **{"contact.first_name": "Ada"})

    assert page.status_code == script.status_code == 503
    assert page.headers["Retry-After"] == script.headers["Retry-After"] == "5"
    assert timedelta(seconds=4) < waited < timedelta(seconds=9)
    assert 'name="contact.first_name" value="Ada &lt;3"' in page.text
    assert window.post("/section/contact", typed).status_code == 303  # once more, and it is saved
    assert read(site, sa.select(Application))[0].draft["contact.first_name"] == "Ada <3"


@pytest.mark.slow
def test_what_was_sent_before_the_closing_is_in_time_however_long_it_waits(site: Flask) -> None:
    window = window_of(site, complete)
    with site.app_context():
        with transaction():
            call = call_by_slug(SLUG)
            call.closes_at, call.grace_minutes = now() + timedelta(seconds=1), 0
        db.session.remove()

    with Lock(site, 2.5):
        answer = window.post("/send")

    assert answer.location.endswith("/sent?n=1")
    with site.app_context():
        [application] = db.session.scalars(sa.select(Application))
        [version] = application.versions
        assert not version.late
        assert version.arrived_at < application.call.closes_at < version.stored_at
        db.session.remove()
