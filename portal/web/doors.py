"""Doors: who may enter a page. A view without one is closed to everybody (and fails a test)."""

from collections.abc import Callable, Hashable
from functools import wraps
from typing import Any, ParamSpec
from uuid import UUID

from flask import Flask, abort, g, request
from flask.typing import ResponseReturnValue

from portal.applications import queries
from portal.applications.models import Application
from portal.applications.policy import POLICY, Action
from portal.calls.memberships import Role
from portal.core.actor import Actor, Applicant, Visitor
from portal.web import device
from portal.web.staff import roles_here, signed_in

P = ParamSpec("P")
View = Callable[..., ResponseReturnValue]


def public(view: View) -> View:
    """Open to everyone."""
    view.door = "public"  # type: ignore[attr-defined]
    return view


def person() -> Actor:
    """Return who acts in this request."""
    actor: Actor = g.get("person") or Visitor()
    return actor


def open_for(action: Hashable) -> Callable[[View], View]:
    """Open a page below `/<slug>/…/<uuid:application_id>` to whom the policy lets do `action`.

    The view gets the application. Who holds no key to it learns nothing: 404, also where it
    does not exist; who sees it but may not do this gets 403.
    """

    def door(view: View) -> View:
        @wraps(view)
        def enter(slug: str, application_id: UUID, **rest: Any) -> ResponseReturnValue:
            application = _mine(slug, application_id)
            POLICY.require(person(), action, application)
            return view(application, **rest)

        enter.door = str(action)  # type: ignore[attr-defined]
        return enter

    return door


def _mine(slug: str, application_id: UUID) -> Application:
    """Return the application whose key this browser holds; 404 otherwise.

    The office holds no keys; it enters what came on paper into the same pages.
    """
    changes = request.method not in ("GET", "HEAD", "OPTIONS")
    application = queries.held_by(device.key_hash(), application_id, for_change=changes)
    if application is None:
        return _on_paper(slug, application_id, for_change=changes)
    if application.call.slug != slug:
        abort(404)
    g.person = Applicant(application.id)
    return application


def _on_paper(slug: str, application_id: UUID, *, for_change: bool) -> Application:
    """Return a draft that the signed-in office enters for somebody; 404 for everybody else."""
    here = signed_in()
    held = (one for one in roles_here() if one.call.slug == slug)
    office = next((one for one in held if one.role is Role.OFFICE), None)
    if here is None or office is None:
        abort(404)
    application = queries.in_call(office.call, application_id, for_change=for_change)
    if application is None or not POLICY.allows(here.user, Action.VIEW, application):
        abort(404)
    g.person = here.user
    return application


def enters_for_others() -> bool:
    """Return whether the office fills in this page for somebody (a Jinja global)."""
    return person().kind == "user"


def init(app: Flask) -> None:
    """Close every view without a door; hand keys to browsers."""
    app.after_request(device.hand_over)
    app.jinja_env.globals["enters_for_others"] = enters_for_others

    @app.before_request
    def closed_by_default() -> None:
        view = app.view_functions.get(request.endpoint or "")
        if view and not hasattr(view, "door") and request.endpoint != "static":
            abort(403)
