"""The letters about an account: to its owner, whenever a way in is given or changed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from portal import mail
from portal.accounts.models import Invitation, Purpose, User
from portal.accounts.wiring import settings
from portal.core.actor import Actor
from portal.core.clock import now
from portal.core.i18n import format_moment
from portal.core.i18n import gettext as _

NAMES = {
    Purpose.INVITE: "invitation",
    Purpose.FACTOR_RESET: "invitation",
    Purpose.RESET: "password_reset",
    Purpose.EMAIL_CHANGE: "email_change",
}
Words = Callable[[], str]  # called in the language of the letter


@dataclass(frozen=True)
class Place:
    """What somebody is invited to, and as what.

    Both are functions, since the letter may be written in two languages.
    """

    title: Words
    role: Words
    from_name: str = ""


def portal_itself() -> str:
    """Return the name of the portal, for letters that belong to no call."""
    return _("Application portal of %(operator)s", operator=settings().operator_name)


def member() -> str:
    """Return the role of somebody of whom no closer one is told."""
    return _("member")


PORTAL = Place(portal_itself, member)


def send_link(invitation: Invitation, by: Actor, place: Place = PORTAL) -> None:
    """Write the letter that carries the link; in the caller's transaction."""
    expires = invitation.expires_at
    mail.write(
        NAMES[invitation.purpose],
        to=mail.Mailbox(invitation.email or invitation.user.email, invitation.user.name),
        language=invitation.user.language,
        values=lambda _code: (
            _values(place)
            | {"expires": _moment(expires)}
            | ({"role": place.role()} if NAMES[invitation.purpose] == "invitation" else {})
        ),
        link_key=invitation.id,
        by=by,
        from_name=place.from_name or settings().operator_name,
    )


def send_code(session_id: UUID, user: User, expires: datetime) -> None:
    """Write the letter with the code for one session; the code is filled in when it leaves."""
    mail.write(
        "sign_in_code",
        to=mail.Mailbox(user.email, user.name),
        language=user.language,
        values=lambda _code: _values(PORTAL) | {"expires": _moment(expires)},
        link_key=session_id,
        by=user,
        from_name=settings().operator_name,
    )


def tell_change(user: User, what: Words, by: Actor, *, to: str = "") -> None:
    """Write to the owner that a way into the account changed; `to`: if not the present address."""
    mail.write(
        "account_changed",
        to=mail.Mailbox(to or user.email, user.name),
        language=user.language,
        values=lambda _code: _values(PORTAL) | {"title": what(), "arrived": _moment(now())},
        by=by,
        from_name=settings().operator_name,
    )


def _values(place: Place) -> dict[str, str]:
    return {"prize": place.title(), "office": settings().operator_name}


def _moment(at: datetime) -> str:
    return format_moment(at, "d. MMMM y, HH:mm zzz")
