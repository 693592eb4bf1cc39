"""Actions on many applications: what will happen to which, then doing it, then the way back."""

from collections.abc import Sequence
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.applications.desk import bulks, finding
from portal.applications.desk.bulks import BULKS, LEAVE_OUT, Bulk, Plan, Wish
from portal.applications.desk.listing import parse
from portal.calls.models import Call
from portal.core.db import transaction
from portal.core.errors import DomainError
from portal.core.i18n import gettext as _
from portal.core.i18n import ngettext
from portal.core.text import one_line
from portal.office.cases import bulk_actions  # noqa: F401  (registers its actions)
from portal.office.frame import page
from portal.office.lists.caselist import definition_now, scope_of
from portal.web.rooms import here, open_to

bp = Blueprint("bulk", __name__)
WRONG = 422


@bp.post("/<slug>/office/bulk")
@open_to("office")
def preview(call: Call) -> ResponseReturnValue:
    """Show what the chosen action would do to which application, and ask what it needs."""
    bulk = BULKS.get(request.form.get("action", "")) or abort(404)
    if bulk.leads_to:
        return _to_its_page(call, bulk)
    ids = _chosen(call)
    if not ids:
        flash(_("Choose at least one application first."), "warning")
        return _back(call)
    return _preview(call, bulk, ids, {}, "")


def _to_its_page(call: Call, bulk: Bulk) -> ResponseReturnValue:
    if request.form.get("all") == "yes":
        query = [("of", "list"), *parse_qsl(request.form.get("query", ""))]
    else:
        query = [("id", one) for one in request.form.getlist("id")]
    return redirect(f"{url_for(bulk.leads_to, slug=call.slug)}?{urlencode(query)}", 303)


def _chosen(call: Call) -> list[UUID]:
    """Return the ids that were ticked, or those of the whole list."""
    if request.form.get("all") == "yes":
        definition = definition_now(call)
        filters = parse(_query(), definition)
        return finding.ids_of(scope_of(call, definition), filters)
    return [one for one in request.form.getlist("id", type=UUID) if one]


def _query() -> list[tuple[str, str]]:
    return parse_qsl(request.form.get("query", ""))


def _preview(
    call: Call, bulk: Bulk, ids: Sequence[UUID], wish: Wish, fault: str
) -> ResponseReturnValue:
    found = bulks.applications_of(call, ids)
    plan: Plan = bulks.plan(bulk, found, wish, here().user)
    shown = page(
        "office/bulk.html", call, area="caselist.show", bulk=bulk, plan=plan, wish=wish,
        fields=bulk.fields(call), query=request.form.get("query", ""), fault=fault,
        errors=[(bulk.fields(call)[0].name, fault)] if fault else [],
    )  # fmt: skip
    return shown, WRONG if fault else 200


@bp.post("/<slug>/office/bulk/run")
@open_to("office")
def run(call: Call) -> ResponseReturnValue:
    """Do it, and say what was done and what was left out."""
    bulk = BULKS.get(request.form.get("action", "")) or abort(404)
    asked = {LEAVE_OUT, *(one.name for one in bulk.fields(call))}
    wish = {key: one_line(value)[:200] for key, value in request.form.items() if key in asked}
    ids = [one for one in request.form.getlist("id", type=UUID) if one]
    if missing := _missing(call, bulk, wish):
        return _preview(call, bulk, ids, wish, missing)
    with transaction():
        done = bulks.do(bulk, call, ids, wish, here().user)
    return redirect(url_for(".result", slug=call.slug, run_id=done.run.id), 303)


def _missing(call: Call, bulk: Bulk, wish: Wish) -> str:
    for one in bulk.fields(call):
        value = wish.get(one.name, "")
        if one.required and not value:
            return _("Fill in: %(what)s", what=one.label)
        if one.options and value and value not in dict(one.options):
            return _("Choose one of the list: %(what)s", what=one.label)
    return ""


@bp.get("/<slug>/office/bulk/<uuid:run_id>")
@open_to("office")
def result(call: Call, run_id: UUID) -> ResponseReturnValue:
    """Show what a run did and what it left out, with the button that takes it back."""
    run = bulks.run_of(call, run_id, here().user)
    found, left = (
        bulks.applications_of(call, [UUID(key) for key in kept])
        for kept in (run.before, run.left_out)
    )
    return page(
        "office/bulk_result.html", call, area="caselist.show", run=run, found=found,
        left=[(one, run.left_out[str(one.id)]) for one in left],
        bulk=BULKS.get(run.name), can_undo=bulks.can_undo(run),
    )  # fmt: skip


@bp.post("/<slug>/office/bulk/<uuid:run_id>/undo")
@open_to("office")
def undo(call: Call, run_id: UUID) -> ResponseReturnValue:
    """Take a run back."""
    by = here().user
    with transaction():
        done_before = bulks.run_of(call, run_id, by)
        if not bulks.can_undo(done_before):
            raise DomainError(_("This can no longer be taken back."))
        done = bulks.undo(call, done_before, by)
    flash(ngettext("One application is as before.", "%(num)s applications are as before.",
                   done.changed))  # fmt: skip
    for application, why in done.refused[:5]:
        flash(f"{application.reference}: {why}", "warning")
    return _back(call)


def _back(call: Call) -> ResponseReturnValue:
    query = request.form.get("query", "")
    address = url_for("caselist.show", slug=call.slug)
    kept = urlencode(parse(_query(), definition_now(call)).pairs()) if query else ""
    return redirect(f"{address}?{kept}" if kept else address, 303)
