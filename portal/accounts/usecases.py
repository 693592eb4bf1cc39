"""What happens to accounts: inviting, disabling, resetting. See `entering.py` for signing in.

Nothing here commits; who has to agree is asked first.
"""

from uuid import uuid4

from portal import audit
from portal.accounts import factors, letters, links, passkeys, queries, sessions
from portal.accounts.letters import PORTAL, Place
from portal.accounts.models import Invitation, Purpose, User
from portal.core.actor import Actor, System
from portal.core.clock import now
from portal.core.db import db
from portal.core.email import email_of
from portal.core.errors import DomainError, Forbidden
from portal.core.i18n import gettext as _

RESET = "send_password_reset"  # name of the job


def checked(email: str) -> str:
    """Return a typed address, folded; raise `DomainError` if no letter could go there."""
    if email_of(email.strip()) is None:
        raise DomainError(_("Give an e-mail address like name@example.org."))
    return queries.folded(email)


def get_or_add(email: str, *, by: Actor, name: str = "", language: str = "de") -> User:
    """Return the account with this address; add one that cannot sign in yet if there is none."""
    address = checked(email)
    user = queries.by_email(address)
    if user is None:
        user = User(id=uuid4(), email=address, name=name.strip()[:200], language=language)
        db.session.add(user)
        db.session.flush()
        audit.record(by, "user_add", user)
    return user


def invite(user: User, *, by: Actor, place: Place = PORTAL) -> Invitation | None:
    """Mail a link by which `user` sets up the access; None if that is done already."""
    if user.ready:
        return None
    if not user.active:
        raise DomainError(_("This account is disabled. Enable it first."))
    # Who was in before keeps the password: a mailbox alone must not be enough.
    purpose = Purpose.FACTOR_RESET if user.signed_in_at and user.password_hash else Purpose.INVITE
    invitation = links.make(user, purpose)
    letters.send_link(invitation, by, place)
    audit.record(by, "user_invite", user, purpose=purpose.value)
    return invitation


def send_link_again(invitation: Invitation) -> None:
    """Mail a new link in place of a dead one, to the same address."""
    user = invitation.user
    if user.active and not user.ready and invitation.purpose in (
        Purpose.INVITE, Purpose.FACTOR_RESET,
    ):  # fmt: skip
        invite(user, by=System("send_link_again"))


def send_reset(email: str) -> None:
    """Mail a link for a new password if there is such an account (run by the worker).

    The request itself does the same for every address, so it tells nobody who has an account.
    """
    user = queries.by_email(email)
    if user and user.active and user.password_hash:
        by = System(RESET)
        letters.send_link(links.make(user, Purpose.RESET), by)
        audit.record(by, "password_reset_ask", user)


def set_admin(user: User, *, admin: bool, by: Actor) -> None:
    """Make somebody an administrator or not; sessions end, since what they may do changed."""
    if not admin:
        _not_oneself(user, by)
    if user.admin != admin:
        user.admin = admin
        sessions.end_all(user)
        audit.record(by, "admin_give" if admin else "admin_take", user)


def disable(user: User, *, by: Actor) -> None:
    """Close an account: sessions and links end at once."""
    _not_oneself(user, by)
    user.active = False
    sessions.end_all(user)
    links.kill(user)
    audit.record(by, "user_disable", user)


def enable(user: User, *, by: Actor) -> None:
    """Open a closed account again."""
    user.active = True
    audit.record(by, "user_enable", user)


def reset_factor(user: User, *, by: Actor) -> Invitation:
    """Take a lost second factor away; a mailed link lets its owner set up a new one.

    Only somebody else does this, and the link asks for the password as well.
    """
    _not_oneself(user, by)
    if not user.active:
        raise DomainError(_("This account is disabled. Enable it first."))
    factors.remove(user)
    passkeys.forget_all(user)
    user.provider_subject = ""
    sessions.end_all(user)
    audit.record(by, "factor_reset", user)
    letters.tell_change(user, lambda: _("Your second factor was taken away, so that you can "
                                        "set up a new one."), by)  # fmt: skip
    purpose = Purpose.FACTOR_RESET if user.password_hash else Purpose.INVITE
    invitation = links.make(user, purpose)
    letters.send_link(invitation, by)
    return invitation


def send_factor_link(user: User) -> None:
    """Mail a link to set up an app to somebody whose new work no longer takes mailed codes.

    The link asks for the password as well, so it proves as much as password and mailed code did.
    """
    letters.send_link(links.make(user, Purpose.FACTOR_RESET), user)
    audit.record(user, "factor_link", user)


def _not_oneself(user: User, by: Actor) -> None:
    if by.kind == "user" and by.key == user.key:
        raise Forbidden(_("Somebody else has to do this for you."))


def ask_email_change(user: User, email: str) -> None:
    """Mail a link to the new address; only using it changes anything.

    An address that belongs to somebody else gets none, and the page says nothing of it.
    """
    address = checked(email)
    links.kill(user, Purpose.EMAIL_CHANGE)
    if address != user.email and queries.by_email(address) is None:
        letters.send_link(links.make(user, Purpose.EMAIL_CHANGE, email=address), user)
    audit.record(user, "email_change_ask", user)


def change_email(invitation: Invitation) -> None:
    """Use up the link: the new address counts, older links die, the old address is told."""
    user, old = invitation.user, invitation.user.email
    if queries.by_email(invitation.email):
        raise DomainError(_("This address cannot be used. Choose another one."))
    invitation.used_at = now()
    links.kill(user)
    user.email = invitation.email
    audit.record(user, "email_change", user)
    letters.tell_change(user, lambda: _("Your e-mail address was changed."), user, to=old)
