"""People for tests: accounts that can sign in, and a browser in which they do."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import pyotp
from flask import Flask

from portal.accounts import factors, passwords, sessions
from portal.accounts.models import User
from portal.accounts.usecases import get_or_add
from portal.core.actor import System
from portal.core.clock import now
from portal.core.db import transaction
from tests.strict import StrictClient

PASSWORD = "vier kleine blaue Boote"
BY = System("test")


@dataclass
class Person:
    """An account whose second factor the test holds in hand."""

    user: User
    seed: str

    def code(self, step: int = 0, at: datetime | None = None) -> str:
        """Return the code of this time step, or of a later or earlier one."""
        return pyotp.TOTP(self.seed).generate_otp(int((at or now()).timestamp()) // 30 + step)


def a_person(email: str = "anna@example.org", *, name: str = "Anna Vorlage", **more: Any) -> Person:
    """Add an account with password and second factor; call it inside of an app context."""
    with transaction():
        user = get_or_add(email, by=BY, name=name)
        for key, value in more.items():
            setattr(user, key, value)
        user.password_hash = _hash()
        factors.begin(user)
        seed = factors.seed_of_pending(user)
        user.totp_nonce, user.totp_pending = user.totp_pending, ""
    return Person(user, seed)


@cache
def _hash() -> str:
    """Return what is kept of `PASSWORD`; making it is slow on purpose, so once is enough."""
    return passwords.hashed(PASSWORD)


def a_browser(app: Flask) -> StrictClient:
    """Return a browser without cookies."""
    app.test_client_class = StrictClient
    browser: StrictClient = app.test_client()  # type: ignore[assignment]
    return browser


def signed_in(app: Flask, person: Person) -> StrictClient:
    """Return a browser in which `person` has signed in, without the way through the pages."""
    browser = a_browser(app)
    with app.app_context(), transaction():
        word = sessions.open_full(person.user, sessions.Browser())
    set_cookie(browser, word)
    return browser


def set_cookie(browser: StrictClient, word: str) -> None:
    """Put the word of a session into a browser."""
    browser.set_cookie("__Host-staff", word, domain="127.0.0.1", secure=True)


def cookie_of(browser: StrictClient) -> str:
    """Return the word of the session in a browser, empty without one."""
    cookie = browser.get_cookie("__Host-staff", domain="127.0.0.1")
    return cookie.value if cookie else ""


def give_password(browser: StrictClient, email: str, password: str = PASSWORD) -> Any:
    """Take the first step of signing in."""
    return browser.post_form("/sign-in", {"email": email, "password": password})


def sign_in(browser: StrictClient, person: Person, step: int = 0) -> Any:
    """Take both steps of signing in."""
    give_password(browser, person.user.email)
    return browser.post_form("/sign-in/code", {"code": person.code(step)})
