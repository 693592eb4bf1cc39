"""Signing in: two factors, a new session each time, and no help for those who guess."""

import hashlib
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from sqlalchemy import String, cast, select, update

from portal.accounts.models import Level, Session, User
from portal.audit.models import AuditEntry
from portal.core.clock import now
from portal.core.db import db, transaction
from portal.settings import Settings, SettingsError
from tests.people import (
    PASSWORD,
    Person,
    a_browser,
    a_person,
    cookie_of,
    give_password,
    set_cookie,
    sign_in,
    signed_in,
)
from tests.strict import StrictClient, text_of


@pytest.fixture
def anna(bare_app: Flask) -> Person:
    with bare_app.app_context():
        return a_person()


@pytest.fixture
def browser(bare_app: Flask) -> StrictClient:
    return a_browser(bare_app)


def test_password_and_code_open_the_account(browser: StrictClient, anna: Person) -> None:
    first = give_password(browser, "Anna@Example.org ")
    second = browser.post_form("/sign-in/code", {"code": anna.code()})

    assert (first.status_code, first.location) == (303, "/sign-in/code")
    assert (second.status_code, second.location) == (303, "/account")
    assert browser.get("/account").status_code == 200


def test_the_page_that_was_asked_for_comes_after_signing_in(
    browser: StrictClient, anna: Person
) -> None:
    asked = browser.get("/account/confirm?next=/account/password").location
    page = "/account/confirm?next=/account/password"
    password = {"email": anna.user.email, "password": PASSWORD, "next": page}
    first = browser.post_form(asked, password)
    second = browser.post_form(first.location, {"code": anna.code(), "next": page})

    assert second.location == page


@pytest.mark.parametrize("evil", ["https://evil.example", "//evil.example", "/\\evil.example"])
def test_signing_in_leads_to_no_other_site(browser: StrictClient, anna: Person, evil: str) -> None:
    give_password(browser, anna.user.email)

    answer = browser.post_form("/sign-in/code", {"code": anna.code(), "next": evil})

    assert answer.location == "/account"


@pytest.mark.parametrize("code", ["", "000000", "12345", "abcdef", "\uff10" * 5])
def test_the_password_alone_opens_no_page(browser: StrictClient, anna: Person, code: str) -> None:
    give_password(browser, anna.user.email)
    wrong = browser.post_form("/sign-in/code", {"code": code})

    assert wrong.status_code == 422
    for page in ("/account", "/account/password", "/account/factor", "/people", "/audit"):
        assert browser.get(page).location.startswith("/sign-in?")
    assert browser.get("/welcome").status_code == 404


def spellings(code: str) -> list[str]:
    arabic = code.translate({ord("0") + n: chr(0x660 + n) for n in range(10)})
    wide = code.translate({ord("0") + n: chr(0xFF10 + n) for n in range(10)})
    return [code, f" {code}", f"{code}\n", f"{code[:3]} {code[3:]}", arabic, wide]


@pytest.mark.parametrize("number", range(6))
def test_a_code_works_once_in_whatever_spelling(bare_app: Flask, anna: Person, number: int) -> None:
    code = anna.code()
    first, second = a_browser(bare_app), a_browser(bare_app)
    give_password(first, anna.user.email)
    give_password(second, anna.user.email)
    assert first.post_form("/sign-in/code", {"code": spellings(code)[number]}).status_code == 303

    again = second.post_form("/sign-in/code", {"code": spellings(code)[-1 - number]})

    assert again.status_code == 422


@pytest.mark.parametrize(("step", "status"), [(-2, 422), (-1, 303), (0, 303), (1, 303), (2, 422)])
def test_a_code_fits_one_step_around_now(
    browser: StrictClient, anna: Person, step: int, status: int
) -> None:
    with time_machine.travel(now().replace(second=10), tick=False):
        answer = sign_in(browser, anna, step)

    assert answer.status_code == status


