"""Dates and times of a document in its language; moments come in as ISO text with an offset."""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, get_timezone_name


class Moments:
    """Says moments in one language; `gettext` translates the frame around the numbers."""

    def __init__(self, gettext: Callable[[str], str], locale: Locale) -> None:
        self._gettext = gettext
        self._locale = locale

    def day(self, moment: str, zone: str) -> str:
        """Return for example 24. August 2027."""
        return format_date(_local(moment, zone), "long", locale=self._locale)

    def clock(self, moment: str, zone: str) -> str:
        """Return for example 14:52:08 Uhr (MESZ)."""
        _ = self._gettext
        local = _local(moment, zone)
        name = get_timezone_name(local, width="short", locale=self._locale)
        if any(character.isdigit() for character in name):  # this language has no short name
            name = local.tzname() or name
        return _("%(time)s (%(zone)s)") % {"time": local.strftime("%H:%M:%S"), "zone": name}

    def full(self, moment: str, zone: str) -> str:
        """Return for example Dienstag, 24. August 2027, um 14:52:08 Uhr (MESZ)."""
        _ = self._gettext
        day = format_date(_local(moment, zone), "full", locale=self._locale)
        return _("%(day)s, at %(clock)s") % {"day": day, "clock": self.clock(moment, zone)}

    def minute(self, moment: str, zone: str) -> str:
        """Return for example 15. September 2027, 23:59 Uhr."""
        _ = self._gettext
        time = _local(moment, zone).strftime("%H:%M")
        return _("%(day)s, at %(time)s") % {"day": self.day(moment, zone), "time": time}

    def hour(self, moment: str, zone: str) -> str:
        """Return for example 14:52 Uhr."""
        _ = self._gettext
        return _("%(time)s o'clock") % {"time": _local(moment, zone).strftime("%H:%M")}


def _local(moment: str, zone: str) -> datetime:
    return datetime.fromisoformat(moment).astimezone(ZoneInfo(zone))
