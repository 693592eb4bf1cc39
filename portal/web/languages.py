"""Which language a person reads: `?l=` for one page, the cookie, the browser's wish, German."""

from collections.abc import Iterable
from functools import lru_cache
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote, urlsplit

import flask_babel
from babel import Locale
from flask import Flask, abort, current_app, g, has_request_context, redirect, request
from flask.typing import ResponseReturnValue
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from portal.core.i18n import BINDING, LANGUAGES, catalogue, format_number, language
from portal.core.text import UNWANTED
from portal.web.doors import public

AGE = 365 * 24 * 3600  # seconds
# Rooms of office and jury; half a page in Arabic and half in English would help nobody.
OF_STAFF = ("de", "en")
# Written down, since Babel would load its data of every language for it (a test compares them).
RIGHT_TO_LEFT = frozenset({"ar", "dv", "fa", "he", "ps", "ur"})


def cookie_name() -> str:
    """Return the name of the cookie that remembers the language."""
    return "language" if current_app.extensions["settings"].insecure_cookies else "__Host-language"


def offered() -> tuple[str, ...]:
    """Return the languages of this page: of the call, if there is one, else all of the portal."""
    codes: tuple[str, ...] = g.get("languages_offered", tuple(LANGUAGES))
    return codes


def offer(codes: Iterable[str]) -> None:
    """Offer only these languages on this page (those of them that the room speaks)."""
    spoken = g.get("languages_spoken", LANGUAGES)
    g.languages_offered = tuple(code for code in codes if code in spoken) or (BINDING,)
    # What Flask-Babel would do at the next word, in half as many steps.
    g._flask_babel = SimpleNamespace(babel_locale=_locale(select_locale()))  # noqa: SLF001


@lru_cache(maxsize=16)
def _locale(code: str) -> Locale:
    return Locale.parse(code)


def enter_staff_room() -> None:
    """Speak on this page only what the rooms of office and jury speak, whatever else is wished."""
    g.languages_spoken = OF_STAFF
    offer(OF_STAFF)


def select_locale() -> str:
    """Return the code of the language for this request, German outside of any (for Flask-Babel)."""
    if not has_request_context():
        return BINDING
    codes = offered()
    for wish in (request.args.get("l"), request.cookies.get(cookie_name())):
        if wish in codes:
            return str(wish)
    return _browser(request.environ.get("HTTP_ACCEPT_LANGUAGE", ""), codes)


@lru_cache(maxsize=1024)
def _browser(wishes: str, codes: tuple[str, ...]) -> str:
    """Return the first wish that is offered, for example `ar` for `ar-SY`; else German."""
    for wish, _quality in parse_accept_header(wishes, LanguageAccept):
        code = wish.split("-")[0].lower()
        if code in codes:
            return code
    return BINDING


def is_local(target: str) -> bool:
    r"""Return whether `target` is a path on this site and nothing else, judged by its parts.

    >>> is_local("/a?b=c"), is_local("//evil.example"), is_local("/\\evil.example")
    (True, False, False)
    """
    if not target.startswith("/") or target.startswith(("//", "/\\")):
        return False
    if "\\" in target or UNWANTED.search(target) or any(c in target for c in "\t\n\r"):
        return False
    parts = urlsplit(target)
    return not parts.scheme and not parts.netloc


def switch_href(code: str) -> str:
    """Return the link to this page in another language; a secret address stays out of it."""
    if g.get("is_address_hidden"):
        return f"?l={code}"
    args = [(key, value) for key, value in request.args.items(multi=True) if key != "l"]
    query = "&".join(f"{quote(key)}={quote(value)}" for key, value in args)
    here = quote(request.path) if request.method in ("GET", "HEAD") else "/"
    return f"/language/{code}?next={quote(here + ('?' + query if query else ''), safe='/')}"


def direction_of(code: str) -> str:
    """Return `ltr` or `rtl`."""
    return "rtl" if code in RIGHT_TO_LEFT else "ltr"


@public
def choose_language(code: str) -> ResponseReturnValue:
    """Remember a language in a cookie and go back. Nothing but the cookie changes."""
    if code not in LANGUAGES:
        abort(404)
    target = request.args.get("next", "/")
    answer = redirect(target if is_local(target) else "/", 303)
    secure = not current_app.extensions["settings"].insecure_cookies
    answer.set_cookie(
        cookie_name(), code, max_age=AGE, secure=secure, httponly=True, samesite="Lax"
    )
    return answer


def _gettext(text: str) -> str:
    return catalogue(language()).gettext(text)


@pass_eval_context
def _say(context: EvalContext, text: str, **values: Any) -> str:
    """Return a text in templates (`_`); one without values is safe HTML and kept."""
    if not context.autoescape:
        return _gettext(text) % values
    return Markup(_gettext(text)) % values if values else _kept(text, language())  # noqa: S704


@lru_cache(maxsize=4096)
def _kept(text: str, code: str) -> Markup:
    return Markup(catalogue(code).gettext(text)) % {}  # noqa: S704  (our own words)


def _ngettext(one: str, many: str, num: int) -> str:
    """Return the plural form with the number as the language writes it: `1.000` in German."""
    said: str = catalogue(language()).ngettext(one, many, num)
    return said.replace("%(num)s", format_number(num))


def init(app: Flask) -> None:
    """Give the application its languages."""
    flask_babel.Babel(app, locale_selector=select_locale)
    app.jinja_env.install_gettext_callables(_gettext, _ngettext, newstyle=True)  # type: ignore[attr-defined]
    app.jinja_env.globals["_"] = _say
    app.add_url_rule("/language/<code>", "language", choose_language, methods=["GET"])
