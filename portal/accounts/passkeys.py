"""Passkeys: a key in a device, unlocked by finger, face or PIN, in place of password and code.

They need the extra `passkeys` and a host with a name, since browsers bind a key to a name. A
challenge is random, answered once and within five minutes; origin, host, the unlocking of the
device and its counter are checked.
"""

import ipaddress
from collections.abc import Callable, Sequence
from datetime import timedelta
from importlib.util import find_spec
from typing import Any, cast
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import CursorResult, delete, or_, select, update

from portal import audit
from portal.accounts import letters, sessions
from portal.accounts.models import Passkey, PasskeyChallenge, User
from portal.accounts.sessions import Browser, SignedIn
from portal.accounts.wiring import hash_of, settings
from portal.core.clock import now
from portal.core.db import db
from portal.core.errors import DomainError
from portal.core.i18n import gettext as _

LASTS = timedelta(minutes=5)
MOST = 10  # per account


def host() -> str:
    """Return the host that keys are bound to."""
    return urlsplit(settings().origin).hostname or ""


def available() -> bool:
    """Return whether this installation can take passkeys."""
    try:
        ipaddress.ip_address(host())
    except ValueError:
        return find_spec("webauthn") is not None
    return False


def ask_new(user: User) -> str:
    """Return what the browser needs to make a new key for `user`, as JSON."""
    import webauthn  # slow import, and only where a passkey is made
    from webauthn.helpers import structs

    known = [structs.PublicKeyCredentialDescriptor(_bytes(p.credential)) for p in of_user(user)]
    chosen = structs.AuthenticatorSelectionCriteria(
        resident_key=structs.ResidentKeyRequirement.REQUIRED,
        user_verification=structs.UserVerificationRequirement.REQUIRED,
    )
    options = webauthn.generate_registration_options(
        rp_id=host(),
        rp_name=settings().operator_name,
        user_id=user.id.bytes,
        user_name=user.email,
        user_display_name=user.called,
        exclude_credentials=known,
        authenticator_selection=chosen,
    )
    _note(options.challenge, user.id)
    return webauthn.options_to_json(options)


def ask() -> str:
    """Return what the browser needs to sign in with a key it finds by itself, as JSON."""
    import webauthn  # slow import, and only where a passkey is used
    from webauthn.helpers import structs

    options = webauthn.generate_authentication_options(
        rp_id=host(), user_verification=structs.UserVerificationRequirement.REQUIRED
    )
    _note(options.challenge, None)
    return webauthn.options_to_json(options)


def _note(challenge: bytes, user_id: UUID | None) -> None:
    row = PasskeyChallenge(hash=hash_of(challenge.hex()), user_id=user_id, expires_at=now() + LASTS)
    db.session.add(row)


def _bytes(text: str) -> bytes:
    from webauthn.helpers import base64url_to_bytes  # slow import, and only where needed

    return base64url_to_bytes(text)


def _take(answer: Any, user_id: UUID | None) -> bytes:
    """Return the challenge that `answer` names and use it up; `DomainError` if there is none."""
    from webauthn.helpers import parse_client_data_json  # slow import, and only where needed

    try:
        told = parse_client_data_json(_bytes(answer["response"]["clientDataJSON"]))
    except Exception as error:  # whatever a stranger sends
        raise _refusal() from error
    open_one = delete(PasskeyChallenge).where(
        PasskeyChallenge.hash == hash_of(told.challenge.hex()),
        PasskeyChallenge.expires_at > now(),
        PasskeyChallenge.user_id == user_id if user_id else PasskeyChallenge.user_id.is_(None),
    )
    if cast("CursorResult[Any]", db.session.execute(open_one)).rowcount != 1:
        raise _refusal()
    return bytes(told.challenge)


def _refusal() -> DomainError:
    return DomainError(_("This did not work. Load the page again and try once more."))


