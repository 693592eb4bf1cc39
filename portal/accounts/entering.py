"""Coming in: by link, password, second factor; and changing these from inside.

Nothing here commits. Whatever is slow on purpose (hashing) is done by the caller, outside of the
transaction. The log is written last: its head is a lock that all share, and whoever holds it waits
for no other row.
"""

from dataclasses import dataclass
from datetime import timedelta

from portal import audit
from portal.accounts import factors, letters, links, mailedcodes, sessions, throttling
from portal.accounts.models import Invitation, Level, Purpose, Session, User
from portal.accounts.sessions import Browser, SignedIn
from portal.core.actor import Visitor
from portal.core.clock import now
from portal.core.i18n import gettext as _


@dataclass(frozen=True)
class Terms:
    """How somebody comes in: how long the session may rest, and the network of the client.

    by_mail: whether a mailed code counts.
    """

    idle: timedelta
    network: str
    by_mail: bool = False


def open_link(invitation: Invitation, browser: Browser) -> str:
    """Use up a link to set up an access; return the word of a session that does only this."""
    user = invitation.user
    invitation.used_at = now()
    if invitation.purpose is not Purpose.RESET:
        user.totp_pending = ""
        sessions.end_all(user)
    word = sessions.open_setup(invitation, browser)
    audit.record(user, "link_use", user, purpose=invitation.purpose.value)
    return word


def set_up_password(user: User, *, name: str, password_hash: str) -> None:
    """Take name and password of somebody who was invited; the second factor comes next."""
    user.name, user.password_hash = name, password_hash
    factors.begin(user)
    audit.record(user, "password_set", user)


def begin_factor(user: User) -> None:
    """Prepare a new second factor of somebody who proved to know the password."""
    factors.begin(user)


def finish_setup_by_mail(
    setup: SignedIn, browser: Browser, idle: timedelta
) -> tuple[str, list[str]]:
    """Let the second factor be a mailed code from now on; the rest is as in `finish_setup`.

    The caller has asked whether the calls of this person allow it; the link proved the mailbox.
    """
    setup.user.code_by_mail = True
    return _set_up(setup.user, browser, idle)


def finish_setup(
    setup: SignedIn, typed: str, browser: Browser, idle: timedelta
) -> tuple[str, list[str]] | None:
    """Take the second factor into use; return the word of a full session and recovery codes.

    None if the code is wrong.
    """
    user = setup.user
    if not factors.confirm(user, typed, now()):
        return None
    user.code_by_mail = False
    return _set_up(user, browser, idle)


def _set_up(user: User, browser: Browser, idle: timedelta) -> tuple[str, list[str]]:
    sessions.end_all(user)
    links.kill(user, Purpose.INVITE, Purpose.FACTOR_RESET)
    codes = factors.new_recovery_codes(user)
    letters.tell_change(user, lambda: _("Your access was set up, with a second factor."), user)
    audit.record(user, "factor_set", user)
    return come_in(user, browser, idle, "setup"), codes


def password_failed(user: User | None) -> None:
    """Note that somebody gave a wrong password, or one for no account."""
    audit.record(Visitor(), "sign_in_fail", user, step="password")


def password_passed(user: User, browser: Browser, *, new_hash: str = "") -> str:
    """Let somebody with the right password on to the second factor; return the cookie's word."""
    if new_hash:
        user.password_hash = new_hash
    return sessions.open_half(user, browser)


def give_code(here: SignedIn, typed: str, *, by_mail: bool = False) -> str:
    """Use up a code of the app, a recovery code or, with `by_mail`, one mailed to this session.

    Return which it was, empty if it was wrong.
    """
    user = here.user
    if factors.use_code(user, typed, now()):
        return "totp"
    if by_mail and mailedcodes.use(here.session, typed):
        return "mail"
    if factors.use_recovery_code(user, typed, now()):
        letters.tell_change(user, lambda: _("A recovery code was used to sign in."), user)
        return "recovery"
    audit.record(Visitor(), "sign_in_fail", user, step="code")
    return ""


def sign_in(half: SignedIn, typed: str, browser: Browser, *, terms: Terms) -> str:
    """Let somebody in whose code is right; return the word of a new session, else empty."""
    factor = give_code(half, typed, by_mail=terms.by_mail)
    if not factor:
        return ""
    sessions.end(half.session.id, half.user)
    throttling.clear(half.user.email, terms.network)
    return come_in(half.user, browser, terms.idle, factor)


def come_in(user: User, browser: Browser, idle: timedelta, factor: str) -> str:
    """Open a session that opens pages, by the `factor` that was given last; return its word."""
    word = sessions.open_full(user, browser, idle=idle)
    audit.record(user, "sign_in", user, factor=factor)
    return word


def sign_out(session: Session, user: User) -> None:
    """End this session."""
    sessions.end(session.id, user)
    if session.level is Level.FULL:
        audit.record(user, "sign_out", user)


def confirm_again(here: SignedIn, typed: str, *, by_mail: bool = False) -> bool:
    """Note that password (asked by the caller) and code were given again; False if not."""
    if not give_code(here, typed, by_mail=by_mail):
        return False
    sessions.refresh(here.session)
    audit.record(here.user, "confirm_again", here.user)
    return True


def change_password(user: User, password_hash: str, *, keep: Session | None = None) -> None:
    """Take a new password; other sessions and open links end, the owner is told.

    keep: the session from which it was changed. The second factor stays as it is.
    """
    user.password_hash = password_hash
    sessions.end_all(user, but=keep.id if keep else None)
    links.kill(user, Purpose.RESET)
    audit.record(user, "password_change", user)
    letters.tell_change(user, lambda: _("Your password was changed."), user)


def change_factor(here: SignedIn, typed: str) -> list[str] | None:
    """Put the new second factor in place of the old; return new recovery codes, None if wrong."""
    if not factors.confirm(here.user, typed, now()):
        return None
    here.user.code_by_mail = False
    sessions.end_all(here.user, but=here.session.id)
    codes = factors.new_recovery_codes(here.user)
    letters.tell_change(here.user, lambda: _("Your second factor was changed."), here.user)
    audit.record(here.user, "factor_change", here.user)
    return codes


def renew_recovery_codes(user: User) -> list[str]:
    """Return new recovery codes; older ones die, the owner is told."""
    codes = factors.new_recovery_codes(user)
    letters.tell_change(user, lambda: _("New recovery codes were made."), user)
    audit.record(user, "recovery_codes_renew", user)
    return codes
