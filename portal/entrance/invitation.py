"""What a mailed link opens: setting up an access, a new password, a new address, a new factor.

Reading the page of a link changes nothing, since mail scanners read it too; its button does.
"""

from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue

from portal.accounts import entering, factors, links, passwords, sessions, throttling, usecases
from portal.accounts.models import Invitation, Purpose, User
from portal.accounts.sessions import SignedIn
from portal.calls.memberships import idle_of
from portal.calls.people import takes_mailed_code
from portal.core.db import db, transaction
from portal.core.errors import NotFound, TooManyRequests
from portal.core.i18n import gettext as _
from portal.core.text import one_line
from portal.entrance.picture import qr_code
from portal.web import staff
from portal.web.areas import landing
from portal.web.doors import public
from portal.web.frame import hide_address
from portal.web.limits import brake, client_network

bp = Blueprint("invitation", __name__)
WRONG, GONE = 422, 410


@bp.get("/invitation/<word>")
@public
def invitation(word: str) -> ResponseReturnValue:
    """Show what the link is for, with a button; a dead one offers a new one."""
    hide_address()
    return _page_of(_found(word))


def _found(word: str, *, for_change: bool = False) -> Invitation:
    found = links.find(word, for_change=for_change)
    if found is None:
        raise NotFound
    return found


def _page_of(found: Invitation, *, sent: bool = False) -> ResponseReturnValue:
    alive = links.is_alive(found)
    renewable = found.purpose in (Purpose.INVITE, Purpose.FACTOR_RESET) and not found.user.ready
    page = render_template(
        "entrance/invitation.html",
        purpose=found.purpose.value,
        alive=alive,
        renewable=renewable,
        sent=sent,
    )
    return page, 200 if alive or sent else GONE


@bp.post("/invitation/<word>")
@public
def open_invitation(word: str) -> ResponseReturnValue:
    """Use the link up, and go on where no key stands in the address."""
    hide_address()
    with transaction():
        found = _found(word, for_change=True)
        if not links.is_alive(found):
            return _page_of(found)
        if found.purpose is Purpose.EMAIL_CHANGE:
            usecases.change_email(found)
            return redirect(url_for("account.email_changed"), 303)
        new = entering.open_link(found, staff.browser())
    return staff.hand_over(make_response(redirect(url_for(".welcome"), 303)), new)


@bp.post("/invitation/<word>/again")
@public
def send_again(word: str) -> ResponseReturnValue:
    """Mail a new link to the address of a dead one, without showing it."""
    hide_address()
    found = _found(word)
    brake("invitation", 3, by=str(found.user_id), closed=True)
    with transaction():
        found = _found(word, for_change=True)
        if not links.is_alive(found):
            usecases.send_link_again(found)
    return _page_of(found, sent=True)


def _setup() -> tuple[SignedIn, Purpose]:
    """Return who came by a link to this browser, and what the link was for; else 404."""
    here = sessions.setup_of(staff.cookie())
    found = db.session.get(Invitation, here.session.invitation_id) if here else None
    if here is None or found is None:
        abort(404)
    return here, found.purpose


@bp.route("/welcome", methods=["GET", "POST"])
@public
def welcome() -> ResponseReturnValue:
    """Set name and password, only a new password, or give the present one: as the link says."""
    here, purpose = _setup()
    if request.method == "GET":
        return _welcome_page(here, purpose, {})
    password = request.form.get("password", "")
    if purpose is Purpose.FACTOR_RESET:
        return _prove_password(here, password)
    name = one_line(request.form.get("name", ""))[:200] or here.user.name
    faults = _faults(here, name, password)
    if faults:
        return _welcome_page(here, purpose, faults, name)
    db.session.commit()  # hashing takes its time; nobody has to wait for us meanwhile
    return _take_password(here, purpose, name, passwords.hashed(password))


def _faults(here: SignedIn, name: str, password: str) -> dict[str, str]:
    faults = {} if name else {"name": _("Tell us your name.")}
    fault = passwords.fault_of(password, email=here.user.email, name=name)
    return faults | ({"password": fault} if fault else {})


def _welcome_page(
    here: SignedIn, purpose: Purpose, faults: dict[str, str], name: str = ""
) -> ResponseReturnValue:
    page = render_template(
        "entrance/welcome.html",
        errors=list(faults.items()),
        faults=faults,
        purpose=purpose.value,
        name=name or here.user.name,
        email=here.user.email,
    )
    return page, WRONG if faults else 200


def _take_password(
    here: SignedIn, purpose: Purpose, name: str, password_hash: str
) -> ResponseReturnValue:
    with transaction():
        if purpose is Purpose.RESET:
            entering.change_password(here.user, password_hash)
        else:
            entering.set_up_password(here.user, name=name, password_hash=password_hash)
    if purpose is Purpose.INVITE:
        return redirect(url_for(".factor"), 303)
    flash(_("Your new password is set. Sign in with it and with your second factor."))
    return staff.take_away(make_response(redirect(url_for("signin.sign_in"), 303)))


def _prove_password(here: SignedIn, password: str) -> ResponseReturnValue:
    """Let somebody go on to a new factor who knows the password."""
    try:
        with transaction():
            throttling.count(here.user.email, client_network(), known=True)
    except TooManyRequests as refusal:
        return _welcome_page(here, Purpose.FACTOR_RESET, {"password": refusal.message})
    if not passwords.matches(here.user.password_hash, password):
        with transaction():
            entering.password_failed(here.user)
        wrong = {"password": _("This password is wrong. Try again.")}
        return _welcome_page(here, Purpose.FACTOR_RESET, wrong)
    with transaction():
        entering.begin_factor(here.user)
    return redirect(url_for(".factor"), 303)


@bp.route("/welcome/factor", methods=["GET", "POST"])
@public
def factor() -> ResponseReturnValue:
    """Show the QR code of the second factor; take it into use with its first code."""
    here, _purpose = _setup()
    if not here.user.totp_pending:
        return redirect(url_for(".welcome"), 303)
    by_mail = takes_mailed_code(here.user)
    if request.method == "GET":
        return factor_page(here.user, by_mail=by_mail)
    done: tuple[str, list[str]] | None
    with transaction():
        if by_mail and "mail" in request.form:
            done = entering.finish_setup_by_mail(here, staff.browser(), idle_of(here.user))
        else:
            done = entering.finish_setup(
                here, request.form.get("code", ""), staff.browser(), idle_of(here.user)
            )
    if done is None:
        return factor_page(here.user, wrong=True, by_mail=by_mail)
    word, codes = done
    return staff.hand_over(codes_page(codes, onward=landing(here.user)), word)


def factor_page(user: User, *, wrong: bool = False, by_mail: bool = False) -> ResponseReturnValue:
    """Return the page that enrols a second factor. by_mail: it may be a mailed code as well."""
    fault = _("This code does not fit. Check the time of your device and type the present code.")
    seed = factors.seed_of_pending(user)
    page = render_template(
        "entrance/factor.html",
        errors=[("code", fault)] if wrong else [],
        picture=qr_code(factors.address_of_pending(user)),
        seed=" ".join(seed[i : i + 4] for i in range(0, len(seed), 4)),
        by_mail=by_mail,
    )
    return page, WRONG if wrong else 200


def codes_page(codes: list[str], onward: str = "") -> Response:
    """Return the page that shows recovery codes, the only time; it leads to `onward`."""
    to = onward or url_for("account.show")
    return make_response(render_template("entrance/recovery_codes.html", codes=codes, onward=to))
