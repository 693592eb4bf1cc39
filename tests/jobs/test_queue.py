"""The queue: a job is there if its order was committed, is done by one worker, and never lost."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from portal import jobs
from portal.core.clock import now
from portal.core.db import db, transaction
from portal.jobs import Job, JobState
from portal.jobs.queue import Claim, claim, extend, finish, put_back
from portal.jobs.registry import KINDS
from portal.jobs.running import LOST, delay, perform, take
from portal.jobs.watching import KEEP_DONE, beat, forget, keep_repeating
from portal.settings import Settings

done: list[Any] = []


@pytest.fixture(autouse=True)
def kinds(app: Flask, settings: Settings) -> Iterator[None]:
    """Use the queue with its settings and no kinds of jobs but those of the test."""
    kept = dict(KINDS)
    KINDS.clear()
    done.clear()
    jobs.use(settings.model_copy(update={"lease_seconds": 60}))
    jobs.register("note", note)
    yield
    KINDS.clear()
    KINDS.update(kept)


def note(word: str = "") -> None:
    """Do something that can be seen."""
    done.append(word)


def order(name: str = "note", **more: Any) -> Job:
    """Order a job in a transaction of its own."""
    with transaction():
        return jobs.enqueue(name, **more)


def fresh(job: Job) -> Job:
    """Return the row as it is now."""
    with transaction():
        db.session.refresh(job)
    return job


def at(seconds: float) -> time_machine.travel:
    """Return the clock in `seconds`."""
    return time_machine.travel(datetime.now(UTC) + timedelta(seconds=seconds), tick=True)


def test_a_job_is_done_once(app: Flask) -> None:
    job = order(word="a")

    assert (jobs.run_due(), jobs.run_due(), done) == (1, 0, ["a"])
    assert (job.state, job.attempts, job.failures, job.lease_until) == (JobState.DONE, 1, 0, None)


def test_an_order_that_was_rolled_back_is_no_order(app: Flask) -> None:
    with pytest.raises(ZeroDivisionError), transaction():
        jobs.enqueue("note", word="a")
        jobs.enqueue("note", dedupe="b", word="b")
        raise ZeroDivisionError

    assert (jobs.run_due(), done) == (0, [])


def test_jobs_are_done_in_the_order_of_their_time(app: Flask) -> None:
    order(word="later", run_at=now() + timedelta(hours=1))
    order(word="second")
    order(word="first", run_at=now() - timedelta(hours=1))

    jobs.run_due()
    assert done == ["first", "second"]
    with at(3601):
        jobs.run_due()

    assert done == ["first", "second", "later"]


def test_an_open_job_is_not_ordered_twice_but_brought_forward(app: Flask) -> None:
    first = order(word="a", dedupe="x", run_at=now() + timedelta(hours=1))

    second = order(word="b", dedupe="x")
    jobs.run_due()

    assert (second.id, done) == (first.id, ["a"])
    assert order(word="c", dedupe="x").id != first.id
    assert (jobs.run_due(), done) == (1, ["a", "c"])


def test_a_job_that_runs_is_not_ordered_twice(app: Flask) -> None:
    first = order(dedupe="x")
    take()

    assert order(dedupe="x").id == first.id


def test_ids_arrive_as_text(app: Flask) -> None:
    word = uuid4()
    order(word=word)

    jobs.run_due()

    assert done == [str(word)]


def test_a_lease_keeps_others_away_until_it_ends(app: Flask) -> None:
    job = order(word="a")
    first = take()
    assert first is not None

    assert take() is None
    with at(61):
        second = take()

    assert second is not None
    assert (second.id, second.token, second.failures) == (job.id, 2, 1)


def test_who_lost_the_job_can_settle_nothing(app: Flask) -> None:
    job = order(word="a")
    slow = take()
    assert slow is not None
    with at(61):
        quick = take()
        assert quick is not None
        with transaction():
            held = (finish(slow), put_back(slow, 0, failed=True), extend(slow))

        assert held == (False, False, False)
        assert fresh(job).state is JobState.RUNNING
        perform(quick)

    assert (fresh(job).state, done) == (JobState.DONE, ["a"])


def test_a_job_that_is_renewed_is_not_taken(app: Flask) -> None:
    taken: list[Claim | None] = []

    def long_job() -> None:
        with at(50):
            jobs.renew()
        with at(100):
            taken.append(take())

    jobs.register("long", long_job)
    order("long")

    jobs.run_due()

    assert taken == [None]


def test_a_long_job_that_was_taken_away_ends_itself(app: Flask) -> None:
    def long_job() -> None:
        if done:
            return
        done.append("began")
        with at(61):
            take()
        jobs.renew()
        done.append("went on")

    jobs.register("long", long_job)
    job = order("long")

    jobs.run_due()

    assert (done, fresh(job).state) == (["began"], JobState.RUNNING)


def test_a_fault_is_tried_again_later_and_later_then_given_up(app: Flask) -> None:
    def fail() -> None:
        done.append(1)
        raise ValueError("nothing helps")

    jobs.register("fail", fail, tries=3)
    job = order("fail")

    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        for _ in range(6):
            jobs.run_due()
            clock.shift(3600)

    assert (len(done), fresh(job).state, job.failures) == (3, JobState.DEAD, 2)
    assert job.error == "ValueError: nothing helps"
    assert jobs.health()["dead"] == 1


def test_the_pause_doubles_up_to_an_hour() -> None:
    for failures, seconds in ((0, 1), (1, 2), (5, 32), (40, 3600)):
        assert 0.8 * seconds <= delay(failures) <= 1.2 * seconds


def test_later_is_no_failed_try(app: Flask) -> None:
    def not_yet() -> None:
        done.append(1)
        if len(done) < 20:
            raise jobs.Later(5)

    jobs.register("not_yet", not_yet, tries=2)
    job = order("not_yet")

    for _ in range(20):
        with at(5.5 * (len(done) + 1)):
            jobs.run_due()

    assert (len(done), fresh(job).state, job.failures) == (20, JobState.DONE, 0)


def test_a_job_may_give_up_itself(app: Flask) -> None:
    def hopeless() -> None:
        raise jobs.GiveUp("the file is gone")

    jobs.register("hopeless", hopeless)
    job = order("hopeless")

    jobs.run_due()

    assert (fresh(job).state, job.error) == (JobState.DEAD, "the file is gone")


@pytest.mark.parametrize(
    ("terms", "state", "runs"),
    [
        ({"tries": 2}, JobState.DEAD, 0),
        ({"tries": 2, "counts_lost": False}, JobState.DONE, 1),
        ({"tries": None}, JobState.DONE, 1),
    ],
)
def test_a_lost_worker_counts_as_a_failed_try_where_it_shall(
    app: Flask, terms: Any, state: JobState, runs: int
) -> None:
    jobs.register("note", note, **terms)
    job = order(word="a")
    for lost in range(2):
        with at(lost * 61):
            assert take() is not None

    with at(2 * 61 + 1):
        jobs.run_due()

    assert (fresh(job).state, len(done)) == (state, runs)
    assert job.error == (LOST if state is JobState.DEAD else "")


def test_what_a_job_left_open_is_no_part_of_its_work(app: Flask) -> None:
    jobs.register("careless", lambda: jobs.enqueue("note", word="never"))
    order("careless")

    assert (jobs.run_due(), done) == (1, [])


def test_a_job_of_an_unknown_kind_waits_for_a_newer_worker(app: Flask) -> None:
    job = order("from_tomorrow")

    assert (jobs.run_due(), fresh(job).state) == (0, JobState.READY)


def test_a_job_that_repeats_itself_is_ordered_anew(app: Flask) -> None:
    jobs.register("tick", note, every=100)
    for _ in range(2):
        with transaction():
            keep_repeating()

    assert jobs.run_due() == 1
    with at(50):
        assert jobs.run_due() == 0
    with at(101):
        assert jobs.run_due() == 1


def test_eight_workers_share_a_hundred_jobs_and_do_none_twice(bare_app: Flask) -> None:
    with transaction():
        for number in range(100):
            jobs.enqueue("note", word=str(number))

    def work() -> None:
        with bare_app.app_context():
            jobs.run_due()

    workers = [threading.Thread(target=work) for _ in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert sorted(done, key=int) == [str(number) for number in range(100)]


def test_health_tells_what_waits_and_who_works(app: Flask) -> None:
    quiet = {"due": 0, "oldest_due": None, "dead": 0, "worker_seen": None}
    assert {key: jobs.health()[key] for key in quiet} == quiet
    order(run_at=now() - timedelta(seconds=30))
    with transaction():
        beat(uuid4())

    told = jobs.health()

    assert (told["due"], told["dead"], round(told["oldest_due"])) == (1, 0, 30)
    assert told["worker_seen"] < 5


def test_what_is_done_is_forgotten_after_a_day_what_died_stays(app: Flask) -> None:
    def fail() -> None:
        raise jobs.GiveUp("x")

    jobs.register("fail", fail)
    order(word="a")
    order("fail")
    jobs.run_due()

    forget()
    assert db.session.scalar(select(func.count()).select_from(Job)) == 2
    db.session.rollback()
    with at(KEEP_DONE.total_seconds() + 1):
        forget()

    assert list(db.session.scalars(select(Job.state))) == [JobState.DEAD]


def test_two_claims_of_one_transaction_are_two_jobs(app: Flask) -> None:
    order(word="a")
    order(word="b")
    with transaction():
        first, second = claim(), claim()

    assert first is not None and second is not None
    assert first.id != second.id
