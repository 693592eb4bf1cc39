"""Doing one job: run it, then settle what became of it in a transaction of its own."""

import logging
import secrets
from contextvars import ContextVar

from sqlalchemy.exc import StatementError

from portal.core.db import db, transaction
from portal.jobs import queue
from portal.jobs.journal import place, say
from portal.jobs.queue import Claim
from portal.jobs.registry import GiveUp, Later, settings

LONGEST_DELAY = 3600.0
LOST = "The worker was lost while it did this job."

_present: ContextVar[Claim | None] = ContextVar("present_job", default=None)


def run_due() -> int:
    """Do everything that is due now, in the present app context; return how many starts it took.

    For tests and the demo. Jobs that become due meanwhile are done as well.
    """
    count = 0
    while claim := take():
        perform(claim)
        count += 1
    db.session.expire_all()
    return count


def take() -> Claim | None:
    """Claim the next due job, committed."""
    with transaction():
        return queue.claim()


def renew() -> None:
    """Begin the lease of the job that runs now anew; `GiveUp` if another worker took it.

    Long jobs call this between two parts. Outside of a job it does nothing.
    """
    claim = _present.get()
    if claim is None:
        return
    with transaction():
        held = queue.extend(claim)
    if not held:
        raise GiveUp("another worker took this job")


def perform(claim: Claim) -> None:
    """Do the job and settle it. Errors of the job end here, in its row and in the log."""
    tries = claim.kind.tries
    if tries is not None and claim.failures >= tries:
        _settle(claim, _bury(claim, LOST))
        return
    mark = _present.set(claim)
    try:
        claim.kind.run(**claim.args)
    except Exception as error:  # noqa: BLE001  (whatever a job does, the worker goes on)
        db.session.rollback()
        _settle(claim, _after(claim, error))
    else:
        db.session.rollback()  # whatever the job left open is no part of its work
        with transaction():
            held = queue.finish(claim)
        _settle(claim, held)
    finally:
        _present.reset(mark)


def _after(claim: Claim, error: Exception) -> bool:
    """Write what an error of the job means for its row; False if the job was lost."""
    if isinstance(error, Later):
        with transaction():
            return queue.put_back(claim, error.seconds)
    if isinstance(error, GiveUp):
        return _bury(claim, str(error))
    tries = claim.kind.tries
    if tries is not None and claim.failures + 1 >= tries:
        return _bury(claim, _words(error), error)
    return _try_again(claim, error)


def _try_again(claim: Claim, error: Exception) -> bool:
    seconds = delay(claim.failures)
    sentence = "A job failed and will be tried again."
    say(logging.WARNING, sentence, **_facts(claim, error), again_in=round(seconds))
    with transaction():
        return queue.put_back(claim, seconds, _words(error), failed=True)


def _bury(claim: Claim, reason: str, error: Exception | None = None) -> bool:
    say(logging.ERROR, "A job was given up.", **_facts(claim, error))
    with transaction():
        return queue.fail(claim, reason)


def _settle(claim: Claim, held: bool) -> None:
    if not held:
        say(logging.WARNING, "A job ended after its lease; its result counts not.", **_facts(claim))


def delay(failures: int) -> float:
    """Return the seconds until the next try after `failures` earlier ones: doubling, up to an hour.

    A fifth more or less by chance, so that jobs that failed together do not come back together.
    """
    exact = min(settings().retry_first_seconds * 2.0 ** min(failures, 30), LONGEST_DELAY)
    return exact * secrets.SystemRandom().uniform(0.8, 1.2)


def _words(error: Exception) -> str:
    """Return kind and text of an error for the row, without the values of a statement."""
    text = error.orig if isinstance(error, StatementError) else error
    return f"{type(error).__name__}: {text}"


def _facts(claim: Claim, error: Exception | None = None) -> dict[str, object]:
    facts: dict[str, object] = {"job": claim.id, "name": claim.name, "attempt": claim.token}
    if error is not None:
        facts |= {"error": type(error).__name__, "place": place(error)}
    return facts
