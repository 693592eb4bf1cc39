"""What changed between two versions of an application, word by word."""

from typing import NamedTuple

from flask import Blueprint, abort
from flask.typing import ResponseReturnValue

from portal.applications.comparing import Part, compared, lists
from portal.applications.desk.dossiers import version_of
from portal.applications.differences import Difference, differences
from portal.applications.models import Application
from portal.applications.policy import Action
from portal.calls.reading import Shown
from portal.office.frame import page
from portal.web.doors import person
from portal.web.rooms import work_on
from portal.web.touch import witness

bp = Blueprint("versions", __name__)


class Change(NamedTuple):
    """One changed answer: a text with its changes inside, or entries that came and went."""

    difference: Difference
    parts: list[Part]
    in_lines: bool


@bp.get("/<slug>/office/applications/<uuid:application_id>/versions/<int:n>")
@work_on(Action.SEE)
def show(application: Application, n: int) -> ResponseReturnValue:
    """Show what a version changed against the one before it."""
    if n < 2:
        abort(404)
    newer, _digest = version_of(application, n)
    older, _digest = version_of(application, n - 1)
    witness(person(), "application_view", application, version=n)
    changes = [_change(one) for one in differences(older, newer)]
    return page(
        "office/version.html", application.call, area="caselist.show", application=application,
        newer=newer, older=older, changes=changes,
    )  # fmt: skip


def _change(one: Difference) -> Change:
    before, after = one.before, one.after
    if "missing" in (before.kind, after.kind) and before.kind != after.kind:
        whole = [Part("removed", line) for line in _lines(before)]
        return Change(one, whole + [Part("added", line) for line in _lines(after)], True)
    if before.kind in ("list", "table") or after.kind in ("list", "table"):
        return Change(one, lists(_lines(before), _lines(after)), True)
    return Change(one, compared(before.text, after.text), False)


def _lines(shown: Shown) -> list[str]:
    if shown.kind == "missing":
        return []
    if shown.kind == "table":
        return [" · ".join(row) for row in shown.rows]
    return list(shown.entries) or [shown.text]