def test_of_parallel_logins_with_one_code_one_wins(bare_app: Flask, anna: Person) -> None:
    browsers = [a_browser(bare_app) for _ in range(4)]
    for browser in browsers:
        give_password(browser, anna.user.email)
    tokens = [browser.token("/sign-in/code") for browser in browsers]
    code = anna.code()

    def enter(number: int) -> int:
        data = {"code": code, "csrf_token": tokens[number]}
        headers = {"Origin": "https://127.0.0.1"}
        answer = browsers[number].post("/sign-in/code", data=data, headers=headers)
        return int(answer.status_code)

    with ThreadPoolExecutor(4) as pool:
        statuses = sorted(pool.map(enter, range(4)))

    assert statuses == [303, 422, 422, 422]


def test_every_step_makes_a_new_session(browser: StrictClient, anna: Person) -> None:
    planted = "x" * 43
    set_cookie(browser, planted)
    give_password(browser, anna.user.email)
    half = cookie_of(browser)
    browser.post_form("/sign-in/code", {"code": anna.code()})
    full = cookie_of(browser)

    assert len({planted, half, full}) == 3
    for old in (planted, half):
        set_cookie(browser, old)
        assert browser.get("/account").status_code == 303


def test_signing_out_ends_the_session_on_the_server(browser: StrictClient, anna: Person) -> None:
    sign_in(browser, anna)
    stolen = cookie_of(browser)

    answer = browser.post_form("/sign-out", page="/account")

    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert cookie_of(browser) == ""
    set_cookie(browser, stolen)
    assert browser.get("/account").status_code == 303
    assert browser.get("/sign-out").status_code == 404


@pytest.mark.parametrize(("minutes", "status"), [(29, 200), (31, 303)])
def test_a_session_of_the_office_rests_half_an_hour(
    bare_app: Flask, anna: Person, minutes: int, status: int
) -> None:
    browser = signed_in(bare_app, anna)
    with time_machine.travel(now() + timedelta(minutes=minutes)):
        assert browser.get("/account").status_code == status


def test_a_session_in_use_ends_after_ten_hours(bare_app: Flask, anna: Person) -> None:
    browser = signed_in(bare_app, anna)
    begun, statuses = now(), []
    for minutes in range(0, 640, 20):
        with time_machine.travel(begun + timedelta(minutes=minutes)):
            statuses.append((minutes < 600, browser.get("/account").status_code))

    assert {status for alive, status in statuses if alive} == {200}
    assert {status for alive, status in statuses if not alive} == {303}


def test_the_cookie_has_all_locks_and_tells_nothing(browser: StrictClient, anna: Person) -> None:
    answer = give_password(browser, anna.user.email)
    cookie = next(c for c in answer.headers.getlist("Set-Cookie") if c.startswith("__Host-staff"))

    assert cookie.partition("; ")[2] == "Secure; HttpOnly; Path=/; SameSite=Lax"
    assert len(cookie) < 200


def test_the_database_holds_no_usable_session(
    browser: StrictClient, anna: Person, bare_app: Flask
) -> None:
    sign_in(browser, anna)
    word = cookie_of(browser)
    with bare_app.app_context():
        hashes = set(db.session.scalars(select(Session.hash)))
        everything = "".join(
            str(row)
            for table in db.metadata.sorted_tables
            for row in db.session.execute(select(table))
        )

    assert hashlib.sha256(word.encode()).hexdigest() in hashes
    assert word not in everything
    assert anna.seed not in everything


def test_a_request_that_saw_an_ended_session_does_not_revive_it(
    bare_app: Flask, anna: Person
) -> None:
    browser = signed_in(bare_app, anna)
    with bare_app.app_context(), transaction():
        db.session.execute(update(Session).values(ended_at=now()))
    with time_machine.travel(now() + timedelta(minutes=2)):
        assert browser.get("/account").status_code == 303
    with bare_app.app_context():
        row = db.session.scalars(select(Session)).one()

    assert row.ended_at is not None
    assert row.last_seen < row.ended_at


