"""Words, dates and numbers in a person's language: a typed door to Flask-Babel.

Works in a request (the locale of the person) and in the worker (`with in_language("de"):`).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from functools import cache, lru_cache
from gettext import NullTranslations
from typing import Any

import flask_babel
from babel import Locale
from babel.support import Translations

from portal.core.resources import resource_dir

_kept_here = flask_babel.g._get_current_object  # noqa: SLF001  (what Flask keeps by request)
GROUPED = 1000
BINDING = "de"
LANGUAGES = {"de": "Deutsch", "en": "English", "ar": "العربية"}


def gettext(text: str, **values: Any) -> str:
    """Return `text` in the present language, `%(name)s` filled from `values`."""
    said = catalogue(language()).gettext(text)
    return said % values if values else said


def ngettext(one: str, many: str, num: int, **values: Any) -> str:
    """Return the plural form for `num`, which fills `%(num)s` as the language writes numbers."""
    return catalogue(language()).ngettext(one, many, num) % {"num": format_number(num), **values}


@cache
def catalogue(code: str) -> NullTranslations:
    """Return the words of a language; asking Flask-Babel for each word costs too much."""
    return Translations.load(resource_dir("translations"), [code])


def lazy_gettext(text: str, **values: Any) -> Any:
    """Return a text that is translated when it is shown."""
    return flask_babel.lazy_gettext(text, **values)


def locale() -> Locale:
    """Return the present locale (German outside of any).

    Asked hundreds of times for a page, so what Flask-Babel found is read where it keeps it, and
    past the proxy, which asks anew at each dot.
    """
    try:
        known: Locale | None = _kept_here()._flask_babel.babel_locale  # noqa: SLF001
    except (AttributeError, RuntimeError):
        known = None
    return known or flask_babel.get_locale() or Locale.parse(BINDING)


def language() -> str:
    """Return the code of the present language, for example `de`."""
    return str(locale().language)


def direction(code: str | None = None) -> str:
    """Return `ltr` or `rtl` for a language code (default: the present language)."""
    chosen = Locale.parse(code) if code else locale()
    return "rtl" if chosen.character_order == "right-to-left" else "ltr"


@contextmanager
def in_language(code: str) -> Iterator[None]:
    """Speak the language `code` inside."""
    with flask_babel.force_locale(code):
        yield


def format_number(value: float) -> str:
    """Return a number with the grouping of the present language, for example 3.000."""
    if isinstance(value, int) and 0 <= value < GROUPED:
        return str(value)  # most numbers; Babel takes its time
    return _number_in_words(value, language())


@lru_cache(maxsize=2048)
def _number_in_words(value: float, code: str) -> str:
    from babel.numbers import format_decimal

    return format_decimal(value, locale=code)


def format_date(value: date, style: str = "long", zone: str = "Europe/Berlin") -> str:
    """Return a date; a moment is first brought to `zone`. Styles of CLDR or a pattern."""
    from zoneinfo import ZoneInfo

    day = value.astimezone(ZoneInfo(zone)).date() if isinstance(value, datetime) else value
    return _date_in_words(day, style, str(locale()))


@lru_cache(maxsize=2048)
def _date_in_words(day: date, style: str, code: str) -> str:
    from babel.dates import format_date as babel_format_date

    return babel_format_date(day, format=style, locale=code)


def format_moment(
    value: datetime, style: str = "EEEE, d. MMMM y", zone: str = "Europe/Berlin"
) -> str:
    """Return a moment in `zone` by a CLDR pattern."""
    return _moment_in_words(value, style, zone, str(locale()))


@lru_cache(maxsize=2048)
def _moment_in_words(value: datetime, style: str, zone: str, code: str) -> str:
    from zoneinfo import ZoneInfo

    from babel.dates import format_datetime

    return format_datetime(value.astimezone(ZoneInfo(zone)), format=style, locale=code)
