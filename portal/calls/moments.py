"""Where a call stands at a moment: before, open, in the minutes of grace, closed."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Protocol
from zoneinfo import ZoneInfo

from portal.core.i18n import gettext, ngettext

SECOND = timedelta(seconds=1)
MINUTE, HOUR = 60, 3600


class Dates(Protocol):
    """What is needed of a call (a row of the table, a definition, or a part of a query)."""

    @property
    def opens_at(self) -> datetime:
        """When the call opens."""

    @property
    def closes_at(self) -> datetime:
        """When it closes; the second that is named still counts."""

    @property
    def grace_minutes(self) -> int:
        """How long a draft begun before the closing may still be sent, marked as late."""


class Phase(StrEnum):
    """The four states of a call."""

    BEFORE = "before"
    OPEN = "open"
    GRACE = "grace"
    CLOSED = "closed"


def phase(call: Dates, moment: datetime) -> Phase:
    """Return the state of `call` at `moment` (aware)."""
    if moment < call.opens_at:
        return Phase.BEFORE
    if moment < call.closes_at + SECOND:
        return Phase.OPEN
    return Phase.GRACE if moment < grace_ends(call) + SECOND else Phase.CLOSED


def grace_ends(call: Dates) -> datetime:
    """Return the last moment at which a draft begun before the closing can be sent."""
    return call.closes_at + timedelta(minutes=call.grace_minutes)


def days_between(start: datetime, end: datetime, zone: ZoneInfo) -> int:
    """Return how many midnights lie between two moments in `zone`."""
    return (end.astimezone(zone).date() - start.astimezone(zone).date()).days


def remaining(call: Dates, moment: datetime, zone: ZoneInfo) -> str:
    """Return in words how much time is left until the closing; empty when it is over.

    Whole days (midnights in `zone`) while there are two or more, then hours and minutes as they
    really pass, so that the change to winter time gives 25 hours.
    """
    # In UTC: within one zone Python subtracts the hands of the clock, not the time that passes.
    end = (call.closes_at + SECOND).astimezone(UTC)
    seconds = int((end - moment.astimezone(UTC)).total_seconds())
    if seconds <= 0:
        return ""
    days = days_between(moment, call.closes_at, zone)
    if days >= 2:
        return ngettext("%(num)s day left", "%(num)s days left", days)
    if seconds >= 2 * HOUR:
        return ngettext("%(num)s hour left", "%(num)s hours left", seconds // HOUR)
    if seconds >= MINUTE:
        return ngettext("%(num)s minute left", "%(num)s minutes left", seconds // MINUTE)
    return gettext("Less than a minute left")
