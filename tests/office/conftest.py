"""A call with people of every kind, and browsers in which they have signed in."""

from collections.abc import Callable
from contextvars import Context
from typing import Any

import pytest
from flask import Flask

from portal.accounts import sessions
from portal.calls import memberships
from portal.calls.memberships import Role
from portal.calls.models import Call
from portal.core.db import db, transaction
from tests.drafts import open_call
from tests.people import BY, Person, a_browser, a_person, set_cookie
from tests.strict import StrictClient


class OfficeClient(StrictClient):
    """A browser beside a test that reads the database: the test lets go of it for each request."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        """Ask for a page in a context of its own, with a session of its own."""
        db.session.rollback()
        answer = Context().run(super().open, *args, **kwargs)
        db.session.expire_all()
        return answer


ROLES = ("office", "reader", "juror")


@pytest.fixture
def call(app: Flask) -> Call:
    return open_call()


@pytest.fixture
def people(app: Flask, call: Call) -> Callable[[str], Person]:
    """Return a function: somebody with a role in the call, the same at each asking."""
    known: dict[str, Person] = {}

    def somebody(role: str) -> Person:
        if role not in known:
            known[role] = a_person(
                f"{role}@example.org", name=f"{role.title()} Vorlage", admin=role == "admin"
            )
            with transaction():
                if role in ROLES:
                    memberships.give(known[role].user, call, Role(role), by=BY)
                if role == "stranger":
                    other = open_call("heimat-preis-2027")
                    memberships.give(known[role].user, other, Role.OFFICE, by=BY)
        return known[role]

    return somebody


@pytest.fixture
def browser(app: Flask, people: Any) -> Callable[[str], StrictClient]:
    """Return a function: a browser signed in as somebody with a role; empty means nobody."""

    def enter(role: str) -> StrictClient:
        made = a_browser(app)
        made.__class__ = OfficeClient
        if role:
            with transaction():
                word = sessions.open_full(people(role).user, sessions.Browser())
            set_cookie(made, word)
        return made

    return enter
