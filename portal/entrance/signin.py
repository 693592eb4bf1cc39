"""Signing in in two steps, signing out, and asking for a new password."""

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue

from portal import jobs
from portal.accounts import (
    entering,
    mailedcodes,
    oidc,
    passkeys,
    passwords,
    queries,
    sessions,
    throttling,
    usecases,
)
from portal.accounts.entering import Terms
from portal.accounts.models import User
from portal.accounts.sessions import SignedIn
from portal.accounts.usecases import RESET
from portal.calls.memberships import idle_of
from portal.calls.people import takes_mailed_code
from portal.core.db import transaction
from portal.core.errors import TooManyRequests
from portal.core.i18n import gettext as _
from portal.web import staff
from portal.web.areas import landing
from portal.web.doors import public
from portal.web.languages import is_local
from portal.web.limits import brake, client_network

bp = Blueprint("signin", __name__)
LONGEST_EMAIL = 254
RESETS_PER_ADDRESS, RESETS_PER_NETWORK = 3, 20  # per hour
CODES_PER_HOUR = 6


def target(user: User) -> str:
    """Return where to go after signing in: a page of ours that was asked for, else to the work."""
    return target_of(user, request.values.get("next", ""))


def target_of(user: User, wish: str) -> str:
    """Return the page of ours that was wished for, else where the work of `user` lies."""
    return wish if is_local(wish) else landing(user)


@bp.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> ResponseReturnValue:
    """First step: address and password. A wrong address looks like a wrong password."""
    if request.method == "GET":
        return sign_in_page("")
    email = queries.folded(request.form.get("email", ""))[:LONGEST_EMAIL]
    try:
        word = _give_password(email, request.form.get("password", ""))
    except TooManyRequests as refusal:
        return sign_in_page(email, refusal)
    if not word:
        return sign_in_page(email, _("Address or password is wrong. Check both and try again."))
    mail_at_once(word)
    return staff.hand_over(_to("signin.code"), word)


def _give_password(email: str, password: str) -> str:
    """Return the word of a half-open session, empty if address or password is wrong."""
    with transaction():
        user = queries.by_email(email)
        known = user is not None and sessions.was_here(user, staff.coarse_network())
        throttling.count(email, client_network(), known=known)
    usable = user if user and user.active and user.ready else None
    if not passwords.matches(usable.password_hash if usable else "", password) or not usable:
        with transaction():
            entering.password_failed(user)
        return ""
    old = usable.password_hash
    new_hash = passwords.hashed(password) if passwords.is_outdated(old) else ""
    with transaction():
        return entering.password_passed(usable, staff.browser(), new_hash=new_hash)


def sign_in_page(email: str, fault: str | TooManyRequests = "") -> ResponseReturnValue:
    """Return the page of the first step, with what is wrong."""
    return _page("entrance/sign_in.html", "email", fault, email=email,
                 passkeys=passkeys.available(), city=city_name())  # fmt: skip


def city_name() -> str:
    """Return what the city's sign-in is called, empty where there is none."""
    name: str = current_app.extensions["settings"].oidc_name
    return name if oidc.available() else ""


def _page(
    template: str, field: str, fault: str | TooManyRequests, **values: object
) -> ResponseReturnValue:
    """Return a page of this way in, with what is wrong: 422, or 429 and when to come back."""
    sentence = fault.message if isinstance(fault, TooManyRequests) else fault
    errors = [(field, sentence)] if sentence else []
    answer = make_response(
        render_template(template, errors=errors, next=request.values.get("next", ""), **values)
    )
    if isinstance(fault, TooManyRequests):
        answer.status_code = 429
        answer.headers["Retry-After"] = str(fault.seconds)
    elif fault:
        answer.status_code = 422
    return answer


def _to(endpoint: str) -> Response:
    """Return the way to a step, which remembers the page that was asked for."""
    wish = request.values.get("next", "")
    address = url_for(endpoint, next=wish) if is_local(wish) else url_for(endpoint)
    return make_response(redirect(address, 303))


