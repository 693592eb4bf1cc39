"""Doors by role: nobody gets further than the role, a half-finished sign-in gets nowhere."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Blueprint, Flask, Response
from sqlalchemy import select, update

from portal.accounts import sessions
from portal.accounts.models import Level, Session
from portal.audit.models import AuditEntry
from portal.calls import memberships
from portal.calls.memberships import Function, Role
from portal.calls.models import Call, Prize
from portal.core.clock import now
from portal.core.db import db, transaction
from portal.core.errors import DomainError
from portal.web import rooms
from portal.web.doors import person
from portal.web.touch import witness
from tests.people import BY, Person, a_browser, a_person, set_cookie, signed_in
from tests.strict import StrictClient

bp = Blueprint("doors_to_try", __name__)
WORKING = ("office", "reader", "juror")


@bp.get("/<slug>/desk")
@rooms.open_to("office", "reader")
def desk(call: Call) -> str:
    return f"{call.slug} {rooms.memberships()[0].role} {person().kind}"


@bp.get("/<slug>/bench")
@rooms.open_to("juror")
def bench(call: Call) -> str:
    witness(person(), "read", call)
    return call.slug


@bp.get("/switches")
@rooms.open_to("admin")
def switches() -> str:
    return "admin"


@bp.get("/danger")
@rooms.open_to("admin")
@rooms.fresh
def danger() -> str:
    return "done"


@bp.post("/danger/now")
@rooms.open_to("admin")
@rooms.fresh
def danger_now() -> str:
    return "done"


@pytest.fixture
def site(bare_app: Flask) -> Flask:
    """Return the application with pages behind each door, and two calls, `one` and `two`."""
    bare_app.register_blueprint(bp)

    @bare_app.after_request
    def plain(answer: Response) -> Response:
        if answer.status_code == 200 and len(answer.data) < 100:
            answer.mimetype = "text/plain"
        return answer

    with bare_app.app_context(), transaction():
        prize = Prize(slug="prize")
        for slug in ("one", "two"):
            db.session.add(Call(prize=prize, slug=slug, prefix=slug, opens_at=now(),
                                closes_at=now() + timedelta(days=1)))  # fmt: skip
    return bare_app


def call(slug: str) -> Call:
    return db.session.scalars(select(Call).where(Call.slug == slug)).one()


@pytest.fixture
def entering(site: Flask) -> Callable[..., StrictClient]:
    """Return a function: a browser signed in as `role` of call `one`; None means signed out."""

    def enter(role: str | None) -> StrictClient:
        if role is None:
            return a_browser(site)
        with site.app_context():
            someone = a_person(f"{role}@example.org", admin=role == "admin")
            if role in WORKING:
                with transaction():
                    memberships.give(someone.user, call("one"), Role(role), by=BY)
            return signed_in(site, someone)

    return enter


@pytest.mark.parametrize(
    ("role", "page", "status"),
    [
        (None, "/one/desk", 303), (None, "/one/bench", 303), (None, "/switches", 303),
        ("office", "/one/desk", 200), ("office", "/two/desk", 404), ("office", "/one/bench", 404),
        ("office", "/switches", 404), ("office", "/three/desk", 404),
        ("reader", "/one/desk", 200), ("reader", "/one/bench", 404), ("reader", "/switches", 404),
        ("juror", "/one/desk", 404), ("juror", "/one/bench", 200), ("juror", "/two/bench", 404),
        ("admin", "/one/desk", 404), ("admin", "/one/bench", 404), ("admin", "/switches", 200),
        ("nobody", "/one/desk", 404), ("nobody", "/switches", 404),
    ],
)  # fmt: skip
def test_each_role_opens_its_own_doors(
    entering: Callable[..., StrictClient], role: str | None, page: str, status: int
) -> None:
    assert entering(role).get(page).status_code == status


@pytest.mark.parametrize("page", ["/people", "/people/invite", "/audit"])
@pytest.mark.parametrize("role", ["office", "reader", "juror", "nobody"])
def test_only_administrators_see_people_and_log(
    entering: Callable[..., StrictClient], role: str, page: str
) -> None:
    assert entering(role).get(page).status_code == 404


def test_the_view_gets_the_call_the_role_and_the_person(
    entering: Callable[..., StrictClient],
) -> None:
    assert entering("reader").get("/one/desk").text == "one reader user"


def test_who_is_not_signed_in_comes_back_to_the_page(site: Flask) -> None:
    answer = a_browser(site).get("/one/desk?tag=a%26b")

    assert answer.location == "/sign-in?next=%2Fone%2Fdesk%3Ftag%3Da%2526b"


@pytest.mark.parametrize("level", ["half", "setup"])
def test_half_a_sign_in_opens_no_door(site: Flask, level: str) -> None:
    browser = a_browser(site)
    with site.app_context():
        someone = a_person(admin=True)
        with transaction():
            word = sessions.open_half(someone.user, sessions.Browser())
        if level == "setup":
            with transaction():
                db.session.execute(update(Session).values(level=Level.SETUP))
    set_cookie(browser, word)

    for page in ("/one/desk", "/one/bench", "/switches", "/account", "/people"):
        assert browser.get(page).status_code == 303


def test_a_role_that_is_taken_away_closes_the_door_at_once(
    site: Flask, entering: Callable[..., StrictClient]
) -> None:
    browser = entering("office")
    assert browser.get("/one/desk").status_code == 200
    with site.app_context():
        row = db.session.scalars(select(memberships.Membership)).one()
        with transaction():
            memberships.take(row.id, of=row.user_id, by=BY)

    assert browser.get("/one/desk").status_code == 303


def test_a_danger_needs_fresh_proof(entering: Callable[..., StrictClient]) -> None:
    browser = entering("admin")
    token = browser.token("/account")
    assert browser.get("/danger").text == "done"
    with time_machine.travel(now() + timedelta(minutes=11)):
        asked = browser.get("/danger")
        posted = browser.post("/danger/now", data={"csrf_token": token},
                              headers={"Origin": "https://127.0.0.1"})  # fmt: skip

    assert asked.location == "/account/confirm?next=%2Fdanger"
    assert posted.location == "/account/confirm?next=%2Fdanger"


def test_what_is_seen_stands_in_the_log_before_it_is_shown(
    site: Flask, entering: Callable[..., StrictClient]
) -> None:
    browser = entering("juror")
    browser.get("/one/bench")

    with site.app_context():
        last = db.session.scalars(select(AuditEntry).order_by(AuditEntry.n.desc())).first()
        assert last is not None
        assert (last.what, last.actor_kind, last.thing_kind) == ("read", "user", "call")
        assert last.thing_key == str(call("one").id)


def test_a_door_for_an_unknown_role_is_refused_at_start() -> None:
    with pytest.raises(ValueError, match="clerk"):
        rooms.open_to("clerk")


@pytest.fixture
def someone(site: Flask) -> Person:
    with site.app_context():
        return a_person()


def test_jurors_have_a_function_and_rest_two_hours(site: Flask, someone: Person) -> None:
    with site.app_context(), transaction():
        held = memberships.give(someone.user, call("one"), Role.JUROR, by=BY)
        assert held.function is Function.MEMBER
        assert memberships.idle_of(someone.user) == sessions.IDLE_JUROR
        memberships.give(someone.user, call("two"), Role.OFFICE, by=BY)
        assert memberships.idle_of(someone.user) == sessions.IDLE_STAFF


def test_another_function_replaces_the_old_one(site: Flask, someone: Person) -> None:
    with site.app_context(), transaction():
        memberships.give(someone.user, call("one"), Role.JUROR, by=BY, function=Function.CHAIR)
        memberships.give(someone.user, call("one"), Role.JUROR, by=BY, function=Function.DEPUTY)

        functions = [m.function for m in memberships.roles_of(someone.user)]
        assert functions == [Function.DEPUTY]


def test_the_office_has_no_function(site: Flask, someone: Person) -> None:
    with site.app_context(), pytest.raises(DomainError), transaction():
        memberships.give(someone.user, call("one"), Role.OFFICE, by=BY, function=Function.CHAIR)
