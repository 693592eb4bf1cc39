"""The list of applications: columns, filters, search, sorting, saved views."""

from dataclasses import replace
from functools import lru_cache
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.applications.desk import caring, counting, finding, furniture
from portal.applications.desk.bulks import BULKS
from portal.applications.desk.furniture import Furniture, View
from portal.applications.desk.listing import (
    COLUMNS,
    SIZE,
    Filters,
    parse,
    shown_columns,
)
from portal.applications.desk.narrowing import Scope
from portal.calls.definition import Definition
from portal.calls.models import Call
from portal.calls.queries import definition_of
from portal.core.clock import now
from portal.core.db import transaction
from portal.core.i18n import gettext as _
from portal.core.i18n import language
from portal.office.frame import may_work, page
from portal.office.lists.filtering import asked_in, asked_under, chips, selects
from portal.office.lists.rows import Around, Columns, drawn, lines_of
from portal.web.rooms import here, open_to

bp = Blueprint("caselist", __name__)
bp.add_app_template_global(drawn)
STAFF = ("office", "reader")
ON_PAPER = 1000  # rows of the view to print


def scope_of(call: Call, definition: Definition) -> Scope:
    """Return whose list this request shows."""
    return Scope(call.id, here().user.id, definition.zone)


def definition_now(call: Call) -> Definition:
    """Return the newest definition of a call."""
    return definition_of(call.newest_version_id)


@bp.get("/<slug>/office/applications")
@open_to(*STAFF)
def show(call: Call) -> ResponseReturnValue:
    """Show the list as the address asks for it."""
    return _list(call, None)


@bp.get("/<slug>/office/applications/views/<uuid:view_id>")
@open_to(*STAFF)
def view(call: Call, view_id: UUID) -> ResponseReturnValue:
    """Show a saved view under its own address."""
    return _list(call, view_id)


def _list(call: Call, view_id: UUID | None) -> ResponseReturnValue:
    definition = definition_now(call)
    scope = scope_of(call, definition)
    around = furniture.around_list(scope)
    saved = _saved(around, view_id)
    filters = parse(_wanted(saved), definition)
    columns = shown_columns(filters, definition)
    printed = request.args.get("print") == "1"
    if printed:
        filters = replace(filters, page=1)
    counts = counting.counts(scope)
    size = ON_PAPER if printed else SIZE
    found = finding.page_of(scope, filters, columns, size=size, received=counts.received)
    names = _names(call.newest_version_id, language())
    words = {one.key: dict(one.options) for one in asked_in(call) if one.key in columns}
    wanted = Columns(columns, words, definition.zone, scope.today)
    shape = Around(
        url_for("caselist.show", slug=call.slug), _case_query(filters),
        ticks=may_work() and not printed,
    )  # fmt: skip
    return page(
        "office/caselist.html", call, area="caselist.show", filters=filters, columns=columns,
        found=found, counts=counts, around=around, saved=saved,
        chips=chips(filters, counts, is_saved=saved is not None), me=scope.user_id,
        selects=selects(call, filters, around), names=tuple(names.items()), heads=names,
        rows=lines_of(found.rows, wanted, around, shape),
        printed=printed, now=now(), actions=list(BULKS.values()),
        address=shape.address,
    )  # fmt: skip


def _wanted(saved: View | None) -> list[tuple[str, str]]:
    given = list(request.args.items(multi=True))
    if saved is None:
        return given
    return parse_qsl(saved.query) + [pair for pair in given if pair[0] == "page"]


def _saved(around: Furniture, view_id: UUID | None) -> View | None:
    if view_id is None:
        return None
    return next((one for one in around.views if one.id == view_id), None) or abort(404)


def _case_query(filters: Filters) -> str:
    """Return what an application's address carries, so that it knows the list it came from."""
    pairs = [pair for pair in filters.pairs(paged=False) if pair[0] != "col"]
    return urlencode(pairs)


@lru_cache(maxsize=64)
def _names(form_version_id: UUID, _language: str) -> dict[str, str]:
    """Return the heads of all columns that can be shown; nobody changes them."""
    fixed = {
        "number": _("No."), "arrived": _("Arrived"), "state": _("State"), "clerk": _("Clerk"),
        "tags": _("Tags"), "channel": _("Channel"), "language": _("Language"),
        "due": _("Answer due"), "checks": _("Check"),
    }  # fmt: skip
    found = {name: fixed[name] for name in COLUMNS}
    labels = {one.key: one.label for one in asked_under(form_version_id)}
    questions = definition_of(form_version_id).questions
    return found | {key: labels[key] for key in questions if key in labels}


@bp.post("/<slug>/office/applications/views")
@open_to(*STAFF)
def save(call: Call) -> ResponseReturnValue:
    """Save the list that is shown under a name."""
    query = parse(parse_qsl(request.form.get("query", "")), definition_now(call)).query()
    with transaction():
        made = caring.save_view(
            call, request.form.get("name", ""), query,
            shared=request.form.get("shared") == "yes", by=here().user,
        )  # fmt: skip
    flash(_("The view “%(name)s” is saved.", name=made.name))
    return redirect(url_for(".view", slug=call.slug, view_id=made.id), 303)


@bp.post("/<slug>/office/applications/views/<uuid:view_id>/delete")
@open_to(*STAFF)
def forget(call: Call, view_id: UUID) -> ResponseReturnValue:
    """Delete an own view."""
    with transaction():
        caring.delete_view(call, view_id, by=here().user)
    flash(_("The view is deleted."))
    return redirect(url_for(".show", slug=call.slug), 303)
