"""A call whose applications are with the jury, the jury itself, and browsers for all of them."""

from collections.abc import Mapping
from contextvars import Context
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from flask import Flask

from portal import storage
from portal.accounts import sessions
from portal.accounts.models import User
from portal.applications.jury import assigning, conflicts, judging
from portal.applications.jury.judging import Juror, Tie
from portal.applications.models import Application
from portal.applications.workflow import Move, Status
from portal.calls import memberships
from portal.calls.memberships import Function, Role
from portal.calls.models import Call
from portal.core.clock import now
from portal.core.db import db, transaction
from portal.demo import sample
from portal.scoring.sheet import pledging, sending, sheets
from portal.scoring.sheet.sheets import Window
from tests.drafts import SLUG, _file, begun, loaded, send
from tests.people import BY, Person, a_browser, a_person, set_cookie
from tests.strict import StrictClient

WAY = (
    (Move.START_SCREENING, Status.SUBMITTED),
    (Move.FIND_ELIGIBLE, Status.IN_SCREENING),
    (Move.FORWARD_TO_JURY, Status.ELIGIBLE),
)
# Name, function, and as what the person sits there.
JURY = (
    ("chair", Function.CHAIR, "Ausschuss"),
    ("paula", Function.MEMBER, "Wohlfahrtsverband"),
    ("ifeoma", Function.MEMBER, "Wissenschaft"),
    ("deputy", Function.DEPUTY, "Vertretung"),
    ("secretary", Function.SECRETARY, "Geschäftsführung"),
)
STAFF = ("office", "reader", "admin", "other")
OTHER = "heimat-preis-2027"
CRITERIA = ("wirkung", "beteiligung", "nachhaltigkeit", "ehrenamt", "innovation")


class JuryClient(StrictClient):
    """A browser beside a test that reads the database: the test lets go of it for each request."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        """Ask for a page in a context of its own, with a session of its own."""
        db.session.rollback()
        db.session.expire_all()
        return Context().run(super().open, *args, **kwargs)


@dataclass
class JuryHouse:
    """The call, its applications and its people, each under a short name."""

    app: Flask
    call: Call
    applications: list[Application]
    people: dict[str, Person] = field(default_factory=dict)
    browsers: dict[str, StrictClient] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """The address of the reading room."""
        return f"/{self.call.slug}/jury"

    def at(self, n: int, rest: str = "") -> str:
        """Return the address of the application with this index for the jury."""
        return f"{self.path}/applications/{self.applications[n].id}{rest}"

    def juror(self, name: str) -> Juror:
        """Return somebody of the jury, as it is now."""
        found = {one.user.email: one for one in judging.jurors(self.call)}
        return found[f"{name}@example.org"]

    def user(self, name: str) -> User:
        """Return the account of somebody."""
        return self.person(name).user

    def person(self, name: str) -> Person:
        """Return somebody of jury or staff, added at the first asking."""
        if name not in self.people:
            self.people[name] = someone = a_person(
                f"{name}@example.org", name=f"{name.title()} Muster", admin=name == "admin"
            )
            with transaction():
                self._give(someone.user, name)
        return self.people[name]

    def _give(self, user: User, name: str) -> None:
        functions = {one: function for one, function, _words in JURY}
        if name in functions:
            function = functions[name]
            memberships.give(user, self.call, Role.JUROR, by=BY, function=function)
        elif name in ("office", "reader"):
            memberships.give(user, self.call, Role(name), by=BY)
        elif name == "other":
            other = load(OTHER)
            memberships.give(user, other, Role.JUROR, by=BY)

    def browser(self, name: str) -> StrictClient:
        """Return the browser of somebody; `nobody` is not signed in."""
        if name not in self.browsers:
            made = a_browser(self.app)
            made.__class__ = JuryClient
            if name != "nobody":
                with transaction():
                    word = sessions.open_full(self.user(name), sessions.Browser())
                set_cookie(made, word)
            self.browsers[name] = made
        return self.browsers[name]

    def pledge(self, *names: str) -> None:
        """Let these people confirm the rules."""
        for name in names:
            with transaction():
                juror = self.juror(name)
                pledging.pledge(juror, juror.definition.jury.pledge_version)

    def assign_all(self) -> None:
        """Let everybody read everything."""
        with transaction():
            assigning.carry_out(self.call, assigning.plan_all(self.call), by=BY)

    def answer(self, name: str, n: int, tie: Tie = Tie.NONE, words: str = "") -> None:
        """Answer the question about conflicts."""
        with transaction():
            juror = self.juror(name)
            conflicts.answer(juror, self.applications[n], tie, by=juror.user, words=words)

    def free(self, name: str) -> None:
        """Answer that there is no conflict with anything that is asked."""
        with transaction():
            juror = self.juror(name)
            for application in judging.all_of(judging.asked_of(juror)):
                conflicts.answer(juror, application, Tie.NONE, by=juror.user)


def load(slug: str = SLUG, jury: Mapping[str, Any] | None = None) -> Call:
    """Return an example call that is open today, its part about the jury changed."""
    with transaction():
        return loaded(slug, jury)


def a_jury_house(app: Flask, count: int = 3, jury: Mapping[str, Any] | None = None) -> JuryHouse:
    """Return a call with `count` applications that the jury has, read by all, rules confirmed."""
    call = load(jury=jury)
    examples = sample.complete()
    applications = [_application(call, examples[n % len(examples)], n) for n in range(count)]
    house = JuryHouse(app, call, applications)
    for name, _function, _words in JURY:
        house.person(name)
    house.pledge(*[name for name, _function, _words in JURY])
    house.assign_all()
    return house


def _application(call: Call, example: sample.SampleApplication, n: int) -> Application:
    more = {"project.title": f"Titelmarke{n} Projekt", "applicant.name": f"Namensmarke{n} Verein"}
    application = begun(call, {**example.answers, **more}, device=f"{n:064}")
    with transaction():
        for number, file in enumerate(example.files):
            kept = _file(file, number)
            kept.stored_key = storage.new_key()
            storage.store().put(kept.stored_key, BytesIO(b"%PDF-1.7 a stand-in"), limit=1000)
            application.files.append(kept)
    send(application)
    forward(application)
    return application


def forward(application: Application) -> None:
    """Take an application all the way to the jury."""
    with transaction():
        for move, _source_status in WAY:
            application.make_move(move, by=BY, at=now())


def score(house: JuryHouse, name: str, n: int, points: int = 3) -> None:
    """Let somebody send a full sheet."""
    with transaction():
        juror = house.juror(name)
        given = {f"score.{key}": str(points) for key in CRITERIA}
        given["comment"] = f"Kommentar von {name}"
        sheets.save(juror, house.applications[n], given, window=Window())
        sending.send(juror, house.applications[n])
