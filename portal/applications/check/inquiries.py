"""Asking back: questions that are open again, a text, a day; and the answers to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from portal import audit, mail
from portal.applications import reactions
from portal.applications.drafts.renewing import newest
from portal.applications.models import Application
from portal.applications.policy import POLICY, Action
from portal.applications.queries import definition_under, unsent_changes
from portal.applications.reading import entries_of_version
from portal.applications.workflow import Move, Status
from portal.calls.definition import Definition
from portal.calls.models import Call
from portal.calls.queries import current_version, definition_of
from portal.calls.questions import FILE_TYPES, AnyQuestion
from portal.calls.retyped import raw_of
from portal.core.actor import Actor
from portal.core.clock import now
from portal.core.db import Model, db
from portal.core.errors import DomainError
from portal.core.i18n import format_date
from portal.core.i18n import gettext as _
from portal.core.text import normalise


class Inquiry(Model):
    """One question of the office. `answers` are raw and unsent, by question key.

    draft_differs: whether the owner had unsent changes when it was asked.
    due: the last day of the answer, in the call's zone. It is open until `closed_at`: the answer
    was taken, or the office took the question back. answered_at: of the newest answer.
    """

    __tablename__ = "inquiry"
    __table_args__ = (
        UniqueConstraint("application_id", "n"),
        Index("ix_inquiry_closed_at_due", "closed_at", "due"),
    )

    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"))
    n: Mapped[int]
    questions: Mapped[list[Any]]
    text: Mapped[str] = mapped_column(String(8000))
    due: Mapped[date]
    asked_at: Mapped[datetime] = mapped_column(default=now)
    asked_by: Mapped[str] = mapped_column(String(80))
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    note: Mapped[str] = mapped_column(String(8000), default="")
    revision: Mapped[int] = mapped_column(default=0)
    saved_at: Mapped[datetime | None]
    draft_differs: Mapped[bool] = mapped_column(default=False)
    answered_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]


@dataclass(frozen=True)
class Question:
    """What the office asks: keys of questions to open, a text, the last day of the answer."""

    keys: Sequence[str]
    text: str
    due: date


def first_due(application: Application) -> date:
    """Return the day that is proposed for an answer: `answer_days` of the call from today."""
    definition = definition_under(newest(application))
    return today(definition) + timedelta(days=definition.answer_days)


def today(definition: Definition) -> date:
    """Return the present day in the call's zone."""
    return definition.local(now()).date()


def today_in(application: Application) -> date:
    """Return the present day in the zone of the application's call."""
    return today(definition_under(newest(application)))


def may_be_opened(application: Application) -> list[AnyQuestion]:
    """Return the questions that can be opened again: those asked, but not the owner's address.

    Another address is another contact (see `contacts`).
    """
    version = newest(application)
    owner = set(definition_under(version).owner)
    entries = (entry for part in entries_of_version(version) for entry in part.entries)
    return [entry.question for entry in entries if entry.question.key not in owner]


def check_question(application: Application, question: Question) -> list[tuple[str, str]]:
    """Return what is wrong with a question of the office, as (field, sentence)."""
    found = []
    known = {one.key for one in may_be_opened(application)}
    if set(question.keys) - known:
        found.append(("keys", _("One of these questions is not asked any more. Choose again.")))
    if not question.text.strip():
        found.append(("text", _("Write what is missing or what you want to know.")))
    if question.due <= today(definition_under(newest(application))):
        found.append(("due", _("Choose a day after today.")))
    return found


def ask(
    application: Application, question: Question, *, by: Actor, hold: bool | None = None
) -> Inquiry:
    """Return the application for completion; `hold` says whether the letter waits for release.

    None means: as the rule of the call for letters of the office.

    From `submitted` the check begins with it. Raises `DomainError` for a question that
    `check_question` would refuse.
    """
    POLICY.require(by, Move.RETURN_FOR_COMPLETION, application)
    if wrong := check_question(application, question):
        raise DomainError(wrong[0][1])
    if application.status is Status.SUBMITTED:
        application.make_move(Move.START_SCREENING, by=by, at=now())
    close(application)
    inquiry = Inquiry(
        application_id=application.id,
        n=len(all_of(application)) + 1,
        questions=list(question.keys),
        text=normalise(question.text).strip()[:8000],
        due=question.due,
        asked_by=by.key,
        answers=_before(application, question.keys),
        draft_differs=unsent_changes(application),
    )
    db.session.add(inquiry)
    application.due = question.due
    note = inquiry.text[:4000]
    event = application.make_move(Move.RETURN_FOR_COMPLETION, by=by, at=now(), note=note)
    _bring_back_files(application, question.keys)
    db.session.flush()
    audit.record(by, "return_for_completion", application, questions=len(inquiry.questions))
    terms: dict[str, Any] = {} if hold is None else {"hold": hold}
    reactions.write(
        application, event.move, lambda _language: letter_values(application, inquiry), by=by,
        **terms,
    )  # fmt: skip
    return inquiry


