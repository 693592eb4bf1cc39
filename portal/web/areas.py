"""Where somebody works: the office and the jury of each call, by membership."""

from typing import NamedTuple

from flask import Flask, request, url_for

from portal.accounts.models import User
from portal.calls.memberships import Membership, Role, roles_of
from portal.calls.models import Call
from portal.calls.queries import definition_of
from portal.core.i18n import gettext as _
from portal.core.i18n import language
from portal.web.frame import title_of
from portal.web.staff import roles_here, signed_in

MOST_NAMED = 2
START = {"office": "desk.show", "jury": "hall.show"}


class Area(NamedTuple):
    """The office or the jury of one call. held: the memberships that open it."""

    kind: str
    call: Call
    held: tuple[Membership, ...]

    @property
    def href(self) -> str:
        """The address of its first page."""
        return url_for(START[self.kind], slug=self.call.slug)

    @property
    def word(self) -> str:
        """Office or jury, in the language of the page."""
        return _("Jury") if self.kind == "jury" else _("Office")

    @property
    def title(self) -> str:
        """The title of the call in the language of the page."""
        return title_of(definition_of(self.call.newest_version_id).title, language())


def areas_of(held: list[Membership]) -> list[Area]:
    """Return the areas that memberships open; office and reader of a call share one."""
    found: dict[tuple[str, str], Area] = {}
    for one in held:
        kind = "jury" if one.role is Role.JUROR else "office"
        before = found.get((one.call.slug, kind))
        found[one.call.slug, kind] = Area(kind, one.call, (*(before.held if before else ()), one))
    return list(found.values())


def landing(user: User) -> str:
    """Return where the work of `user` lies: the only area, the list of them, people, or account."""
    areas = areas_of(list(roles_of(user)))
    if len(areas) > 1:
        return url_for("areas.show")
    if areas:
        return areas[0].href
    return url_for("people.people" if user.admin else "account.show")


def areas() -> list[tuple[str, str]]:
    """Return address and name of the areas that the person may enter (a Jinja global).

    Left out is the one whose page this is: its frame names it.
    """
    here = signed_in()
    if here is None:
        return []
    found = [*_areas_of_work(), (url_for("account.show"), _("My account"))]
    if here.user.admin:
        found += [(url_for("people.people"), _("People")), (url_for("logbook.log"), _("Log"))]
    return found


def _areas_of_work() -> list[tuple[str, str]]:
    all_of_them = areas_of(roles_here())
    others = [area for area in all_of_them if not _is_inside(area.href)]
    calls = {area.call.id for area in all_of_them}
    if len(others) > MOST_NAMED or len(calls) > 1:
        named = [(url_for("areas.show"), _("My areas"))]
        return named + [(a.href, f"{a.word} · {a.title}") for a in others[:MOST_NAMED]
                        if len(others) <= MOST_NAMED]  # fmt: skip
    return [(area.href, area.word) for area in others]


def _is_inside(href: str) -> bool:
    return request.path == href or request.path.startswith(f"{href}/")


def init(app: Flask) -> None:
    """Let templates show the areas."""
    app.jinja_env.globals["areas"] = areas
