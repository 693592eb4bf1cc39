"""Conflicts of interest: asked before an application opens, excluding at once, lifted by the chair.

VwVfG §§ 20, 21 and GO NRW §§ 31, 43 by analogy: who is biased says so unasked and leaves; the
committee's chair decides in doubt, and for the chair somebody else.
"""

from collections.abc import Callable
from uuid import UUID

from sqlalchemy import select

from portal import audit
from portal.accounts.models import User
from portal.applications.jury.assigning import tell_later
from portal.applications.jury.judging import (
    Assignment,
    Conflict,
    Juror,
    Tie,
    Way,
    conflicts_of,
    is_excluded,
    jurors,
    term_over,
)
from portal.applications.models import Application
from portal.calls.memberships import Function, Role, roles_held
from portal.calls.models import Call
from portal.core.actor import Actor
from portal.core.clock import now
from portal.core.db import db
from portal.core.errors import DomainError, Forbidden, NotFound
from portal.core.i18n import gettext as _
from portal.core.text import normalise

LONGEST = 1000
# The room of scores freezes and wakes what was given; called with application and person.
WHEN_EXCLUDED: list[Callable[[UUID, UUID], None]] = []
WHEN_LIFTED: list[Callable[[UUID, UUID], None]] = []


def tie_words() -> dict[Tie, str]:
    """Return the ties as a juror says them, in the present language."""
    return {
        Tie.NONE: _("No, I have no connection."),
        Tie.PARTICIPANT: _("I take part in it myself, or gain from it as an applicant does."),
        Tie.RELATIVE: _("A relative of mine takes part (also partner, engaged, in-law, foster)."),
        Tie.REPRESENTATIVE: _("I represent the organisation, by law or by proxy."),
        Tie.RELATIVE_OF_REPRESENTATIVE: _("A relative of mine represents the organisation."),
        Tie.EMPLOYED: _("I work for it for pay, or belong to its board or supervisory board."),
        Tie.ADVISED: _("I advised or helped with this application or project."),
        Tie.ADVANTAGE: _("The decision can bring me or mine a direct gain or loss."),
        Tie.OTHER: _("Something else could raise doubts about my fairness."),
    }


# --- the answer -----------------------------------------------------------------------------------


def answer(
    juror: Juror, application: Application, tie: Tie, *, by: Actor, words: str = ""
) -> Conflict:
    """Keep what the juror says; any tie excludes at once. Only the chair's decision undoes it.

    Raises `DomainError` if the juror is excluded already or names no reason where one is needed.
    """
    found = conflict_of(application.id, juror.user.id)
    if found and found.excludes:
        raise NotFound
    said = normalise(words).strip()[:LONGEST]
    if tie is Tie.OTHER and not said:
        raise DomainError(_("Write in a few words what it is."))
    if found is None:
        found = Conflict(application_id=application.id, user_id=juror.user.id)
        db.session.add(found)
    _declare(found, tie, said, by)
    audit.record(by, "conflict_answer", application, tie=tie.value, juror=juror.user.key)
    return found


def _declare(found: Conflict, tie: Tie, words: str, by: Actor) -> None:
    found.tie, found.words = tie, words
    found.declared_at, found.declared_by = now(), by.key
    found.lifted_at, found.lifted_by, found.lift_reason = None, "", ""
    db.session.flush()
    if found.excludes:
        for told in WHEN_EXCLUDED:
            told(found.application_id, found.user_id)


def conflict_of(application_id: UUID, user_id: UUID) -> Conflict | None:
    """Return what a juror answered for an application."""
    return db.session.scalar(
        select(Conflict).where(
            Conflict.application_id == application_id, Conflict.user_id == user_id
        )
    )


def impose(juror: Juror, application: Application, tie: Tie, *, by: Actor, words: str) -> Conflict:
    """Note a tie of a juror that somebody else found out: by the office, or by the chair."""
    _may_decide(juror, application, by, also_office=True)
    said = normalise(words).strip()[:LONGEST]
    if tie is Tie.NONE or not said:
        raise DomainError(_("Choose what connects the two, and write how you know."))
    found = conflict_of(application.id, juror.user.id)
    if found and found.excludes:
        return found
    if found is None:
        found = Conflict(application_id=application.id, user_id=juror.user.id)
        db.session.add(found)
    _declare(found, tie, said, by)
    audit.record(by, "conflict_found", application, tie=tie.value, juror=juror.user.key)
    return found


