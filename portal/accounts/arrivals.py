"""Coming in with the city's account: only people who have an account or an open invitation."""

from datetime import timedelta

from sqlalchemy import select

from portal import audit
from portal.accounts import entering, queries, sessions
from portal.accounts.models import Invitation, Level, Purpose, User
from portal.accounts.oidc import Told
from portal.accounts.sessions import Browser, SignedIn
from portal.core.actor import Visitor
from portal.core.clock import now
from portal.core.db import db


def find(told: Told) -> User | None:
    """Return whose account `told` opens; None if there is none, or it belongs to another subject.

    The address finds an account the first time; from then on the subject has to be the same, since
    an address may be given to somebody else one day.
    """
    user = queries.by_email(told.email)
    if user is None or not user.active or user.provider_subject not in ("", told.subject):
        return None
    known = user.ready or user.provider_subject
    return user if known or _invitation(user) else None


def _invitation(user: User) -> Invitation | None:
    rows = select(Invitation).where(
        Invitation.user_id == user.id,
        Invitation.purpose == Purpose.INVITE,
        Invitation.used_at.is_(None),
        Invitation.expires_at > now(),
    )
    return db.session.scalar(rows)


def come_in(user: User, told: Told, browser: Browser, idle: timedelta) -> tuple[Level, str] | None:
    """Let `user` in as far as the provider proves; return how far, and the word of the session.

    With two factors all the way; else the own second factor follows, or has to be set up first.
    None: neither is possible, an invitation is needed.
    """
    invitation = _invitation(user)
    if told.strong:
        if invitation:
            invitation.used_at = now()
            audit.record(user, "link_use", user, purpose=invitation.purpose.value)
        user.provider_subject = told.subject
        return Level.FULL, entering.come_in(user, browser, idle, "provider")
    if user.ready:
        user.provider_subject = told.subject
        return Level.PASSWORD, sessions.open_half(user, browser)
    if invitation is None:
        return None
    user.provider_subject = told.subject
    return Level.SETUP, entering.open_link(invitation, browser)


def confirm_again(here: SignedIn, told: Told) -> bool:
    """Note that somebody signed in proved again, with two factors, who it is; False if not."""
    same = here.user.provider_subject == told.subject and here.user.email == told.email
    if not (same and told.strong):
        return False
    sessions.refresh(here.session)
    audit.record(here.user, "confirm_again", here.user, factor="provider")
    return True


def refused(why: str, user: User | None = None) -> None:
    """Note that somebody came from the provider in vain; `why` is one word."""
    audit.record(Visitor(), "sign_in_fail", user, step="provider", why=why)
