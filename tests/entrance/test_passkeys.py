"""Passkeys: a device that is unlocked signs in; anything replayed, foreign or locked does not."""

import hashlib
import json
import secrets
import struct
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, update

from portal.accounts import passkeys
from portal.accounts.models import Passkey, User
from portal.calls.people import reset_factor
from portal.core.clock import now
from portal.core.db import db, transaction
from portal.core.i18n import in_language
from portal.settings import Settings
from tests.people import BY, Person, a_browser, a_person, cookie_of, set_cookie, signed_in
from tests.strict import StrictClient

pytest.importorskip("webauthn")
cbor2 = pytest.importorskip("cbor2")
from cryptography.hazmat.primitives import hashes  # noqa: E402
from cryptography.hazmat.primitives.asymmetric import ec  # noqa: E402
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url  # noqa: E402

ORIGIN = "https://preis.example.org"
HOST = "preis.example.org"
PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


class Device:
    """A device with one key, as browsers speak for it."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = secrets.token_bytes(32)
        self.count = 0

    def data(self, flags: int, host: str = HOST, extra: bytes = b"") -> bytes:
        self.count += 1
        digest = hashlib.sha256(host.encode()).digest()
        return digest + struct.pack(">BI", flags, self.count) + extra

    def public(self) -> bytes:
        point = self.key.public_key().public_numbers()
        x, y = point.x.to_bytes(32, "big"), point.y.to_bytes(32, "big")
        return bytes(cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y}))

    def client(self, kind: str, challenge: str, origin: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": origin}).encode()

    def answer(self, **response: bytes) -> dict[str, Any]:
        name = bytes_to_base64url(self.id)
        packed = {key: bytes_to_base64url(value) for key, value in response.items()}
        return {"id": name, "rawId": name, "type": "public-key", "response": packed}

    def make(self, options: dict[str, Any], flags: int = PRESENT | VERIFIED) -> dict[str, Any]:
        extra = bytes(16) + struct.pack(">H", len(self.id)) + self.id + self.public()
        told = {"fmt": "none", "attStmt": {}, "authData": self.data(flags | ATTESTED, extra=extra)}
        client = self.client("webauthn.create", options["challenge"], ORIGIN)
        return self.answer(clientDataJSON=client, attestationObject=bytes(cbor2.dumps(told)))

    def use(
        self,
        options: dict[str, Any],
        *,
        flags: int = PRESENT | VERIFIED,
        origin: str = ORIGIN,
        host: str = HOST,
    ) -> dict[str, Any]:
        data = self.data(flags, host)
        client = self.client("webauthn.get", options["challenge"], origin)
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self.answer(clientDataJSON=client, authenticatorData=data, signature=signature)


@pytest.fixture
def site(settings: Settings, built: Callable[[Settings], Flask]) -> Flask:
    """Return the application under a name, since keys are bound to one."""
    production = {"base_url": ORIGIN, "mail_url": "smtp://localhost", "scanner": "none"}
    return built(Settings(**(settings.model_dump() | production)))


@pytest.fixture
def anna(site: Flask) -> Person:
    with site.app_context():
        return a_person()


def send(browser: StrictClient, path: str, data: object = None) -> Any:
    headers = {"Origin": ORIGIN, "X-CSRF-Token": browser.token("/sign-in"),
               "Accept": "application/json"}  # fmt: skip
    return browser.post(path, json=data if data is not None else {}, headers=headers)


class Browser(StrictClient):
    """A browser that is at the site's own name."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        kwargs.setdefault("base_url", ORIGIN)
        return super().open(*args, **kwargs)


def at_home(app: Flask, word: str = "") -> StrictClient:
    app.test_client_class = Browser
    browser: StrictClient = app.test_client()  # type: ignore[assignment]
    if word:
        browser.set_cookie("__Host-staff", word, domain=HOST, secure=True)
    return browser


@pytest.fixture
def device(site: Flask, anna: Person) -> Device:
    """Return a device whose key is known to the portal."""
    browser = at_home(site, cookie_of(signed_in(site, anna)))
    device = Device()
    options = send(browser, "/account/passkeys/ask").json
    assert send(browser, "/account/passkeys/add", device.make(options)).json == {"next": "/account"}
    return device


def challenge(browser: StrictClient) -> dict[str, Any]:
    told: dict[str, Any] = send(browser, "/sign-in/passkey/ask").json
    assert len(base64url_to_bytes(told["challenge"])) >= 16
    assert told["userVerification"] == "required"
    return told


def test_an_unlocked_device_signs_in(site: Flask, device: Device) -> None:
    browser = at_home(site)
    answer = send(browser, "/sign-in/passkey?next=/account/email", device.use(challenge(browser)))

    assert answer.json == {"next": "/account/email"}
    assert browser.get("/account").status_code == 200


