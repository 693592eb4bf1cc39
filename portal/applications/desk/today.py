"""What waits for a clerk, and how applications came in: the figures of the desk."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy import func, select
from sqlalchemy.ext.compiler import compiles

from portal import audit
from portal.applications import access
from portal.applications.correspondence.messages import UNREAD, Message
from portal.applications.desk.narrowing import Scope, was_answered
from portal.applications.desk_models import Duplicate
from portal.applications.models import (
    AnswerIndex,
    Application,
    Channel,
    File,
    FileState,
    VersionFile,
)
from portal.applications.policy import POLICY, Action
from portal.applications.workflow import Status
from portal.core.actor import Actor
from portal.core.db import db
from portal.core.errors import DomainError
from portal.core.i18n import gettext as _


class utc_hour(sa.sql.functions.FunctionElement[str]):  # noqa: N801  (a function of SQL)
    """The hour of a moment in UTC as text: `2027-09-15 21`."""

    type = sa.String()
    inherit_cache = True


@compiles(utc_hour, "sqlite")
def _sqlite(element: Any, compiler: Any, **more: Any) -> str:
    return f"substr({compiler.process(element.clauses, **more)}, 1, 13)"


@compiles(utc_hour, "postgresql")
def _postgresql(element: Any, compiler: Any, **more: Any) -> str:
    inner = compiler.process(element.clauses, **more)
    return f"to_char({inner} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24')"


@dataclass(frozen=True)
class Day:
    """How many drafts were begun and how many applications arrived on a day."""

    day: date
    begun: int
    arrived: int


def days(scope: Scope, first: date, last: date) -> list[Day]:
    """Return every day from `first` to `last` in the call's zone; what came outside counts too.

    Moments are counted by hour in the database and put into days here, since only here the hour
    at which a day begins is known for summer and winter.
    """
    begun, arrived = (
        _by_hour(scope, Application.created_at),
        _by_hour(scope, Application.submitted_at),
    )
    told = [*_days_of(begun, scope.zone), *_days_of(arrived, scope.zone)]
    start, end = min([first, *told]), max([last, *told])
    first_counts, second_counts = (_days_of(one, scope.zone) for one in (begun, arrived))
    length = (end - start).days + 1
    return [
        Day(day, first_counts.get(day, 0), second_counts.get(day, 0))
        for day in (start + timedelta(days=n) for n in range(length))
    ]


def _by_hour(scope: Scope, column: Any) -> dict[str, int]:
    hour = utc_hour(column)
    rows = select(hour, func.count()).where(
        Application.call_id == scope.call_id, column.is_not(None)
    )
    return dict(db.session.execute(rows.group_by(hour)).all())


def _days_of(hours: dict[str, int], zone: str) -> dict[date, int]:
    counts: dict[date, int] = {}
    for hour, number in hours.items():
        moment = datetime.fromisoformat(f"{hour[:10]}T{hour[11:13]}:00:00+00:00")
        day = moment.astimezone(ZoneInfo(zone)).date()
        counts[day] = counts.get(day, 0) + number
    return counts


def by_answers(scope: Scope, keys: list[str]) -> dict[str, dict[str, int]]:
    """Return how many sent applications chose which answer, by question, in one statement."""
    rows = (
        select(AnswerIndex.key, AnswerIndex.value, func.count())
        .join(Application, Application.id == AnswerIndex.application_id)
        .where(AnswerIndex.key.in_(keys), Application.call_id == scope.call_id)
        .group_by(AnswerIndex.key, AnswerIndex.value)
    )
    found: dict[str, dict[str, int]] = {key: {} for key in keys}
    for key, value, number in db.session.execute(rows):
        found[key][value] = number
    return found


@dataclass(frozen=True)
class Waiting:
    """What waits beside new, overdue and unassigned applications."""

    answered: int
    doubles: int
    unread: int


def waiting(scope: Scope) -> Waiting:
    """Return further counts of what waits, in one statement."""
    answered = select(func.count()).where(
        Application.call_id == scope.call_id, Application.status == Status.IN_SCREENING,
        was_answered(),
    )  # fmt: skip
    doubles = select(func.count()).where(
        Duplicate.call_id == scope.call_id, Duplicate.dismissed_at.is_(None)
    )
    # Asked by its message, not joined, or SQLite walks through all applications of the call.
    received = sa.exists().where(
        Application.id == Message.application_id, Application.call_id == scope.call_id,
        Application.status != Status.DRAFT,
    )  # fmt: skip
    unread = select(func.count()).select_from(Message).where(UNREAD, received)
    counts = (answered, doubles, unread)
    return Waiting(*db.session.execute(select(*(one.scalar_subquery() for one in counts))).one())


def unchecked_files(scope: Scope) -> int:
    """Return how many sent files are not checked yet, or were never scanned."""
    files = (
        select(func.count(sa.distinct(File.id)))
        .join(VersionFile, VersionFile.file_id == File.id)
        .join(Application, Application.id == File.application_id)
        .where(Application.call_id == scope.call_id, File.removed_at.is_(None),
               sa.or_(File.state == FileState.CHECKING,
                      sa.and_(File.state == FileState.READY, File.scan != "clean")))
    )  # fmt: skip
    return int(db.session.scalar(files) or 0)


def by_channel(scope: Scope) -> dict[Channel, int]:
    """Return how many sent applications came in by which channel."""
    rows = select(Application.channel, func.count()).where(
        Application.call_id == scope.call_id, Application.status != Status.DRAFT
    )
    return dict(db.session.execute(rows.group_by(Application.channel)).all())


@dataclass(frozen=True)
class DraftLine:
    """That a draft exists and when; never what stands in it."""

    id: UUID
    created_at: datetime
    saved_at: datetime
    has_address: bool


def drafts(scope: Scope, most: int = 50) -> list[DraftLine]:
    """Return the drafts of a call, the last changed first."""
    rows = (
        select(Application.id, Application.created_at, Application.saved_at,
               Application.owner_email != "")
        .where(Application.call_id == scope.call_id, Application.status == Status.DRAFT)
        .order_by(Application.saved_at.desc())
        .limit(most)
    )  # fmt: skip
    return [DraftLine(*row) for row in db.session.execute(rows)]


def resend_link(application: Application, *, by: Actor) -> None:
    """Mail the owner a new link; the address is not shown to whoever asks for it."""
    POLICY.require(by, Action.RESEND_LINK, application)
    if not application.owner_email:
        raise DomainError(_("This draft has no e-mail address yet. Nobody can be written to."))
    access.write_links([application], language=application.locale)
    audit.record(by, "link_resend", application)
