"""A mail before a question of the office is due, once (a job of the worker)."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from portal.applications import reactions
from portal.applications.check import inquiries
from portal.applications.check.inquiries import Inquiry
from portal.applications.models import Application
from portal.applications.queries import locked
from portal.applications.workflow import Status
from portal.calls.models import Call
from portal.calls.queries import current_version, definition_of
from portal.core.actor import System
from portal.core.clock import now
from portal.core.db import db, transaction
from portal.jobs import renew
from portal.settings import Settings

JOB = "remind_of_questions"
REMINDING = System(JOB)

_in_use: list[Settings] = []


def use(settings: Settings) -> None:
    """Take the days from `settings`; called once at start."""
    _in_use[:] = [settings]


def remind() -> None:
    """Write to everybody whose answer is due soon and has not come."""
    for call_id in list(db.session.scalars(select(Call.id))):
        for application_id in _due_soon(call_id):
            _one(application_id)
        renew()


def _due_soon(call_id: UUID) -> list[UUID]:
    call = db.session.get_one(Call, call_id)
    day = inquiries.today(definition_of(current_version(call).id))
    last = day + timedelta(days=_in_use[0].answer_reminder_days)
    rows = (
        select(Application.id)
        .join(Inquiry, Inquiry.application_id == Application.id)
        .where(
            Application.call_id == call_id,
            Application.status == Status.RETURNED,
            Inquiry.closed_at.is_(None),
            Inquiry.reminded_at.is_(None),
            Inquiry.due >= day,
            Inquiry.due <= last,
            Inquiry.asked_at < now() - timedelta(days=1),
        )
    )
    return list(db.session.scalars(rows))


def _one(application_id: UUID) -> None:
    with transaction():
        application = locked(application_id)
        inquiry = inquiries.open_one(application) if application else None
        if application is None or inquiry is None or inquiry.reminded_at:
            return
        if application.status is not Status.RETURNED:
            return
        inquiry.reminded_at = now()
        reactions.write(
            application,
            "answer_reminder",
            lambda _language: inquiries.letter_values(application, inquiry),
            by=REMINDING,
        )