def test_an_answer_works_once(site: Flask, device: Device) -> None:
    browser = at_home(site)
    told = device.use(challenge(browser))
    first, second = (send(at_home(site), "/sign-in/passkey", told) for _ in range(2))

    assert (first.status_code, second.status_code) == (200, 409)


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin": "https://evil.example"},
        {"origin": "http://preis.example.org"},
        {"host": "evil.example"},
        {"flags": PRESENT},
        {"flags": VERIFIED},
    ],
)
def test_foreign_or_locked_devices_are_refused(
    site: Flask, device: Device, wrong: dict[str, Any]
) -> None:
    browser = at_home(site)
    answer = send(browser, "/sign-in/passkey", device.use(challenge(browser), **wrong))

    assert answer.status_code == 409
    assert browser.get("/account").status_code == 303


def test_a_challenge_lasts_five_minutes(site: Flask, device: Device) -> None:
    browser = at_home(site)
    told = device.use(challenge(browser))
    with time_machine.travel(now() + timedelta(minutes=5, seconds=1)):
        assert send(browser, "/sign-in/passkey", told).status_code == 409


def test_a_copied_device_shows_by_its_counter(site: Flask, device: Device) -> None:
    browser = at_home(site)
    assert send(browser, "/sign-in/passkey", device.use(challenge(browser))).status_code == 200
    device.count -= 1

    assert send(browser, "/sign-in/passkey", device.use(challenge(browser))).status_code == 409


def test_another_key_under_the_same_name_is_refused(site: Flask, device: Device) -> None:
    thief = Device()
    thief.id, thief.count = device.id, 100
    browser = at_home(site)

    assert send(browser, "/sign-in/passkey", thief.use(challenge(browser))).status_code == 409


@pytest.mark.parametrize(
    "rubbish", [{}, {"id": "x"}, {"response": {"clientDataJSON": "AAAA"}}, [1]]
)
def test_rubbish_is_refused(site: Flask, anna: Person, rubbish: object) -> None:
    assert send(at_home(site), "/sign-in/passkey", rubbish).status_code in (400, 409)


def test_a_key_for_one_account_is_not_added_to_another(site: Flask, anna: Person) -> None:
    with site.app_context():
        berta = a_person("berta@example.org")
    hers = at_home(site, cookie_of(signed_in(site, anna)))
    other = at_home(site, cookie_of(signed_in(site, berta)))
    made = Device().make(send(hers, "/account/passkeys/ask").json)

    assert send(other, "/account/passkeys/add", made).status_code == 409
    with site.app_context():
        assert db.session.scalars(select(Passkey)).all() == []


def test_a_locked_device_adds_no_key(site: Flask, anna: Person) -> None:
    browser = at_home(site, cookie_of(signed_in(site, anna)))
    made = Device().make(send(browser, "/account/passkeys/ask").json, flags=PRESENT)

    assert send(browser, "/account/passkeys/add", made).status_code == 409


def test_a_disabled_account_does_not_enter_by_passkey(site: Flask, device: Device) -> None:
    with site.app_context(), transaction():
        db.session.execute(update(User).values(active=False))
    browser = at_home(site)

    assert send(browser, "/sign-in/passkey", device.use(challenge(browser))).status_code == 409


def test_a_reset_factor_forgets_the_passkeys(site: Flask, anna: Person, device: Device) -> None:
    with site.app_context(), in_language("de"), transaction():
        reset_factor(anna.user.email, by=BY)
    with site.app_context():
        assert db.session.scalars(select(Passkey)).all() == []


def test_a_removed_key_opens_nothing_and_ends_the_other_sessions(
    site: Flask, anna: Person, device: Device
) -> None:
    here = at_home(site, cookie_of(signed_in(site, anna)))
    there = at_home(site, cookie_of(signed_in(site, anna)))
    with site.app_context():
        known = db.session.scalars(select(Passkey.id)).one()
    path = f"/account/passkeys/{known}/remove"
    here.post_form(path, page="/account", headers={"Origin": ORIGIN})
    told = device.use(challenge(at_home(site)))

    assert [b.get("/account").status_code for b in (here, there)] == [200, 303]
    assert send(at_home(site), "/sign-in/passkey", told).status_code == 409


def test_where_the_host_has_no_name_nobody_is_offered_a_passkey(bare_app: Flask) -> None:
    with bare_app.app_context():
        assert not passkeys.available()
    browser = a_browser(bare_app)
    set_cookie(browser, "")
    assert "data-passkey" not in browser.get("/sign-in").text
