"""Access for other tools of the city: tokens, one for each purpose, made and revoked here."""

import hashlib
import secrets
from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from portal import audit
from portal.accounts.models import User
from portal.applications.desk.export_models import ApiToken
from portal.calls.models import Call
from portal.core.clock import now
from portal.core.db import db, transaction
from portal.core.errors import NotFound
from portal.core.i18n import gettext as _
from portal.core.text import one_line
from portal.office.frame import page
from portal.web.rooms import fresh, here, open_to

bp = Blueprint("tokens", __name__)
WRONG = 422
READ, PERSONAL = "read:applications", "read:personal"
SCOPES = (READ, PERSONAL)
PREFIX = "preis_"  # tells a scanner of repositories what it found


def hash_of(word: str) -> str:
    """Return what is kept of a token. 256 random bits need no slow hash."""
    return hashlib.sha256(word.encode()).hexdigest()


def new_token(call: Call, name: str, *, personal: bool, by: User) -> tuple[ApiToken, str]:
    """Return a new token and its word, which is nowhere kept; in the caller's transaction."""
    word = PREFIX + secrets.token_urlsafe(32)
    scopes = SCOPES if personal else (READ,)
    token = ApiToken(call_id=call.id, name=name[:80], hash=hash_of(word), scopes=" ".join(scopes),
                     created_by_id=by.id)  # fmt: skip
    db.session.add(token)
    db.session.flush()
    audit.record(by, "token_make", token, call=call.slug, scopes=token.scopes)
    return token, word


@bp.route("/<slug>/office/exports/tokens", methods=["GET", "POST"])
@open_to("office")
@fresh
def show(call: Call) -> ResponseReturnValue:
    """List the tokens of the call; make a new one and show it once."""
    if request.method == "GET":
        return _page(call)
    name = one_line(request.form.get("name", ""))
    if not name:
        return _page(call, fault=_("Write what the access is for.")), WRONG
    with transaction():
        token, word = new_token(call, name, personal=bool(request.form.get("personal")),
                                by=here().user)  # fmt: skip
    return _page(call, token=token, word=word)


def _page(call: Call, *, fault: str = "", token: ApiToken | None = None, word: str = "") -> str:
    mine = select(ApiToken).where(ApiToken.call_id == call.id)
    tokens = list(db.session.scalars(mine.order_by(ApiToken.created_at.desc())))
    return page("office/tokens.html", call, tokens=tokens, made=token, word=word, fault=fault,
                errors=[("name", fault)] if fault else [], personal=PERSONAL,
                typed=request.form.get("name", "") if fault else "")  # fmt: skip


@bp.post("/<slug>/office/exports/tokens/<uuid:token_id>/revoke")
@open_to("office")
def revoke(call: Call, token_id: UUID) -> ResponseReturnValue:
    """End a token at once."""
    with transaction():
        token = db.session.get(ApiToken, token_id)
        if token is None or token.call_id != call.id:
            raise NotFound
        token.revoked_at = token.revoked_at or now()
        audit.record(here().user, "token_revoke", token, call=call.slug)
    flash(_("The access “%(name)s” has ended.", name=token.name))
    return redirect(url_for(".show", slug=call.slug), 303)
