"""The own account: devices, fresh proof, password, second factor; and people for administrators."""

import re
from datetime import timedelta
from typing import Any

import pyotp
import pytest
import time_machine
from flask import Flask
from sqlalchemy import event, select

from portal.accounts import factors, queries
from portal.accounts.models import Session, User
from portal.audit.models import AuditEntry
from portal.calls.memberships import Function, Membership, Role
from portal.core.clock import now
from portal.core.db import db, transaction
from portal.mail.models import Letter
from tests.drafts import SLUG, open_call
from tests.people import (
    PASSWORD,
    Person,
    a_browser,
    a_person,
    give_password,
    sign_in,
    signed_in,
)
from tests.strict import StrictClient, text_of

NEW = "Ein Fahrrad lehnt am Kiosk"


@pytest.fixture
def anna(bare_app: Flask) -> Person:
    with bare_app.app_context():
        return a_person(admin=True)


@pytest.fixture
def berta(bare_app: Flask) -> Person:
    with bare_app.app_context():
        return a_person("berta@example.org", name="Berta Beispiel")


def session_ids(app: Flask) -> list[Any]:
    with app.app_context():
        return list(db.session.scalars(select(Session.id).order_by(Session.created_at)))


def whats(app: Flask) -> list[str]:
    with app.app_context():
        rows = select(AuditEntry.what).where(AuditEntry.what != "user_add")
        return list(db.session.scalars(rows.order_by(AuditEntry.n)))


def letters_to(app: Flask, person: Person) -> list[str]:
    with app.app_context():
        rows = select(Letter.name).where(Letter.to_address == person.user.email)
        return list(db.session.scalars(rows.order_by(Letter.created_at)))


def test_devices_are_listed_and_ended_one_by_one(bare_app: Flask, anna: Person) -> None:
    first, second = signed_in(bare_app, anna), signed_in(bare_app, anna)
    assert text_of(first.get("/account")).count('<th scope="row">') == 2

    first.post_form(f"/account/sessions/{session_ids(bare_app)[1]}/end", page="/account")

    assert second.get("/account").status_code == 303
    assert first.get("/account").status_code == 200


def test_all_other_devices_are_signed_out_at_once(bare_app: Flask, anna: Person) -> None:
    browsers = [signed_in(bare_app, anna) for _ in range(3)]

    browsers[0].post_form("/account/sessions/end-others", page="/account")

    assert [b.get("/account").status_code for b in browsers] == [200, 303, 303]


def test_nobody_ends_the_session_of_somebody_else(
    bare_app: Flask, anna: Person, berta: Person
) -> None:
    victim, attacker = signed_in(bare_app, anna), signed_in(bare_app, berta)

    attacker.post_form(f"/account/sessions/{session_ids(bare_app)[0]}/end", page="/account")

    assert victim.get("/account").status_code == 200


def test_a_new_password_ends_the_other_sessions(bare_app: Flask, anna: Person) -> None:
    here, there = signed_in(bare_app, anna), signed_in(bare_app, anna)
    weak = here.post_form("/account/password", {"password": "password1234"})
    good = here.post_form("/account/password", {"password": NEW})

    assert (weak.status_code, good.location) == (422, "/account")
    assert [b.get("/account").status_code for b in (here, there)] == [200, 303]
    assert give_password(a_browser(bare_app), anna.user.email).status_code == 422
    assert give_password(a_browser(bare_app), anna.user.email, NEW).status_code == 303
    assert letters_to(bare_app, anna) == ["account_changed"]


PAGES = ("password", "email", "factor", "recovery-codes")


@pytest.mark.parametrize("page", PAGES)
def test_ways_in_change_only_after_fresh_proof(bare_app: Flask, anna: Person, page: str) -> None:
    browser = signed_in(bare_app, anna)
    token = browser.token("/account")
    data = {"csrf_token": token, "password": NEW, "email": "x@example.org", "begin": "yes"}
    with time_machine.travel(now() + timedelta(minutes=11)):
        for answer in (
            browser.get(f"/account/{page}"),
            browser.post(f"/account/{page}", data=data, headers={"Origin": "https://127.0.0.1"}),
        ):
            assert answer.location == f"/account/confirm?next=%2Faccount%2F{page}"
    assert whats(bare_app) == []


