"""The page behind a mailed link: one button, so that scanners that follow links change nothing."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.applications import access, keys
from portal.applications.models import AccessKey, Purpose
from portal.applications.queries import held_by
from portal.apply.access import address_of, framed, may_write_to, settings
from portal.apply.cookies import cookies_missing
from portal.core.clock import now
from portal.core.db import transaction
from portal.web import device
from portal.web.csrf import TokenMissing
from portal.web.doors import public
from portal.web.frame import hide_address
from portal.web.languages import offered
from portal.web.limits import brake

bp = Blueprint("opening", __name__)
bp.register_error_handler(TokenMissing, cookies_missing)
OPENS = (Purpose.LINK, Purpose.HANDOVER)


@bp.route("/<slug>/open/<token>", methods=["GET", "POST"])
@public
def show(slug: str, token: str) -> ResponseReturnValue:
    """Show one button for a living link; say what to do about a dead or damaged one."""
    hide_address()
    _call, definition = framed(slug)
    key = _key(slug, token)
    if key is None:
        return render_template("apply/link_unknown.html", definition=definition), 404
    if request.method == "POST":
        return _again(slug, token) if request.form.get("again") else _open(slug, token)
    if not keys.is_alive(key, now()):
        page = render_template(
            "apply/link_dead.html",
            definition=definition,
            mailed=bool(key.email),
            held=held_by(device.key_hash(), key.application_id),
        )
        return page, 410
    return render_template("apply/link.html", definition=definition)


def _key(slug: str, token: str, *, for_change: bool = False) -> AccessKey | None:
    """Return the key of this link, dead or alive, if it opens an application of this call."""
    key = keys.find_link(token, for_change=for_change)
    if key is None or key.purpose not in OPENS or key.application.call.slug != slug:
        return None
    return key


def _open(slug: str, token: str) -> ResponseReturnValue:
    """Use the link up. A second click in the same browser arrives as well."""
    brake("open", settings().links_per_hour * 10)
    with transaction():
        key = _key(slug, token, for_change=True)
        alive = key is not None and keys.is_alive(key, now())
        browser = device.ensure() if alive else device.key_hash()
        opened = keys.open_link(key, browser, now()) if key and alive else None
        application = opened or (held_by(browser, key.application_id) if key else None)
    if application is None:
        return redirect(url_for("opening.show", slug=slug, token=token), 303)
    return redirect(_in_language(address_of(application)), 303)


def _in_language(target: str) -> str:
    """Return the way to `target`; the language chosen on this page by `?l=` is remembered."""
    wish = request.args.get("l")
    return url_for("language", code=wish, next=target) if wish in offered() else target


def _again(slug: str, token: str) -> ResponseReturnValue:
    """Mail a new link to the address of the dead one, without showing it."""
    brake("links", settings().links_per_hour)
    key = _key(slug, token)
    if key is not None and key.email and may_write_to(key.email):
        with transaction():
            fresh = _key(slug, token, for_change=True)
            if fresh is not None:
                access.send_link_again(fresh)
    return redirect(url_for("access.sent", slug=slug), 303)
