"""One binder per juror: all dossiers they may read, in one PDF and one ZIP, until scoring closes.

A binder never shows more than the juror may read at the moment of the download: a conflict, another
version or a passage blacked out since makes it outdated, and an outdated one is not handed out.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ForeignKey, Select, String, exists, func, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal import audit, jobs, storage
from portal.accounts.models import User
from portal.applications.jury.judging import Juror, all_of, asked_of, readable_by, readable_ids
from portal.applications.models import Application
from portal.applications.workflow import Status
from portal.audit.models import AuditEntry
from portal.calls.models import Call
from portal.core.actor import Actor
from portal.core.clock import now
from portal.core.db import Model, by_value, db, transaction
from portal.core.errors import DomainError
from portal.core.i18n import gettext as _
from portal.scoring.binder.dossier import State, forget_lost, states, states_of

JOB = "make_binder"
AREA = "binders"
DOWNLOAD = "binder_download"
BODY = "body"


class BinderState(StrEnum):
    """The life of a binder; of a gone one only the row is left."""

    ORDERED = "ordered"
    RUNNING = "running"
    READY = "ready"
    FAILED = "failed"
    GONE = "gone"


class Binder(Model):
    """A binder as it was made once for one juror.

    parts: one dict for each application in its order (application, reference, title, version_n,
    digest, first_page, pages). changes: those since the juror's earlier copy, as for the page.
    files: storage key and size by `pdf` and `zip`, and by `body` what others may share of it. done
    of total: dossiers that were made.
    """

    __tablename__ = "binder"

    call_id: Mapped[UUID] = mapped_column(ForeignKey("call.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    state: Mapped[BinderState] = mapped_column(by_value(BinderState), default=BinderState.ORDERED)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    parts: Mapped[list[Any]] = mapped_column(default=list)
    changes: Mapped[list[Any]] = mapped_column(default=list)
    files: Mapped[dict[str, Any]] = mapped_column(default=dict)
    pages: Mapped[int] = mapped_column(default=0)
    earlier_at: Mapped[datetime | None]
    ordered_at: Mapped[datetime] = mapped_column(default=now)
    ordered_by: Mapped[str] = mapped_column(String(80))
    made_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(String(300), default="")

    user: Mapped[User] = relationship()
    call: Mapped[Call] = relationship()

    @property
    def is_under_way(self) -> bool:
        """Whether the worker has it before it."""
        return self.state in (BinderState.ORDERED, BinderState.RUNNING)


class Standing(NamedTuple):
    """How a binder compares with today: numbers of applications.

    changed: another version, or blacked out differently. gone: not to be read any more. wanted: all
    that belong into it today.
    """

    added: int
    changed: int
    gone: int
    wanted: int = 0

    @property
    def may_be_read(self) -> bool:
        """Whether nothing in it is outdated or forbidden."""
        return not self.changed and not self.gone

    @property
    def is_current(self) -> bool:
        """Whether a new one would be the same."""
        return self.may_be_read and not self.added


def is_open(call: Call) -> bool:
    """Return whether dossiers are offered: while something of the call is being scored."""
    scored = exists().where(Application.call_id == call.id, Application.status == Status.WITH_JURY)
    return bool(db.session.scalar(select(scored)))


def wanted(juror: Juror) -> list[Application]:
    """Return what belongs into the juror's binder, in its order.

    By number; where the call wants it, in an order of the juror's own that is always the same.
    """
    found = list(all_of(readable_by(juror)))
    if juror.definition.jury.shuffle:
        found.sort(key=lambda a: sha256(juror.user.id.bytes + a.id.bytes).digest())
    return found


def waiting(juror: Juror) -> int:
    """Return for how many applications the juror has not answered about conflicts yet."""
    asked = asked_of(juror).order_by(None).subquery()
    return db.session.scalar(select(func.count()).select_from(asked)) or 0


def newest(juror: Juror) -> Binder | None:
    """Return the juror's latest binder, whatever became of it."""
    return db.session.scalar(of(juror).order_by(Binder.ordered_at.desc()).limit(1))


def ready(juror: Juror) -> Binder | None:
    """Return the juror's latest binder that has files."""
    rows = of(juror).where(Binder.state == BinderState.READY)
    return db.session.scalar(rows.order_by(Binder.made_at.desc()).limit(1))


