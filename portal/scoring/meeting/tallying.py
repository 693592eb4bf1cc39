"""The end of a vote: counted, decided in a tie, annulled. The rules stand in `voting`."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from portal import audit
from portal.calls.memberships import Function
from portal.calls.queries import definition_of
from portal.core.actor import Actor
from portal.core.clock import now
from portal.core.errors import DomainError, Forbidden
from portal.core.i18n import gettext as _
from portal.core.text import normalise
from portal.scoring.meeting import presence, sharing
from portal.scoring.meeting.meeting_models import Choice, Vote, VoteState
from portal.scoring.meeting.sitting import require_open, touch

LONGEST = 1000


@dataclass(frozen=True)
class Hands:
    """What was counted in the room; casting: how the chair voted, asked in a tie."""

    yes: int
    no: int
    abstain: int
    casting: Choice | None = None


def close_vote(
    vote: Vote, *, by: Actor, hands: Hands | None = None, hidden: Collection[UUID] = ()
) -> None:
    """Close a vote and state its result; a tie may wait for the chair.

    hands: the numbers of a vote by hands. Raises `DomainError` where they cannot be right, where
    nobody has voted, where somebody voted who is kept out since, or where the place was given away
    meanwhile (to an application that is not in `hidden`).
    """
    require_open(vote.item.meeting)
    if vote.state is not VoteState.OPEN:
        raise DomainError(_("This vote is closed. Nothing was changed."))
    _require_nobody_out(vote)
    if vote.hands:
        _count_hands(vote, hands)
    elif not vote.secret:
        for choice in Choice:
            count = sum(ballot.choice is choice for ballot in vote.ballots)
            setattr(vote, choice.value, count)
    if not vote.yes + vote.no + vote.abstain:
        raise DomainError(_("Nobody has voted yet. Wait, or annul the vote."))
    _settle(vote, hands)
    if vote.carried:
        sharing.require_still_free(vote, hidden)
    touch(vote.item.meeting)
    audit.record(by, "vote_close", vote, yes=vote.yes, no=vote.no, abstain=vote.abstain,
                 result=_result(vote))  # fmt: skip


def _require_nobody_out(vote: Vote) -> None:
    out = presence.out_of(vote.item)
    if any(ballot.user_id in out for ballot in vote.ballots):
        raise DomainError(
            _("Somebody who has a conflict here has voted. Annul the vote and repeat it.")
        )


def _count_hands(vote: Vote, hands: Hands | None) -> None:
    if hands is None or min(hands.yes, hands.no, hands.abstain) < 0:
        raise DomainError(_("Write how many said yes, how many no, and how many abstained."))
    able = len(presence.voters(vote.item.meeting, vote.item))
    if hands.yes + hands.no + hands.abstain > able:
        raise DomainError(
            _("These are more votes than there are people who may vote here: %(count)s.",
              count=able)
        )  # fmt: skip
    vote.yes, vote.no, vote.abstain = hands.yes, hands.no, hands.abstain


def _settle(vote: Vote, hands: Hands | None) -> None:
    vote.closed_at = now()
    if vote.yes != vote.no:
        vote.state, vote.carried = VoteState.CLOSED, vote.yes > vote.no
        return
    chair = casting_chair(vote)
    said = _said_by_chair(vote, chair, hands)
    if chair is None or said is Choice.ABSTAIN:
        vote.state, vote.carried = VoteState.CLOSED, False
    elif said is None:
        vote.state = VoteState.TIED
    else:
        vote.state, vote.carried, vote.casting = VoteState.CLOSED, said is Choice.YES, said


def casting_chair(vote: Vote) -> UUID | None:
    """Return the chair whose vote decides a tie, None where the tie means that the motion failed.

    The chair has to be in the room and may not be concerned; a deputy of the chair casts nothing.
    """
    meeting = vote.item.meeting
    if not definition_of(meeting.call.newest_version_id).jury.chair_breaks_ties:
        return None
    able = presence.voters(meeting, vote.item)
    return next((one.user_id for one in able if one.function is Function.CHAIR), None)


def _said_by_chair(vote: Vote, chair: UUID | None, hands: Hands | None) -> Choice | None:
    if vote.hands:
        return hands.casting if hands else None
    if vote.secret or chair is None:
        return None
    given = (ballot.choice for ballot in vote.ballots if ballot.user_id == chair)
    return next(given, Choice.ABSTAIN)


def decide_tie(vote: Vote, choice: Choice, *, by: Actor, hidden: Collection[UUID] = ()) -> None:
    """Let the chair's vote decide a tie.

    The chair says it in person after a secret vote; by hands whoever runs the meeting notes it.
    """
    require_open(vote.item.meeting)
    if vote.state is not VoteState.TIED:
        raise DomainError(_("There is no tie to decide."))
    if vote.secret and by.key != str(casting_chair(vote)):
        raise Forbidden(_("After a secret vote only the chair can decide the tie."))
    if choice is Choice.YES:
        sharing.require_still_free(vote, hidden)
    vote.state, vote.carried = VoteState.CLOSED, choice is Choice.YES
    vote.casting = choice
    touch(vote.item.meeting)
    audit.record(by, "vote_tie", vote, result=_result(vote))


def annul(vote: Vote, *, reason: str, by: Actor) -> None:
    """Annul a vote that went wrong; it stays in the record and can be repeated."""
    require_open(vote.item.meeting)
    why = normalise(reason).strip()[:LONGEST]
    if not why:
        raise DomainError(_("Write why this vote does not count."))
    if vote.state is VoteState.ANNULLED:
        raise DomainError(_("This vote is annulled already."))
    vote.state, vote.annul_reason = VoteState.ANNULLED, why
    vote.closed_at = vote.closed_at or now()
    touch(vote.item.meeting)
    audit.record(by, "vote_annul", vote)


def _result(vote: Vote) -> str:
    return "tied" if vote.carried is None else "carried" if vote.carried else "failed"
