"""Accounts of the example and how to sign in with them; their passwords fit one installation only.

Nobody gets an account here that a stranger could open: password and second factor come from the
installation's secret, which only the terminal of the installation can ask.
"""

from base64 import b32encode
from dataclasses import dataclass

import pyotp

from portal.accounts import entering, factors, passwords, queries
from portal.accounts.models import User
from portal.accounts.usecases import get_or_add, set_admin
from portal.accounts.wiring import derived, settings
from portal.calls import memberships
from portal.calls.memberships import Function, Role
from portal.calls.models import Call
from portal.core.actor import System
from portal.core.clock import now
from portal.core.i18n import gettext as _
from portal.core.text import fold
from portal.demo import sample

DEMO = System("demo")
LENGTH = 16  # letters of base 32: 80 bits


@dataclass(frozen=True)
class DemoPerson:
    """Somebody of the example. `seat` says as what a juror sits in the jury."""

    email: str
    name: str
    role: Role | None = None
    function: Function | None = None
    seat: str = ""
    admin: bool = False


SELMA = DemoPerson("selma@example.org", "Selma Sorgfalt-Beispiel", Role.OFFICE)
JONAS = DemoPerson("jonas@example.org", "Jonas Musterhof", Role.OFFICE)
READER = DemoPerson("ruth@example.org", "Ruth Lesegern-Beispiel", Role.READER)
ADMIN = DemoPerson("admin@example.org", "Ada Verwalter-Beispiel", admin=True)
OFFICE = (SELMA, JONAS, READER, ADMIN)


def jury() -> dict[str, DemoPerson]:
    """Return the invented jury by the ids of the sample data; first names are the addresses."""
    return {
        one.id: DemoPerson(
            f"{fold(one.name.removeprefix('Dr. ').split()[0])}@example.org", one.name,
            Role.JUROR, Function(one.function), seat=one.role,
        )
        for one in sample.jury()
    }  # fmt: skip


def add(person: DemoPerson, call: Call) -> User:
    """Return the account of somebody in the example, ready to sign in, in the caller's transaction.

    The first code of the app counts as used at the moment of the clock.
    """
    user = get_or_add(person.email, by=DEMO, name=person.name)
    if person.admin:
        set_admin(user, admin=True, by=DEMO)
    if person.role:
        memberships.give(user, call, person.role, by=DEMO, function=person.function)
    if not user.ready:
        hashed = passwords.hashed(password_of(person.email))
        entering.set_up_password(user, name=person.name, password_hash=hashed)
        factors.confirm(user, pyotp.TOTP(factors.seed_of_pending(user)).at(now()), now())
    return user


def password_of(email: str) -> str:
    """Return the password of a person of the example in this installation."""
    letters = b32encode(derived("demo", email)).decode().lower()[:LENGTH]
    return "-".join(letters[n : n + 4] for n in range(0, LENGTH, 4))


def code_now(email: str) -> str:
    """Return the six digits that the app of a person of the example would show now.

    Raises `LookupError` for anybody else.
    """
    user = queries.by_email(email)
    if user is None or not passwords.matches(user.password_hash, password_of(user.email)):
        raise LookupError(email)
    return pyotp.TOTP(factors.seed_of(user)).at(now())


def sign_in_sheet(people: tuple[DemoPerson, ...]) -> list[str]:
    """Return in sentences how to sign in as these people."""
    page = f"{settings().origin}/sign-in"
    lines = [_("Sign in at %(page)s with one of these addresses and passwords:", page=page)]
    lines += [f"  {p.email:<20} {password_of(p.email)}   {_what(p)}" for p in people]
    lines.append(_("The six digits of the second step: portal demo --code ADDRESS"))
    return lines


def _what(person: DemoPerson) -> str:
    if person.admin:
        return _("administration")
    assert person.role
    return memberships.role_name(person.role, person.function)
