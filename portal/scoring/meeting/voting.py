"""Votes: on a motion, open or secret, by each one's own device or by hands in the room.

VwVfG § 91: the majority of the votes decides, and abstentions are not counted; in a tie the chair's
vote decides if the chair may vote (and the call says so), else the motion has failed. § 92 (1) by
analogy: in writing and covered where a secret vote is wanted.
"""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from portal import audit
from portal.accounts.models import User
from portal.calls.definition import Definition
from portal.calls.queries import definition_of
from portal.core.actor import Actor
from portal.core.db import db
from portal.core.errors import DomainError, Forbidden, NotFound
from portal.core.i18n import BINDING, in_language
from portal.core.i18n import gettext as _
from portal.core.text import normalise, one_line
from portal.scoring.meeting import places, presence, sharing
from portal.scoring.meeting.meeting_models import (
    AgendaItem,
    Ballot,
    Choice,
    ItemState,
    Meeting,
    Motion,
    Share,
    Vote,
    VoteState,
)
from portal.scoring.meeting.sitting import require_open, touch

LONGEST = 1000
MOST_EUROS = 10_000_000


@dataclass(frozen=True)
class Wish:
    """What shall be voted on, and how. words: own words in place of the usual ones.

    award: index of the place in the call. amount: in whole euros, None for what the call says.
    share: how the place is shared, None for one application alone.
    """

    motion: Motion
    words: str = ""
    award: int | None = None
    amount: int | None = None
    share: Share | None = None
    secret: bool = False
    hands: bool = False


# --- opening --------------------------------------------------------------------------------------


def open_vote(item: AgendaItem, wish: Wish, *, by: Actor, hidden: Collection[UUID] = ()) -> Vote:
    """Open a vote on the item under discussion.

    Raises `DomainError` below the quorum, and for a place that another application holds, except
    one in `hidden`, which whoever opens the vote may not know of.
    """
    meeting = item.meeting
    require_open(meeting)
    if item.state is not ItemState.OPEN:
        raise DomainError(_("Put this item under discussion first."))
    if item.vote:
        raise DomainError(_("A vote is open. Close it or annul it first."))
    able = presence.voters(meeting, item)
    _require_quorum(meeting, len(able))
    definition = definition_of(meeting.call.newest_version_id)
    _require_sensible(item, wish, definition)
    if wish.award is not None:
        sharing.require_free(item, wish.award, wish.share, hidden=hidden)
    vote = Vote(n=len(item.votes) + 1, motion=wish.motion, award=wish.award, amount=wish.amount,
                share=wish.share, words=_words(wish, definition),
                secret=wish.secret, hands=wish.hands,
                present=len(presence.here(meeting)), entitled=len(able),
                yes=0, no=0, abstain=0, ballots=[])  # fmt: skip
    item.votes.append(vote)
    presence.note_out(item)
    touch(meeting)
    audit.record(by, "vote_open", vote, motion=wish.motion.value, secret=wish.secret,
                 hands=wish.hands, entitled=len(able))  # fmt: skip
    return vote


def _require_quorum(meeting: Meeting, count: int) -> None:
    if count < meeting.quorum:
        raise DomainError(
            _("The jury cannot decide now: %(count)s who may vote here are in the room,"
              " %(quorum)s are needed.", count=count, quorum=meeting.quorum)
        )  # fmt: skip


def _require_sensible(item: AgendaItem, wish: Wish, definition: Definition) -> None:
    if item.application_id is None and wish.motion is not Motion.OTHER:
        raise DomainError(_("This item is about no application. Write the motion in words."))
    if wish.motion is Motion.OTHER and not one_line(wish.words):
        raise DomainError(_("Write what is voted on."))
    if wish.motion is Motion.PLACE and wish.award not in range(len(definition.awards)):
        raise DomainError(_("Choose a place."))
    if wish.motion is Motion.SUM and wish.amount is None:
        raise DomainError(_("Write the sum in whole euros."))
    if wish.amount is not None and not 0 <= wish.amount <= MOST_EUROS:
        raise DomainError(_("Write the sum in whole euros."))


