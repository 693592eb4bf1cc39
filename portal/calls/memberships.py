"""Who does what in which call: office, reader or juror; and the use cases that change it."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint, select
from sqlalchemy.orm import Mapped, contains_eager, mapped_column, relationship

from portal import audit
from portal.accounts import sessions
from portal.accounts.models import User
from portal.accounts.sessions import SignedIn
from portal.calls.models import Call
from portal.core.actor import Actor
from portal.core.clock import now
from portal.core.db import Model, by_value, db
from portal.core.errors import DomainError, NotFound
from portal.core.i18n import gettext as _


class Role(StrEnum):
    """What somebody is in a call. A reader sees what the office sees and changes nothing."""

    OFFICE = "office"
    READER = "reader"
    JUROR = "juror"


class Function(StrEnum):
    """What a juror is in the jury; the secretary has no vote."""

    CHAIR = "chair"
    MEMBER = "member"
    DEPUTY = "deputy"
    SECRETARY = "secretary"


class Membership(Model):
    """A role of a person in a call. Jurors, and only they, have a function."""

    __tablename__ = "membership"
    __table_args__ = (
        UniqueConstraint("user_id", "call_id", "role"),
        CheckConstraint("(role = 'juror') = (function IS NOT NULL)", "jurors_have_function"),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    call_id: Mapped[UUID] = mapped_column(ForeignKey("call.id", ondelete="CASCADE"), index=True)
    role: Mapped[Role] = mapped_column(by_value(Role))
    function: Mapped[Function | None] = mapped_column(by_value(Function))
    created_at: Mapped[datetime] = mapped_column(default=now)

    user: Mapped[User] = relationship()
    call: Mapped[Call] = relationship()


_IN_ORDER = (Call.closes_at.desc(), Membership.role)
_ARRIVING = (
    sessions.ALIVE.add_columns(Membership)
    .outerjoin(Membership, Membership.user_id == User.id)
    .outerjoin(Membership.call)
    .options(contains_eager(Membership.call))
    .order_by(*_IN_ORDER)
)


def arriving(cookie: str) -> tuple[SignedIn | None, list[Membership]]:
    """Return who is signed in with this cookie, and the memberships in all calls; one query."""
    given = sessions.asked_by(cookie)
    rows = db.session.execute(_ARRIVING, given).all() if given else []
    here = sessions.in_use(rows[0] if rows else None)
    if here is None:
        return None, []
    return here, _noted(here.user, [row[2] for row in rows if row[2] is not None])


def roles_of(user: User) -> list[Membership]:
    """Return the memberships of `user` in all calls, their calls loaded, in one query."""
    rows = select(Membership).join(Membership.call).options(contains_eager(Membership.call))
    mine = rows.where(Membership.user_id == user.id)
    return _noted(user, list(db.session.scalars(mine.order_by(*_IN_ORDER))))


def _noted(user: User, found: list[Membership]) -> list[Membership]:
    """Let the loaded user know its roles by call."""
    held: dict[UUID, set[Role]] = {}
    for membership in found:
        held.setdefault(membership.call_id, set()).add(membership.role)
    user.__dict__["_roles_held"] = held
    return found


def roles_held(user: User, call_id: UUID) -> set[Role]:
    """Return the roles of `user` in a call. Asked once per loaded user: changes end sessions."""
    if "_roles_held" not in user.__dict__:
        roles_of(user)
    held: dict[UUID, set[Role]] = user.__dict__["_roles_held"]
    return held.get(call_id, set())


def members_of(call: Call, *roles: Role) -> Sequence[Membership]:
    """Return who has one of `roles` (default: any) in the call, by name."""
    rows = select(Membership).join(Membership.user).options(contains_eager(Membership.user))
    rows = rows.where(Membership.call_id == call.id)
    wanted = rows.where(Membership.role.in_(roles or tuple(Role)))
    return db.session.scalars(wanted.order_by(User.name, User.email)).all()


def by_user(users: Iterable[User]) -> dict[UUID, list[Membership]]:
    """Return the memberships of several people, by the person's id, in one query."""
    ids = [user.id for user in users]
    rows = select(Membership).join(Membership.call).where(Membership.user_id.in_(ids))
    found: dict[UUID, list[Membership]] = {}
    for membership in db.session.scalars(rows.order_by(Call.slug, Membership.role)):
        found.setdefault(membership.user_id, []).append(membership)
    return found


def idle_of(user: User) -> timedelta:
    """Return how long a session of `user` may rest: two hours for those who are only jurors."""
    roles = {membership.role for membership in roles_of(user)}
    only_juror = roles == {Role.JUROR} and not user.admin
    return sessions.IDLE_JUROR if only_juror else sessions.IDLE_STAFF


def role_name(role: Role, function: Function | None = None) -> str:
    """Return a role in words of the present language."""
    names = {
        (Role.OFFICE, None): _("office"),
        (Role.READER, None): _("reader of the office"),
        (Role.JUROR, Function.CHAIR): _("chair of the jury"),
        (Role.JUROR, Function.MEMBER): _("member of the jury"),
        (Role.JUROR, Function.DEPUTY): _("deputy in the jury"),
        (Role.JUROR, Function.SECRETARY): _("secretary of the jury, without vote"),
    }
    return names[role, function]


def give(
    user: User, call: Call, role: Role, *, by: Actor, function: Function | None = None
) -> Membership:
    """Give `user` a role in a call; sessions end, since what they may do changed.

    A juror without a function is a member; another function of the same juror replaces the old.
    """
    if role is Role.JUROR:
        function = function or Function.MEMBER
    elif function:
        raise DomainError(_("Only jurors have a function."))
    held = db.session.scalar(
        select(Membership).where(
            Membership.user_id == user.id, Membership.call_id == call.id, Membership.role == role
        )
    )
    if held and held.function is function:
        return held
    membership = held or Membership(user=user, call=call, role=role)
    membership.function = function
    db.session.add(membership)
    db.session.flush()
    sessions.end_all(user)
    facts = {"role": role.value, "function": function.value if function else None}
    audit.record(by, "membership_give", user, call=call.slug, **facts)
    return membership


def take(membership_id: UUID, *, of: UUID, by: Actor) -> User:
    """Take a role away from the person `of`; sessions end. Return the person; raise `NotFound`."""
    membership = db.session.get(Membership, membership_id)
    if membership is None or membership.user_id != of:
        raise NotFound
    user = membership.user
    sessions.end_all(user)
    audit.record(by, "membership_take", user, call=membership.call.slug,
                 role=membership.role.value)  # fmt: skip
    db.session.delete(membership)
    return user
