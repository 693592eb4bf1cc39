"""Keys to one application: the browser's, a mailed link's, a six-digit code's.

Links and codes are derived from the key's id, a nonce and the installation's secret at the moment
a letter leaves; the database holds only hashes, so a stolen copy of it opens nothing.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import cast
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Table, bindparam, delete, func, or_, select, update
from sqlalchemy.orm.attributes import set_committed_value

from portal.applications.models import AccessKey, Application, Purpose
from portal.calls.models import Call
from portal.core import rows
from portal.core.clock import now
from portal.core.db import db
from portal.settings import Settings

DEVICE_AFTER_CLOSING = timedelta(days=30)
DEVICE_AT_LEAST = timedelta(days=30)
NOMINEE_DAYS = 60
HANDOVER_MINUTES = 15
CODE_DIGITS = 6
IN_LINKS = (Purpose.LINK, Purpose.NOMINEE, Purpose.HANDOVER)

# Each letter to an owner asks for it; made once, SQLAlchemy knows it by heart.
_TABLE = cast("Table", AccessKey.__table__)
_KILL = (
    update(_TABLE)
    .where(
        _TABLE.c.application_id == bindparam("owner"),
        or_(_TABLE.c.purpose == bindparam("one"), _TABLE.c.purpose == bindparam("other")),
        _TABLE.c.used_at.is_(None),
    )
    .values(expires_at=bindparam("ended"))
)

_in_use: list[Settings] = []


def use(settings: Settings) -> None:
    """Take secret and life times from `settings`; called once at start."""
    _in_use[:] = [settings]


def _settings() -> Settings:
    if not _in_use:
        raise RuntimeError("Call keys.use(settings) at start.")
    return _in_use[0]


def hash_of(word: str) -> str:
    """Return what the database stores of a key, link or code."""
    return hashlib.sha256(word.encode()).hexdigest()


def give_device(application: Application, device: str) -> None:
    """Let the browser with the key hash `device` open the application until it ends."""
    if not device:
        raise ValueError("a browser without a key")
    held = db.session.scalar(
        select(AccessKey).where(
            AccessKey.application_id == application.id,
            AccessKey.purpose == Purpose.DEVICE,
            AccessKey.hash == device,
        )
    )
    if held:
        held.expires_at = _device_lasts(application)
    else:
        give_first_device(application, device)


def give_first_device(application: Application, device: str) -> None:
    """Give a key to a browser that has none, for example to the one that begins a draft."""
    if not device:
        raise ValueError("a browser without a key")
    lasts = _device_lasts(application)
    _put(application, AccessKey(purpose=Purpose.DEVICE, hash=device, expires_at=lasts))


def _put(application: Application, key: AccessKey) -> None:
    """Write a new key of `application`."""
    key.application_id = application.id
    set_committed_value(key, "application", application)
    rows.add(key)
    if "keys" in application.__dict__:
        db.session.expire(application, ["keys"])


def _device_lasts(application: Application) -> datetime:
    return max(application.call.closes_at + DEVICE_AFTER_CLOSING, now() + DEVICE_AT_LEAST)


def forget_device(device: str) -> None:
    """Take every application from the browser with this key hash."""
    db.session.execute(
        delete(AccessKey).where(AccessKey.purpose == Purpose.DEVICE, AccessKey.hash == device)
    )


def make_link(
    application: Application, email: str, *, purpose: Purpose = Purpose.LINK
) -> AccessKey:
    """Make a link to the application for `email`; older links of this purpose die."""
    kill_links(application, purpose)
    return _link(application, email, purpose, now() + _life(purpose))


def reserve_link(
    application: Application, email: str, *, purpose: Purpose = Purpose.LINK
) -> AccessKey:
    """Note that a letter will have a link, for one that waits for release: this one opens nothing.

    Links in letters that left before go on living; `renew_link` makes the real one at release.
    """
    return _link(application, email, purpose, now())


def renew_link(key_id: UUID) -> AccessKey | None:
    """Return a fresh link in place of an old one; None where nobody may have one any more."""
    old = db.session.get(AccessKey, key_id)
    if old is None or old.purpose not in (Purpose.LINK, Purpose.NOMINEE):
        return None
    is_owners = old.email.lower() == old.application.owner_email.lower()
    if old.purpose is Purpose.LINK and not is_owners:
        return None
    return make_link(old.application, old.email, purpose=old.purpose)


def _link(
    application: Application, email: str, purpose: Purpose, expires_at: datetime
) -> AccessKey:
    key = AccessKey(
        id=uuid4(),
        purpose=purpose,
        nonce=secrets.token_urlsafe(16),
        email=email,
        expires_at=expires_at,
    )
    key.hash = hash_of(token(key))
    _put(application, key)
    return key


def _life(purpose: Purpose) -> timedelta:
    if purpose is Purpose.NOMINEE:
        return timedelta(days=NOMINEE_DAYS)
    if purpose is Purpose.HANDOVER:
        return timedelta(minutes=HANDOVER_MINUTES)
    return timedelta(hours=_settings().link_hours)


def kill_links(application: Application, purpose: Purpose = Purpose.LINK) -> None:
    """End every unused link of this purpose; codes to old addresses end with links."""
    other = Purpose.CODE if purpose is Purpose.LINK else purpose
    given = {"owner": application.id, "one": purpose, "other": other, "ended": now()}
    rows.connection().execute(_KILL, given)
    for key in db.session.identity_map.values():
        if isinstance(key, AccessKey) and key.application_id == application.id:
            db.session.expire(key, ["expires_at"])


def token(key: AccessKey) -> str:
    """Return the word in the link of `key`: its id and 256 bits that only the secret can make."""
    return f"{key.id.hex}.{derived(key)}"


def code(key: AccessKey) -> str:
    """Return the six digits of a code key."""
    number = int(derived(key), 16) % 10**CODE_DIGITS
    return f"{number:0{CODE_DIGITS}}"


def derived(key: AccessKey) -> str:
    """Return the hex of what only the secret can make of a key."""
    words = f"{key.purpose}:{key.id.hex}:{key.nonce}"
    return hmac.new(_settings().secret, words.encode(), hashlib.sha256).hexdigest()


def find_link(word: str, *, for_change: bool = False) -> AccessKey | None:
    """Return the key of a link's word, dead or alive, or None if the word is not one of ours."""
    head, dot, _ = word.partition(".")
    try:
        key_id = UUID(hex=head)
    except ValueError:
        return None
    query = select(AccessKey).where(AccessKey.id == key_id)
    key = db.session.scalar(query.with_for_update(of=AccessKey) if for_change else query)
    if key is None or not dot or key.purpose not in IN_LINKS:
        return None
    same = hmac.compare_digest(token(key).encode(), word.encode(errors="replace"))
    return key if same else None