def test_last_seen_is_written_at_most_once_a_minute(bare_app: Flask, anna: Person) -> None:
    browser = signed_in(bare_app, anna)

    def seen() -> object:
        with bare_app.app_context():
            return db.session.scalars(select(Session.last_seen)).one()

    begun, first = now(), seen()
    with time_machine.travel(begun + timedelta(seconds=50)):
        browser.get("/account")
    assert seen() == first
    with time_machine.travel(begun + timedelta(seconds=70)):
        browser.get("/account")
    assert seen() > first  # type: ignore[operator]


def test_known_and_unknown_addresses_get_the_same_answer(bare_app: Flask, anna: Person) -> None:
    def body(email: str) -> tuple[int, str]:
        answer = give_password(a_browser(bare_app), email, "not the password")
        page = text_of(answer).replace(email, "")
        return answer.status_code, "\n".join(x for x in page.split("\n") if "csrf" not in x)

    assert body("anna@example.org") == body("nobody@example.org")


def test_known_and_unknown_addresses_take_the_same_time(bare_app: Flask, anna: Person) -> None:
    with bare_app.app_context():
        for number in range(8):
            a_person(f"known{number}@example.org")

    def took(email: str) -> float:
        browser = a_browser(bare_app)
        token = browser.token("/sign-in")
        data = {"email": email, "password": "not the password", "csrf_token": token}
        begun = time.process_time()  # what others do on this machine does not count
        browser.post("/sign-in", data=data, headers={"Origin": "https://127.0.0.1"})
        return time.process_time() - begun

    took("warm@example.org")
    pairs = [(took(f"known{n}@example.org"), took(f"unknown{n}@example.org")) for n in range(8)]
    known, unknown = (statistics.median(times) for times in zip(*pairs, strict=True))

    assert abs(known - unknown) < known / 2


def test_twenty_wrong_tries_meet_a_wait_but_others_still_enter(
    bare_app: Flask, anna: Person
) -> None:
    with bare_app.app_context():
        berta = a_person("berta@example.org", name="Berta")
    with time_machine.travel(now(), tick=False):
        browser = a_browser(bare_app)
        statuses = [give_password(browser, anna.user.email, "wrong").status_code
                    for _ in range(20)]  # fmt: skip

        assert statuses == [422] * 5 + [429] * 15
        assert sign_in(a_browser(bare_app), berta).status_code == 303


def test_who_waits_is_told_how_long_and_may_enter_afterwards(bare_app: Flask, anna: Person) -> None:
    browser, begun = a_browser(bare_app), now()
    with time_machine.travel(begun, tick=False):
        for _ in range(6):
            blocked = give_password(browser, anna.user.email, "wrong")
    with time_machine.travel(begun + timedelta(seconds=2), tick=False):
        entered = sign_in(browser, anna)

    assert (blocked.status_code, blocked.headers["Retry-After"]) == (429, "2")
    assert entered.status_code == 303


def test_strangers_everywhere_do_not_lock_out_where_the_owner_was_before(
    bare_app: Flask, anna: Person
) -> None:
    def give_from(place: str, password: str) -> int:
        browser = a_browser(bare_app)
        browser.environ_base["REMOTE_ADDR"] = place
        return int(give_password(browser, anna.user.email, password).status_code)

    with time_machine.travel(now(), tick=False):
        assert sign_in(a_browser(bare_app), anna, -1).status_code == 303
        for number in range(30):
            give_from(f"203.0.113.{number + 1}", "wrong")

        assert give_from("198.51.100.7", PASSWORD) == 429
        assert sign_in(a_browser(bare_app), anna).status_code == 303


def test_the_right_password_does_not_buy_endless_codes(bare_app: Flask, anna: Person) -> None:
    def guess(number: int) -> int:
        browser = a_browser(bare_app)
        browser.environ_base["REMOTE_ADDR"] = f"203.0.{number}.1"
        give_password(browser, anna.user.email)
        return int(browser.post_form("/sign-in/code", {"code": "000000"}).status_code)

    with time_machine.travel(now(), tick=False):
        statuses = [guess(number) for number in range(12)]

    assert statuses == [422] * 10 + [429] * 2