def test_proof_needs_password_and_code(bare_app: Flask, anna: Person) -> None:
    browser = signed_in(bare_app, anna)
    with time_machine.travel(now() + timedelta(minutes=11), tick=False):
        code = anna.code()
        statuses = [
            browser.post_form("/account/confirm", given | {"next": "/account/email"}).status_code
            for given in (
                {"password": PASSWORD, "code": "000000"},
                {"password": "wrong", "code": code},
                {"password": PASSWORD, "code": code},
            )
        ]
        assert browser.get("/account/email").status_code == 200

    assert statuses == [422, 422, 303]


def test_a_new_factor_takes_the_place_of_the_old(bare_app: Flask, anna: Person) -> None:
    here, there = signed_in(bare_app, anna), signed_in(bare_app, anna)
    here.post_form("/account/factor", {"begin": "yes"})
    found = re.search(r'id="seed">([A-Z2-7 ]+)<', text_of(here.get("/account/factor")))
    assert found
    new = pyotp.TOTP(found.group(1).replace(" ", ""))
    assert there.get("/account").status_code == 200
    done = here.post_form("/account/factor", {"code": new.now()})

    assert done.status_code == 200
    assert there.get("/account").status_code == 303
    assert sign_in(a_browser(bare_app), anna, 1).status_code == 422
    assert letters_to(bare_app, anna) == ["account_changed"]


def test_another_persons_id_in_the_form_changes_nothing(
    bare_app: Flask, anna: Person, berta: Person
) -> None:
    browser = signed_in(bare_app, berta)
    more = {"user": anna.user.key, "user_id": anna.user.key, "id": anna.user.key,
            "email": anna.user.email}  # fmt: skip
    browser.post_form("/account/factor", {"begin": "yes"} | more)
    browser.post_form("/account/password", {"password": NEW} | more)
    browser.post_form(f"/account/recovery-codes?user_id={anna.user.key}", more)

    with bare_app.app_context():
        kept = queries.by_id(anna.user.id)
        assert (kept.password_hash, kept.totp_pending, kept.totp_nonce) == (
            anna.user.password_hash, "", anna.user.totp_nonce,
        )  # fmt: skip
        assert factors.recovery_codes_left(kept) == 0


def act(browser: StrictClient, person: Person, deed: str, **data: str) -> Any:
    page = f"/people/{person.user.id}"
    return browser.post_form(f"{page}/{deed}", data, page=page)


def test_an_administrator_resets_the_factor_of_somebody_else_only(
    bare_app: Flask, anna: Person, berta: Person
) -> None:
    admin, owner = signed_in(bare_app, anna), signed_in(bare_app, berta)

    assert act(admin, berta, "reset-factor").status_code == 303
    assert act(admin, anna, "reset-factor").status_code == 403
    assert owner.get("/account").status_code == 303
    assert letters_to(bare_app, berta) == ["account_changed", "invitation"]
    assert give_password(a_browser(bare_app), berta.user.email).status_code == 422


@pytest.mark.parametrize("deed", ["disable", "admin"])
def test_nobody_disables_or_degrades_oneself(bare_app: Flask, anna: Person, deed: str) -> None:
    assert act(signed_in(bare_app, anna), anna, deed, admin="no").status_code == 403


def test_disabling_ends_everything_and_enabling_opens_again(
    bare_app: Flask, anna: Person, berta: Person
) -> None:
    admin, owner = signed_in(bare_app, anna), signed_in(bare_app, berta)
    act(admin, berta, "disable")
    closed = (owner.get("/account").status_code,
              give_password(a_browser(bare_app), berta.user.email).status_code)  # fmt: skip
    act(admin, berta, "enable")

    assert closed == (303, 422)
    assert sign_in(a_browser(bare_app), berta).status_code == 303
    assert [w for w in whats(bare_app) if w.startswith("user")] == ["user_disable", "user_enable"]


