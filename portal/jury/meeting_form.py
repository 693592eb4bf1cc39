"""What is typed into the forms of a meeting, as moments and numbers."""

from collections.abc import Mapping
from datetime import date, datetime, time

from portal.calls.models import Call
from portal.calls.queries import definition_of
from portal.core.clock import now
from portal.core.errors import DomainError
from portal.core.i18n import gettext as _

DAYS = ("%Y-%m-%d", "%d.%m.%Y")
CLOCKS = ("%H:%M", "%H.%M", "%H:%M:%S")


def starts_at(call: Call, form: Mapping[str, str]) -> datetime:
    """Return day and time of the form as a moment by the clock of the call."""
    day = _parsed(form.get("day", ""), DAYS)
    clock = _parsed(form.get("clock", ""), CLOCKS)
    if day is None:
        raise DomainError(_("Write the day, for example 3.11.2027."))
    if clock is None:
        raise DomainError(_("Write the time, for example 16:00."))
    return _moment(call, day.date(), clock.time())


def clock_today(call: Call, text: str) -> datetime | None:
    """Return a time of today as a moment, None for an empty field."""
    if not text.strip():
        return None
    clock = _parsed(text, CLOCKS)
    if clock is None:
        raise DomainError(_("Write the time, for example 16:00."))
    today = now().astimezone(definition_of(call.newest_version_id).timezone).date()
    return _moment(call, today, clock.time())


def _moment(call: Call, day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, definition_of(call.newest_version_id).timezone)


def _parsed(text: str, ways: tuple[str, ...]) -> datetime | None:
    for way in ways:
        try:
            return datetime.strptime(text.strip(), way)  # noqa: DTZ007  (a part of a moment)
        except ValueError:
            continue
    return None


def whole(text: str) -> int | None:
    """Return a whole number without its points and blanks, None for an empty field."""
    bare = text.strip().replace(".", "").replace(" ", "").removesuffix("€").strip()
    if not bare:
        return None
    if not (bare.isascii() and bare.isdecimal() and len(bare) < 9):
        raise DomainError(_("Write a whole number, for example 5000."))
    return int(bare)
