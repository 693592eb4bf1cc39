"""Letters to jurors when applications come to them; one for all that came since the last."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from portal.applications.jury import judging
from portal.applications.jury.judging import Assignment, Juror
from portal.applications.models import Application
from portal.applications.workflow import Status
from portal.calls.models import Call
from portal.core.db import db, transaction
from portal.mail.models import Letter
from portal.scoring import letters

LETTER = "jury_readings"


def tell(call_id: str) -> None:
    """Write to everybody of the jury with something new to read; a job of the worker.

    Who has not set up the access yet has the invitation, and finds all behind it.
    """
    with transaction():
        call = db.session.get(Call, UUID(call_id))
        for juror in judging.serving(call) if call else ():
            count = _new(juror)
            if count and juror.user.ready:
                letters.readings(juror, count)


def _new(juror: Juror) -> int:
    """Return how many readings of the juror are new, without those behind a conflict."""
    since = _told_at(juror)
    mine = select(Assignment.application_id).where(Assignment.user_id == juror.user.id)
    if since:
        mine = mine.where(Assignment.at > since)
    rows = (
        select(func.count())
        .select_from(Application)
        .where(
            Application.call_id == juror.call.id,
            Application.status == Status.WITH_JURY,
            Application.id.in_(mine),
            ~judging.is_excluded(juror.user.id),
        )
    )
    return db.session.scalar(rows) or 0


def _told_at(juror: Juror) -> datetime | None:
    return db.session.scalar(
        select(func.max(Letter.created_at)).where(
            Letter.name == LETTER,
            Letter.call_id == juror.call.id,
            Letter.to_address == juror.user.email,
        )
    )
