"""A call of the example that closed some days ago, with everything that came in until then."""

import random
from collections.abc import Callable
from datetime import datetime, time, timedelta

from portal import jobs
from portal.applications.models import Application
from portal.calls import loading
from portal.calls.models import Call
from portal.calls.queries import call_by_slug, current_version, definition_of
from portal.core.clock import now, stopped_at
from portal.core.db import transaction
from portal.demo.invented import invented
from portal.demo.received import SLUG, Arrivals, arrivals, leave_unsent, receive
from portal.demo.shifting import DAYS_LEFT, shifted, source

Tell = Callable[[str], None]
FRIDAY = 4
# The last one came 18 seconds before the closing, as one did in 2025.
BEFORE_CLOSING = (timedelta(hours=3), timedelta(minutes=50), timedelta(seconds=18))
CALM = timedelta(hours=5)


class Days:
    """The working days after a closing; the first one has the number 1."""

    def __init__(self, call: Call) -> None:
        definition = definition_of(current_version(call).id)
        self._zone = definition.local(call.closes_at).tzinfo
        self._closing = definition.local(call.closes_at).date()

    def at(self, day: int, clock: str) -> datetime:
        """Return the moment at which the clock on the wall of the office shows `09:30` that day."""
        date = self._closing
        while day:
            date += timedelta(days=1)
            day -= date.weekday() <= FRIDAY
        return datetime.combine(date, time.fromisoformat(clock), self._zone)


def load_closed(days_ago: int) -> Call:
    """Load the example call as one that closed `days_ago` days ago; commit and return it."""
    today = now().date() - timedelta(days=days_ago + DAYS_LEFT)
    data = shifted(source(SLUG), today)
    with stopped_at(datetime.fromisoformat(data["opens_at"]) - timedelta(days=5)), transaction():
        return loading.load_data(data, f"{SLUG}.yaml").call


def receive_all(call: Call, seed: int) -> dict[str, Application]:
    """Let the 24 complete examples and two invented ones come in; return them by their `ref`.

    What the worker does for each is done at its time as well: files, receipts, mails.
    """
    chance = random.Random(seed)  # noqa: S311  (example data, no secret)
    with stopped_at(call.closes_at - CALM):
        due = _with_invented(call, arrivals(call, chance))
        leave_unsent(call, chance)
    found = {}
    for sample, at in due:
        with stopped_at(at):
            found[sample.ref] = receive(call_by_slug(call.slug), sample, at)
        work_at(at + timedelta(minutes=1))
    return found


def _with_invented(call: Call, due: Arrivals) -> Arrivals:
    last = [*invented(), due.pop()[0]]
    moments = [call.closes_at - before for before in BEFORE_CLOSING]
    return [*due, *zip(last, moments, strict=True)]


def work_at(moment: datetime) -> None:
    """Do everything that the worker had to do until `moment`."""
    with stopped_at(moment):
        jobs.run_due()
