"""The order of a juror where the call asks for a ranking: up, down, send."""

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.applications.jury.judging import Juror, find, readable_by
from portal.core.db import transaction
from portal.core.errors import DomainError
from portal.core.i18n import gettext as _
from portal.core.i18n import ngettext
from portal.jury.frame import page
from portal.scoring.sheet import ordering, shelf
from portal.web.jury import juror_page

bp = Blueprint("order", __name__)
STEPS = {"up": -1, "down": 1, "place": 0}


def _ranks(juror: Juror) -> None:
    if juror.definition.jury.mode != "ranking" or not juror.votes:
        abort(404)


@bp.get("/<slug>/jury/order")
@juror_page
def show(juror: Juror) -> ResponseReturnValue:
    """Show the order with a button up and one down beside each application."""
    _ranks(juror)
    spots = shelf.spots(juror)
    lines = {line.spot.application.id: line for line in shelf.lines(juror, spots)}
    places = [(p, lines[p.application.id]) for p in ordering.order_of(juror)]
    return page(
        "jury/order.html",
        juror,
        places=places,
        placed=sum(p.rank is not None for p, _line in places),
        is_sent=any(p.sheet and p.sheet.is_sent for p, _line in places),
        is_writable=any(p.sheet is None or p.sheet.is_writable for p, _line in places),
        asked=sum(spot.state == "ask" for spot in spots),
    )


@bp.post("/<slug>/jury/order")
@juror_page
def change(juror: Juror) -> ResponseReturnValue:
    """Move one application, send the order, or take it back."""
    _ranks(juror)
    go = request.form.get("go", "")
    try:
        with transaction():
            _do(juror, go)
    except DomainError as fault:
        if not fault.message:
            raise
        flash(fault.message, "warning")
    anchor = f"a-{request.form.get('id', '')}" if go in STEPS else None
    return redirect(url_for(".show", slug=juror.call.slug, _anchor=anchor), 303)


def _do(juror: Juror, go: str) -> None:
    if go == "send":
        count = ordering.send_order(juror)
        flash(ngettext("Your order of one application is sent.",
                       "Your order of %(num)s applications is sent.", count))  # fmt: skip
    elif go == "take_back":
        ordering.take_back_order(juror)
        flash(_("Your order is back. It counts again when you send it."))
    elif go in STEPS:
        _move(juror, STEPS[go])
    else:
        abort(400)


def _move(juror: Juror, steps: int) -> None:
    try:
        application_id = UUID(request.form.get("id", ""))
    except ValueError:
        abort(404)
    application = find(readable_by(juror), application_id, for_change=True)
    if application is None:
        abort(404)
    ordering.move(juror, application, steps=steps)