def of(juror: Juror) -> Select[Binder]:
    """Return the query of all binders of a juror."""
    return select(Binder).where(Binder.call_id == juror.call.id, Binder.user_id == juror.user.id)


def standing(juror: Juror, binder: Binder) -> Standing:
    """Return how a binder compares with what the juror reads today."""
    applications = wanted(juror)
    return compared(binder, states(applications, juror.definition))


def compared(binder: Binder, today: dict[UUID, State]) -> Standing:
    """Return how a binder compares with the dossiers that are right today."""
    held = {UUID(part["application"]): part["digest"] for part in binder.parts}
    return Standing(
        added=len(today.keys() - held.keys()),
        changed=sum(held[key] != today[key].digest for key in held.keys() & today.keys()),
        gone=len(held.keys() - today.keys()),
        wanted=len(today),
    )


def standings(people: Sequence[Juror], made: Mapping[UUID, Binder]) -> dict[UUID, Standing]:
    """Return how everybody's binder compares with today, in as many statements for one as for all.

    people: of one call.
    """
    lists = readable_ids(people)
    every = {one for ids in lists.values() for one in ids}
    today = states_of(list(every), people[0].definition) if people else {}
    found = {}
    for user_id, ids in lists.items():
        mine = {one: today[one] for one in ids if one in today}
        binder = made.get(user_id)
        found[user_id] = compared(binder, mine) if binder else Standing(len(mine), 0, 0, len(mine))
    return found


def order(juror: Juror, *, by: Actor) -> Binder:
    """Return the juror's binder, ordered in the caller's transaction unless it is there.

    Nothing is made again while nothing has changed. Raises `DomainError` if there is nothing to
    read, or scoring is closed.
    """
    if not is_open(juror.call):
        raise DomainError(_("Scoring is closed. Binders are no longer offered."))
    last = newest(juror)
    if last and last.is_under_way:
        return last
    if last and last.state is BinderState.READY and standing(juror, last).is_current:
        return last
    applications = wanted(juror)
    if not applications:
        raise DomainError(_("There is nothing to read yet."))
    binder = Binder(call_id=juror.call.id, user_id=juror.user.id, ordered_by=by.key,
                    total=len(applications))  # fmt: skip
    db.session.add(binder)
    db.session.flush()
    jobs.enqueue(JOB, dedupe=f"{JOB}:{binder.id}", binder_id=binder.id)
    audit.record(by, "binder_order", juror.call, juror=juror.user.key)
    return binder


def copy_of(juror: Juror, but: Binder) -> Binder | None:
    """Return the binder that the juror fetched last, which `but` is compared with."""
    row = db.session.scalar(
        select(AuditEntry.thing_key)
        .where(
            AuditEntry.actor_kind == "user",
            AuditEntry.actor_key == juror.user.key,
            AuditEntry.what == DOWNLOAD,
            AuditEntry.thing_key != str(but.id),
        )
        .order_by(AuditEntry.n.desc())
        .limit(1)
    )
    found = db.session.get(Binder, UUID(row)) if row else None
    return found if found and found.call_id == juror.call.id else None


def drop(binder: Binder) -> None:
    """Let the files of a binder go; its row stays, so that the next one can be compared with it.

    The bytes go with the next `sweep`.
    """
    binder.files = {}
    if binder.state is BinderState.READY:
        binder.state = BinderState.GONE


def of_call(call: Call) -> dict[UUID, Binder]:
    """Return the latest binder of each person in a call, in one statement."""
    rows = select(Binder).where(Binder.call_id == call.id).order_by(Binder.ordered_at)
    return {binder.user_id: binder for binder in db.session.scalars(rows)}


def sweep() -> int:
    """Drop binders of calls whose scoring is closed, and bytes that no binder names; a job."""
    with transaction():
        for binder in db.session.scalars(select(Binder).where(Binder.state == BinderState.READY)):
            if not is_open(binder.call):
                drop(binder)
        forget_lost()
    removed = 0
    for keys in storage.batches(AREA, older_than=now() - timedelta(hours=1)):
        rows = db.session.scalars(select(Binder).where(Binder.state == BinderState.READY))
        named = {held["key"] for binder in rows for held in binder.files.values()}
        db.session.rollback()
        for key in set(keys) - named:
            storage.store().delete(key)
            removed += 1
    return removed
