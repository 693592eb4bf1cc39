"""A meeting of the jury: who was there, what was discussed, what was voted on, what is proposed."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.applications.models import Application
from portal.calls.memberships import Function
from portal.calls.models import Call
from portal.core.clock import now
from portal.core.db import Model, by_value


class Meeting(Model):
    """One sitting. quorum: voting members who must be there, as the call said when it was called.

    revision grows with every change. closed: nothing of it changes any more.
    """

    __tablename__ = "meeting"
    __table_args__ = (
        UniqueConstraint("call_id", "n"),
        CheckConstraint("quorum >= 1", "quorum_positive"),
        CheckConstraint("closed_at IS NULL OR opened_at IS NOT NULL", "closed_was_open"),
    )

    call_id: Mapped[UUID] = mapped_column(ForeignKey("call.id", ondelete="CASCADE"))
    n: Mapped[int]
    starts_at: Mapped[datetime]
    place: Mapped[str] = mapped_column(String(200))
    quorum: Mapped[int]
    called_by: Mapped[str] = mapped_column(String(80))
    called_at: Mapped[datetime] = mapped_column(default=now)
    invited_at: Mapped[datetime | None]
    opened_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(default=1)

    call: Mapped[Call] = relationship()
    items: Mapped[list["AgendaItem"]] = relationship(
        order_by="AgendaItem.position", back_populates="meeting", cascade="all, delete-orphan"
    )
    presences: Mapped[list["Presence"]] = relationship(
        order_by="Presence.came_at", cascade="all, delete-orphan"
    )

    @property
    def is_open(self) -> bool:
        """Whether the jury sits just now."""
        return self.opened_at is not None and self.closed_at is None


class Presence(Model):
    """Somebody of the jury is there, from and to. Name and function stay as they were.

    stands_for_id: the absent member in whose place a deputy sits.
    """

    __tablename__ = "meeting_presence"
    __table_args__ = (CheckConstraint("left_at IS NULL OR left_at >= came_at", "leaves_later"),)

    meeting_id: Mapped[UUID] = mapped_column(
        ForeignKey("meeting.id", ondelete="CASCADE"), index=True
    )
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    name: Mapped[str] = mapped_column(String(254))
    function: Mapped[Function] = mapped_column(by_value(Function))
    stands_for_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    stands_for: Mapped[str] = mapped_column(String(254), default="")
    came_at: Mapped[datetime]
    left_at: Mapped[datetime | None]


class ItemState(StrEnum):
    """Where an item of the agenda stands; `off` was taken off and stays in the record."""

    WAITING = "waiting"
    OPEN = "open"
    DONE = "done"
    OFF = "off"


class AgendaItem(Model):
    """One item: an application, or something in words.

    reasons: notes for the minutes; reasons_n grows with each saving, so that two writers notice
    each other. out: who was kept out while it was discussed (id, name and tie of each).
    """

    __tablename__ = "meeting_item"
    __table_args__ = (
        UniqueConstraint("meeting_id", "application_id"),
        CheckConstraint("application_id IS NOT NULL OR words <> ''", "is_about_something"),
        CheckConstraint("state NOT IN ('open', 'done') OR began_at IS NOT NULL", "has_begun"),
    )

    meeting_id: Mapped[UUID] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"))
    application_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("application.id", ondelete="CASCADE"), index=True
    )
    words: Mapped[str] = mapped_column(String(300), default="")
    position: Mapped[int]
    state: Mapped[ItemState] = mapped_column(by_value(ItemState), default=ItemState.WAITING)
    began_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    reasons: Mapped[str] = mapped_column(default="")
    reasons_n: Mapped[int] = mapped_column(default=0)
    out: Mapped[list[Any]] = mapped_column(default=list)

    meeting: Mapped[Meeting] = relationship(back_populates="items")
    application: Mapped[Application | None] = relationship()
    votes: Mapped[list["Vote"]] = relationship(
        order_by="Vote.n", back_populates="item", cascade="all, delete-orphan"
    )

    @property
    def vote(self) -> "Vote | None":
        """The vote that is under way."""
        running = (VoteState.OPEN, VoteState.TIED)
        return next((one for one in self.votes if one.state in running), None)


class Motion(StrEnum):
    """What is voted on."""

    SHORTLIST = "shortlist"
    PLACE = "place"
    SUM = "sum"
    REJECT = "reject"
    OTHER = "other"


class Share(StrEnum):
    """How a place is shared: its sum is divided, or each gets the whole of it."""

    SPLIT = "split"
    EACH = "each"


class VoteState(StrEnum):
    """`tied` waits for the casting vote of the chair; `annulled` counts for nothing."""

    OPEN = "open"
    TIED = "tied"
    CLOSED = "closed"
    ANNULLED = "annulled"


class Choice(StrEnum):
    """What one can say."""

    YES = "yes"
    NO = "no"
    ABSTAIN = "abstain"


class Vote(Model):
    """One vote on a motion. award: index of the place; amount: in whole euros.

    share: the application does not get the place alone; None for a place that is not divided.
    hands: counted in the room. secret: nothing tells who said what; the numbers grow here. entitled
    and present: how many could vote, and were there, when it began. casting: what the chair's vote
    decided in a tie.
    """

    __tablename__ = "meeting_vote"
    __table_args__ = (
        UniqueConstraint("item_id", "n"),
        CheckConstraint("motion <> 'place' OR award IS NOT NULL", "place_is_named"),
        CheckConstraint("motion <> 'sum' OR amount IS NOT NULL", "sum_is_named"),
        CheckConstraint("share IS NULL OR motion = 'place'", "only_places_are_shared"),
        CheckConstraint("yes >= 0 AND no >= 0 AND abstain >= 0", "counts_not_negative"),
        CheckConstraint("state <> 'closed' OR carried IS NOT NULL", "closed_has_result"),
        CheckConstraint("state <> 'annulled' OR annul_reason <> ''", "annulled_has_reason"),
    )

    item_id: Mapped[UUID] = mapped_column(ForeignKey("meeting_item.id", ondelete="CASCADE"))
    n: Mapped[int]
    motion: Mapped[Motion] = mapped_column(by_value(Motion))
    words: Mapped[str] = mapped_column(String(1000))
    award: Mapped[int | None]
    amount: Mapped[int | None]
    share: Mapped[Share | None] = mapped_column(by_value(Share))
    secret: Mapped[bool] = mapped_column(default=False)
    hands: Mapped[bool] = mapped_column(default=False)
    state: Mapped[VoteState] = mapped_column(by_value(VoteState), default=VoteState.OPEN)
    present: Mapped[int]
    entitled: Mapped[int]
    yes: Mapped[int] = mapped_column(default=0)
    no: Mapped[int] = mapped_column(default=0)
    abstain: Mapped[int] = mapped_column(default=0)
    carried: Mapped[bool | None]
    casting: Mapped[Choice | None] = mapped_column(by_value(Choice))
    opened_at: Mapped[datetime] = mapped_column(default=now)
    closed_at: Mapped[datetime | None]
    annul_reason: Mapped[str] = mapped_column(String(1000), default="")

    item: Mapped[AgendaItem] = relationship(back_populates="votes")
    ballots: Mapped[list["Ballot"]] = relationship(cascade="all, delete-orphan")

    @property
    def counts(self) -> bool:
        """Whether it is closed and was not annulled."""
        return self.state is VoteState.CLOSED


class Ballot(Model):
    """Somebody has voted. choice: None in a secret vote. No time: order must tell nothing."""

    __tablename__ = "meeting_ballot"
    __table_args__ = (UniqueConstraint("vote_id", "user_id"),)

    vote_id: Mapped[UUID] = mapped_column(ForeignKey("meeting_vote.id", ondelete="CASCADE"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    choice: Mapped[Choice | None] = mapped_column(by_value(Choice))


class Proposal(Model):
    """What a closed meeting proposes for one application; the office carries it out.

    amount: None also where the sum of a shared place is divided: how many share it, may change.
    """

    __tablename__ = "meeting_proposal"
    __table_args__ = (UniqueConstraint("meeting_id", "application_id"),)

    meeting_id: Mapped[UUID] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"))
    application_id: Mapped[UUID] = mapped_column(
        ForeignKey("application.id", ondelete="CASCADE"), index=True
    )
    motion: Mapped[Motion] = mapped_column(by_value(Motion))
    award: Mapped[int | None]
    amount: Mapped[int | None]
    share: Mapped[Share | None] = mapped_column(by_value(Share))
    at: Mapped[datetime] = mapped_column(default=now)
    carried_out_at: Mapped[datetime | None]
    carried_out_by: Mapped[str] = mapped_column(String(80), default="")

    application: Mapped[Application] = relationship()
    meeting: Mapped[Meeting] = relationship()

    @property
    def part(self) -> bool:
        """Whether the sum is what the division of a shared place leads to."""
        return self.share is Share.SPLIT and self.amount is None


class MinutesCopy(Model):
    """Minutes without some items, for those who must not read them; `digest` is over their ids."""

    __tablename__ = "minutes_copy"
    __table_args__ = (UniqueConstraint("meeting_id", "digest"),)

    meeting_id: Mapped[UUID] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"))
    digest: Mapped[str] = mapped_column(String(64))
    hidden: Mapped[list[Any]] = mapped_column(default=list)

    meeting: Mapped[Meeting] = relationship()
