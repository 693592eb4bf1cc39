"""Work for later: a row in the caller's transaction, done by the worker at least once."""

from portal.jobs.models import Job, JobState
from portal.jobs.queue import enqueue, order
from portal.jobs.registry import GiveUp, Later, register, use
from portal.jobs.running import renew, run_due
from portal.jobs.watching import health

__all__ = [
    "GiveUp",
    "Job",
    "JobState",
    "Later",
    "enqueue",
    "health",
    "order",
    "register",
    "renew",
    "run_due",
    "use",
]
