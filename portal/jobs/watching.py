"""Is the queue well? Signs of life of the workers, ages of what waits, and forgetting."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, update

from portal.core.clock import now
from portal.core.db import db, transaction
from portal.jobs import queue
from portal.jobs.models import Heartbeat, Job, JobState
from portal.jobs.registry import KINDS

KEEP_DONE = timedelta(days=1)
FORGET = "forget_done_jobs"


def health() -> dict[str, Any]:
    """Return the state of the queue for `/health/ready`, ages in seconds, None where nothing is.

    due: jobs that could run now. oldest_due: how long the oldest of them waits. dead: jobs given
    up. worker_seen: how long ago a worker gave a sign of life; it gives none while it does one
    long job, so judge it by the longest lease, not by the poll interval.
    """
    moment = now()
    due, oldest = db.session.execute(
        select(func.count(), func.min(Job.run_at)).where(queue.is_due(moment))
    ).one()
    dead = db.session.scalar(select(func.count()).where(Job.state == JobState.DEAD))
    seen = db.session.scalar(select(func.max(Heartbeat.seen_at)))
    return {
        "due": due,
        "oldest_due": _age(oldest, moment),
        "dead": dead,
        "worker_seen": _age(seen, moment),
    }


def _age(then: datetime | None, moment: datetime) -> float | None:
    return (moment - then).total_seconds() if then else None


def beat(worker: UUID) -> None:
    """Write a sign of life of this worker process."""
    seen = update(Heartbeat).where(Heartbeat.id == worker).values(seen_at=now())
    if not db.session.execute(seen.returning(Heartbeat.id)).first():
        db.session.add(Heartbeat(id=worker))


def keep_repeating() -> None:
    """Order the jobs that repeat themselves, where none is open."""
    for kind in KINDS.values():
        if kind.every is not None and not queue.is_waiting(kind):
            queue.repeat(kind)


def forget() -> None:
    """Delete what was done more than a day ago and workers gone as long; dead jobs stay."""
    before = now() - KEEP_DONE
    with transaction():
        db.session.execute(delete(Job).where(Job.state == JobState.DONE, Job.finished_at < before))
        db.session.execute(delete(Heartbeat).where(Heartbeat.seen_at < before))