@pytest.mark.parametrize(
    ("email", "password"),
    [("admin@localhost", "admin"), ("admin@example.org", "admin"), ("admin", "password"),
     ("root@localhost", "root"), ("test@example.org", "test"), ("demo@example.org", "demo"),
     ("office@example.org", "office")],
)  # fmt: skip
def test_there_is_no_default_account(browser: StrictClient, email: str, password: str) -> None:
    assert give_password(browser, email, password).status_code == 422


@pytest.mark.parametrize("key", ["secret", "changeme", "dev", "portal", "x" * 31])
def test_a_weak_secret_stops_the_start(tmp_path: Path, key: str) -> None:
    with pytest.raises(SettingsError, match="PORTAL_SECRET_KEY"):
        Settings(instance=tmp_path, secret_key=key)  # type: ignore[arg-type]


def test_a_disabled_account_is_out_at_once(bare_app: Flask, anna: Person) -> None:
    browser = signed_in(bare_app, anna)
    with bare_app.app_context(), transaction():
        db.session.execute(update(User).values(active=False))

    assert browser.get("/account").status_code == 303
    assert give_password(a_browser(bare_app), anna.user.email).status_code == 422


def test_a_hash_with_weaker_parameters_is_renewed(bare_app: Flask, anna: Person) -> None:
    from argon2 import PasswordHasher

    weak = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    with bare_app.app_context(), transaction():
        db.session.execute(update(User).values(password_hash=weak))

    give_password(a_browser(bare_app), anna.user.email)

    with bare_app.app_context():
        kept = db.session.scalars(select(User.password_hash)).one()
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_signing_in_and_failing_stand_in_the_log(bare_app: Flask, anna: Person) -> None:
    browser = a_browser(bare_app)
    give_password(browser, anna.user.email, "wrong")
    sign_in(browser, anna)
    browser.post_form("/sign-out", page="/account")

    with bare_app.app_context():
        rows = db.session.scalars(select(AuditEntry).order_by(AuditEntry.n)).all()
        told = [(r.what, r.actor_kind, r.facts) for r in rows if r.what != "user_add"]
        facts = "".join(db.session.scalars(select(cast(AuditEntry.facts, String))))
    assert told == [
        ("sign_in_fail", "visitor", {"step": "password"}),
        ("sign_in", "user", {"factor": "totp"}),
        ("sign_out", "user", {}),
    ]
    assert "example.org" not in facts


def test_half_a_session_lasts_ten_minutes(bare_app: Flask, anna: Person) -> None:
    browser = a_browser(bare_app)
    give_password(browser, anna.user.email)
    with bare_app.app_context():
        assert db.session.scalars(select(Session.level)).one() is Level.PASSWORD
    with time_machine.travel(now() + timedelta(minutes=11)):
        assert browser.get("/sign-in/code").location == "/sign-in"


def test_a_form_from_elsewhere_signs_nobody_in_or_out(bare_app: Flask, anna: Person) -> None:
    browser = signed_in(bare_app, anna)
    for path in ("/sign-in", "/sign-in/code", "/sign-out", "/password-reset", "/account/password"):
        assert browser.post(path, data={}).status_code == 400
        evil = {"Origin": "https://evil.example"}
        assert browser.post(path, data={}, headers=evil).status_code == 403
    assert browser.get("/account").status_code == 200


def test_a_page_that_gives_back_what_was_typed_keeps_secrets_to_itself(bare_app: Flask) -> None:
    secrets = {"email": "anna@example.org", "password": "Geheimnis-47", "code": "471147"}
    for path in ("/sign-in", "/sign-in/code", "/welcome", "/account/confirm"):
        page = text_of(a_browser(bare_app).post(path, data=secrets))

        assert "anna@example.org" in page
        assert "Geheimnis-47" not in page
        assert "471147" not in page
