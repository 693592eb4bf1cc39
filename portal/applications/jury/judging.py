"""Who of the jury reads what. `visible_to` is the one place that decides what a juror may see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Select,
    String,
    UniqueConstraint,
    exists,
    false,
    literal,
    select,
    union_all,
)
from sqlalchemy.orm import Mapped, defer, mapped_column, relationship

from portal.accounts.models import User
from portal.applications.models import Application
from portal.applications.workflow import SEEN_BY_JURY
from portal.calls.definition import Definition
from portal.calls.memberships import Function, Membership, Role, members_of
from portal.calls.models import Call
from portal.calls.queries import definition_of
from portal.core.clock import now
from portal.core.db import Model, by_value, db

# Who votes, and who looks at everything without a reading of their own.
VOTING = (Function.CHAIR, Function.MEMBER)
OVERSEEING = (Function.CHAIR, Function.SECRETARY)
# Neither what nobody sent, nor who owns it, nor the title before anything was blacked out in it.
NEVER_LOADED = (
    Application.draft, Application.marks, Application.aside, Application.owner_email,
    Application.title,
)  # fmt: skip


class Way(StrEnum):
    """How a reading came about."""

    ALL = "all"
    BALANCED = "balanced"
    HAND = "hand"
    DEPUTY = "deputy"


class Assignment(Model):
    """A juror reads an application; a deputy does so in the place of `stands_for_id`."""

    __tablename__ = "assignment"
    __table_args__ = (UniqueConstraint("application_id", "user_id"),)

    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    way: Mapped[Way] = mapped_column(by_value(Way))
    stands_for_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    by_key: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(default=now)


class Tie(StrEnum):
    """What connects a juror with an application: § 20 (1) no. 1–6 and sentence 2, § 21 VwVfG."""

    NONE = "none"
    PARTICIPANT = "participant"
    RELATIVE = "relative"
    REPRESENTATIVE = "representative"
    RELATIVE_OF_REPRESENTATIVE = "relative_of_representative"
    EMPLOYED = "employed"
    ADVISED = "advised"
    ADVANTAGE = "advantage"
    OTHER = "other"


class Conflict(Model):
    """A juror's answer for one application. Any tie but `none` excludes until it is lifted.

    words: in the juror's own words. declared_by: somebody else's key where the tie was found later.
    """

    __tablename__ = "jury_conflict"
    __table_args__ = (
        UniqueConstraint("application_id", "user_id"),
        CheckConstraint("lifted_at IS NULL OR lift_reason <> ''", "lifted_has_reason"),
    )

    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    tie: Mapped[Tie] = mapped_column(by_value(Tie))
    words: Mapped[str] = mapped_column(String(1000), default="")
    declared_at: Mapped[datetime] = mapped_column(default=now)
    declared_by: Mapped[str] = mapped_column(String(80))
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[str] = mapped_column(String(80), default="")
    lift_reason: Mapped[str] = mapped_column(String(1000), default="")

    user: Mapped[User] = relationship()
    application: Mapped[Application] = relationship()

    @property
    def excludes(self) -> bool:
        """Whether the juror is kept out."""
        return self.tie is not Tie.NONE and self.lifted_at is None


class Seat(Model):
    """As what somebody sits in the jury of a call (in words), and until when."""

    __tablename__ = "jury_seat"
    __table_args__ = (UniqueConstraint("call_id", "user_id"),)

    call_id: Mapped[UUID] = mapped_column(ForeignKey("call.id", ondelete="CASCADE"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    words: Mapped[str] = mapped_column(String(200), default="")
    until: Mapped[date | None]


@dataclass(frozen=True)
class Juror:
    """Somebody in the jury of one call."""

    user: User
    call: Call
    function: Function

    @property
    def votes(self) -> bool:
        """Whether the person gives sheets; a deputy does where it stepped in."""
        return self.function is not Function.SECRETARY

    @property
    def chairs(self) -> bool:
        """Whether the person chairs the jury."""
        return self.function is Function.CHAIR

    @property
    def oversees(self) -> bool:
        """Whether the person may look at applications beyond the own readings."""
        return self.function in OVERSEEING

    @cached_property
    def definition(self) -> Definition:
        """The call as it is today."""
        return definition_of(self.call.newest_version_id)


def juror_of(membership: Membership) -> Juror:
    """Return the juror of a membership with the role juror."""
    return Juror(membership.user, membership.call, membership.function or Function.MEMBER)


def jurors(call: Call) -> list[Juror]:
    """Return the jury of a call: the chair first, then by name."""
    order = list(Function)
    found = [juror_of(membership) for membership in members_of(call, Role.JUROR)]
    return sorted(found, key=lambda juror: order.index(juror.function))


def serving(call: Call) -> list[Juror]:
    """Return those of the jury whose term has not ended, in the order of `jurors`."""
    over = terms_over(call)
    return [juror for juror in jurors(call) if juror.user.id not in over]


def voting(call: Call) -> list[Juror]:
    """Return those who read by right: chair and members whose term has not ended."""
    return [juror for juror in serving(call) if juror.function in VOTING]


def seats(call: Call) -> dict[UUID, Seat]:
    """Return the seats of a call by the person's id."""
    rows = db.session.scalars(select(Seat).where(Seat.call_id == call.id))
    return {seat.user_id: seat for seat in rows}


