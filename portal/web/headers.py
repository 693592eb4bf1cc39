"""The headers of every answer, and the cookies' manners: set in one place, weakened nowhere."""

import gzip
from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, g, request
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import URLSafeTimedSerializer
from werkzeug.datastructures import Headers
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
LEVEL = 3  # the next one takes twice the time for pages that are 5 % smaller


def cacheable(seconds: int) -> None:
    """Say that this page is the same for everybody; without this nothing is stored anywhere."""
    g.cache_seconds = seconds


def seal() -> None:
    """Say that this answer is somebody's file and no page of ours."""
    g.is_sealed = True


class Answer(Response):
    """An answer of Flask; one that is whole goes out as it is."""

    is_whole = False
    packed: Callable[[bytes], bytes] | None = None  # packs the content faster than all of it anew

    def get_wsgi_headers(self, environ: Any) -> Headers:
        """Return the headers that go out. Werkzeug's own way copies and reads all of them."""
        return self.headers if self.is_whole else super().get_wsgi_headers(environ)


def dress(fixed: list[tuple[str, str]], response: Response) -> Response:
    """Put the headers on an answer (an `after_request` hook); `fixed` are the same for all.

    They are put into the list of headers itself: Werkzeug would look at each letter of each of
    them, which costs every request a tenth.
    """
    here = vars(g._get_current_object())  # noqa: SLF001  once: the proxy asks anew at each dot
    there = {name.lower(): value for name, value in response.headers}
    fresh = [*fixed]
    if "is_asset" not in here:
        packed = _compress(response, there)
        fresh += _keeping(response, there, here.get("cache_seconds", 0), packed=packed)
    response.headers._list += fresh  # noqa: SLF001
    if "is_sealed" in here:
        response.headers["Content-Security-Policy"] = SEALED
    if "is_address_hidden" in here:
        response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _keeping(
    response: Response, there: dict[str, str], seconds: int, *, packed: bool
) -> list[tuple[str, str]]:
    """Return what tells browsers and caches whether to keep the answer.

    Nothing personal is stored; a page for everybody may be, as long as it sets no cookie.
    """
    for name in {"cache-control", "vary"} & there.keys():
        del response.headers[name]
    kept = seconds and response.status_code == 200 and "set-cookie" not in there
    vary = "Cookie, Accept-Language, Accept-Encoding" if packed else "Cookie, Accept-Language"
    return [
        ("Cache-Control", f"private, max-age={seconds}" if kept else "no-store"),
        ("Vary", f"{there['vary']}, {vary}" if "vary" in there else vary),
    ]


def _compress(response: Response, there: dict[str, str]) -> bool:
    """Pack a page and return whether it was one to pack.

    Tokens on pages are masked anew each time, so their size tells nothing.
    """
    if not there.get("content-type", "").startswith("text/html") or not _takes_gzip():
        return False
    if "content-encoding" in there or response.direct_passthrough or response.is_streamed:
        return False
    content = response.get_data()
    if len(content) < LEAST:
        return False
    packed = _packed(response, content)
    response.response = [packed]
    response.headers["Content-Length"] = str(len(packed))
    response.headers["Content-Encoding"] = "gzip"
    if isinstance(response, Answer):
        response.is_whole = response.status_code == 200
    return True


def _packed(response: Response, content: bytes) -> bytes:
    own = response.packed if isinstance(response, Answer) else None
    return own(content) if own else gzip.compress(content, LEVEL, mtime=0)


def _takes_gzip() -> bool:
    """Return whether the browser takes packed pages; the usual word for it is read at once."""
    wish = request.environ.get("HTTP_ACCEPT_ENCODING", "")
    return "gzip" in wish and (";" not in wish or request.accept_encodings["gzip"] > 0)


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
    app.response_class = Answer
    if settings.trusted_proxies:
        near = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=near, x_proto=near, x_host=0)  # type: ignore[method-assign]
    fixed = [
        *FIXED.items(),
        *([("Strict-Transport-Security", HSTS)] if settings.production else []),
    ]
    app.after_request(partial(dress, fixed))
