"""The end of scoring: missing sheets come or are excused; then all close, and may open again."""

from collections.abc import Collection

from sqlalchemy import select

from portal import audit
from portal.applications.jury import conflicts, judging
from portal.applications.jury.judging import Juror, find, visible_to
from portal.applications.models import Application
from portal.applications.policy import POLICY
from portal.applications.workflow import Move, Status
from portal.calls.models import Call
from portal.core.actor import Actor
from portal.core.clock import now
from portal.core.db import db
from portal.core.errors import DomainError, Forbidden, NotFound
from portal.core.i18n import gettext as _
from portal.core.i18n import ngettext
from portal.core.text import normalise
from portal.scoring.models import Excuse
from portal.scoring.sheet.progress import Overview, Pair, overview

LONGEST = 1000


def excuse(application: Application, juror: Juror, *, reason: str, by: Actor) -> Excuse:
    """Let a missing sheet be missing. Chair or office may do so; the chair not where concerned."""
    _may_excuse(application, by)
    why = normalise(reason).strip()[:LONGEST]
    if not why:
        raise DomainError(_("Write why this sheet need not come."))
    found = db.session.scalar(
        select(Excuse).where(
            Excuse.application_id == application.id, Excuse.user_id == juror.user.id
        )
    )
    if found is None:
        found = Excuse(application_id=application.id, user_id=juror.user.id)
        db.session.add(found)
    found.reason, found.by_key, found.at = why, by.key, now()
    db.session.flush()
    audit.record(by, "sheet_excuse", application, juror=juror.user.key)
    return found


def excuse_many(call: Call, pairs: Collection[Pair], *, reason: str, by: Actor) -> int:
    """Excuse these missing sheets for one reason; return how many. Others are left out."""
    chosen = [one for one in overview(call).missing if (one[0].id, one[1].user.id) in pairs]
    if not chosen:
        raise DomainError(_("Choose at least one missing sheet."))
    for application, juror in chosen:
        excuse(application, juror, reason=reason, by=by)
    return len(chosen)


def step_in_many(call: Call, pairs: Collection[Pair], deputy: Juror, *, by: Actor) -> int:
    """Let a deputy read in the place of those whose sheets are missing: ill, away; return how many.

    by: the chair, who reaches only what may be known to it, or the office.
    """
    chair = next((one for one in judging.jurors(call) if one.user.key == by.key), None)
    chosen = [one for one in overview(call, as_seen_by=chair).missing
              if (one[0].id, one[1].user.id) in pairs]  # fmt: skip
    if not chosen:
        raise DomainError(_("Choose at least one missing sheet."))
    for application, absent in chosen:
        conflicts.step_in(application, deputy, absent, by=by)
    return len(chosen)


def excused_words(count: int) -> str:
    """Return what happened, in words."""
    return ngettext("One sheet is excused.", "%(num)s sheets are excused.", count)


def _may_excuse(application: Application, by: Actor) -> None:
    if conflicts.is_office(by, application):
        return
    chair = next((j for j in judging.jurors(application.call) if j.chairs), None)
    if chair is None or by.key != chair.user.key:
        raise Forbidden(_("Only the chair or the office can excuse a missing sheet."))
    if find(visible_to(chair), application.id) is None:
        raise NotFound


def close_as_chair(chair: Juror) -> None:
    """Close scoring as the chair, who learns nothing of what it is kept out of, not even a number.

    Raises `DomainError` as `close` does.
    """
    _require_complete(overview(chair.call, as_seen_by=chair))
    if overview(chair.call).missing:
        raise DomainError(_("Sheets are missing where you are kept out. The office closes."))
    close(chair.call, by=chair.user)


def close(call: Call, *, by: Actor) -> int:
    """Close scoring of everything that is with the jury; return how many applications.

    Raises `DomainError` while sheets are missing that nobody excused.
    """
    state = overview(call)
    _require_complete(state)
    found = [case.application for case in state.cases
             if case.application.status is Status.WITH_JURY]  # fmt: skip
    if not found:
        raise DomainError(_("There is nothing to close."))
    _move(found, Move.CLOSE_SCORING, by=by)
    return len(found)


def _require_complete(state: Overview) -> None:
    if state.missing:
        raise DomainError(ngettext(
            "One sheet is missing. Remind the juror, or excuse it with a reason.",
            "%(num)s sheets are missing. Remind the jurors, or excuse them with a reason.",
            len(state.missing)))  # fmt: skip


def reopen(call: Call, *, reason: str, by: Actor) -> int:
    """Open scoring again, before anything is decided; return how many applications."""
    why = normalise(reason).strip()[:LONGEST]
    if not why:
        raise DomainError(_("Write why scoring opens again."))
    found = [a for a in judging.with_jury(call) if a.status is Status.SCORED]
    if not found:
        raise DomainError(_("There is nothing to open."))
    _move(found, Move.REOPEN_SCORING, by=by, note=why)
    return len(found)


def _move(found: Collection[Application], move: Move, *, by: Actor, note: str = "") -> None:
    for application in found:
        POLICY.require(by, move, application)
        application.make_move(move, by=by, at=now(), note=note)
        audit.record(by, move, application)
    db.session.flush()
