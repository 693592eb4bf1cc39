"""The second factor: codes of an app by time, and recovery codes on paper. Each works once.

The seed is derived from a nonce of the account and the installation's secret; it is stored
nowhere. A new secret of the installation ends all second factors.
"""

import base64
import hmac
import secrets
import unicodedata
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, Update, delete, func, select, update

from portal.accounts.models import RecoveryCode, User
from portal.accounts.wiring import derived, settings
from portal.core.db import db

STEP = 30  # seconds
DRIFT = 1  # steps that a clock may be off
DIGITS = 6
RECOVERY_CODES = 10
ALPHABET = "ABCDEFGHJKMNPQRSTVWXYZ23456789"  # without what looks alike on paper
RECOVERY_LENGTH = 12  # 58 bits


def begin(user: User) -> None:
    """Prepare a new factor; the present one stays until `confirm`."""
    user.totp_pending = secrets.token_urlsafe(16)


def _seed(user: User, nonce: str) -> str:
    return base64.b32encode(derived("totp", str(user.id), nonce)[:20]).decode()


def seed_of_pending(user: User) -> str:
    """Return the seed of the factor being set up, in base32, for typing it into an app."""
    return _seed(user, user.totp_pending)


def seed_of(user: User) -> str:
    """Return the seed of the factor in use; for the example's own people only."""
    return _seed(user, user.totp_nonce)


def address_of_pending(user: User) -> str:
    """Return the `otpauth:` address of the factor being set up, for a QR code."""
    issuer = settings().operator_name
    import pyotp  # for who signs in: most processes serve pages to everybody

    return pyotp.TOTP(seed_of_pending(user)).provisioning_uri(name=user.email, issuer_name=issuer)


def confirm(user: User, typed: str, at: datetime) -> bool:
    """Take the new factor into use if `typed` is its code; that code is then used up."""
    counter = _counter(user, user.totp_pending, typed, at) if user.totp_pending else None
    if counter is None:
        return False
    user.totp_nonce, user.totp_pending = user.totp_pending, ""
    user.last_totp_counter = max(counter, user.last_totp_counter)
    return True


def remove(user: User) -> None:
    """Take factor and recovery codes away; the account cannot sign in until it has new ones."""
    user.totp_nonce = user.totp_pending = ""
    user.code_by_mail = False
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))


def _counter(user: User, nonce: str, typed: str, at: datetime) -> int | None:
    """Return the time step whose code was typed, None if it is none of the present ones."""
    code = digits_of(typed)
    import pyotp  # see above

    generator = pyotp.TOTP(_seed(user, nonce))
    here = int(at.timestamp()) // STEP
    for counter in range(here - DRIFT, here + DRIFT + 1):
        if hmac.compare_digest(generator.generate_otp(counter), code):
            return counter
    return None


def digits_of(typed: str) -> str:
    r"""Return the digits of a typed code in ASCII; blanks, dashes and other digits are welcome.

    >>> digits_of(" 123 456\n"), digits_of("\u0661\u0662\u0663456")
    ('123456', '123456')
    """
    return "".join(
        str(unicodedata.digit(c)) for c in typed if unicodedata.digit(c, None) is not None
    )


def _changed(statement: Update) -> bool:
    """Return whether the statement found its row."""
    return cast("CursorResult[Any]", db.session.execute(statement)).rowcount == 1


def use_code(user: User, typed: str, at: datetime) -> bool:
    """Use up a code of the app; False if it is wrong or was used, by whomever, before.

    Compare-and-set in the database: of two requests with one code, one wins.
    """
    counter = _counter(user, user.totp_nonce, typed, at) if user.totp_nonce else None
    if counter is None:
        return False
    return _changed(
        update(User)
        .where(User.id == user.id, User.last_totp_counter < counter)
        .values(last_totp_counter=counter)
        .execution_options(synchronize_session=False)
    )


def new_recovery_codes(user: User) -> list[str]:
    """Return new recovery codes, to be shown once; older ones die."""
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    codes = ["".join(secrets.choice(ALPHABET) for _ in range(RECOVERY_LENGTH))
             for _ in range(RECOVERY_CODES)]  # fmt: skip
    db.session.add_all(RecoveryCode(user_id=user.id, hash=_sealed(user, c)) for c in codes)
    return ["-".join(c[i : i + 4] for i in range(0, RECOVERY_LENGTH, 4)) for c in codes]


def _sealed(user: User, code: str) -> str:
    return derived("recovery", str(user.id), code).hex()


def use_recovery_code(user: User, typed: str, at: datetime) -> bool:
    """Use up a recovery code; False if it is none or was used before."""
    code = "".join(c for c in unicodedata.normalize("NFKC", typed).upper() if c.isalnum())
    return len(code) == RECOVERY_LENGTH and _changed(
        update(RecoveryCode)
        .where(
            RecoveryCode.user_id == user.id,
            RecoveryCode.hash == _sealed(user, code),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=at)
    )


def recovery_codes_left(user: User) -> int:
    """Return how many recovery codes still work."""
    rows = select(func.count()).select_from(RecoveryCode)
    unused = rows.where(RecoveryCode.user_id == user.id, RecoveryCode.used_at.is_(None))
    return db.session.scalar(unused) or 0
