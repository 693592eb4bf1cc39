"""What is to be done, and which workers are alive."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Connection, Index, String, Table, event, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.clock import now
from portal.core.db import Model, by_value


class JobState(StrEnum):
    """The life of a job: ready, running, then done or dead."""

    READY = "ready"
    RUNNING = "running"
    DONE = "done"
    DEAD = "dead"


OPEN = (JobState.READY, JobState.RUNNING)
STILL_OPEN = text("state IN ('ready', 'running')")


class Job(Model):
    """One piece of work. It exists if and only if the transaction that ordered it was committed.

    `attempts` counts every start and is the fencing token: who holds an older number has lost the
    job. `failures` counts only the tries that failed by their own fault.
    """

    __tablename__ = "job"
    __table_args__ = (
        CheckConstraint("state <> 'running' OR lease_until IS NOT NULL", "running_has_lease"),
        CheckConstraint(
            "state NOT IN ('done', 'dead') OR finished_at IS NOT NULL", "finished_has_time"
        ),
        CheckConstraint("attempts >= 0 AND failures >= 0", "counts_not_negative"),
        Index("ix_job_state_run_at", "state", "run_at"),
        Index("uq_job_dedupe_open", "dedupe", unique=True, sqlite_where=STILL_OPEN),
    )

    name: Mapped[str] = mapped_column(String(80))
    args: Mapped[dict[str, Any]] = mapped_column(default=dict)
    state: Mapped[JobState] = mapped_column(by_value(JobState), default=JobState.READY)
    run_at: Mapped[datetime] = mapped_column(default=now)
    attempts: Mapped[int] = mapped_column(default=0)
    failures: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    dedupe: Mapped[str | None] = mapped_column(String(120))
    created_at: Mapped[datetime] = mapped_column(default=now)
    finished_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(String(500), default="")


@event.listens_for(Job.__table__, "before_create")
def _limit_on_postgresql(table: Table, connection: Connection, **_given: Any) -> None:
    """Say of the partial index the same in the words of PostgreSQL.

    Said above, it would load the dialect into each process: 50 ms and 5 MB, for nothing on SQLite.
    """
    if connection.dialect.name == "postgresql":
        partial = next(one for one in table.indexes if one.unique)
        partial.dialect_options["postgresql"]["where"] = STILL_OPEN


class Heartbeat(Model):
    """The last sign of life of one worker process."""

    __tablename__ = "heartbeat"

    seen_at: Mapped[datetime] = mapped_column(default=now, index=True)
