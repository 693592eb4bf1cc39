"""An example call moved in time, so that it is open on any day."""

import re
from collections.abc import Mapping
from copy import deepcopy
from datetime import date, datetime, timedelta
from functools import cache, partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import get_month_names
from ruamel.yaml import YAML

from portal.calls.definition import Definition

CALLS = Path(__file__).parent / "calls"
DAYS_LEFT = 22
MOMENTS = ("opens_at", "closes_at", "at")
LANGUAGES = ("de", "en", "ar")

Moves = Mapping[date, date]


def source(slug: str) -> dict[str, Any]:
    """Return the example call file `slug` as plain data, dates as in the file."""
    return deepcopy(_source(slug))


@cache
def _source(slug: str) -> dict[str, Any]:
    """Return what stands in the file; reading it takes half a second, and stages read it again."""
    data: dict[str, Any] = YAML(typ="safe", pure=True).load(CALLS / f"{slug}.yaml")
    return data


def open_call(slug: str, today: date) -> Definition:
    """Return the example call `slug`, open on `today` (a day in the call's zone)."""
    return Definition.model_validate(shifted(source(slug), today))


def shifted(definition: Mapping[str, Any], today: date) -> dict[str, Any]:
    """Return a copy of a call in which the closing lies 22 days after `today`.

    Opening and steps keep their time of day, their weekday and, within three days, their distance
    to the closing. Dates of steps that are written out in a text ("15. September 2027") move
    along in every language; versions of texts move by whole days.
    """
    zone = ZoneInfo(definition.get("zone", "Europe/Berlin"))
    closing = _local(definition["closes_at"], zone).date()
    distance = today + timedelta(days=DAYS_LEFT) - closing
    given = [definition["opens_at"], *(step["at"] for step in definition["steps"])]
    days = {_local(moment, zone).date() for moment in given}
    moves = {day: _same_weekday(day, distance) for day in days} | {closing: closing + distance}
    moved: dict[str, Any] = _moved(definition, _Move(moves, distance, zone))
    return moved


def _same_weekday(day: date, distance: timedelta) -> date:
    """Return the day at `distance`, or the nearest one with the same weekday."""
    near = day + distance
    return near + timedelta(days=(day.weekday() - near.weekday() + 3) % 7 - 3)


class _Move:
    """How moments, versions and texts change."""

    def __init__(self, moves: Moves, distance: timedelta, zone: ZoneInfo) -> None:
        self.moves = moves
        self.distance = distance
        self.zone = zone

    def moment(self, given: str) -> str:
        """Return the moment on its new day at the same time of day."""
        old = _local(given, self.zone)
        day = self.moves[old.date()]
        return datetime.combine(day, old.time(), self.zone).isoformat()

    def version(self, given: str) -> str:
        """Return a version that is a date, moved by whole days; others as they are."""
        try:
            return (date.fromisoformat(given) + self.distance).isoformat()
        except ValueError:
            return given

    def text(self, given: str) -> str:
        """Return the text with the new dates of steps."""
        return _dates().sub(partial(_new_date, moves=self.moves), given)


def _local(given: str, zone: ZoneInfo) -> datetime:
    return datetime.fromisoformat(given).astimezone(zone)


def _moved(value: Any, move: _Move, name: str = "") -> Any:
    """Return `value` with everything in it moved; `name` is the key under which it stands."""
    if isinstance(value, Mapping):
        return {key: _moved(inner, move, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [_moved(inner, move) for inner in value]
    if not isinstance(value, str):
        return value
    if name in MOMENTS:
        return move.moment(value)
    return move.version(value) if name == "version" else move.text(value)


@cache
def _months() -> dict[str, dict[str, int]]:
    """Return the number of each month by its name, per language."""
    return {
        language: {name: n for n, name in get_month_names("wide", locale=language).items()}
        for language in LANGUAGES
    }


@cache
def _dates() -> re.Pattern[str]:
    """Return a pattern for a full date in one of the languages."""
    names = sorted({name for months in _months().values() for name in months}, reverse=True)
    return re.compile(rf"\b(\d{{1,2}})(\.?) ({'|'.join(map(re.escape, names))}) (\d{{4}})\b")


def _new_date(found: re.Match[str], moves: Moves) -> str:
    language = next(
        code
        for code in (("de",) if found[2] else ("en", "ar", "de"))
        if found[3] in _months()[code]
    )
    try:
        old = date(int(found[4]), _months()[language][found[3]], int(found[1]))
    except ValueError:
        return found[0]
    new = moves.get(old, old)
    month = get_month_names("wide", locale=language)[new.month]
    return f"{new.day}{found[2]} {month} {new.year}"
