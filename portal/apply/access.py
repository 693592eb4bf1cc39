"""Beginning a draft, and finding the way back to one: by this browser, by a mailed link or code."""

from collections.abc import Sequence
from datetime import timedelta

from flask import (
    Blueprint,
    Response,
    current_app,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue

from portal.applications import access, keys
from portal.applications.deadline import Closed, NotOpenYet
from portal.applications.drafts import drafting
from portal.applications.models import Application
from portal.applications.queries import on_device
from portal.apply.cookies import cookies_missing
from portal.calls.definition import Definition
from portal.calls.models import Call
from portal.calls.moments import Phase, grace_ends, phase
from portal.calls.queries import call_by_slug, definition_of
from portal.core.clock import now
from portal.core.db import transaction
from portal.core.errors import TooManyRequests
from portal.core.i18n import gettext as _
from portal.core.i18n import language
from portal.core.text import one_line
from portal.mail import Mailbox
from portal.settings import Settings
from portal.web import device, kept
from portal.web.csrf import TokenMissing, csrf_token
from portal.web.doors import public
from portal.web.frame import show_call
from portal.web.limits import brake

bp = Blueprint("access", __name__)
bp.register_error_handler(TokenMissing, cookies_missing)
REFUSED = 422
pages = kept.Pages(most=40, seconds=600)  # of about 15 kB
TRAP = "homepage"  # a field that no person sees; programs fill it in


def settings() -> Settings:
    """Return the settings of this installation."""
    found: Settings = current_app.extensions["settings"]
    return found


def framed(slug: str) -> tuple[Call, Definition]:
    """Return the call and its newest definition; the page gets the call's frame."""
    call = call_by_slug(slug)
    definition = definition_of(call.newest_version_id)
    show_call(definition)
    return call, definition


def address_of(application: Application) -> str:
    """Return the address of an application's first page."""
    return url_for("apply.show", slug=application.call.slug, application_id=application.id)


@bp.route("/<slug>/start", methods=["GET", "POST"])
@public
def start(slug: str) -> ResponseReturnValue:
    """Say what a person needs to know before the first question; the button makes the draft."""
    call, definition = framed(slug)
    if request.method != "POST":
        return _start_page(call, definition)
    if request.form.get(TRAP):
        told = _("Press the button once more. A field that must stay empty was filled in.")
        return _start_page(call, definition, told), REFUSED
    brake("start", settings().starts_per_hour)
    try:
        with transaction():
            application = drafting.start(call, device=device.ensure(), locale=language(), at=now())
    except (Closed, NotOpenYet):
        return _start_page(call, definition), 409
    return redirect(address_of(application), 303)


def _start_page(call: Call, definition: Definition, told: str = "") -> str:
    """Return the page before the first question; kept where it is the same for everybody."""
    stage, held = phase(call, now()), on_device(device.key_hash(), call)
    if stage is not Phase.OPEN or held or told or request.args or kept.has_message():
        return _start_text(call, definition, held=held, told=told, token=csrf_token())
    return pages.text(
        (call.newest_version_id, call.closes_at, call.grace_minutes, language()),
        lambda: _start_text(call, definition, token=kept.gap("token")),
        token=csrf_token(),
    )


def _start_text(
    call: Call,
    definition: Definition,
    *,
    held: Sequence[Application] = (),
    told: str = "",
    token: str,
) -> str:
    stage = phase(call, now())
    return render_template(
        "apply/start.html" if stage is Phase.OPEN else "apply/not_open.html",
        call=call,
        definition=definition,
        errors=[("", told)] if told else [],
        is_before=stage is Phase.BEFORE,
        grace_ends=grace_ends(call),
        grace_lasts=stage is Phase.GRACE,
        days=settings().draft_days_after_closing,
        held=held,
        token=token,
    )


@bp.route("/<slug>/continue", methods=["GET", "POST"])
@public
def find(slug: str) -> ResponseReturnValue:
    """Ask for the e-mail address and mail the links; the answer is the same for every address."""
    call, definition = framed(slug)
    typed = one_line(request.form.get("email", "")).replace(" ", "")[:300]
    if request.method == "POST" and _is_address(typed):
        return _mail_links(call, typed)
    errors = []
    if request.method == "POST":
        errors = [("email", _("Enter your e-mail address, like name@example.org"))]
    page = render_template(
        "apply/continue.html",
        call=call,
        definition=definition,
        held=on_device(device.key_hash(), call),
        email=typed,
        errors=errors,
    )
    return (page, REFUSED) if errors else page


def _is_address(typed: str) -> bool:
    try:
        Mailbox(typed)
    except ValueError:
        return False
    return True


def _mail_links(call: Call, email: str) -> Response:
    brake("links", settings().links_per_hour)
    browser = device.ensure()
    if may_write_to(email):
        with transaction():
            access.ask_for_links(call, email, browser=browser, language=language())
    session["asked"] = email
    return redirect(url_for("access.code", slug=call.slug), 303)  # type: ignore[return-value]


def may_write_to(email: str) -> bool:
    """Count one mail to an address; return whether it may be sent. Nobody is told of a no."""
    try:
        brake("link", settings().links_per_address, by=email.lower())
    except TooManyRequests:
        return False
    return True


@bp.route("/<slug>/continue/code", methods=["GET", "POST"])
@public
def code(slug: str) -> ResponseReturnValue:
    """Take the six digits of the mail, in the browser that asked for them."""
    call, definition = framed(slug)
    errors = []
    if request.method == "POST":
        brake("code", settings().links_per_hour * settings().code_tries)
        with transaction():
            opened = keys.open_code(
                call, device.key_hash(), request.form.get("code", "")[:40], now()
            )
        if opened:
            session.pop("asked", None)
            return redirect(_first_or_list(opened, call), 303)
        errors = [
            (
                "code",
                _(
                    "The code does not fit or is too old. Check the six digits, or have"
                    " a new code sent."
                ),
            )
        ]
    page = render_template(
        "apply/code.html",
        call=call,
        definition=definition,
        email=session.get("asked", ""),
        minutes=settings().code_minutes,
        tries=settings().code_tries,
        errors=errors,
    )
    return (page, REFUSED) if errors else page


def _first_or_list(opened: list[Application], call: Call) -> str:
    one = len({application.id for application in opened}) == 1
    return address_of(opened[0]) if one else url_for("access.find", slug=call.slug)


@bp.get("/<slug>/continue/sent")
@public
def sent(slug: str) -> ResponseReturnValue:
    """Say that a new link is on its way, without saying where to."""
    _call, definition = framed(slug)
    return render_template("apply/link_sent.html", definition=definition, life=link_life())


def link_life() -> timedelta:
    """Return how long a mailed link lives."""
    return timedelta(hours=settings().link_hours)


@bp.route("/<slug>/leave", methods=["GET", "POST"])
@public
def leave(slug: str) -> ResponseReturnValue:
    """Ask first, then take every key from this browser and empty its local copies."""
    call, definition = framed(slug)
    if request.method != "POST":
        held = on_device(device.key_hash(), call)
        return render_template(
            "apply/leave.html",
            definition=definition,
            held=held,
            lost=[application for application in held if not application.owner_email],
        )
    with transaction():
        keys.forget_device(device.key_hash())
    device.forget()
    session.pop("asked", None)
    answer = make_response(redirect(url_for("access.left", slug=call.slug), 303))
    answer.headers["Clear-Site-Data"] = '"storage"'
    return answer


@bp.get("/<slug>/left")
@public
def left(slug: str) -> ResponseReturnValue:
    """Say that this browser knows nothing any more, and how to come back."""
    _call, definition = framed(slug)
    return render_template("apply/left.html", definition=definition)
