"""The example calls, moved to today: open, in order, the same on a second run."""

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.calls.models import FormVersion
from portal.calls.moments import Phase, phase
from portal.calls.queries import all_calls
from portal.core.clock import now
from portal.core.db import db
from portal.core.errors import DomainError
from portal.core.i18n import in_language
from portal.demo.build import SLUGS, build, open_stage
from portal.demo.shifting import open_call, shifted, source

DAYS = [date(2026, 2, 28), date(2026, 11, 25), date(2028, 2, 29), date(2027, 8, 24)]


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize("today", DAYS, ids=str)
def test_an_example_call_is_open_on_any_day(slug: str, today: date) -> None:
    call = open_call(slug, today)
    original = open_call(slug, date(2027, 8, 24))
    assert (call.local(call.closes_at).date() - today) == timedelta(days=22)
    assert call.local(call.closes_at).time() == original.local(original.closes_at).time()
    moments = [step.at for step in call.steps]
    assert moments == sorted(moments)
    assert call.local(call.opens_at).date() < today


def test_dates_in_texts_move_along_in_every_language() -> None:
    moved = shifted(source("integrationspreis-2027"), date(2026, 11, 25))
    closes = moved["steps"][1]["when"]
    assert closes["de"].startswith("17. Dezember 2026")
    assert closes["en"].startswith("17 December 2026")
    assert "17. Dezember 2026" in moved["terms"]["text"]["de"]
    assert moved["terms"]["version"] == moved["sections"][-1]["questions"][0]["version"]


def test_the_open_stage_is_built_once(app: Flask) -> None:
    with in_language("en"):
        assert build("open") == [f"The call {slug} is open." for slug in SLUGS]
        assert build("open") == [f"The call {slug} is already there." for slug in SLUGS]
    assert [phase(call, now()) for call in all_calls()] == [Phase.OPEN, Phase.OPEN]
    assert db.session.scalar(select(func.count()).select_from(FormVersion)) == 2


def test_a_later_day_does_not_move_a_call_that_is_there(app: Flask) -> None:
    open_stage(date(2027, 8, 24))
    closing = {call.closes_at for call in all_calls()}
    open_stage(date(2027, 8, 30))
    assert {call.closes_at for call in all_calls()} == closing


def test_an_unknown_stage_is_refused_with_those_there_are() -> None:
    with pytest.raises(ValueError, match="there are: open"):
        build("future")


def test_a_later_stage_is_not_built_upon_an_open_call(app: Flask) -> None:
    build("open")
    with pytest.raises(DomainError):
        build("screening")
    assert [phase(call, now()) for call in all_calls()] == [Phase.OPEN, Phase.OPEN]
