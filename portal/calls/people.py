"""Bringing people into the portal and into calls; used by the command line and the page."""

from dataclasses import dataclass

from portal.accounts import letters, links, queries, usecases
from portal.accounts.letters import Place
from portal.accounts.models import User
from portal.calls.memberships import Function, Role, give, role_name, roles_of
from portal.calls.models import Call
from portal.calls.queries import call_by_slug, current_version, definition_of
from portal.calls.wording import plain
from portal.core.actor import Actor
from portal.core.errors import NotFound
from portal.core.i18n import gettext as _
from portal.core.i18n import language as language_here


@dataclass(frozen=True)
class Added:
    """A person, and the link to set up the access; empty where that is done already."""

    user: User
    link: str


@dataclass(frozen=True)
class Wish:
    """What somebody shall be: administrator, or a role (and function) in a call, or both."""

    admin: bool = False
    call_slug: str = ""
    role: Role | None = None
    function: Function | None = None


def add_user(email: str, wish: Wish, *, by: Actor, name: str = "", language: str = "de") -> Added:
    """Add a person or give one more role to a known one, and mail the invitation.

    The caller commits. Raises `DomainError` for an address that is none, `NotFound` for a call.
    """
    call = call_by_slug(wish.call_slug) if wish.call_slug else None
    user = queries.by_email(email) or usecases.get_or_add(
        email, by=by, name=name, language=language
    )
    if wish.admin:
        usecases.set_admin(user, admin=True, by=by)
    if call and wish.role:
        give(user, call, wish.role, by=by, function=wish.function)
    invitation = usecases.invite(user, by=by, place=_place(call, wish))
    return Added(user, links.address_of(invitation) if invitation else "")


def reset_factor(email: str, *, by: Actor) -> Added:
    """Take a lost second factor away and mail the link for a new one; raise `NotFound`."""
    user = queries.by_email(email)
    if user is None:
        raise NotFound(_("Nobody has this e-mail address."))
    return Added(user, links.address_of(usecases.reset_factor(user, by=by)))


def takes_mailed_code(user: User) -> bool:
    """Return whether a mailed code is second factor enough for all that `user` may do.

    So it is for jurors of calls that say so, and for nobody with another role beside it.
    """
    held = roles_of(user)
    return (
        bool(held)
        and not user.admin
        and all(one.role is Role.JUROR and _allows_mail(one.call) for one in held)
    )


def _allows_mail(call: Call) -> bool:
    return definition_of(call.newest_version_id).jury.second_factor_by_mail


def _place(call: Call | None, wish: Wish) -> Place:
    if call is None or wish.role is None:
        admin = Place(letters.portal_itself, lambda: _("administrator"))
        return admin if wish.admin else letters.PORTAL
    role, function = wish.role, wish.function
    if role is Role.JUROR:
        function = function or Function.MEMBER
    definition = definition_of(current_version(call).id)
    return Place(
        title=lambda: plain(definition.title, language_here()).replace("\u00ad", ""),
        role=lambda: role_name(role, function),
        from_name=plain(definition.prize.organiser, "de"),
    )
