"""The office for tests: a clerk with a role, and received applications."""

from collections.abc import Mapping
from typing import Any

from portal.accounts.models import User
from portal.applications.check import screening
from portal.applications.models import Application
from portal.calls import memberships
from portal.calls.memberships import Role
from portal.calls.models import Call
from portal.core.db import transaction
from tests.drafts import complete, send
from tests.people import BY, Person, a_person

LATER = {"project.title": "Ein zweites Vorhaben", "contact.email": "zwei@example.org"}


def staff(call: Call, role: Role = Role.OFFICE, email: str = "") -> Person:
    """Return a person with a role in the call, committed."""
    person = a_person(email or f"{role.value}@example.org", name=f"Frau {role.value.title()}")
    with transaction():
        memberships.give(person.user, call, role, by=BY)
    return person


def clerk(call: Call) -> User:
    """Return somebody of the office."""
    return staff(call).user


def received(call: Call, more: Mapping[str, Any] | None = None) -> Application:
    """Return a sent application, committed."""
    application = complete(call, more)
    send(application)
    return application


def eligible(call: Call, by: User, more: Mapping[str, Any] | None = None) -> Application:
    """Return an application that the office found eligible, committed."""
    application = received(call, more)
    with transaction():
        screening.find_eligible(application, by=by)
    return application
