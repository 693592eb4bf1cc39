"""In time, late or too late: the server's clock decides, at the start of handling the request."""

from datetime import datetime
from enum import StrEnum

from portal.applications.models import Application
from portal.applications.paperentries import entry_of
from portal.applications.workflow import Status
from portal.calls.moments import Phase, phase
from portal.core.errors import DomainError
from portal.core.i18n import gettext as _


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


def arrival(application: Application, at: datetime) -> Arrival:
    """Return how it counts if `application` is sent by a request that began at `at`.

    Until closing: in time. Within the call's minutes of grace, for drafts begun before closing, and
    until the end of a personal extension: late. Else closed. What came on paper counts from when
    the paper came, however long the office needs to type it in, and is never refused.
    """
    paper = entry_of(application) if application.status is Status.DRAFT else None
    if paper is not None:
        in_time = phase(application.call, paper.received_at) is Phase.OPEN
        return Arrival.IN_TIME if in_time else Arrival.LATE
    now_is = phase(application.call, at)
    if now_is is Phase.BEFORE:
        return Arrival.EARLY
    if now_is is Phase.OPEN:
        return Arrival.IN_TIME
    begun_before = phase(application.call, application.created_at) is Phase.OPEN
    in_grace = now_is is Phase.GRACE and begun_before
    extended = application.late_until is not None and at < application.late_until
    return Arrival.LATE if in_grace or extended else Arrival.CLOSED


def require_open(application: Application, at: datetime) -> Arrival:
    """Return the arrival; raise `Closed` or `NotOpenYet` where nothing may be written."""
    found = arrival(application, at)
    if found is Arrival.CLOSED:
        raise Closed(_("The call is closed. Nothing more is saved: copy what you have just typed."))
    if found is Arrival.EARLY:
        raise NotOpenYet
    return found