def lift(conflict: Conflict, *, by: Actor, reason: str) -> None:
    """Decide that a declared tie does not exclude; the office decides where the chair is tied.

    The juror may read again, and what was frozen counts again. Raises `Forbidden`.
    """
    application = conflict.application
    juror = _juror(application, conflict.user_id)
    _may_decide(juror, application, by, also_office=False)
    why = normalise(reason).strip()[:LONGEST]
    if not why:
        raise DomainError(_("Write why this is no reason to keep the juror out."))
    if not conflict.excludes:
        raise DomainError(_("This is decided already."))
    conflict.lifted_at, conflict.lifted_by, conflict.lift_reason = now(), by.key, why
    db.session.flush()
    for told in WHEN_LIFTED:
        told(application.id, conflict.user_id)
    audit.record(by, "conflict_lift", application, juror=juror.user.key)


def _juror(application: Application, user_id: UUID) -> Juror:
    found = next((j for j in jurors(application.call) if j.user.id == user_id), None)
    if found is None:
        raise NotFound
    return found


def may_lift(juror: Juror, application: Application, by: Actor) -> bool:
    """Return whether `by` decides about a tie of `juror`: chair, or office for the chair."""
    chair = next((j for j in jurors(application.call) if j.chairs), None)
    able = chair is not None and chair.user.id != juror.user.id
    able = able and not _is_out(application, chair) and not (chair and term_over(chair))
    if able and chair:
        return by.kind == "user" and by.key == chair.user.key
    return is_office(by, application)


def _is_out(application: Application, juror: Juror | None) -> bool:
    if juror is None:
        return True
    out = select(Application.id).where(Application.id == application.id, is_excluded(juror.user.id))
    return db.session.scalar(out) is not None


def is_office(by: Actor, application: Application) -> bool:
    """Return whether `by` works in the office of the application's call."""
    return by.kind == "user" and Role.OFFICE in roles_held(by, application.call_id)  # type: ignore[arg-type]


def _may_decide(juror: Juror, application: Application, by: Actor, *, also_office: bool) -> None:
    if also_office and is_office(by, application):
        return
    if not may_lift(juror, application, by):
        raise Forbidden(_("The chair decides this; where the chair is concerned, the office."))


# --- deputies -------------------------------------------------------------------------------------


def step_in(application: Application, deputy: Juror, absent: Juror, *, by: Actor) -> Assignment:
    """Let a deputy read in the place of a juror who is excluded or absent.

    The absent juror's reading stays in the record and no longer counts as missing. Raises
    `DomainError` where the deputy is none, or is concerned as well.
    """
    if deputy.function is not Function.DEPUTY:
        raise DomainError(_("Only a deputy can step in."))
    if term_over(deputy):
        raise DomainError(_("The term of %(name)s has ended.", name=deputy.user.called))
    if _is_out(application, deputy):
        raise DomainError(
            _(
                "%(name)s has a conflict here as well. Choose somebody else.",
                name=deputy.user.called,
            )
        )
    found = db.session.scalar(
        select(Assignment).where(
            Assignment.application_id == application.id, Assignment.user_id == deputy.user.id
        )
    )
    if found is None:
        found = Assignment(application_id=application.id, user_id=deputy.user.id, by_key=by.key)
        db.session.add(found)
    found.way, found.stands_for_id = Way.DEPUTY, absent.user.id
    db.session.flush()
    tell_later(application.call_id)
    audit.record(by, "deputy_step_in", application, deputy=deputy.user.key, of=absent.user.key)
    return found


def stand_ins(call: Call) -> dict[tuple[UUID, UUID], str]:
    """Return by application and absent person who reads instead, as it is called.

    A deputy who was kept out since reads no longer and is left out.
    """
    out = {(c.application_id, c.user_id) for c in conflicts_of(call) if c.excludes}
    rows = (
        select(Assignment, User)
        .join(User, User.id == Assignment.user_id)
        .join(Application, Application.id == Assignment.application_id)
        .where(Application.call_id == call.id, Assignment.stands_for_id.is_not(None))
    )
    return {
        (given.application_id, given.stands_for_id): user.called
        for given, user in db.session.execute(rows)
        if given.stands_for_id and (given.application_id, given.user_id) not in out
    }