def test_rights_given_end_the_session_and_hold_afterwards(
    bare_app: Flask, anna: Person, berta: Person
) -> None:
    admin, owner = signed_in(bare_app, anna), signed_in(bare_app, berta)
    act(admin, berta, "admin", admin="yes")

    assert owner.get("/account").status_code == 303
    assert signed_in(bare_app, berta).get("/people").status_code == 200
    assert "admin_give" in whats(bare_app)


def test_inviting_gives_account_role_and_letter(bare_app: Flask, anna: Person) -> None:
    with bare_app.app_context():
        open_call()
    admin = signed_in(bare_app, anna)
    answer = admin.post_form("/people/invite", {
        "email": "Jury@Example.org", "name": "Jo Jury", "call": SLUG, "role": "juror.chair",
        "language": "de",
    })  # fmt: skip

    assert answer.status_code == 303
    assert admin.get(answer.location).status_code == 200
    with bare_app.app_context():
        row = db.session.scalars(select(Membership)).one()
        letter = db.session.scalars(select(Letter)).one()
        assert (row.user.email, row.role, row.function) == (
            "jury@example.org", Role.JUROR, Function.CHAIR,
        )  # fmt: skip
        assert letter.to_address == "jury@example.org"
    assert whats(bare_app) == ["membership_give", "user_invite"]


@pytest.mark.parametrize("email", ["", "no address", "a@b", "a@example.org\nBcc: b@example.org"])
def test_an_address_that_is_none_is_refused_and_kept(
    bare_app: Flask, anna: Person, email: str
) -> None:
    answer = signed_in(bare_app, anna).post_form("/people/invite", {"email": email})

    assert answer.status_code == 422


def test_roles_are_given_and_taken(bare_app: Flask, anna: Person, berta: Person) -> None:
    with bare_app.app_context():
        open_call()
    admin = signed_in(bare_app, anna)
    act(admin, berta, "roles", call=SLUG, role="office")
    with bare_app.app_context():
        row = db.session.scalars(select(Membership)).one()
    assert act(admin, anna, f"roles/{row.id}/take").status_code == 404
    assert act(admin, berta, f"roles/{row.id}/take").status_code == 303

    assert whats(bare_app) == ["membership_give", "membership_take"]


@pytest.mark.parametrize(
    ("query", "names"),
    [("", ["Anna", "Berta"]), ("?q=BERTA", ["Berta"]), ("?q=%25", []), ("?role=admin", ["Anna"]),
     ("?state=disabled", []), ("?state=ready", ["Anna", "Berta"]), ("?role=juror", [])],
)  # fmt: skip
@pytest.mark.usefixtures("berta")
def test_people_are_searched_and_filtered(
    bare_app: Flask, anna: Person, query: str, names: list[str]
) -> None:
    page = text_of(signed_in(bare_app, anna).get(f"/people{query}"))

    assert re.findall(r'<th scope="row"><a [^>]+><bdi>(\w+)', page) == names


def test_the_list_of_people_costs_the_same_for_few_and_many(bare_app: Flask, anna: Person) -> None:
    browser = signed_in(bare_app, anna)

    def statements() -> int:
        told: list[str] = []
        with bare_app.app_context():
            engine = db.engine
        listen = lambda *given: told.append(given[2])  # noqa: E731
        event.listen(engine, "before_cursor_execute", listen)
        browser.get("/people")
        event.remove(engine, "before_cursor_execute", listen)
        return len(told)

    few = statements()
    with bare_app.app_context(), transaction():
        for number in range(12):
            db.session.add(User(email=f"x{number}@example.org", name=f"X {number}"))

    assert statements() == few


def test_the_log_is_searched_by_administrators(bare_app: Flask, anna: Person) -> None:
    sign_in(a_browser(bare_app), anna)
    browser = signed_in(bare_app, anna)
    everything = text_of(browser.get("/audit"))
    some = text_of(browser.get("/audit?what=sign_in"))
    none = text_of(browser.get("/audit?until=2020-01-01&page=7"))

    assert everything.count('<td class="p-num"><time') == 2
    assert some.count('<td class="p-num"><time') == 1
    assert none.count('<td class="p-num"><time') == 0
    assert "Anna Vorlage" in some
