"""Mailed links: derived when a letter leaves, used once by a button, dead when a newer exists."""

import hmac
import secrets
from datetime import timedelta
from uuid import UUID, uuid4

from sqlalchemy import select, update

from portal.accounts.models import Invitation, Purpose, User
from portal.accounts.wiring import derived, hash_of, settings
from portal.core.clock import now
from portal.core.db import db

LASTS = {
    Purpose.INVITE: timedelta(days=7),
    Purpose.FACTOR_RESET: timedelta(days=7),
    Purpose.EMAIL_CHANGE: timedelta(days=1),
    Purpose.RESET: timedelta(hours=1),
}


def make(user: User, purpose: Purpose, *, email: str = "") -> Invitation:
    """Make a link for `user`; older ones of this purpose die. `user` must have an id."""
    kill(user, purpose)
    made = Invitation(
        id=uuid4(),
        user=user,
        purpose=purpose,
        nonce=secrets.token_urlsafe(16),
        email=email,
        expires_at=now() + LASTS[purpose],
    )
    made.hash = hash_of(word_of(made))
    db.session.add(made)
    return made


def kill(user: User, *purposes: Purpose) -> None:
    """End the unused links of `user`, of these purposes or of all."""
    db.session.execute(
        update(Invitation)
        .where(
            Invitation.user_id == user.id,
            Invitation.purpose.in_(purposes or tuple(Purpose)),
            Invitation.used_at.is_(None),
            Invitation.expires_at > now(),
        )
        .values(expires_at=now())
    )


def word_of(invitation: Invitation) -> str:
    """Return the word in the address: the id, and 256 bits that only the secret can make."""
    proof = derived("link", invitation.purpose, invitation.id.hex, invitation.nonce)
    return f"{invitation.id.hex}.{proof.hex()}"


def find(word: str, *, for_change: bool = False) -> Invitation | None:
    """Return the link of a word, dead or alive; None if the word is none of ours."""
    query = select(Invitation).where(Invitation.hash == hash_of(word))
    if for_change:
        query = query.with_for_update(of=Invitation).execution_options(populate_existing=True)
    found = db.session.scalar(query)
    return found if found and hmac.compare_digest(word_of(found), word) else None


def is_alive(invitation: Invitation) -> bool:
    """Return whether the link may still be used."""
    return invitation.used_at is None and now() < invitation.expires_at and invitation.user.active


def address_of(invitation: Invitation) -> str:
    """Return the absolute address of the link; host and scheme come from the settings only."""
    return f"{settings().origin}/invitation/{word_of(invitation)}"


def link_of(key_id: UUID) -> str | None:
    """Return the address for a letter's `{link}`; None if the link is dead or none of ours."""
    found = db.session.get(Invitation, key_id)
    return address_of(found) if found and is_alive(found) else None
