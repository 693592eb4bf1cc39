"""Signing in with the city's account, at a provider that keeps the rules and one that lies."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask
from pydantic import SecretStr
from sqlalchemy import select, update

from portal.accounts import links, usecases
from portal.accounts.models import Invitation, Level, Session, User
from portal.accounts.usecases import get_or_add
from portal.audit.models import AuditEntry
from portal.core.clock import now
from portal.core.db import db, transaction
from portal.settings import Settings, SettingsError
from tests.entrance.city import CLIENT, SECRET, Provider, way_back
from tests.people import BY, Person, a_browser, a_person, cookie_of, set_cookie, signed_in
from tests.strict import StrictClient, text_of

REAL = {"email_verified": True, "amr": ["pwd", "mfa"]}


@pytest.fixture
def city() -> Iterator[Provider]:
    provider = Provider()
    yield provider
    provider.stop()


@pytest.fixture
def app(settings: Settings, city: Provider, built: Callable[[Settings], Flask]) -> Flask:
    more = {"oidc_issuer": city.issuer, "oidc_client_id": CLIENT, "oidc_trust_mfa": "mfa gold",
            "oidc_client_secret": SecretStr(SECRET), "oidc_name": "DortmundID"}  # fmt: skip
    return built(settings.model_copy(update=more))


@pytest.fixture
def anna(app: Flask) -> Person:
    with app.app_context():
        return a_person()


def come(browser: StrictClient, city: Provider, start: str = "/sign-in/city") -> Any:
    """Go to the provider, sign in there, and come back."""
    told = city.visit(browser.get(start).location)
    return send(browser, told)


def send(browser: StrictClient, told: dict[str, str]) -> Any:
    data = {k: v for k, v in told.items() if k != "csrf_token"}
    return browser.post_form("/sign-in/city/back", data, page=way_back(told))


def errand_of(browser: StrictClient) -> str:
    cookie = browser.get_cookie("__Host-errand", domain="127.0.0.1")
    return cookie.value if cookie else ""


def logged(app: Flask) -> list[tuple[str, dict[str, Any]]]:
    with app.app_context():
        rows = db.session.scalars(select(AuditEntry).order_by(AuditEntry.n)).all()
        return [(row.what, row.facts) for row in rows if row.what.startswith("sign_in")]


def test_without_a_provider_there_is_no_such_sign_in(bare_app: Flask) -> None:
    browser = a_browser(bare_app)

    assert "/sign-in/city" not in text_of(browser.get("/sign-in"))
    assert browser.get("/sign-in/city").status_code == 404
    assert browser.get("/sign-in/city/back").status_code == 404


@pytest.mark.parametrize("more", [REAL, {"email_verified": "true", "acr": "gold"}])
def test_two_factors_there_open_the_pages(
    app: Flask, anna: Person, city: Provider, more: dict[str, Any]
) -> None:
    city.more, city.email = more, "Anna@Example.org"
    browser = a_browser(app)

    assert 'href="/sign-in/city"' in text_of(browser.get("/sign-in"))
    answer = come(browser, city)

    assert (answer.status_code, answer.location) == (303, "/account")
    assert browser.get("/account").status_code == 200
    assert logged(app) == [("sign_in", {"factor": "provider"})]


def test_after_one_factor_there_the_own_second_one_follows(
    app: Flask, anna: Person, city: Provider
) -> None:
    browser = a_browser(app)
    answer = come(browser, city, "/sign-in/city?next=/account/email")

    assert answer.location == "/sign-in/code?next=/account/email"
    assert browser.get("/account").status_code == 303
    done = browser.post_form(answer.location, {"code": anna.code(), "next": "/account/email"})
    assert done.location == "/account/email"


def test_a_page_that_was_asked_for_comes_afterwards_but_no_other_site(
    app: Flask, anna: Person, city: Provider
) -> None:
    city.more = REAL

    assert come(a_browser(app), city, "/sign-in/city?next=/account/email").location == (
        "/account/email"
    )
    for evil in ("https://evil.example", "//evil.example", "/%5Cevil.example"):
        assert come(a_browser(app), city, f"/sign-in/city?next={evil}").location == "/account"


def invited(app: Flask, email: str = "neu@example.org") -> User:
    with app.app_context(), transaction():
        user = get_or_add(email, by=BY, name="Neu")
        usecases.invite(user, by=BY)
        return user


def test_an_invited_person_comes_in_with_two_factors(app: Flask, city: Provider) -> None:
    invited(app)
    city.email, city.more = "neu@example.org", REAL
    browser = a_browser(app)

    assert come(browser, city).status_code == 303
    assert browser.get("/account").status_code == 200
    with app.app_context():
        assert not links.is_alive(db.session.scalars(select(Invitation)).one())
    assert come(a_browser(app), city).status_code == 303  # and the next time, too


def test_an_invited_person_with_one_factor_sets_up_the_access_here(
    app: Flask, city: Provider
) -> None:
    invited(app)
    city.email = "neu@example.org"
    browser = a_browser(app)

    assert come(browser, city).location == "/welcome"
    assert browser.get("/welcome").status_code == 200
    assert browser.get("/account").status_code == 303


def test_an_invitation_that_is_over_opens_nothing(app: Flask, city: Provider) -> None:
    invited(app)
    city.email, city.more = "neu@example.org", REAL
    with app.app_context(), transaction():
        db.session.execute(update(Invitation).values(expires_at=now() - timedelta(days=1)))

    assert come(a_browser(app), city).status_code == 422


LIES: dict[str, tuple[Callable[[dict[str, Any]], dict[str, Any]], str]] = {
    "a wrong nonce": (lambda c: c | {"nonce": "0" * 64}, "nonce"),
    "no nonce": (lambda c: {k: v for k, v in c.items() if k != "nonce"}, "nonce"),
    "a foreign issuer": (lambda c: c | {"iss": "https://evil.example"}, "iss"),
    "a foreign audience": (lambda c: c | {"aud": "another portal"}, "aud"),
    "no audience": (lambda c: {k: v for k, v in c.items() if k != "aud"}, "aud"),
    "another party": (lambda c: c | {"aud": [CLIENT, "x"], "azp": "x"}, "azp"),
    "an old token": (lambda c: c | {"exp": c["exp"] - 1000}, "exp"),
    "no end": (lambda c: {k: v for k, v in c.items() if k != "exp"}, "exp"),
    "nobody": (lambda c: {k: v for k, v in c.items() if k != "sub"}, "sub"),
    "an unverified address": (lambda c: c | {"email_verified": False}, "email"),
    "an address of which nothing is said": (
        lambda c: {k: v for k, v in c.items() if k != "email_verified"}, "email"),
    "no address": (lambda c: {k: v for k, v in c.items() if k != "email"}, "email"),
    "an unknown person": (lambda c: c | {"email": "nobody@example.org"}, "account"),
}  # fmt: skip


@pytest.mark.parametrize("lie", LIES)
def test_a_token_is_refused_with(app: Flask, anna: Person, city: Provider, lie: str) -> None:
    city.more = REAL
    city.lie, why = LIES[lie]
    browser = a_browser(app)

    answer = come(browser, city)

    assert (answer.status_code, cookie_of(browser)) == (422, "")
    assert logged(app) == [("sign_in_fail", {"step": "provider", "why": why})]


@pytest.mark.parametrize("way", ["unsigned", "sealed", "foreign"])
def test_only_the_key_of_the_provider_signs(
    app: Flask, anna: Person, city: Provider, way: str
) -> None:
    city.more, city.sign = REAL, getattr(city, way)
    browser = a_browser(app)

    assert (come(browser, city).status_code, cookie_of(browser)) == (422, "")
    assert logged(app) == [("sign_in_fail", {"step": "provider", "why": "signature"})]


def test_a_new_key_of_the_provider_is_fetched(app: Flask, anna: Person, city: Provider) -> None:
    city.more = REAL
    assert come(a_browser(app), city).status_code == 303
    city.key = Provider().key

    assert come(a_browser(app), city).status_code == 303


def test_a_replayed_answer_opens_nothing(app: Flask, anna: Person, city: Provider) -> None:
    city.more = REAL
    first = a_browser(app)
    told = city.visit(first.get("/sign-in/city").location)
    errand = errand_of(first)
    assert send(first, told).status_code == 303

    stolen = a_browser(app)
    assert send(stolen, told).status_code == 422  # without the errand
    stolen.set_cookie("__Host-errand", errand, domain="127.0.0.1", secure=True)
    assert send(stolen, told).status_code == 422  # with it: the code was used
    assert cookie_of(stolen) == ""


def test_an_answer_for_another_browser_opens_nothing(
    app: Flask, anna: Person, city: Provider
) -> None:
    city.more = REAL
    attacker, victim = a_browser(app), a_browser(app)
    told = city.visit(attacker.get("/sign-in/city").location)
    victim.get("/sign-in/city")

    assert send(victim, told).status_code == 422
    assert cookie_of(victim) == ""


def test_an_answer_that_names_another_issuer_is_refused(
    app: Flask, anna: Person, city: Provider
) -> None:
    city.more = REAL
    browser = a_browser(app)
    told = city.visit(browser.get("/sign-in/city").location)

    assert send(browser, told | {"iss": "https://evil.example"}).status_code == 422


def test_an_errand_lasts_ten_minutes(app: Flask, anna: Person, city: Provider) -> None:
    city.more = REAL
    browser = a_browser(app)
    told = city.visit(browser.get("/sign-in/city").location)
    errand = errand_of(browser)

    with time_machine.travel(now() + timedelta(minutes=11)):
        browser.set_cookie("__Host-errand", errand, domain="127.0.0.1", secure=True)
        assert send(browser, told).status_code == 422


def test_a_disabled_person_stays_out(app: Flask, anna: Person, city: Provider) -> None:
    city.more = REAL
    with app.app_context(), transaction():
        db.session.execute(update(User).values(active=False))
    browser = a_browser(app)

    assert (come(browser, city).status_code, cookie_of(browser)) == (422, "")


def test_an_address_that_now_belongs_to_somebody_else_opens_nothing(
    app: Flask, anna: Person, city: Provider
) -> None:
    city.more = REAL
    assert come(a_browser(app), city).status_code == 303
    city.subject = "4712"

    assert come(a_browser(app), city).status_code == 422


def test_a_provider_that_describes_another_one_is_not_asked(
    app: Flask, anna: Person, city: Provider
) -> None:
    city.told_issuer = "https://evil.example"

    assert a_browser(app).get("/sign-in/city").status_code == 422


def test_a_provider_that_is_away_leaves_the_own_sign_in(app: Flask, city: Provider) -> None:
    city.stop()
    answer = a_browser(app).get("/sign-in/city")
    city.stop = lambda: None  # type: ignore[method-assign]

    assert answer.status_code == 422
    assert "antwortet gerade nicht" in text_of(answer)


def test_who_stops_there_is_led_back(app: Flask, city: Provider) -> None:
    answer = a_browser(app).get("/sign-in/city/back?error=access_denied&state=x")

    assert answer.status_code == 422
    assert "abgebrochen" in text_of(answer)


def test_a_provider_may_want_the_secret_in_the_form(
    app: Flask, anna: Person, city: Provider
) -> None:
    city.more, city.basic_only = REAL, False

    assert come(a_browser(app), city).status_code == 303


def old_session(app: Flask, person: Person) -> StrictClient:
    browser = signed_in(app, person)
    with app.app_context(), transaction():
        db.session.execute(update(Session).values(fresh_at=now() - timedelta(minutes=30)))
    return browser


def test_who_has_only_the_city_account_proves_it_again_there(
    app: Flask, anna: Person, city: Provider
) -> None:
    city.more = REAL
    come(a_browser(app), city)
    browser = old_session(app, anna)
    page = browser.get("/account/email").location
    assert page.startswith("/account/confirm")
    assert "/sign-in/city?again=1" in text_of(browser.get(page))

    again = come(browser, city, "/sign-in/city?again=1&next=/account/email")

    assert (again.status_code, again.location) == (303, "/account/email")
    assert browser.get("/account/email").status_code == 200


@pytest.mark.parametrize("lie", ["one factor", "another person", "an old sign-in"])
def test_proving_it_again_fails_with(app: Flask, anna: Person, city: Provider, lie: str) -> None:
    city.more = REAL
    come(a_browser(app), city)
    browser = old_session(app, anna)
    if lie == "one factor":
        city.more = {"email_verified": True, "amr": ["pwd"]}
    elif lie == "another person":
        city.subject = "4712"
    else:
        city.lie = lambda claims: claims | {"auth_time": claims["iat"] - 600}

    assert come(browser, city, "/sign-in/city?again=1&next=/account/email").status_code == 422
    assert browser.get("/account/email").status_code == 303


def test_signing_out_ends_only_the_session_here(app: Flask, anna: Person, city: Provider) -> None:
    city.more = REAL
    browser = a_browser(app)
    come(browser, city)
    stolen = cookie_of(browser)

    answer = browser.post_form("/sign-out", page="/account")

    assert "DortmundID" in text_of(browser.get(answer.location))
    set_cookie(browser, stolen)
    assert browser.get("/account").status_code == 303


def test_the_way_back_changes_nothing_before_its_button(
    app: Flask, anna: Person, city: Provider
) -> None:
    city.more = REAL
    browser = a_browser(app)
    told = city.visit(browser.get("/sign-in/city").location)
    page = browser.get(way_back(told))

    assert page.status_code == 200
    assert page.headers["Referrer-Policy"] == "no-referrer"
    with app.app_context():
        full = select(Session).where(Session.level == Level.FULL)
        assert db.session.scalars(full).all() == []


@pytest.mark.parametrize(
    ("given", "faults"),
    [
        ({"oidc_issuer": "https://sso.example"},
         ["PORTAL_OIDC_CLIENT_ID is missing", "PORTAL_OIDC_CLIENT_SECRET is missing"]),
        ({"oidc_issuer": "http://sso.example", "oidc_client_id": "x"},
         ["PORTAL_OIDC_CLIENT_SECRET is missing", "PORTAL_OIDC_ISSUER must look like"]),
        ({"oidc_client_secret": "x"},
         ["PORTAL_OIDC_ISSUER is missing", "PORTAL_OIDC_CLIENT_ID is missing"]),
    ],
)  # fmt: skip
def test_half_a_setting_stops_the_start_with_every_reason(
    tmp_path: Path, given: dict[str, Any], faults: list[str]
) -> None:
    with pytest.raises(SettingsError) as refused:
        Settings(instance=tmp_path, **given)

    assert len(refused.value.reasons) == len(faults)
    for reason, fault in zip(refused.value.reasons, faults, strict=True):
        assert reason.startswith(fault)