def _words(wish: Wish, definition: Definition) -> str:
    """Return the motion in German, which the minutes are in."""
    own = normalise(wish.words).strip()[:LONGEST]
    if own:
        return own
    with in_language(BINDING):
        if wish.motion is Motion.PLACE and wish.award is not None:
            return _place_words(wish, wish.award, definition)
        if wish.motion is Motion.SUM:
            return _("The application gets %(sum)s.", sum=places.euros(wish.amount or 0))
        if wish.motion is Motion.SHORTLIST:
            return _("The application comes on the shortlist.")
        return _("The application is not considered further.")


def _place_words(wish: Wish, award: int, definition: Definition) -> str:
    usual = definition.awards[award].amount
    amount = usual if wish.amount is None else wish.amount
    if not wish.share:
        prize = places.place_words(definition, award, amount)
        return _("The application gets: %(place)s.", place=prize)
    place = places.place_words(definition, award, None)
    if amount is None:
        return _("The application gets, together with others: %(place)s.", place=place)
    if wish.share is Share.SPLIT and wish.amount is None:
        return _("The application gets, together with others: %(place)s. The sum of %(sum)s is"
                 " divided equally.", place=place, sum=places.euros(amount))  # fmt: skip
    return _("The application gets, together with others: %(place)s. It receives %(sum)s.",
             place=place, sum=places.euros(amount))  # fmt: skip


# --- voting ---------------------------------------------------------------------------------------


def find(meeting: Meeting, vote_id: UUID) -> Vote:
    """Return a vote of the meeting; raise `NotFound`."""
    found = db.session.scalar(
        select(Vote).join(Vote.item)
        .where(Vote.id == vote_id, AgendaItem.meeting_id == meeting.id)
    )  # fmt: skip
    if found is None:
        raise NotFound
    return found


def has_voted(vote: Vote, user_id: UUID) -> bool:
    """Return whether the person has voted."""
    return any(ballot.user_id == user_id for ballot in vote.ballots)


def may_vote(vote: Vote, user_id: UUID) -> bool:
    """Return whether the person can vote now, on the own device, once."""
    able = {one.user_id for one in presence.voters(vote.item.meeting, vote.item)}
    return (
        vote.state is VoteState.OPEN
        and not vote.hands
        and user_id in able
        and not has_voted(vote, user_id)
    )


def cast(vote: Vote, voter: User, choice: Choice) -> None:
    """Keep somebody's vote. In a secret one only a number grows, and that the person has voted.

    Nothing goes into the log, and no time is kept: both could tell who said what. Raises
    `NotFound` for who is kept out, `Forbidden` for who cannot vote here, `DomainError` for a
    second time or after the close.
    """
    meeting = vote.item.meeting
    require_open(meeting)
    if voter.id in presence.out_of(vote.item):
        raise NotFound
    if vote.state is not VoteState.OPEN:
        raise DomainError(_("This vote is closed. Nothing was changed."))
    if vote.hands:
        raise DomainError(_("This vote is counted in the room."))
    if has_voted(vote, voter.id):
        raise DomainError(_("You have voted already. A vote cannot be changed."))
    if not may_vote(vote, voter.id):
        raise Forbidden(_("Only voting members who are noted as present can vote."))
    _require_answered(vote.item, voter)
    vote.ballots.append(Ballot(user_id=voter.id, choice=None if vote.secret else choice))
    if vote.secret:
        setattr(vote, choice.value, getattr(vote, choice.value) + 1)
    touch(meeting)


def _require_answered(item: AgendaItem, voter: User) -> None:
    here = [one for one in presence.here(item.meeting) if one.user_id == voter.id]
    if presence.unanswered(item, here):
        raise DomainError(_("Say first whether you have a conflict of interest here."))
