"""The proposal of a closed meeting, and carrying it out: who is awarded, who is not."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select

from portal import audit
from portal.applications.models import Application
from portal.applications.policy import POLICY
from portal.applications.workflow import Move, Status
from portal.calls.definition import Definition
from portal.calls.models import Call
from portal.calls.queries import definition_of
from portal.core.actor import Actor
from portal.core.clock import now
from portal.core.db import db
from portal.core.errors import DomainError
from portal.core.i18n import gettext as _
from portal.scoring.meeting import places, sharing, telling
from portal.scoring.meeting.meeting_models import Meeting, Motion, Proposal


def record(meeting: Meeting) -> int:
    """Write down what the votes of a closed meeting lead to; return for how many applications."""
    definition = definition_of(meeting.call.newest_version_id)
    found = places.of_meeting(meeting, definition)
    for one in found:
        db.session.add(Proposal(meeting_id=meeting.id, application_id=one.item.application_id,
                                motion=one.motion, award=one.award, amount=one.amount,
                                share=one.share))  # fmt: skip
    db.session.flush()
    return len(found)


def proposals(call: Call) -> list[Proposal]:
    """Return what is proposed: of each application what the latest meeting says, best first."""
    rows = (
        select(Proposal).join(Proposal.meeting).where(Meeting.call_id == call.id)
        .order_by(Meeting.n)
    )  # fmt: skip
    newest = {one.application_id: one for one in db.session.scalars(rows)}
    return sorted(newest.values(), key=_order)


def _order(one: Proposal) -> tuple[int, int, int]:
    motions = list(Motion)
    place = one.award if one.award is not None else 999
    return place, motions.index(one.motion), one.application.number or 0


@dataclass(frozen=True)
class Plan:
    """What carrying out would do. waits: not closed for scoring yet, so it cannot be decided.

    twice: the places that were given to several applications which do not share them.
    """

    awarded: list[Proposal]
    declined: list[Application]
    waits: list[Application]
    done: list[Application]
    twice: list[str]


def plan(call: Call) -> Plan:
    """Return what carrying out the proposal means: a place is an award, all others get none."""
    rows = select(Application).where(
        Application.call_id == call.id,
        Application.status.in_((Status.WITH_JURY, Status.SCORED, Status.AWARDED,
                                Status.NOT_AWARDED)),
    )  # fmt: skip
    found = list(db.session.scalars(rows.order_by(Application.number)))
    won = {one.application_id: one for one in proposals(call) if is_award(one)}
    scored = [one for one in found if one.status is Status.SCORED]
    return Plan(
        awarded=[won[one.id] for one in scored if one.id in won],
        declined=[one for one in scored if one.id not in won],
        waits=[one for one in found if one.status is Status.WITH_JURY],
        done=[one for one in found if one.status in (Status.AWARDED, Status.NOT_AWARDED)],
        twice=_twice(call, [one for one in won.values() if is_in_force(one)]),
    )


def _twice(call: Call, found: list[Proposal]) -> list[str]:
    definition = definition_of(call.newest_version_id)
    return [places.place_words(definition, n, None) for n in sorted(sharing.clashes(found))]


def is_in_force(one: Proposal) -> bool:
    """Return whether the application of a proposal can hold a place; withdrawn ones cannot."""
    return one.application.status in places.IN_FORCE


def is_award(one: Proposal) -> bool:
    """Return whether a proposal is a prize: a place, or a sum."""
    return one.motion in (Motion.PLACE, Motion.SUM)


class Decided(NamedTuple):
    """How many were awarded and declined, and which of them no letter reaches."""

    awarded: int
    declined: int
    by_post: list[Application]


def carry_out(call: Call, *, chosen: Collection[UUID], by: Actor) -> Decided:
    """Award those with a place, decline the others; each gets a letter that waits for release.

    chosen: the applications that the page showed as awarded, so that nothing else is decided than
    what was looked at. Raises `DomainError` where that changed, or nothing can be decided yet.
    """
    wanted = plan(call)
    if wanted.waits:
        raise DomainError(_("Close scoring first. Then the proposal can be carried out."))
    if wanted.twice:
        raise DomainError(_("Given more than once: %(places)s. The jury decides about it again in a"
                            " meeting, then this can be carried out.",
                            places=", ".join(wanted.twice)))  # fmt: skip
    if not wanted.awarded:
        raise DomainError(_("No place was given yet. The jury decides in a meeting."))
    if {one.application_id for one in wanted.awarded} != set(chosen):
        raise DomainError(_("The proposal has changed meanwhile. Look at it once more."))
    at, found = now(), proposals(call)
    for one in wanted.awarded:
        one.carried_out_at, one.carried_out_by = at, by.key
        award = partial(_award, call, found, one)
        _decide(one.application, Move.AWARD, by=by, award=award)
    for application in wanted.declined:
        _decide(application, Move.DECLINE, by=by)
    db.session.flush()
    audit.record(by, "proposal_carry_out", call, awarded=len(wanted.awarded),
                 declined=len(wanted.declined))  # fmt: skip
    decided = [*(one.application for one in wanted.awarded), *wanted.declined]
    by_post = [one for one in decided if not one.owner_email]
    return Decided(len(wanted.awarded), len(wanted.declined), by_post)


def _decide(
    application: Application, move: Move, *, by: Actor, award: Callable[[], str] | None = None
) -> None:
    POLICY.require(by, move, application)
    application.make_move(move, by=by, at=now())
    audit.record(by, move, application)
    telling.tell(application, move, by=by, award=award)


def _award(call: Call, found: Collection[Proposal], one: Proposal) -> str:
    return words(call, found)[one.id]


def words(call: Call, found: Collection[Proposal], *, whole: bool = True) -> dict[UUID, str]:
    """Return what each of `found` proposes, for example "1. Preis (5.000 €)", by its id.

    whole: these are all; else divided sums are left out, since they would tell of the others.
    """
    definition = definition_of(call.newest_version_id)
    return {one.id: _words(one, definition, found, whole) for one in found}


def _words(
    one: Proposal, definition: Definition, found: Collection[Proposal], whole: bool
) -> str:  # fmt: skip
    known = {
        Motion.SHORTLIST: _("Shortlist"),
        Motion.REJECT: _("Not considered further"),
    }
    sharing_it = [other for other in found if other is one or is_in_force(other)]
    amount = places.amount_of(one, definition, sharing_it) if whole else one.amount
    return known.get(one.motion) or places.place_words(definition, one.award, amount, one.share)
