"""All areas of somebody who works in several: each call, the roles there, and what waits."""

from typing import NamedTuple

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from portal.applications.jury.judging import juror_of
from portal.applications.queries import fresh_by_call
from portal.calls.memberships import role_name
from portal.core.i18n import gettext as _
from portal.core.i18n import ngettext
from portal.scoring.sheet import shelf
from portal.scoring.sheet.pledging import pledge_of
from portal.web.areas import Area, areas_of
from portal.web.rooms import signed_in_only
from portal.web.staff import roles_here

bp = Blueprint("areas", __name__)


class Line(NamedTuple):
    """One area: who somebody is there, what waits (in words), whether something does."""

    area: Area
    roles: str
    waits: str
    busy: bool


@bp.get("/areas")
@signed_in_only
def show() -> ResponseReturnValue:
    """Show every area of the person, those that close last first."""
    areas = areas_of(roles_here())
    fresh = fresh_by_call([area.call.id for area in areas if area.kind == "office"])
    lines = [_jury(a) if a.kind == "jury" else _office(a, fresh.get(a.call.id, 0)) for a in areas]
    return render_template("entrance/areas.html", lines=lines)


def _roles(area: Area) -> str:
    return ", ".join(role_name(one.role, one.function) for one in area.held)


def _office(area: Area, fresh: int) -> Line:
    waits = ngettext("one new application", "%(num)s new applications", fresh)
    return Line(area, _roles(area), waits if fresh else _("Nothing new"), bool(fresh))


def _jury(area: Area) -> Line:
    juror = juror_of(area.held[0])
    if pledge_of(juror) is None:
        return Line(area, _roles(area), _("The rules wait for your promise"), busy=True)
    open_ones = sum(not spot.done for spot in shelf.spots(juror))
    waits = ngettext("one application to read", "%(num)s applications to read", open_ones)
    return Line(area, _roles(area), waits if open_ones else _("Nothing to read"), bool(open_ones))
