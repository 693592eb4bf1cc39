"""A call with people of every kind, and browsers in which they have signed in."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from portal.calls import memberships
from portal.calls.memberships import Role
from portal.calls.models import Call
from portal.core.db import transaction
from tests.drafts import open_call
from tests.people import BY, Person, a_browser, a_person, signed_in
from tests.strict import StrictClient

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
        return signed_in(app, people(role)) if role else a_browser(app)

    return enter
