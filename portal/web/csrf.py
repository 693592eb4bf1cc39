"""Only our own pages may send something: the origin is checked, and a token that never expires.

The token is bound to a random cookie of this browser, which lives for 400 days, and to nothing
else: it survives the end of a session. It is masked anew on each page, so that compression tells
nothing about it. If the cookie is lost, what was typed comes back on a page with a fresh token.
"""

import base64
import hashlib
import hmac
import secrets
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, request
from markupsafe import Markup
from werkzeug.exceptions import BadRequest
from werkzeug.exceptions import Forbidden as ForbiddenPage

from portal.settings import LOOPBACK

AGE = 400 * 24 * 3600  # seconds; browsers keep no cookie longer
SAFE = {"GET", "HEAD", "OPTIONS"}
SIZE = 32  # bytes
LENGTH = 43  # letters of so many bytes in base 64


class TokenMissing(BadRequest):
    """The token is absent or belongs to another cookie; what was typed can be rescued."""


class OtherOrigin(ForbiddenPage):
    """The request comes from another site; nothing of it is shown or kept."""


def cookie_name() -> str:
    """Return the name of the cookie that tokens are bound to."""
    return "form" if current_app.extensions["settings"].insecure_cookies else "__Host-form"


def csrf_token() -> str:
    """Return the token for the forms of this page (a Jinja global); sets the cookie if need be."""
    token: str | None = g.get("csrf_token")
    if token is None:
        token = g.csrf_token = _masked()
    return token


def _masked() -> str:
    if "csrf_key" not in g:
        key = request.cookies.get(cookie_name(), "")
        fresh = len(key) != LENGTH
        g.csrf_key, g.csrf_fresh = new_key() if fresh else key, fresh
    mask = secrets.token_bytes(SIZE)
    return base64.urlsafe_b64encode(mask + _mixed(mask, _proof(g.csrf_key))).decode()


def _mixed(one: bytes, other: bytes) -> bytes:
    """Return two values of `SIZE` bytes as one, bit by bit (exclusive or)."""
    return (int.from_bytes(one) ^ int.from_bytes(other)).to_bytes(SIZE)


def csrf_field() -> Markup:
    """Return the hidden field with the token, which is safe HTML by its alphabet (a global)."""
    return Markup(f'<input type="hidden" name="csrf_token" value="{csrf_token()}">')  # noqa: S704


def renew() -> None:
    """Bind to a new cookie from the next page on: after signing in and out."""
    g.csrf_key, g.csrf_fresh = new_key(), True
    g.pop("csrf_token", None)


def new_key() -> str:
    """Return a fresh random value for the cookie."""
    return secrets.token_urlsafe(SIZE)


def _proof(key: str) -> bytes:
    secret: bytes = current_app.extensions["settings"].secret
    return hmac.digest(secret, b"csrf:" + key.encode(), hashlib.sha256)


def token_is_right(token: str) -> bool:
    """Return whether `token` was made for the cookie of this browser."""
    key = request.cookies.get(cookie_name(), "")
    try:
        raw = base64.urlsafe_b64decode(token.encode())
    except ValueError:
        return False
    if not key or len(raw) != 2 * SIZE:
        return False
    return hmac.compare_digest(_mixed(raw[:SIZE], raw[SIZE:]), _proof(key))


def origin_is_ours() -> bool:
    """Return whether the browser says that one of our pages sent this.

    A client that says nothing at all is no browser of this decade; the token decides alone.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site not in (None, "same-origin", "none"):
        return False
    origin = request.headers.get("Origin")
    if origin is None:
        referer = request.headers.get("Referer")
        return referer is None or is_ours(referer)
    if origin == "null":  # from our pages that send no referrer; old browsers name no site
        return site in (None, "same-origin")
    return is_ours(origin)


def is_ours(url: str) -> bool:
    """Return whether an address belongs to this portal."""
    settings = current_app.extensions["settings"]
    try:
        told = urlsplit(url)
    except ValueError:
        return False
    if f"{told.scheme}://{told.netloc}" == settings.origin:
        return True
    return not settings.production and told.hostname in LOOPBACK and told.netloc == request.host


def check() -> None:
    """Refuse an unsafe request that is not from one of our pages (a `before_request` hook)."""
    if request.method in SAFE or request.routing_exception is not None:
        return
    if not origin_is_ours():
        raise OtherOrigin
    token = request.headers.get("X-CSRF-Token") or request.form.get("csrf_token", "")
    if not token_is_right(token):
        raise TokenMissing


def set_cookie(response: Response) -> Response:
    """Hand over a fresh cookie with the page that carries its first token."""
    if g.get("csrf_fresh"):
        secure = not current_app.extensions["settings"].insecure_cookies
        response.set_cookie(
            cookie_name(), g.csrf_key, max_age=AGE, secure=secure, httponly=True, samesite="Lax"
        )
    return response


def init(app: Flask) -> None:
    """Check each unsafe request; make token and field known to templates."""
    app.config["WTF_CSRF_ENABLED"] = False  # one mechanism for forms of every kind
    app.before_request(check)
    app.after_request(set_cookie)
    app.jinja_env.globals.update(csrf_token=csrf_token, csrf_field=csrf_field)