def terms_over(call: Call) -> dict[UUID, date]:
    """Return the last day of every term that has ended, by the person's id.

    A term lasts through its last day, by the clock of the call.
    """
    rows = select(Seat.user_id, Seat.until).where(Seat.call_id == call.id, Seat.until < today(call))
    return {user_id: until for user_id, until in db.session.execute(rows) if until}


def term_over(juror: Juror) -> date | None:
    """Return the last day of the juror's term if it has ended: no room of the jury opens then."""
    return db.session.scalar(
        select(Seat.until).where(
            Seat.call_id == juror.call.id,
            Seat.user_id == juror.user.id,
            Seat.until < today(juror.call),
        )
    )


def today(call: Call) -> date:
    """Return the day by the clock of the call."""
    return now().astimezone(definition_of(call.newest_version_id).timezone).date()


# --- what may be seen -----------------------------------------------------------------------------


def is_excluded(user_id: UUID) -> ColumnElement[bool]:
    """Return the condition: the person is kept out of `Application` by a conflict."""
    return exists().where(
        Conflict.application_id == Application.id,
        Conflict.user_id == user_id,
        Conflict.tie != Tie.NONE,
        Conflict.lifted_at.is_(None),
    )


def is_answered(user_id: UUID) -> ColumnElement[bool]:
    """Return the condition: the person has answered for `Application`, whatever was said."""
    return exists().where(Conflict.application_id == Application.id, Conflict.user_id == user_id)


def is_assigned(user_id: UUID) -> ColumnElement[bool]:
    """Return the condition: the person reads `Application`."""
    return exists().where(
        Assignment.application_id == Application.id, Assignment.user_id == user_id
    )


def visible_to(juror: Juror) -> Select[Application]:
    """Return the query of all applications that `juror` may know of; every page begins with it.

    None with a conflict, none that is not with the jury, only own readings unless the juror
    oversees. A blind jury learns of an application only after the answer about conflicts, so
    that nobody can put the list of organisations beside the list of numbers.
    """
    mine = (
        select(Application)
        .where(
            Application.call_id == juror.call.id,
            Application.status.in_(SEEN_BY_JURY),
            ~is_excluded(juror.user.id),
        )
        .options(*(defer(column, raiseload=True) for column in NEVER_LOADED))
    )
    if not juror.oversees:
        mine = mine.where(is_assigned(juror.user.id))
    if juror.definition.jury.blind:
        mine = mine.where(is_answered(juror.user.id))
    return mine


def readable_by(juror: Juror) -> Select[Application]:
    """Return the query of the applications that `juror` may read: the answer was no conflict."""
    return visible_to(juror).where(is_answered(juror.user.id))


def readable_ids(people: Sequence[Juror]) -> dict[UUID, set[UUID]]:
    """Return what each of `people` may read, by the person's id: one statement for all of them."""
    found: dict[UUID, set[UUID]] = {juror.user.id: set() for juror in people}
    lists = [readable_by(juror).with_only_columns(literal(n), Application.id)
             for n, juror in enumerate(people)]  # fmt: skip
    for n, application_id in db.session.execute(union_all(*lists)) if lists else ():
        found[people[n].user.id].add(application_id)
    return found


def asked_of(juror: Juror) -> Select[Application]:
    """Return the query of the applications for which `juror` still has to answer."""
    mine = select(Application).where(
        Application.call_id == juror.call.id,
        Application.status.in_(SEEN_BY_JURY),
        ~is_answered(juror.user.id),
    )
    return mine if juror.oversees else mine.where(is_assigned(juror.user.id))


def scored_by(juror: Juror) -> Select[Application]:
    """Return the query of the applications for which `juror` gives a sheet."""
    if not juror.votes:
        return visible_to(juror).where(false())
    return visible_to(juror).where(is_assigned(juror.user.id))


def find(
    query: Select[Application], application_id: UUID, *, for_change: bool = False
) -> Application | None:
    """Return the application with this id if `query` holds it; for_change locks its row."""
    one = query.where(Application.id == application_id)
    return db.session.scalar(one.with_for_update(of=Application) if for_change else one)


def all_of(query: Select[Application]) -> Sequence[Application]:
    """Return everything in `query` by number."""
    return db.session.scalars(query.order_by(Application.number)).all()


def conflicts_of(call: Call) -> list[Conflict]:
    """Return every answer that names a tie, newest first, with people and applications."""
    rows = (
        select(Conflict)
        .join(Conflict.application)
        .join(Conflict.user)
        .where(Application.call_id == call.id, Conflict.tie != Tie.NONE)
        .order_by(Conflict.declared_at.desc())
    )
    return list(db.session.scalars(rows))


def with_jury(call: Call) -> list[Application]:
    """Return the applications that are or were with the jury, by number."""
    rows = select(Application).where(
        Application.call_id == call.id, Application.status.in_(SEEN_BY_JURY)
    )
    return list(db.session.scalars(rows.order_by(Application.number)))


def assignments(call: Call) -> list[Assignment]:
    """Return every reading of a call."""
    rows = select(Assignment).join(Application, Application.id == Assignment.application_id)
    return list(db.session.scalars(rows.where(Application.call_id == call.id)))


def kept_out(call: Call) -> set[tuple[UUID, UUID]]:
    """Return application and person of every conflict that excludes."""
    rows = (
        select(Conflict.application_id, Conflict.user_id)
        .join(Application, Application.id == Conflict.application_id)
        .where(Application.call_id == call.id, Conflict.tie != Tie.NONE,
               Conflict.lifted_at.is_(None))
    )  # fmt: skip
    return {(application_id, user_id) for application_id, user_id in db.session.execute(rows)}
