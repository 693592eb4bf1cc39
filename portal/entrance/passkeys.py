"""Passkeys: signing in with one, adding and removing one; `js/passkeys.js` is the other half."""

from uuid import UUID

from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    jsonify,
    make_response,
    redirect,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue

from portal.accounts import passkeys
from portal.calls.memberships import idle_of
from portal.core.db import transaction
from portal.core.i18n import gettext as _
from portal.core.text import one_line
from portal.entrance.signin import target
from portal.web import staff
from portal.web.doors import public
from portal.web.limits import brake
from portal.web.rooms import fresh, here, signed_in_only

bp = Blueprint("passkeys", __name__)
TRIES_PER_HOUR = 120


def _answer() -> dict[str, object]:
    """Return the JSON that the browser's part sent; 400 if it is none, 404 without passkeys."""
    if not passkeys.available():
        abort(404)
    told = request.get_json(silent=True)
    if not isinstance(told, dict):
        abort(400)
    return told


def _json(text: str) -> Response:
    return Response(text, mimetype="application/json")


@bp.post("/sign-in/passkey/ask")
@public
def ask() -> ResponseReturnValue:
    """Give the browser a challenge to sign in with."""
    _answer()
    brake("passkey", TRIES_PER_HOUR, closed=True)
    with transaction():
        return _json(passkeys.ask())


@bp.post("/sign-in/passkey")
@public
def sign_in() -> ResponseReturnValue:
    """Sign somebody in whose device answered."""
    answer = _answer()
    brake("passkey", TRIES_PER_HOUR, closed=True)
    with transaction():
        user, word = passkeys.sign_in(answer, staff.browser(), idle_of)
    return staff.hand_over(make_response(jsonify(next=target(user))), word)


@bp.post("/account/passkeys/ask")
@signed_in_only
@fresh
def ask_new() -> ResponseReturnValue:
    """Give the browser a challenge for a new key."""
    _answer()
    with transaction():
        return _json(passkeys.ask_new(here().user))


@bp.post("/account/passkeys/add")
@signed_in_only
@fresh
def add() -> ResponseReturnValue:
    """Keep the new key of the person who is signed in."""
    answer = _answer()
    with transaction():
        passkeys.add(here().user, answer, one_line(staff.browser().agent))
    flash(_("The passkey is added. Next time sign in with it."))
    return jsonify(next=url_for("account.show"))


@bp.post("/account/passkeys/<uuid:passkey_id>/remove")
@signed_in_only
@fresh
def remove(passkey_id: UUID) -> ResponseReturnValue:
    """Forget a key; all other devices are signed out, since it may be a stolen one."""
    with transaction():
        passkeys.remove(here(), passkey_id)
    flash(_("The passkey is removed. All other devices are signed out."))
    return redirect(url_for("account.show"), 303)
