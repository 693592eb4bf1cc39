"""Decisions of the formal check: eligible, not eligible, opened again, taken back."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal import audit
from portal.applications import reactions
from portal.applications.check import inquiries
from portal.applications.drafts import sending
from portal.applications.models import Application
from portal.applications.policy import POLICY
from portal.applications.queries import in_call
from portal.applications.workflow import Move, MoveNotPossible, Status
from portal.calls.models import Call
from portal.core.actor import Actor
from portal.core.clock import now
from portal.core.db import Model, db
from portal.core.errors import DomainError
from portal.core.i18n import gettext as _
from portal.core.text import normalise


class Ineligibility(Model):
    """Why an application is not eligible: for the office only, and the twin that stays, if any."""

    __tablename__ = "ineligibility"
    __table_args__ = (UniqueConstraint("application_id"),)

    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"))
    twin_id: Mapped[UUID | None] = mapped_column(ForeignKey("application.id", ondelete="SET NULL"))
    reason: Mapped[str] = mapped_column(String(4000))

    twin: Mapped[Application | None] = relationship(foreign_keys=[twin_id])


def start(application: Application, *, by: Actor) -> None:
    """Begin the formal check."""
    POLICY.require(by, Move.START_SCREENING, application)
    application.make_move(Move.START_SCREENING, by=by, at=now())
    audit.record(by, Move.START_SCREENING, application)


def _begun(application: Application, by: Actor) -> None:
    if application.status is Status.SUBMITTED:
        start(application, by=by)


def find_eligible(application: Application, *, by: Actor, note: str = "") -> None:
    """Let the application take part; an open question of the office ends."""
    POLICY.require(by, Move.FIND_ELIGIBLE, application)
    _begun(application, by)
    application.make_move(Move.FIND_ELIGIBLE, by=by, at=now(), note=_words(note))
    inquiries.close(application)
    audit.record(by, Move.FIND_ELIGIBLE, application)


def find_ineligible(
    application: Application,
    *,
    reason: str,
    by: Actor,
    twin: Application | None = None,
    letter: str = "",
) -> None:
    """Say that the application cannot take part; its letter waits until the office releases it.

    reason: for the office only. letter: what the applicant reads beside the fixed words. twin: the
    application that stays, where this one is its duplicate.
    """
    POLICY.require(by, Move.FIND_INELIGIBLE, application)
    why = _words(reason)
    if not why:
        raise DomainError(_("Write the reason. Only the office reads it."))
    if twin is not None and (twin.id == application.id or twin.call_id != application.call_id):
        raise DomainError(_("The twin must be another application of this call."))
    _begun(application, by)
    event = application.make_move(Move.FIND_INELIGIBLE, by=by, at=now(), note=why)
    inquiries.close(application)
    _forget_reason(application)
    db.session.add(
        Ineligibility(application_id=application.id, twin_id=twin.id if twin else None, reason=why)
    )
    db.session.flush()
    audit.record(by, event.move, application, twin=str(twin.id) if twin else None)
    reactions.write(
        application,
        event.move,
        lambda _language: {
            "number": str(application.reference),
            "title": application.title,
            "note": _words(letter),
        },
        hold=True,
        by=by,
    )


def why_ineligible(application: Application) -> Ineligibility | None:
    """Return the reason that counts, None where it is (again) in the check."""
    return db.session.scalar(
        select(Ineligibility).where(Ineligibility.application_id == application.id)
    )


def _forget_reason(application: Application) -> None:
    found = why_ineligible(application)
    if found:
        db.session.delete(found)
        db.session.flush()


def reopen(application: Application, *, reason: str, by: Actor) -> None:
    """Take a decision back: the check goes on. A letter that was held for it is never sent."""
    POLICY.require(by, Move.REOPEN, application)
    why = _words(reason)
    if not why:
        raise DomainError(_("Write why the check begins again."))
    application.make_move(Move.REOPEN, by=by, at=now(), note=why)
    _forget_reason(application)
    reactions.drop_held(application, Move.FIND_INELIGIBLE)
    audit.record(by, Move.REOPEN, application)


def withdraw_for(application: Application, *, reason: str, by: Actor) -> None:
    """Take the application back on the owner's behalf, since they said so elsewhere."""
    why = _words(reason)
    if not why:
        raise DomainError(_("Write who withdrew it, and how you know."))
    sending.withdraw(application, by=by, at=now(), note=why)
    inquiries.close(application)
    audit.record(by, Move.WITHDRAW, application)


def _words(text: str) -> str:
    return normalise(text).strip()[:4000]


@dataclass
class Outcome:
    """What became of a move of many: the done ones, the others with a sentence why not."""

    done: list[Application] = field(default_factory=list)
    refused: list[tuple[Application, str]] = field(default_factory=list)


def many(call: Call, ids: Iterable[UUID], act: Callable[[Application], None]) -> Outcome:
    """Do `act` with every application of `call` among `ids`; a refusal stops only that one.

    Each stands behind a savepoint of its own. Ids of other calls are left out.
    """
    outcome = Outcome()
    for application_id in dict.fromkeys(ids):
        application = in_call(call, application_id, for_change=True)
        if application is None:
            continue
        try:
            with db.session.begin_nested():
                act(application)
        except DomainError as refused:
            db.session.refresh(application)
            outcome.refused.append((application, why_not(application, refused)))
        else:
            outcome.done.append(application)
    return outcome


def why_not(application: Application, refused: DomainError) -> str:
    """Return the sentence for a refusal, also where the table of moves has no such arrow."""
    if isinstance(refused, MoveNotPossible):
        return _("This is not possible any more: the application has moved on.")
    return refused.message or _("You may not do this with this application.")
