"""The binders of the jury for the office: made for all at once, and how far each is."""

from typing import Any

from flask import Blueprint, Response, abort, flash, jsonify, redirect, url_for
from flask.typing import ResponseReturnValue

from portal.applications.jury.judging import Juror, serving
from portal.calls.models import Call
from portal.core.db import transaction
from portal.core.errors import DomainError
from portal.core.i18n import gettext as _
from portal.core.i18n import ngettext
from portal.office.frame import page
from portal.scoring.binder import binders
from portal.scoring.binder.binders import Binder, BinderState, Standing
from portal.web.doors import person
from portal.web.rooms import open_to

bp = Blueprint("binders", __name__)


@bp.get("/<slug>/office/dossiers")
@open_to("office", "reader")
def show(call: Call) -> ResponseReturnValue:
    """Show the binder of each juror: ready, being made, outdated, failed."""
    made = binders.of_call(call)
    people = serving(call)
    rows = [(juror, made.get(juror.user.id)) for juror in people]
    compared = binders.standings(people, made)
    return page(
        "office/dossiers.html",
        call,
        area="jury.show",
        is_open=binders.is_open(call),
        rows=[(j, b, *_standing(b, compared.get(j.user.id))) for j, b in rows],
        counts={j.user.id: compared[j.user.id].wanted for j in people},
        waits=any(binder and binder.is_under_way for _juror, binder in rows),
    )


def _standing(binder: Binder | None, standing: Standing | None) -> tuple[str, str]:
    """Return a word and the shape before it."""
    if binder is None:
        return _("not made yet"), ""
    if binder.state is BinderState.READY and standing and not standing.is_current:
        return _("outdated"), "ask"
    return {
        BinderState.ORDERED: (_("waits for the worker"), ""),
        BinderState.RUNNING: (_("is being made"), "half"),
        BinderState.READY: (_("ready"), "done"),
        BinderState.FAILED: (_("failed"), "bad"),
        BinderState.GONE: (_("no longer there"), ""),
    }[binder.state]


@bp.post("/<slug>/office/dossiers")
@open_to("office")
def make(call: Call) -> ResponseReturnValue:
    """Order the binders that are missing or outdated, of every juror who may read something."""
    with transaction():
        ordered = sum(_ordered(juror) for juror in serving(call))
    if ordered:
        flash(ngettext("One binder is being made. Its juror gets a mail when it is ready.",
                       "%(num)s binders are being made. Each juror gets a mail when it is ready.",
                       ordered))  # fmt: skip
    else:
        flash(_("All binders are up to date, or there is nothing to read yet."))
    return redirect(url_for(".show", slug=call.slug), 303)


def _ordered(juror: Juror) -> bool:
    try:
        return binders.order(juror, by=person()).is_under_way
    except DomainError:
        return False


@bp.get("/<slug>/office/dossiers/<uuid:binder_id>/state")
@open_to("office", "reader")
def state(call: Call, binder_id: Any) -> Response:
    """Tell the script how far the worker is with one binder."""
    binder = next((b for b in binders.of_call(call).values() if b.id == binder_id), None)
    if binder is None:
        abort(404)
    return jsonify(state=binder.state.value, done=binder.done, total=binder.total)
