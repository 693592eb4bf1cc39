"""Where a call stands at a moment, and how much time is left, in words."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest

from portal.calls.moments import Phase, grace_ends, phase, remaining
from portal.core.i18n import in_language

BERLIN = ZoneInfo("Europe/Berlin")


class Dates(NamedTuple):
    opens_at: datetime
    closes_at: datetime
    grace_minutes: int = 10


CALL = Dates(
    datetime(2027, 7, 26, 9, tzinfo=BERLIN), datetime(2027, 9, 15, 23, 59, 59, tzinfo=BERLIN)
)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (CALL.opens_at - SECOND, Phase.BEFORE),
        (CALL.opens_at, Phase.OPEN),
        (CALL.closes_at, Phase.OPEN),
        (CALL.closes_at + timedelta(milliseconds=999), Phase.OPEN),
        (CALL.closes_at + SECOND, Phase.GRACE),
        (grace_ends(CALL) + timedelta(milliseconds=999), Phase.GRACE),
        (grace_ends(CALL) + SECOND, Phase.CLOSED),
    ],
)
def test_the_phase_changes_exactly_at_the_dates(moment: datetime, expected: Phase) -> None:
    assert phase(CALL, moment) is expected


def test_a_call_without_grace_is_closed_at_once() -> None:
    assert phase(CALL._replace(grace_minutes=0), CALL.closes_at + SECOND) is Phase.CLOSED


@pytest.mark.parametrize(
    ("before", "words"),
    [
        (timedelta(days=22, hours=1), "noch 22 Tage"),
        (timedelta(days=22), "noch 21 Tage"),  # midnight: the 25th of August has begun
        (timedelta(days=2, hours=1), "noch 2 Tage"),
        (timedelta(days=2), "noch 48 Stunden"),
        (timedelta(hours=25), "noch 25 Stunden"),
        (timedelta(hours=2), "noch 2 Stunden"),
        (timedelta(hours=1, minutes=59), "noch 119 Minuten"),
        (timedelta(minutes=1), "noch 1 Minute"),
        (timedelta(seconds=59), "noch weniger als eine Minute"),
        (timedelta(seconds=-1), ""),
    ],
)
def test_the_time_left_is_told_in_words(speaking: None, before: timedelta, words: str) -> None:
    with in_language("de"):
        assert remaining(CALL, CALL.closes_at + SECOND - before, BERLIN) == words


def test_days_are_midnights_in_the_zone_of_the_call(speaking: None) -> None:
    late_evening = datetime(2027, 9, 13, 22, 30, tzinfo=UTC)  # 00:30 of the 14th in Berlin
    with in_language("de"):
        assert remaining(CALL, late_evening, BERLIN) == "noch 47 Stunden"
        assert remaining(CALL, late_evening - timedelta(hours=1), BERLIN) == "noch 2 Tage"


def test_the_night_of_the_clock_change_has_its_real_hours(speaking: None) -> None:
    closing = datetime(2027, 10, 31, 12, tzinfo=BERLIN)  # summer time ended at 3 o'clock
    call = CALL._replace(closes_at=closing)
    with in_language("de"):
        assert remaining(call, datetime(2027, 10, 31, 0, tzinfo=BERLIN), BERLIN) == (
            "noch 13 Stunden"
        )
