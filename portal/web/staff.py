"""The cookie of somebody who signs in, and who that is."""

import ipaddress
import re
from datetime import datetime

from flask import Flask, Response, current_app, g, request

from portal.accounts.sessions import Browser, SignedIn
from portal.calls.memberships import Membership, arriving
from portal.core.i18n import format_moment
from portal.web import csrf
from portal.web.limits import client_network
from portal.web.touch import touch

# What the owner of a session sees of a browser; the first that fits.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Firefox|FxiOS", "Firefox"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Chrom|CriOS", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (("Windows", "Windows"), ("Android", "Android"), ("iPhone|iPad", "iOS"),
           ("Mac OS", "macOS"), ("CrOS", "ChromeOS"), ("Linux", "Linux"))  # fmt: skip


def cookie_name() -> str:
    """Return the cookie's name; without `Secure` the prefix `__Host-` is not allowed."""
    return "staff" if current_app.extensions["settings"].insecure_cookies else "__Host-staff"


def cookie() -> str:
    """Return the word in the cookie of this request, empty without one."""
    return request.cookies.get(cookie_name(), "")


def signed_in() -> SignedIn | None:
    """Return who is signed in, all the way, in this request. Asks the database once."""
    if "signed_in" not in g:
        g.signed_in, g.roles_here = arriving(cookie())
        if g.signed_in:
            touch(g.signed_in.session)
    here: SignedIn | None = g.signed_in
    return here


def roles_here() -> list[Membership]:
    """Return all memberships of who is signed in."""
    signed_in()
    known: list[Membership] = g.roles_here
    return known


def hand_over(response: Response, word: str) -> Response:
    """Put the word of a new session into the cookie: always a new one, never one that was sent.

    The cookie lives as long as the browser; how long the session lives is told by its row.
    """
    secure = not current_app.extensions["settings"].insecure_cookies
    response.set_cookie(cookie_name(), word, secure=secure, httponly=True, samesite="Lax")
    csrf.renew()
    return response


def take_away(response: Response) -> Response:
    """Take the cookie from the browser, and whatever it kept of our pages."""
    secure = not current_app.extensions["settings"].insecure_cookies
    response.delete_cookie(cookie_name(), secure=secure, httponly=True, samesite="Lax")
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    csrf.renew()
    return response


def browser() -> Browser:
    """Return what is kept of this browser in its session: a short name, a coarse network."""
    return Browser(agent=agent_of(request.headers.get("User-Agent", "")), network=coarse_network())


def agent_of(header: str) -> str:
    """Return browser and system in two words.

    >>> agent_of("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")
    'Firefox, Linux'
    """
    found = [
        next((name for pattern, name in known if re.search(pattern, header)), "")
        for known in (BROWSERS, SYSTEMS)
    ]
    return ", ".join(part for part in found if part)


def coarse_network() -> str:
    """Return the client's network: /24 of IPv4, /48 of IPv6."""
    network = client_network()
    try:
        address = ipaddress.ip_interface(network).ip
    except ValueError:
        return ""
    return str(ipaddress.ip_network((address, 24 if address.version == 4 else 48), strict=False))


def brief(moment: datetime) -> str:
    """Return a moment short enough for a table (a Jinja filter)."""
    return format_moment(moment, "d. MMM y, HH:mm:ss")


def init(app: Flask) -> None:
    """Let templates know who is signed in."""
    app.jinja_env.filters["brief"] = brief
    app.jinja_env.globals["staff"] = signed_in
