"""Doors for people with an account: by role in a call, for administrators, for the freshly sure."""

from collections.abc import Callable, Hashable
from functools import wraps
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import abort, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from portal.accounts.models import User
from portal.accounts.sessions import SignedIn
from portal.applications import queries as applications
from portal.applications.policy import POLICY, Action
from portal.calls.memberships import Membership, Role
from portal.calls.models import Call
from portal.web import languages
from portal.web.staff import roles_here, signed_in

View = Callable[..., ResponseReturnValue]
ADMIN = "admin"
STAFF = (Role.OFFICE, Role.READER)
READING = ("GET", "HEAD")


def open_to(*roles: str) -> Callable[[View], View]:
    """Open a page to people with one of `roles`: office, reader, juror, admin.

    Below `/<slug>/…` the view gets the call in place of the slug; `memberships()` tells the roles
    held in it. `admin` alone is for pages that belong to no call. Who is not signed in gets the
    sign-in page and comes back; who has none of the roles learns nothing: 404.
    """
    wanted = {str(role) for role in roles}
    if unknown := wanted - {ADMIN, *Role}:
        raise ValueError(f"no such role: {sorted(unknown)}")

    def door(view: View) -> View:
        @wraps(view)
        def enter(**address: Any) -> ResponseReturnValue:
            here = signed_in()
            if here is None:
                return to_sign_in()
            g.person = here.user
            if "slug" not in address:
                return view(**address) if _is_admin(here.user, wanted) else abort(404)
            return view(_entered(address.pop("slug"), *wanted), **address)

        enter.door = ",".join(sorted(wanted))  # type: ignore[attr-defined]
        return enter

    return door


def work_on(action: Hashable) -> Callable[[View], View]:
    """Open a page below `/<slug>/…/<uuid:application_id>` to staff who may do `action`.

    The view gets the application, locked where the request may change it. Who has no role in the
    call, or may not even see the application, learns nothing: 404. Who sees it but may not do this
    gets 403.
    """

    def door(view: View) -> View:
        @wraps(view)
        def enter(slug: str, application_id: UUID, **rest: Any) -> ResponseReturnValue:
            here = signed_in()
            if here is None:
                return to_sign_in()
            g.person = here.user
            call = _entered(slug, *STAFF)
            changes = request.method not in READING
            application = applications.in_call(call, application_id, for_change=changes)
            if application is None or not POLICY.allows(here.user, Action.SEE, application):
                abort(404)
            POLICY.require(here.user, action, application)
            return view(application, **rest)

        enter.door = f"staff:{action}"  # type: ignore[attr-defined]
        return enter

    return door


def _entered(slug: str, *roles: str) -> Call:
    """Return the call whose rooms the person may enter by one of `roles`; 404 without any."""
    g.memberships = _held(slug, *roles)
    if not g.memberships:
        abort(404)
    languages.enter_staff_room()
    call: Call = g.memberships[0].call
    return call


def _held(slug: str, *roles: str) -> list[Membership]:
    """Return the memberships of who is signed in that open pages of a call."""
    return [one for one in roles_here() if one.call.slug == slug and one.role in roles]


def _is_admin(user: User, wanted: set[str]) -> bool:
    return ADMIN in wanted and user.admin


def memberships() -> list[Membership]:
    """Return the memberships by which the person passed the door of this page."""
    held: list[Membership] = g.get("memberships", [])
    return held


def signed_in_only(view: View) -> View:
    """Open a page to whoever is signed in, whatever their roles: the own account, say."""

    @wraps(view)
    def enter(**address: Any) -> ResponseReturnValue:
        here = signed_in()
        if here is None:
            return to_sign_in()
        g.person = here.user
        return view(**address)

    enter.door = "signed in"  # type: ignore[attr-defined]
    return enter


def fresh(view: View) -> View:
    """Ask again for password and code if they were given more than ten minutes ago.

    Stands below a door (nearer to the view). What was typed is not carried over, so put it on the
    page with the form as well as on its answer: in practice on the one view of both.
    """

    @wraps(view)
    def enter(*args: Any, **address: Any) -> ResponseReturnValue:
        here = signed_in()
        if here is None:
            return to_sign_in()
        if not here.fresh:
            return redirect(f"{url_for('account.confirm')}?{_back()}", 303)
        return view(*args, **address)

    return enter


def to_sign_in() -> ResponseReturnValue:
    """Return the way to the sign-in page, and from there back to this one."""
    return redirect(f"{url_for('signin.sign_in')}?{_back()}", 303)


def _back() -> str:
    """Return the return address as a query: this page, or the page above an action."""
    if request.method in READING:
        query = request.query_string.decode()
        return urlencode({"next": request.path + (f"?{query}" if query else "")})
    path = request.path
    while path and not _can_be_read(path):
        path = path.rpartition("/")[0]
    return urlencode({"next": path or "/"})


def _can_be_read(path: str) -> bool:
    """Return whether `path` is a page of the same blueprint."""
    try:
        endpoint, _values = current_app.url_map.bind("").match(path, "GET")
    except HTTPException:
        return False
    return str(endpoint).rpartition(".")[0] == request.blueprint


def here() -> SignedIn:
    """Return who is signed in, behind a door that asks for it."""
    found = signed_in()
    if found is None:
        abort(403)
    return found
