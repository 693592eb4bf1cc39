"""The headers of every answer, and the cookies' manners: set in one place, weakened nowhere."""

import gzip
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, request
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import URLSafeTimedSerializer
from werkzeug.middleware.proxy_fix import ProxyFix

from portal.settings import LOOPBACK, Settings

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'; object-src 'none'; manifest-src 'self'"
)
PERMISSIONS = ", ".join(
    f"{name}=()"
    for name in ("accelerometer", "browsing-topics", "camera", "display-capture", "geolocation",
                 "gyroscope", "microphone", "midi", "payment", "usb")
)  # fmt: skip
FIXED = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": PERMISSIONS,
    # Not `no-referrer`: with it browsers send `Origin: null`, and the check in csrf.py is blind.
    "Referrer-Policy": "same-origin",
}
# Of files that people handed in: no browser may run or frame anything of them.
SEALED = "default-src 'none'; sandbox"
HSTS = "max-age=63072000; includeSubDomains"
LEAST = 1400  # bytes; less fits into one packet anyway


def cacheable(seconds: int) -> None:
    """Say that this page is the same for everybody; without this nothing is stored anywhere."""
    g.cache_seconds = seconds


def seal() -> None:
    """Say that this answer is somebody's file and no page of ours."""
    g.is_sealed = True


def dress(response: Response) -> Response:
    """Put the headers on an answer (an `after_request` hook)."""
    response.headers.extend(FIXED)
    if g.get("is_sealed"):
        response.headers["Content-Security-Policy"] = SEALED
    if g.get("is_address_hidden"):
        response.headers["Referrer-Policy"] = "no-referrer"
    if current_app.extensions["settings"].production:
        response.headers["Strict-Transport-Security"] = HSTS
    if not g.get("is_asset"):
        _keep_or_not(response)
        _compress(response)
    return response


def _keep_or_not(response: Response) -> None:
    """Let nothing personal be stored; a page for everybody may be, as long as it sets no cookie."""
    seconds = g.get("cache_seconds", 0)
    if seconds and response.status_code == 200 and "Set-Cookie" not in response.headers:
        response.headers["Cache-Control"] = f"private, max-age={seconds}"
    else:
        response.headers["Cache-Control"] = "no-store"
    _vary(response, "Cookie, Accept-Language")


def _vary(response: Response, names: str) -> None:
    """Add names to `Vary`; Werkzeug's own way parses and writes it anew for each name."""
    there = response.headers.get("Vary")
    response.headers["Vary"] = f"{there}, {names}" if there else names


def _compress(response: Response) -> None:
    """Pack pages. Tokens on them are masked anew each time, so their size tells nothing."""
    if response.mimetype != "text/html" or response.direct_passthrough or response.is_streamed:
        return
    if "Content-Encoding" in response.headers or request.accept_encodings["gzip"] <= 0:
        return
    content = response.get_data()
    if len(content) >= LEAST:
        response.set_data(gzip.compress(content, 4, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
        _vary(response, "Accept-Encoding")


class Sessions(SecureCookieSessionInterface):
    """The session cookie of Flask, its signer made once instead of at each request."""

    signer: URLSafeTimedSerializer | None = None

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """Return what signs and reads the cookie; the key does not change while we run."""
        if self.signer is None:
            self.signer = super().get_signing_serializer(app)
        return self.signer


def hosts(settings: Settings) -> list[str]:
    """Return the names under which this installation may be called."""
    own = urlsplit(settings.origin).hostname or ""
    return [own] if settings.production else sorted({own, *LOOPBACK - {"::1"}, "[::1]"})


def init(app: Flask, settings: Settings) -> None:
    """Set headers, cookies, host names and the proxies that are believed."""
    secure = not settings.insecure_cookies
    app.config.update(
        TRUSTED_HOSTS=hosts(settings),
        PROVIDE_AUTOMATIC_OPTIONS=False,
        SESSION_COOKIE_NAME="__Host-session" if secure else "session",
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
    )
    app.session_interface = Sessions()
    if settings.trusted_proxies:
        near = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=near, x_proto=near, x_host=0)  # type: ignore[method-assign]
    app.after_request(dress)
