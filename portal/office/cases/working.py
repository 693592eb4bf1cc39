"""What the pages of the office that change an application share: two clerks, days, the way back."""

from datetime import date, datetime, time
from typing import TypeVar
from zoneinfo import ZoneInfo

from flask import Blueprint, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.applications.models import Application
from portal.applications.queries import definition_for
from portal.core.db import db
from portal.core.errors import DomainError
from portal.core.i18n import gettext as _
from portal.office.frame import page

T = TypeVar("T")
bp = Blueprint("working", __name__)
HIDDEN = ("csrf_token", "lock", "seen", "go")


class Overtaken(DomainError):
    """Somebody changed the application since this page was shown; nothing was written."""

    def __init__(self, application: Application) -> None:
        super().__init__(_("Somebody else has changed this application meanwhile."))
        self.application = application


def require_same(application: Application) -> None:
    """Raise `Overtaken` unless the form was made from the application as it is now."""
    if request.form.get("lock", "") != str(application.lock):
        raise Overtaken(application)


@bp.app_errorhandler(Overtaken)
def overtaken(refused: Overtaken) -> ResponseReturnValue:
    """Show where the application stands now and what was typed; it can be sent again."""
    db.session.rollback()
    application = refused.application
    db.session.refresh(application)
    typed = [(n, v) for n, v in request.form.items(multi=True) if n not in HIDDEN]
    shown = page(
        "office/overtaken.html", application.call, application=application, typed=typed,
        events=list(reversed(application.events))[:3], go=request.form.get("go", ""),
    )  # fmt: skip
    return shown, 409


def back_to(application: Application, anchor: str = "") -> ResponseReturnValue:
    """Return to the page of the application."""
    return redirect(address_of(application, anchor), 303)


def address_of(application: Application, anchor: str = "") -> str:
    """Return the address of the page of an application; of a paper draft its own page."""
    if application.number is None:
        return way("paperwork.show", application)
    known = "case.show" in current_app.view_functions
    return way("case.show" if known else "screening.check", application, _anchor=anchor or None)


def way(endpoint: str, application: Application, **values: object) -> str:
    """Return the address of a page about an application."""
    return url_for(
        endpoint,
        slug=application.call.slug,
        application_id=application.id,
        **values,  # type: ignore[arg-type]
    )


def day_in(name: str) -> date | None:
    """Return the day of a date field, None if it is none."""
    try:
        return date.fromisoformat(request.form.get(name, "").strip())
    except ValueError:
        return None


def moment_in(zone: str, name: str) -> datetime | None:
    """Return the moment of `<name>_day` and `<name>_time` in a zone, None if it is none."""
    day = day_in(f"{name}_day")
    try:
        clock = time.fromisoformat(request.form.get(f"{name}_time", "").strip() or "23:59:59")
    except ValueError:
        return None
    return datetime.combine(day, clock, ZoneInfo(zone)) if day else None


def given(value: T | None, sentence: str) -> T:
    """Return a value that has to be there; raise `DomainError` with `sentence` if it is not."""
    if value is None:
        raise DomainError(sentence)
    return value


def zone_of(application: Application) -> str:
    """Return the zone in which the times of an application are told."""
    return definition_for(application).zone


bp.add_app_template_global(address_of, "case_way")
