"""In time, late or too late: the server's clock decides, at the start of handling the request."""

from datetime import datetime, timedelta
from enum import StrEnum

from portal.applications.models import Application
from portal.calls.models import Call
from portal.core.errors import DomainError

# "23:59:59" names the whole second.
CLOSING_SECOND = timedelta(seconds=1)


class Arrival(StrEnum):
    """How a sending that began at some moment counts."""

    EARLY = "early"
    IN_TIME = "in_time"
    LATE = "late"
    CLOSED = "closed"


class Closed(DomainError):
    """The call takes nothing more from this application; what was typed is kept."""


class NotOpenYet(DomainError):
    """The call has not opened."""


def is_open(call: Call, at: datetime) -> bool:
    """Return whether everybody may begin and send at `at`."""
    return call.opens_at <= at < call.closes_at + CLOSING_SECOND


def grace_end(call: Call) -> datetime:
    """Return the moment until which drafts begun in time may still be sent."""
    return call.closes_at + CLOSING_SECOND + timedelta(minutes=call.grace_minutes)


def arrival(application: Application, at: datetime) -> Arrival:
    """Return how it counts if `application` is sent by a request that began at `at`.

    Until closing: in time. Within the grace time of the call, for drafts begun before closing, and
    until the end of a personal extension: late. Else closed.
    """
    call = application.call
    if at < call.opens_at:
        return Arrival.EARLY
    if is_open(call, at):
        return Arrival.IN_TIME
    begun_before = application.created_at < call.closes_at + CLOSING_SECOND
    if begun_before and at < grace_end(call):
        return Arrival.LATE
    if application.late_until and at < application.late_until:
        return Arrival.LATE
    return Arrival.CLOSED


def require_open(application: Application, at: datetime) -> Arrival:
    """Return the arrival; raise `Closed` or `NotOpenYet` where nothing may be written."""
    found = arrival(application, at)
    if found is Arrival.CLOSED:
        raise Closed
    if found is Arrival.EARLY:
        raise NotOpenYet
    return found
