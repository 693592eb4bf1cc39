"""The rows of the queue: order, claim, settle. Nothing here commits; see `running.py`."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, CursorResult, and_, case, or_, select, update
from sqlalchemy.exc import IntegrityError

from portal.core import rows
from portal.core.clock import now
from portal.core.db import db
from portal.jobs.models import OPEN, Job, JobState
from portal.jobs.registry import KINDS, Kind, lease_of


@dataclass(frozen=True)
class Claim:
    """A job in the hands of one worker; `token` is the number of this start."""

    id: UUID
    name: str
    args: dict[str, Any]
    token: int
    failures: int

    @property
    def kind(self) -> Kind:
        """How this job is run."""
        return KINDS[self.name]


def enqueue(
    name: str,
    *,
    run_at: datetime | None = None,
    dedupe: str | None = None,
    **args: Any,
) -> Job:
    """Add a job to the caller's session; return it.

    name: as registered. run_at: earliest moment, aware (default: now). args: JSON values; ids may
    be UUIDs and arrive as strings. dedupe: while a job with this word is open no second one is
    added; the open one is returned, and runs at the earlier of the two moments.
    """
    job = Job(name=name, run_at=run_at or now(), dedupe=dedupe, args=_plain(args))
    if dedupe is None:
        db.session.add(job)
        return job
    return _open_with(dedupe, job.run_at) or _add_unless_open(job)


def order(name: str, *, dedupe: str, run_at: datetime | None = None, **args: Any) -> None:
    """Add a job about something that is made in this transaction, so that no other can be open.

    See `enqueue`; nothing is looked for, and nothing is returned.
    """
    moment = run_at or now()
    row = {"name": name, "run_at": moment, "dedupe": dedupe, "args": _plain(args)}
    rows.insert(Job, row)


def _plain(args: dict[str, Any]) -> dict[str, Any]:
    return {key: str(value) if isinstance(value, UUID) else value for key, value in args.items()}


def _open_with(dedupe: str, run_at: datetime) -> Job | None:
    """Return the open job with this word, brought forward to `run_at` if that is earlier."""
    job = db.session.scalar(select(Job).where(Job.dedupe == dedupe, Job.state.in_(OPEN)))
    if job and job.state is JobState.READY:
        job.run_at = min(job.run_at, run_at)
    return job


def _add_unless_open(job: Job) -> Job:
    """Add `job`; where another transaction was faster (PostgreSQL), return its job."""
    if db.engine.dialect.name == "sqlite":  # one writer: nobody was faster since we looked
        db.session.add(job)
        return job
    try:
        with db.session.begin_nested():
            db.session.add(job)
    except IntegrityError:
        faster = _open_with(str(job.dedupe), job.run_at)
        if faster is None:
            raise
        return faster
    return job


def is_due(moment: datetime) -> ColumnElement[bool]:
    """Ready and its time has come, or the lease of a worker that died has run out."""
    return or_(
        and_(Job.state == JobState.READY, Job.run_at <= moment),
        and_(Job.state == JobState.RUNNING, Job.lease_until < moment),
    )


def claim() -> Claim | None:
    """Take the oldest due job of a known kind, or return None; two workers never get the same.

    One statement: the inner select locks the row on PostgreSQL; SQLite has one writer anyway. Jobs
    of unknown kinds stay for a newer worker. The clock is that of the application: machines that
    share a queue need a time service.
    """
    moment = now()
    known = and_(is_due(moment), Job.name.in_(KINDS))
    pick = select(Job.id).where(known).order_by(Job.run_at, Job.created_at).limit(1)
    taken = db.session.execute(
        update(Job)
        .where(Job.id == pick.with_for_update(skip_locked=True).scalar_subquery(), known)
        .values(
            state=JobState.RUNNING,
            attempts=Job.attempts + 1,
            failures=Job.failures + case((_lost(), 1), else_=0),
            lease_until=_lease_end(moment),
        )
        .returning(Job.id, Job.name, Job.args, Job.attempts, Job.failures)
        .execution_options(synchronize_session=False)
    ).first()
    return Claim(*taken) if taken else None


def _lost() -> ColumnElement[bool]:
    """Whether the job was lost with its worker, and whether that counts as a failed try."""
    counting = [kind.name for kind in KINDS.values() if kind.counts_lost]
    return and_(Job.state == JobState.RUNNING, Job.name.in_(counting))


def _lease_end(moment: datetime) -> ColumnElement[datetime]:
    ends = {k.name: moment + timedelta(seconds=lease_of(k)) for k in KINDS.values()}
    return case(ends, value=Job.name)


def finish(claim: Claim) -> bool:
    """Mark the job done; a job that repeats itself is ordered anew. False if it was lost."""
    done = _settle(claim, state=JobState.DONE, finished_at=now(), error="")
    if done and claim.kind.every is not None:
        repeat(claim.kind, after=claim.kind.every)
    return done


def repeat(kind: Kind, after: float = 0) -> Job:
    """Order the next run of a job that repeats itself, in `after` seconds."""
    start = now() + timedelta(seconds=after)
    return enqueue(kind.name, run_at=start, dedupe=f"every:{kind.name}")


def is_waiting(kind: Kind) -> bool:
    """Return whether the next run of a job that repeats itself is ordered or under way."""
    query = select(Job.id).where(Job.dedupe == f"every:{kind.name}", Job.state.in_(OPEN))
    return db.session.scalar(query.limit(1)) is not None


def put_back(claim: Claim, seconds: float, error: str = "", *, failed: bool = False) -> bool:
    """Let the job run again in `seconds`; `failed` counts a try. False if it was lost."""
    return _settle(
        claim,
        state=JobState.READY,
        run_at=now() + timedelta(seconds=seconds),
        failures=claim.failures + failed,
        error=error[:500],
    )


def fail(claim: Claim, error: str) -> bool:
    """Bury the job for good with the reason. False if it was lost."""
    return _settle(claim, state=JobState.DEAD, finished_at=now(), error=error[:500])


def extend(claim: Claim) -> bool:
    """Begin the lease of a long job anew. False if it was lost."""
    return _settle(claim, lease_until=now() + timedelta(seconds=lease_of(claim.kind)))


def _settle(claim: Claim, **values: Any) -> bool:
    """Change the row if this claim still holds it."""
    values.setdefault("lease_until", None)
    mine = and_(Job.id == claim.id, Job.attempts == claim.token, Job.state == JobState.RUNNING)
    result = db.session.execute(
        update(Job).where(mine).values(**values).execution_options(synchronize_session=False)
    )
    return cast("CursorResult[Any]", result).rowcount == 1