@bp.route("/sign-in/code", methods=["GET", "POST"])
@public
def code() -> ResponseReturnValue:
    """Second step: a code of the app, or one of the recovery codes."""
    half = sessions.half_of(staff.cookie())
    if half is None:
        return _to("signin.sign_in")
    if request.method == "GET":
        return _code_page(half)
    try:
        word = _give_code(half, request.form.get("code", ""))
    except TooManyRequests as refusal:
        return _code_page(half, refusal)
    if not word:
        wrong = _("This code is wrong or was used before. Wait for the next one and try again.")
        return _code_page(half, wrong)
    return staff.hand_over(make_response(redirect(target(half.user), 303)), word)


def _code_page(half: SignedIn, fault: str | TooManyRequests = "") -> ResponseReturnValue:
    return _page("entrance/code.html", "code", fault, only_mail=half.user.code_by_mail,
                 by_mail=takes_mailed_code(half.user), sent=half.session.code_sent_at)  # fmt: skip


@bp.post("/sign-in/code/mail")
@public
def mail_code() -> ResponseReturnValue:
    """Mail a code to whoever gave the password, if the calls of this person take one.

    Who had such codes and does other work by now gets a link to set up an app instead.
    """
    half = sessions.half_of(staff.cookie())
    if half is None:
        return _to("signin.sign_in")
    enough = takes_mailed_code(half.user)
    if not (enough or half.user.code_by_mail):
        abort(404)
    brake("code-mail", CODES_PER_HOUR, by=str(half.user.id), closed=True)
    with transaction():
        if enough:
            mailedcodes.send(half.session, half.user)
        else:
            usecases.send_factor_link(half.user)
    flash(_("An e-mail is on its way to you."))
    return _to("signin.code")


def mail_at_once(word: str) -> None:
    """Mail the code right away to somebody who has no app; too often, and only the button does."""
    half = sessions.half_of(word)
    if half is None or not (half.user.code_by_mail and takes_mailed_code(half.user)):
        return
    try:
        brake("code-mail", CODES_PER_HOUR, by=str(half.user.id), closed=True)
    except TooManyRequests:
        return
    with transaction():
        mailedcodes.send(half.session, half.user)


def _give_code(half: SignedIn, typed: str) -> str:
    """Return the word of a session that opens pages, empty if the code is wrong."""
    with transaction():
        throttling.count_code(half.user.email)
    with transaction():
        terms = Terms(idle_of(half.user), client_network(), by_mail=takes_mailed_code(half.user))
        return entering.sign_in(half, typed, staff.browser(), terms=terms)


@bp.post("/sign-out")
@public
def sign_out() -> ResponseReturnValue:
    """End the session of this browser, at whatever step it is."""
    found = (sessions.user_of, sessions.half_of, sessions.setup_of)
    with transaction():
        here = next(filter(None, (find(staff.cookie()) for find in found)), None)
        if here:
            entering.sign_out(here.session, here.user)
    return staff.take_away(make_response(redirect(url_for(".signed_out"), 303)))


@bp.get("/signed-out")
@public
def signed_out() -> ResponseReturnValue:
    """Say that the session is over."""
    return render_template("entrance/signed_out.html", city=city_name())


@bp.route("/password-reset", methods=["GET", "POST"])
@public
def password_reset() -> ResponseReturnValue:
    """Ask for a link to set a new password. The answer is the same with and without an account."""
    if request.method == "GET":
        return render_template("entrance/password_reset.html", errors=[], email="", asked=False)
    email = queries.folded(request.form.get("email", ""))[:LONGEST_EMAIL]
    if "@" not in email:
        fault = _("Give an e-mail address like name@example.org.")
        return _page("entrance/password_reset.html", "email", fault, email=email, asked=False)
    brake("reset", RESETS_PER_NETWORK, closed=True)
    try:
        brake("reset-to", RESETS_PER_ADDRESS, by=email, closed=True)
    except TooManyRequests:
        pass  # the same answer; only no further letter
    else:
        with transaction():
            jobs.enqueue(RESET, email=email)
    return render_template("entrance/password_reset.html", errors=[], email=email, asked=True)
