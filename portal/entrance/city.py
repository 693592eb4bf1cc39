"""Signing in with the city's account, and proving oneself again with it.

The way back arrives by GET, which changes nothing: its page sends on what it got by itself where
scripts run, else by its button.
"""

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue

from portal.accounts import arrivals, oidc, queries, sessions
from portal.accounts.models import Level
from portal.accounts.oidc import Errand, Told
from portal.accounts.provider import ProviderError
from portal.calls.memberships import idle_of
from portal.core.db import db, transaction
from portal.core.i18n import gettext as _
from portal.entrance.signin import mail_at_once, sign_in_page, target_of
from portal.web import staff
from portal.web.doors import public
from portal.web.frame import hide_address
from portal.web.languages import is_local
from portal.web.limits import brake

bp = Blueprint("city", __name__)
TRIES_PER_HOUR = 300  # per network: a whole town hall may share one address
STEPS = {Level.PASSWORD: "signin.code", Level.SETUP: "invitation.welcome"}


def _cookie_name() -> str:
    return "errand" if current_app.extensions["settings"].insecure_cookies else "__Host-errand"


@bp.before_request
def only_where_there_is_one() -> None:
    """Hide these pages where no provider is set."""
    if not oidc.available():
        abort(404)


@bp.get("/sign-in/city")
@public
def begin() -> ResponseReturnValue:
    """Go to the provider; the browser keeps what the way back has to fit."""
    wish = request.args.get("next", "")
    errand = oidc.begin(again="again" in request.args, page=wish if is_local(wish) else "")
    try:
        answer = make_response(redirect(oidc.address(errand), 303))
    except ProviderError:
        current_app.logger.exception("the identity provider does not answer")
        return _failed(_("The other sign-in does not answer now. Try again later, or sign in "
                         "here."))  # fmt: skip
    secure = not current_app.extensions["settings"].insecure_cookies
    answer.set_cookie(_cookie_name(), errand.word, max_age=oidc.LASTS.seconds, secure=secure,
                      httponly=True, samesite="Lax")  # fmt: skip
    return answer


@bp.get(oidc.PATH)
@public
def back() -> ResponseReturnValue:
    """Take what the provider sent along, and hand it on."""
    hide_address()
    if not request.args.get("code"):
        return _failed(_("You are not signed in yet: it was stopped on the other page. Try again."))
    told = {name: request.args.get(name, "") for name in ("code", "state", "iss")}
    return render_template("entrance/city.html", told=told)


@bp.post(oidc.PATH)
@public
def enter() -> ResponseReturnValue:
    """Redeem what the provider gave, and let in whom we know."""
    hide_address()
    brake("provider", TRIES_PER_HOUR, closed=True)
    errand = oidc.errand_of(request.cookies.get(_cookie_name(), ""))
    state, issuer = request.form.get("state", ""), request.form.get("iss", "")
    if errand is None or not oidc.fits(errand, state, issuer):
        return _refused("state")
    db.session.rollback()  # the provider takes its time; nobody has to wait for us meanwhile
    try:
        told = oidc.redeem(errand, request.form.get("code", ""))
    except ProviderError as error:
        return _refused(error.why)
    answer = _confirm(errand, told) if errand.again else _come_in(errand, told)
    return _without_errand(answer)


def _come_in(errand: Errand, told: Told) -> Response:
    with transaction():
        user = arrivals.find(told)
        came = arrivals.come_in(user, told, staff.browser(), idle_of(user)) if user else None
        if user is None or came is None:
            arrivals.refused("account", queries.by_email(told.email))
            return _failed(_no_account())
    level, word = came
    if level is Level.FULL:
        return staff.hand_over(make_response(redirect(target_of(user, errand.next), 303)), word)
    if level is Level.PASSWORD:
        mail_at_once(word)
    step = url_for(STEPS[level], next=errand.next or None)
    return staff.hand_over(make_response(redirect(step, 303)), word)


def _confirm(errand: Errand, told: Told) -> Response:
    here = sessions.user_of(staff.cookie())
    if here is None:
        return make_response(redirect(url_for("signin.sign_in"), 303))
    with transaction():
        if not arrivals.confirm_again(here, told):
            arrivals.refused("again", here.user)
            return _failed(_("This was not proof enough. Sign in there with your own account and "
                             "both factors."))  # fmt: skip
    return make_response(redirect(target_of(here.user, errand.next), 303))


def _refused(why: str) -> Response:
    with transaction():
        arrivals.refused(why)
    return _without_errand(_failed(_("This did not work. Begin again from here.")))


def _no_account() -> str:
    return _("You have no access here with this account. Somebody who looks after the portal can "
             "invite you.")  # fmt: skip


def _failed(sentence: str) -> Response:
    return make_response(sign_in_page("", sentence))


def _without_errand(answer: Response) -> Response:
    """Take the errand from the browser: it is done, whatever came of it."""
    secure = not current_app.extensions["settings"].insecure_cookies
    answer.delete_cookie(_cookie_name(), secure=secure, httponly=True, samesite="Lax")
    return answer