def _before(application: Application, keys: Sequence[str]) -> dict[str, Any]:
    """Return what was answered to the opened questions, as it was typed."""
    version = newest(application)
    known = definition_under(version).questions
    wanted = [key for key in keys if known[key].type not in FILE_TYPES]
    return {key: raw_of(known[key], version.answers.get(key)) for key in wanted}


def _bring_back_files(application: Application, keys: Sequence[str]) -> None:
    """Let the opened file questions show what was sent, not what a later draft made of it."""
    sent = {one.file_id for one in newest(application).files}
    for file in application.files:
        if file.key in keys and file.id in sent:
            file.removed_at = None


def letter_values(application: Application, inquiry: Inquiry) -> dict[str, str]:
    """Return what the letters about a question of the office say."""
    zone = definition_under(newest(application)).zone
    return {
        "number": str(application.reference),
        "title": application.title or str(application.reference),
        "note": inquiry.text,
        "due": format_date(inquiry.due, "full", zone),
    }


def letter_draft(application: Application, question: Question) -> mail.Letter:
    """Return the letter that asking would write, for a preview; nothing is stored."""
    zone = definition_under(newest(application)).zone
    return reactions.draft(
        application,
        Move.RETURN_FOR_COMPLETION,
        lambda _language: {
            "number": str(application.reference),
            "title": application.title,
            "note": normalise(question.text).strip(),
            "due": format_date(question.due, "full", zone),
        },
    )


def all_of(application: Application) -> list[Inquiry]:
    """Return every question of the office to an application, the first one first."""
    rows = select(Inquiry).where(Inquiry.application_id == application.id).order_by(Inquiry.n)
    return list(db.session.scalars(rows))


def open_one(application: Application) -> Inquiry | None:
    """Return the question that waits for an answer or may still get another one."""
    found = [one for one in all_of(application) if one.closed_at is None]
    return found[-1] if found else None


def prolong(application: Application, due: date, *, by: Actor) -> Inquiry:
    """Give a later day for the answer and tell the owner."""
    POLICY.require(by, Action.EXTEND, application)
    inquiry = _waiting(application)
    if due <= today(definition_under(newest(application))):
        raise DomainError(_("Choose a day after today."))
    inquiry.due = application.due = due
    inquiry.reminded_at = None
    audit.record(by, "prolong", application, due=due.isoformat())
    reactions.write(
        application,
        "answer_prolonged",
        lambda _language: letter_values(application, inquiry),
        by=by,
    )
    return inquiry


def cancel(application: Application, note: str, *, by: Actor) -> None:
    """End the question without an answer on the page, or close an answered one; check on."""
    POLICY.require(by, Action.WORK, application)
    inquiry = _waiting(application)
    answered = inquiry.answered_at is not None
    if application.status is Status.RETURNED:
        application.make_move(Move.COMPLETE, by=by, at=now(), note=normalise(note)[:4000])
        if not answered:
            reactions.write(application, "inquiry_cancelled", lambda _language: {
                "number": str(application.reference), "title": application.title,
            }, by=by)  # fmt: skip
    close(application)
    audit.record(by, "inquiry_closed", application, answered=answered)


def _waiting(application: Application) -> Inquiry:
    inquiry = open_one(application)
    if inquiry is None:
        raise DomainError(_("There is no open question any more. Load the page again."))
    return inquiry


def close(application: Application) -> None:
    """End every open question, for example since a decision was taken."""
    for inquiry in all_of(application):
        inquiry.closed_at = inquiry.closed_at or now()
    application.due = None


def overdue(call: Call, at: datetime | None = None) -> list[tuple[Application, Inquiry]]:
    """Return the applications whose answer is due and has not come, the longest overdue first."""
    day = definition_of(current_version(call).id).local(at or now()).date()
    rows = (
        select(Application, Inquiry)
        .join(Inquiry, Inquiry.application_id == Application.id)
        .where(
            Application.call_id == call.id,
            Application.status == Status.RETURNED,
            Inquiry.closed_at.is_(None),
            Inquiry.due < day,
        )
        .order_by(Inquiry.due, Application.number)
    )
    return [(application, inquiry) for application, inquiry in db.session.execute(rows)]
