"""The page of a nominated person or group: what we hold, and a button to agree or object."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.applications.correspondence import nominees
from portal.applications.models import AccessKey
from portal.apply.access import framed, settings
from portal.apply.cookies import cookies_missing
from portal.core.clock import now
from portal.core.db import transaction
from portal.web.csrf import TokenMissing
from portal.web.doors import public
from portal.web.frame import hide_address
from portal.web.limits import brake

bp = Blueprint("nominee", __name__)
bp.register_error_handler(TokenMissing, cookies_missing)
ANSWERS = (nominees.YES, nominees.NO)


@bp.route("/<slug>/nominee/<token>", methods=["GET", "POST"])
@public
def show(slug: str, token: str) -> ResponseReturnValue:
    """Show the nomination; `?answer=` asks once more; only the button after that answers."""
    hide_address()
    _call, definition = framed(slug)
    key = _key(slug, token)
    if key is None:
        return render_template("apply/nominee_unknown.html", definition=definition), 404
    if request.method == "POST":
        return _answer(slug, token)
    wanted = request.args.get("answer")
    found = nominees.nomination(key.application)
    asks = wanted in ANSWERS and found.changeable
    return render_template(
        "apply/nominee_sure.html" if asks else "apply/nominee.html",
        definition=definition,
        nomination=found,
        application=key.application,
        agrees=wanted == nominees.YES,
    )


def _key(slug: str, token: str, *, for_change: bool = False) -> AccessKey | None:
    key = nominees.by_word(token, now(), for_change=for_change)
    return key if key is not None and key.application.call.slug == slug else None


def _answer(slug: str, token: str) -> ResponseReturnValue:
    brake("nominee", settings().links_per_hour * 3)
    with transaction():
        key = _key(slug, token, for_change=True)
        if key is not None and request.form.get("answer") in ANSWERS:
            agrees = request.form["answer"] == nominees.YES
            nominees.answer(key.application, agrees=agrees, at=now())
    return redirect(url_for("nominee.show", slug=slug, token=token), 303)
