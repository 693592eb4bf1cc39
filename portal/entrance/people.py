"""People, for administrators: list, invite, roles in calls, disable, lost second factor."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.accounts import queries, usecases
from portal.accounts.models import User
from portal.calls import memberships
from portal.calls.memberships import Function, Membership, Role, role_name
from portal.calls.people import Wish, add_user
from portal.calls.queries import all_calls
from portal.core.db import transaction
from portal.core.errors import DomainError
from portal.core.i18n import LANGUAGES
from portal.core.i18n import gettext as _
from portal.core.text import one_line
from portal.web.rooms import ADMIN, fresh, here, open_to

bp = Blueprint("people", __name__)
WRONG = 422
SIZE = 50
# A role as one choice of a form: role, and function of a juror.
ROLES: dict[str, tuple[Role, Function | None]] = {
    "office": (Role.OFFICE, None),
    "reader": (Role.READER, None),
    **{f"juror.{function}": (Role.JUROR, function) for function in Function},
}


def states() -> dict[str, str]:
    """Return the states of an account that the list filters by, in words."""
    return {"ready": _("can sign in"), "invited": _("invited"), "disabled": _("disabled")}


def state_of(user: User) -> str:
    """Return the state of an account."""
    if not user.active:
        return "disabled"
    return "ready" if user.ready or user.provider_subject else "invited"


def role_options() -> list[tuple[str, str]]:
    """Return the roles as choices of a form."""
    return [(key, role_name(*role)) for key, role in ROLES.items()]


def words_of(membership: Membership) -> str:
    """Return a membership in words."""
    return f"{role_name(membership.role, membership.function)} · {membership.call.slug}"


@bp.get("/people")
@open_to(ADMIN)
def people() -> ResponseReturnValue:
    """Show everybody with an account, by search and filters."""
    q, state = request.args.get("q", ""), request.args.get("state", "")
    call, role = request.args.get("call", ""), request.args.get("role", "")
    found = queries.people(q)
    held = memberships.by_user(found)
    lines = [
        (user, state_of(user), held.get(user.id, []))
        for user in found
        if state in ("", state_of(user)) and _fits(user, held.get(user.id, []), call, role)
    ]
    page = _page(request.args.get("page", 1, type=int), len(lines))
    return render_template(
        "entrance/people.html", lines=lines[(page - 1) * SIZE : page * SIZE], total=len(lines),
        q=q, state=state, call=call, role=role, states=states(), words_of=words_of, page=page,
        pages=max(1, -(-len(lines) // SIZE)), calls=[c.slug for c in all_calls()],
        roles=[(r.value, role_name(r, Function.MEMBER if r is Role.JUROR else None)) for r in Role],
    )  # fmt: skip


def _page(wish: int, total: int) -> int:
    return min(max(1, wish), max(1, -(-total // SIZE)))


def _fits(user: User, held: list[Membership], call: str, role: str) -> bool:
    if role == ADMIN:
        return user.admin
    if not (call or role):
        return True
    return any(call in ("", m.call.slug) and role in ("", m.role) for m in held)


@bp.route("/people/invite", methods=["GET", "POST"])
@open_to(ADMIN)
@fresh
def invite() -> ResponseReturnValue:
    """Invite somebody by a mailed link."""
    values = {key: request.form.get(key, "") for key in ("email", "name", "call", "role", "admin")}
    values["language"] = request.form.get("language", "de")
    if request.method == "GET":
        return _invite_page(values, {})
    try:
        with transaction():
            added = add_user(values["email"], _wish(values), by=here().user,
                             name=one_line(values["name"]), language=_language(values))  # fmt: skip
    except DomainError as error:
        return _invite_page(values, {"email": error.message})
    flash(_("%(name)s is invited; the letter is on its way.", name=added.user.called)
          if added.link else _("%(name)s has the new role.", name=added.user.called))  # fmt: skip
    return redirect(url_for(".person", user_id=added.user.id), 303)


def _language(values: dict[str, str]) -> str:
    return values["language"] if values["language"] in LANGUAGES else "de"


def _wish(values: dict[str, str]) -> Wish:
    role, function = ROLES.get(values["role"], (None, None))
    return Wish(bool(values["admin"]), values["call"] if role else "", role, function)


def _invite_page(values: dict[str, str], faults: dict[str, str]) -> ResponseReturnValue:
    page = render_template(
        "entrance/invite.html", values=values, faults=faults, errors=list(faults.items()),
        roles=role_options(), calls=[(c.slug, c.slug) for c in all_calls()],
        languages=list(LANGUAGES.items()),
    )  # fmt: skip
    return page, WRONG if faults else 200


@bp.get("/people/<uuid:user_id>")
@open_to(ADMIN)
def person(user_id: UUID) -> ResponseReturnValue:
    """Show one person: state, roles, and what can be done."""
    user = queries.by_id(user_id)
    return render_template(
        "entrance/person.html", user=user, state=state_of(user), states=states(),
        held=memberships.roles_of(user), words_of=words_of, roles=role_options(),
        calls=[(c.slug, c.slug) for c in all_calls()], oneself=user.id == here().user.id,
    )  # fmt: skip


def _done(user_id: UUID, sentence: str) -> ResponseReturnValue:
    flash(sentence)
    return redirect(url_for(".person", user_id=user_id), 303)


@bp.post("/people/<uuid:user_id>/roles")
@open_to(ADMIN)
@fresh
def give_role(user_id: UUID) -> ResponseReturnValue:
    """Give a role in a call."""
    values: dict[str, Any] = {"admin": "", **request.form}
    wish = _wish({"call": "", "role": ""} | values)
    if not wish.role:
        raise DomainError(_("Choose a call and a role."))
    with transaction():
        add_user(queries.by_id(user_id, for_change=True).email, wish, by=here().user)
    return _done(user_id, _("The role is given."))


@bp.post("/people/<uuid:user_id>/roles/<uuid:membership_id>/take")
@open_to(ADMIN)
@fresh
def take_role(user_id: UUID, membership_id: UUID) -> ResponseReturnValue:
    """Take a role in a call away."""
    with transaction():
        memberships.take(membership_id, of=user_id, by=here().user)
    return _done(user_id, _("The role is taken away."))


@bp.post("/people/<uuid:user_id>/disable")
@open_to(ADMIN)
@fresh
def disable(user_id: UUID) -> ResponseReturnValue:
    """Close an account; its sessions end."""
    with transaction():
        usecases.disable(queries.by_id(user_id, for_change=True), by=here().user)
    return _done(user_id, _("The account is disabled; all its devices are signed out."))


@bp.post("/people/<uuid:user_id>/enable")
@open_to(ADMIN)
@fresh
def enable(user_id: UUID) -> ResponseReturnValue:
    """Open a closed account again."""
    with transaction():
        usecases.enable(queries.by_id(user_id, for_change=True), by=here().user)
    return _done(user_id, _("The account is enabled."))


@bp.post("/people/<uuid:user_id>/invite-again")
@open_to(ADMIN)
@fresh
def invite_again(user_id: UUID) -> ResponseReturnValue:
    """Mail a new invitation; older links die."""
    with transaction():
        usecases.invite(queries.by_id(user_id, for_change=True), by=here().user)
    return _done(user_id, _("A new invitation is on its way."))


@bp.post("/people/<uuid:user_id>/reset-factor")
@open_to(ADMIN)
@fresh
def reset_factor(user_id: UUID) -> ResponseReturnValue:
    """Take a lost second factor away, of somebody else only."""
    with transaction():
        usecases.reset_factor(queries.by_id(user_id, for_change=True), by=here().user)
    return _done(user_id, _("The second factor is taken away; a link for a new one is on its way."))


@bp.post("/people/<uuid:user_id>/admin")
@open_to(ADMIN)
@fresh
def admin(user_id: UUID) -> ResponseReturnValue:
    """Make somebody an administrator, or no longer one."""
    wish = request.form.get("admin") == "yes"
    with transaction():
        usecases.set_admin(queries.by_id(user_id, for_change=True), admin=wish, by=here().user)
    return _done(user_id, _("The rights of an administrator are given.") if wish
                 else _("The rights of an administrator are taken away."))  # fmt: skip
