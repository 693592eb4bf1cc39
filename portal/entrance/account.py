"""The own account: sessions, password, address, second factor; and proving oneself again."""

from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal import audit
from portal.accounts import (
    entering,
    factors,
    mailedcodes,
    oidc,
    passkeys,
    passwords,
    sessions,
    throttling,
    usecases,
)
from portal.accounts.sessions import SignedIn
from portal.calls.memberships import role_name, roles_of
from portal.calls.people import takes_mailed_code
from portal.core.db import db, transaction
from portal.core.errors import DomainError, TooManyRequests
from portal.core.i18n import gettext as _
from portal.entrance.invitation import WRONG, codes_page, factor_page
from portal.entrance.signin import CODES_PER_HOUR, city_name, target
from portal.web.doors import public
from portal.web.limits import brake, client_network
from portal.web.rooms import fresh, here, signed_in_only

bp = Blueprint("account", __name__)


@bp.get("/account")
@signed_in_only
def show() -> ResponseReturnValue:
    """Show who I am here, what I may do, and where I am signed in."""
    me = here()
    return render_template(
        "entrance/account.html",
        me=me,
        roles=[(m.call.slug, role_name(m.role, m.function)) for m in roles_of(me.user)],
        sessions=sessions.of_user(me.user),
        codes_left=factors.recovery_codes_left(me.user),
        passkeys=passkeys.of_user(me.user) if passkeys.available() else None,
    )


@bp.route("/account/confirm", methods=["GET", "POST"])
@signed_in_only
def confirm() -> ResponseReturnValue:
    """Ask for password and code once more before something that matters."""
    if request.method == "GET":
        return _confirm_form({})
    try:
        right = _prove(here(), request.form.get("password", ""), request.form.get("code", ""))
    except TooManyRequests as refusal:
        return _confirm_form({"password": refusal.message})
    if not right:
        return _confirm_form({"password": _("Password or code is wrong. Try again.")})
    return redirect(target(here().user), 303)


def _confirm_form(faults: dict[str, str]) -> ResponseReturnValue:
    city = city_name() if oidc.trusts_factors() else ""
    return _form("confirm", faults, city=city, by_mail=takes_mailed_code(here().user))


@bp.post("/account/confirm/mail")
@signed_in_only
def mail_code() -> ResponseReturnValue:
    """Mail a code for the page that asks once more, if the calls of this person take one."""
    me = here()
    if not takes_mailed_code(me.user):
        abort(404)
    brake("code-mail", CODES_PER_HOUR, by=str(me.user.id), closed=True)
    with transaction():
        mailedcodes.send(me.session, me.user)
    flash(_("An e-mail is on its way to you."))
    wish = request.form.get("next", "")
    return redirect(url_for(".confirm", next=wish) if wish else url_for(".confirm"), 303)


def _prove(me: SignedIn, password: str, code: str) -> bool:
    with transaction():
        throttling.count(me.user.email, client_network(), known=True)
        throttling.count_code(me.user.email)
    right = passwords.matches(me.user.password_hash, password)
    with transaction():
        if not right:
            entering.password_failed(me.user)
        elif right := entering.confirm_again(me, code, by_mail=takes_mailed_code(me.user)):
            throttling.clear(me.user.email, client_network())
    return right


def _form(name: str, faults: dict[str, str], **values: Any) -> ResponseReturnValue:
    page = render_template(
        f"entrance/{name}.html",
        errors=list(faults.items()),
        faults=faults,
        next=request.values.get("next", ""),
        **values,
    )
    return page, WRONG if faults else 200


@bp.route("/account/password", methods=["GET", "POST"])
@signed_in_only
@fresh
def password() -> ResponseReturnValue:
    """Change the password; all other sessions end."""
    me = here()
    if request.method == "GET":
        return _form("password", {}, email=me.user.email)
    new = request.form.get("password", "")
    if fault := passwords.fault_of(new, email=me.user.email, name=me.user.name):
        return _form("password", {"password": fault}, email=me.user.email)
    db.session.commit()  # hashing takes its time; nobody has to wait for us meanwhile
    password_hash = passwords.hashed(new)
    with transaction():
        entering.change_password(me.user, password_hash, keep=me.session)
    flash(_("Your password is changed. All other devices are signed out."))
    return redirect(url_for(".show"), 303)


@bp.route("/account/email", methods=["GET", "POST"])
@signed_in_only
@fresh
def email() -> ResponseReturnValue:
    """Ask for another address; a link mailed there makes it count."""
    me = here()
    typed = request.form.get("email", "")
    if request.method == "GET":
        return _form("email", {}, email="")
    try:
        with transaction():
            usecases.ask_email_change(me.user, typed)
    except DomainError as error:
        return _form("email", {"email": error.message}, email=typed)
    flash(_("If the address can be used, a letter is on its way there. "
            "Use the link in it within a day."))  # fmt: skip
    return redirect(url_for(".show"), 303)


@bp.get("/account/email-changed")
@public
def email_changed() -> ResponseReturnValue:
    """Say that the new address counts."""
    return render_template("entrance/email_changed.html")


@bp.route("/account/factor", methods=["GET", "POST"])
@signed_in_only
@fresh
def factor() -> ResponseReturnValue:
    """Put a new second factor in place of the present one."""
    me = here()
    if request.method == "POST" and "begin" in request.form:
        with transaction():
            entering.begin_factor(me.user)
        return redirect(url_for(".factor"), 303)
    if not me.user.totp_pending:
        return render_template("entrance/new_factor.html")
    if request.method == "GET":
        return factor_page(me.user)
    with transaction():
        codes = entering.change_factor(me, request.form.get("code", ""))
    return codes_page(codes) if codes else factor_page(me.user, wrong=True)


@bp.route("/account/recovery-codes", methods=["GET", "POST"])
@signed_in_only
@fresh
def recovery_codes() -> ResponseReturnValue:
    """Make new recovery codes and show them, the only time."""
    if request.method == "GET":
        return render_template("entrance/new_recovery_codes.html")
    with transaction():
        codes = entering.renew_recovery_codes(here().user)
    return codes_page(codes)


@bp.post("/account/sessions/<uuid:session_id>/end")
@signed_in_only
def end_session(session_id: UUID) -> ResponseReturnValue:
    """Sign out one of my devices; the ids of others do nothing."""
    me = here()
    with transaction():
        sessions.end(session_id, me.user)
        audit.record(me.user, "session_end", me.user)
    flash(_("The device is signed out."))
    return redirect(url_for(".show"), 303)


@bp.post("/account/sessions/end-others")
@signed_in_only
def end_other_sessions() -> ResponseReturnValue:
    """Sign out all of my devices but this one."""
    me = here()
    with transaction():
        sessions.end_all(me.user, but=me.session.id)
        audit.record(me.user, "session_end", me.user, all=True)
    flash(_("All other devices are signed out."))
    return redirect(url_for(".show"), 303)
