"""A call with applications and everybody who may stand before a door of the office."""

from dataclasses import dataclass, field
from typing import Any

from flask import Flask

from portal.applications import reactions
from portal.applications.models import Application
from portal.calls import memberships
from portal.calls.memberships import Role
from portal.calls.models import Call
from portal.core.db import db, transaction
from portal.mail.models import Letter
from tests.drafts import complete, open_call, send
from tests.people import BY, Person, a_browser, a_person, signed_in
from tests.strict import StrictClient

OTHER = "heimat-preis-2027"
ROLES = ("nobody", "office", "reader", "juror", "admin", "other")


@dataclass
class House:
    """The call, its applications, and browsers by role; `other` is the office of another call."""

    app: Flask
    call: Call
    applications: list[Application]
    people: dict[str, Person] = field(default_factory=dict)
    browsers: dict[str, StrictClient] = field(default_factory=dict)

    def browser(self, role: str) -> StrictClient:
        """Return the browser of somebody with this role; `nobody` is not signed in."""
        if role not in self.browsers:
            self.browsers[role] = self._open(role)
        return self.browsers[role]

    def _open(self, role: str) -> StrictClient:
        if role == "nobody":
            return a_browser(self.app)
        with self.app.app_context():
            self.people[role] = someone = a_person(f"{role}@example.org", name=f"Kollege {role}",
                                                   admin=role == "admin")  # fmt: skip
            kind = {"other": Role.OFFICE}.get(role) or (Role(role) if role != "admin" else None)
            if kind:
                call = open_call(OTHER) if role == "other" else self.call
                with transaction():
                    memberships.give(someone.user, call, kind, by=BY)
            return signed_in(self.app, someone)


def a_house(app: Flask, count: int = 2) -> House:
    """Return a call with `count` sent applications, each by another browser."""
    with app.app_context():
        call = open_call()
        made = []
        for n in range(count):
            title = {"project.title": f"Projekt {n + 1}: Übersetzen & Lachen"}
            application = complete(call, title)
            send(application)
            made.append(application)
    return House(app, call, made)


def write_letter(
    house: House, name: str = "find_ineligible", *, award: str = "", **terms: Any
) -> Letter:
    """Write a letter of the office to the first applicant, as a move does, committed."""
    with house.app.app_context(), transaction():
        application = db.session.get_one(Application, house.applications[0].id)
        last = {"award": award} if award else {"note": "Nein."}
        values = {"number": str(application.reference), "title": application.title, **last}
        letter = reactions.write(application, name, lambda _language: values, **terms)
        assert letter is not None
        return letter