def add(user: User, answer: Any, name: str) -> Passkey:
    """Keep the new key of `user`; sessions stay, the owner is told. Raises `DomainError`."""
    import webauthn  # slow import, and only where a passkey is made
    from webauthn.helpers import bytes_to_base64url
    from webauthn.helpers.exceptions import WebAuthnException

    challenge = _take(answer, user.id)
    if len(of_user(user)) >= MOST:
        raise DomainError(_("You have many passkeys. Remove one first."))
    try:
        made = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=host(),
            expected_origin=settings().origin,
            require_user_verification=True,
        )
    except WebAuthnException as error:
        raise _refusal() from error
    passkey = Passkey(
        user_id=user.id,
        credential=bytes_to_base64url(made.credential_id),
        public_key=made.credential_public_key,
        sign_count=made.sign_count,
        name=name[:80],
    )
    db.session.add(passkey)
    letters.tell_change(user, lambda: _("A passkey was added."), user)
    audit.record(user, "passkey_add", user)
    return passkey


def sign_in(
    answer: Any, browser: Browser, idle_of: Callable[[User], timedelta]
) -> tuple[User, str]:
    """Let somebody in with a key; return who, and the word of the session; raise `DomainError`.

    idle_of: how long the session of a person may rest.
    """
    import webauthn  # slow import, and only where a passkey is used
    from webauthn.helpers.exceptions import WebAuthnException

    challenge = _take(answer, None)
    passkey = _known(answer)
    try:
        proven = webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=host(),
            expected_origin=settings().origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except WebAuthnException as error:
        raise _refusal() from error
    if not _count_on(passkey, proven.new_sign_count):
        raise _refusal()
    word = sessions.open_full(passkey.user, browser, idle=idle_of(passkey.user))
    audit.record(passkey.user, "sign_in", passkey.user, factor="passkey")
    return passkey.user, word


def _known(answer: Any) -> Passkey:
    """Return the key that `answer` names, of an account that may sign in."""
    rows = select(Passkey).join(User).where(User.active, User.password_hash != "")
    wanted = rows.where(Passkey.credential == str(answer.get("id", "")), _has_factor())
    passkey = db.session.scalar(wanted)
    if passkey is None:
        raise _refusal()
    return passkey


def _has_factor() -> Any:
    return or_(User.totp_nonce != "", User.code_by_mail)


def _count_on(passkey: Passkey, count: int) -> bool:
    """Set the counter, if nobody was faster; a device that never counts stays at zero."""
    newer = Passkey.sign_count == 0 if count == 0 else Passkey.sign_count < count
    counted = (
        update(Passkey)
        .where(Passkey.id == passkey.id, newer)
        .values(sign_count=count, used_at=now())
        .execution_options(synchronize_session=False)
    )
    return cast("CursorResult[Any]", db.session.execute(counted)).rowcount == 1


def of_user(user: User) -> Sequence[Passkey]:
    """Return the keys of `user`, the oldest first."""
    rows = select(Passkey).where(Passkey.user_id == user.id)
    return db.session.scalars(rows.order_by(Passkey.created_at)).all()


def remove(me: SignedIn, passkey_id: UUID) -> None:
    """Forget a key of mine, which may be a stolen one: my other sessions end. Others' keys stay."""
    user = me.user
    gone = delete(Passkey).where(Passkey.id == passkey_id, Passkey.user_id == user.id)
    if cast("CursorResult[Any]", db.session.execute(gone)).rowcount == 1:
        sessions.end_all(user, but=me.session.id)
        letters.tell_change(user, lambda: _("A passkey was removed."), user)
        audit.record(user, "passkey_remove", user)


def forget_all(user: User) -> None:
    """Forget every key of `user`: after a reset of the second factor they open nothing."""
    db.session.execute(delete(Passkey).where(Passkey.user_id == user.id))


def sweep() -> None:
    """Delete challenges that nobody answered (run by the worker)."""
    db.session.execute(delete(PasskeyChallenge).where(PasskeyChallenge.expires_at < now()))
