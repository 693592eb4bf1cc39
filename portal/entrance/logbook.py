"""The log of who did what, for administrators: search, filters, pages."""

from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from portal.accounts import queries as accounts
from portal.audit import queries
from portal.audit.models import AuditEntry
from portal.audit.queries import Filters
from portal.core.text import one_line
from portal.web.rooms import ADMIN, open_to

bp = Blueprint("logbook", __name__)
ZONE = ZoneInfo("Europe/Berlin")
FIELDS = ("q", "what", "who", "about", "since", "until")


@bp.get("/audit")
@open_to(ADMIN)
def log() -> ResponseReturnValue:
    """Show the entries that the filters let through, newest first."""
    given = {field: one_line(request.args.get(field, ""))[:80] for field in FIELDS}
    found = queries.entries(_filters(given), page=request.args.get("page", 1, type=int))
    return render_template(
        "entrance/log.html",
        given=given,
        found=found,
        whats=queries.whats(),
        names=_names(found.entries),
        href="?" + urlencode({k: v for k, v in given.items() if v} | {"page": ""}),
    )


def _filters(given: dict[str, str]) -> Filters:
    until = _midnight(given["until"])
    return Filters(
        what=given["what"],
        actor_key=given["who"],
        thing_key=given["about"],
        since=_midnight(given["since"]),
        until=until + timedelta(days=1) if until else None,
        q=given["q"],
    )


def _midnight(text: str) -> datetime | None:
    """Return the beginning of a day as a browser sends it (2027-01-31), None for anything else."""
    try:
        return datetime.combine(date.fromisoformat(text), time(), ZONE)
    except ValueError:
        return None


def _names(entries: list[AuditEntry]) -> dict[str, str]:
    """Return what the people on this page are called, by id; erased ones are left out."""
    keys = {e.actor_key for e in entries if e.actor_kind == "user"}
    keys |= {e.thing_key for e in entries if e.thing_kind == "user"}
    return {str(key): name for key, name in accounts.names_of({UUID(k) for k in keys}).items()}