def is_alive(key: AccessKey, at: datetime) -> bool:
    """Return whether the link may still be used. A nominee may come back; a link opens once."""
    unused = key.used_at is None or key.purpose is Purpose.NOMINEE
    return unused and at < key.expires_at


def open_link(key: AccessKey, device: str, at: datetime) -> Application | None:
    """Use up a link: the browser gets a key, the address is confirmed. None if it is dead."""
    if not is_alive(key, at):
        return None
    key.used_at = at
    application = key.application
    _confirm(application, key.email, at)
    give_device(application, device)
    return application


def _confirm(application: Application, email: str, at: datetime) -> None:
    if email and email.lower() == application.owner_email.lower():
        application.owner_confirmed_at = application.owner_confirmed_at or at


def make_code(applications: Iterable[Application], email: str, browser: str) -> AccessKey | None:
    """Make one code that opens all `applications` in the browser that asks now.

    Each application has a row of its own; all of them wait for the code of the first.
    """
    first: AccessKey | None = None
    for application in applications:
        key = AccessKey(
            id=uuid4(),
            purpose=Purpose.CODE,
            nonce=secrets.token_urlsafe(16),
            email=email,
            browser=browser,
            expires_at=now() + timedelta(minutes=_settings().code_minutes),
        )
        first = first or key
        key.hash = hash_of(f"{browser}:{code(first)}")
        application.keys.append(key)
    return first


def open_code(call: Call, browser: str, typed: str, at: datetime) -> list[Application]:
    """Return the applications that the six digits open in this browser; empty if they do not.

    Five wrong tries end the codes of this browser, so guessing is pointless.
    """
    live = _live_codes(call, browser, at)
    digits = "".join(str(int(c)) for c in typed if c.isdecimal())  # of any script
    wanted = hash_of(f"{browser}:{digits}")
    right = [key for key in live if hmac.compare_digest(key.hash, wanted)]
    for key in live:
        key.tries += 1
    for key in right:
        key.used_at = at
        _confirm(key.application, key.email, at)
        give_device(key.application, browser)
    return [key.application for key in right]


def _live_codes(call: Call, browser: str, at: datetime) -> list[AccessKey]:
    if not browser:
        return []
    query = select(AccessKey).join(Application).where(*_waits(call, browser, at))
    return list(db.session.scalars(query.with_for_update(of=AccessKey)))


def has_live_code(call: Call, browser: str, at: datetime) -> bool:
    """Return whether this browser waits for a code."""
    query = select(func.count()).select_from(AccessKey).join(Application)
    return bool(browser) and bool(db.session.scalar(query.where(*_waits(call, browser, at))))


def _waits(call: Call, browser: str, at: datetime) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of a code that can still be typed in at this browser."""
    return (
        Application.call_id == call.id,
        AccessKey.purpose == Purpose.CODE,
        AccessKey.browser == browser,
        AccessKey.used_at.is_(None),
        AccessKey.expires_at > at,
        AccessKey.tries < _settings().code_tries,
    )


def word_of(key_id: UUID) -> AccessKey | None:
    """Return the key that a letter names, for filling in its link when the letter leaves."""
    return db.session.get(AccessKey, key_id)


def absolute(path: str) -> str:
    """Return the full address of a local path; host and scheme come from the settings only."""
    return f"{_settings().origin}{path}"


def link_of(key_id: UUID) -> str | None:
    """Return the address for a letter's `{link}`, None if the key is dead or gone."""
    key = word_of(key_id)
    if key is None or key.purpose not in IN_LINKS or not is_alive(key, now()):
        return None
    room = "nominee" if key.purpose is Purpose.NOMINEE else "open"
    return absolute(f"/{key.application.call.slug}/{room}/{token(key)}")


def code_of(key_id: UUID) -> str | None:
    """Return the six digits for a letter's `{code}`, None if the key is dead or gone."""
    key = word_of(key_id)
    is_code = key is not None and key.purpose is Purpose.CODE
    return code(key) if key and is_code and is_alive(key, now()) else None
