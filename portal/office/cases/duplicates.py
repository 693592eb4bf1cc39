"""Likely duplicates side by side; that two are not the same is said by a person."""

from typing import Any, NamedTuple
from uuid import UUID

from flask import Blueprint, current_app, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from portal.applications.comparing import Part, compared
from portal.applications.desk import dossiers, duplicates
from portal.applications.desk_models import Duplicate
from portal.applications.models import Application
from portal.applications.reading import Entry, entries_of_version
from portal.applications.workflow import Move
from portal.calls.models import Call
from portal.core.db import transaction
from portal.core.i18n import gettext as _
from portal.office.cases.moves import possible
from portal.office.frame import page
from portal.web.rooms import here, open_to
from portal.web.touch import witness

bp = Blueprint("duplicates", __name__)


class Line(NamedTuple):
    """One question with both answers; parts: both long texts as one, passage by passage."""

    entry: Entry
    first: Entry | None
    second: Entry | None
    parts: list[Part]
    same: bool


@bp.get("/<slug>/office/duplicates")
@open_to("office", "reader")
def show(call: Call) -> ResponseReturnValue:
    """Show the pairs that wait for a person."""
    found = duplicates.open_pairs(call)
    return page("office/duplicates.html", call, area="caselist.show", pairs=found)


@bp.get("/<slug>/office/duplicates/<uuid:pair_id>")
@open_to("office", "reader")
def pair(call: Call, pair_id: UUID) -> ResponseReturnValue:
    """Show both applications side by side."""
    found = duplicates.pair_in(call, pair_id)
    both = [found.first, found.second]
    lines = _lines(*both)
    for one in both:
        witness(here().user, "application_view", one, twin=str(found.id))
    return page(
        "office/duplicate.html", call, area="caselist.show", pair=found, both=both, lines=lines,
        aside=[_aside(one, twin) for one, twin in (both, both[::-1])],
    )  # fmt: skip


def _lines(first: Application, second: Application) -> list[Line]:
    left, right = (_entries(one) for one in (first, second))
    return [_line(key, left.get(key), right.get(key)) for key in {**left, **right}]


def _entries(application: Application) -> dict[str, Entry]:
    version, _digest = dossiers.version_of(application, None)
    parts = entries_of_version(version)
    return {entry.question.key: entry for part in parts for entry in part.entries}


def _line(_key: str, first: Entry | None, second: Entry | None) -> Line:
    one = first or second
    assert one is not None
    same = bool(first and second and first.shown == second.shown and not first.files)
    long = first and second and first.shown.kind == second.shown.kind == "long" and not same
    parts = compared(first.shown.text, second.shown.text) if long and first and second else []
    return Line(one, first, second, parts, same)


def _aside(application: Application, twin: Application) -> str:
    """Return where setting `application` aside leads, with a pointer to the one that stays."""
    endpoint = f"screening.{Move.FIND_INELIGIBLE}"
    if endpoint not in current_app.view_functions:
        return ""
    if not possible(Move.FIND_INELIGIBLE, application.status):
        return ""
    return url_for(endpoint, slug=application.call.slug, application_id=application.id,
                   twin=twin.reference)  # fmt: skip


@bp.post("/<slug>/office/duplicates/<uuid:pair_id>/dismiss")
@open_to("office")
def dismiss(call: Call, pair_id: UUID) -> ResponseReturnValue:
    """Say that the two are not the same."""
    with transaction():
        duplicates.dismiss(_locked(call, pair_id), by=here().user)
    flash(_("Noted: not a double."))
    return redirect(url_for(".show", slug=call.slug), 303)


@bp.post("/<slug>/office/duplicates/<uuid:pair_id>/again")
@open_to("office")
def again(call: Call, pair_id: UUID) -> ResponseReturnValue:
    """Let the pair wait again."""
    with transaction():
        duplicates.look_again(_locked(call, pair_id), by=here().user)
    return redirect(url_for(".pair", slug=call.slug, pair_id=pair_id), 303)


def _locked(call: Call, pair_id: UUID) -> Duplicate:
    return duplicates.pair_in(call, pair_id, for_change=True)


def signal_word(signal: dict[str, Any]) -> str:
    """Return what speaks for a double, in words (a Jinja filter)."""
    if signal["kind"] == "text":
        return _("%(percent)s %% of the texts are the same", percent=signal["percent"])
    if signal["kind"] == "file":
        return _("the same file: %(name)s", name=signal["name"])
    return {"name": _("the same name"), "email": _("the same e-mail address")}[signal["kind"]]


bp.add_app_template_filter(signal_word)
