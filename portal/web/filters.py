"""What templates can do with a value: texts in languages, dates, numbers, sizes, Markdown."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from flask import Flask
from markupsafe import Markup, escape

from portal.calls.wording import Saying, say
from portal.core.i18n import format_date, format_moment, format_number, gettext, language
from portal.core.text import length
from portal.web.languages import direction_of

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

LINKS = re.compile(r"(?:https?://|mailto:|tel:|/(?!/))", re.IGNORECASE)
KILO = 1000


def said(text: Any) -> Markup:
    """Return a text as HTML; a passage in another language than the page's is marked as such.

    Takes a string, a `Saying`, or a text by languages (`{"de": …}`).
    """
    if isinstance(text, str):
        return escape(text)
    here = language()
    if isinstance(text, Mapping):
        text = say(dict(text), here)
    if not text.text or text.language == here:
        return escape(text.text)
    code = text.language
    return Markup('<span lang="{}" dir="{}">{}</span>').format(code, direction_of(code), text.text)


def bare(text: Any) -> str:
    """Return only the words of a text, for places where no mark-up may stand."""
    if isinstance(text, Mapping):
        text = say(dict(text), language())
    return text.text if isinstance(text, Saying) else str(text)


def markdown(text: Any, top: int = 2) -> Markup:
    """Return a text in the Markdown subset as HTML, its highest heading as `<h{top}>`.

    HTML in it is shown as text; links lead to http(s), mail, telephone or this site only; pictures
    are left out. Takes what `said` takes; marks another language in the same way.
    """
    if isinstance(text, Mapping):
        text = say(dict(text), language())
    if not isinstance(text, Saying):
        text = Saying(str(text), language())
    html = Markup(_rendered(text.text, top))  # noqa: S704  (made with HTML off)
    if not text.text or text.language == language():
        return html
    code = text.language
    return Markup('<div lang="{}" dir="{}" class="p-stack">{}</div>').format(
        code, direction_of(code), html
    )


@lru_cache(maxsize=512)
def _rendered(text: str, top: int) -> str:
    tokens = _reader().parse(text)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, int(token.tag[1]) + top - 1)}"
    _level(tokens, top)
    return str(_reader().renderer.render(tokens, _reader().options, {}))


def _level(tokens: "list[Token]", top: int) -> None:
    """Let headings begin at `top` and skip no level, whatever the text does."""
    deepest = top - 1
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            level = min(int(token.tag[1]), deepest + (token.type == "heading_open"))
            deepest = max(level, top)
            token.tag = f"h{deepest}"


@lru_cache(maxsize=1)
def _reader() -> "MarkdownIt":
    from markdown_it import MarkdownIt  # slow import, and most pages are kept

    reader = MarkdownIt("commonmark", {"html": False})
    reader.disable(["image", "html_block", "html_inline"])
    reader.validateLink = lambda url: bool(LINKS.match(url))  # type: ignore[method-assign]
    return reader


def size(count: int) -> str:
    """Return a number of bytes as a person reads it, for example "3,1 MB"."""
    if count < KILO * KILO:
        return f"{format_number(max(1, round(count / KILO)))}\u00a0KB"
    return f"{format_number(round(count / KILO / KILO, 1))}\u00a0MB"


DAYS = {  # where the pattern of CLDR is not how our texts write a date
    ("en", "long"): "d MMMM y",
    ("en", "full"): "EEEE, d MMMM y",
    ("ar", "full"): "EEEE، d MMMM y",
}


def day(value: date, style: str = "long", zone: str = "Europe/Berlin") -> str:
    """Return a date: "15. September 2027"; other styles: `full`, `medium`, or a CLDR pattern."""
    return format_date(value, DAYS.get((language(), style), style), zone)


def edition(version: str) -> str:
    """Return a version that is a date in words, any other as it is."""
    try:
        return day(date.fromisoformat(version))
    except ValueError:
        return version


def moment(value: datetime, zone: str = "Europe/Berlin") -> str:
    """Return date and time: "Mittwoch, 15. September 2027, 23:59 Uhr"."""
    return gettext("%(day)s, %(time)s", day=day(value, "full", zone), time=clock_time(value, zone))


def clock_time(value: datetime, zone: str = "Europe/Berlin") -> str:
    """Return the time of day as the language writes it: "23:59 Uhr", "11:59 pm"."""
    if language() == "en":
        return format_moment(value, "h:mm a", zone).replace("AM", "am").replace("PM", "pm")
    here = value.astimezone(ZoneInfo(zone))  # the same in all other languages, so without Babel
    return gettext("%(time)s o’clock", time=f"{here:%H:%M}")


def dial(phone: str) -> str:
    """Return a telephone number for a `tel:` link; a German one in its international form."""
    digits = re.sub(r"[^\d+]", "", phone)
    return f"+49{digits[1:]}" if digits.startswith("0") and not digits.startswith("00") else digits


def bdi(text: Any) -> Markup:
    """Return a name of unknown direction, isolated from the sentence around it."""
    return Markup("<bdi>{}</bdi>").format(text)


def count_text(value: str, limit: int) -> str:
    """Return "24 of 150 characters", and how many are too many."""
    num, code = length(value), language()
    if num <= limit:
        return _count_words(code)[0].format(num=_grouped(num, code), limit=_grouped(limit, code))
    return _count_words(code)[1].format(
        num=_grouped(num, code), limit=_grouped(limit, code), over=_grouped(num - limit, code)
    )


def count_attributes() -> Markup:
    """Return the same sentences as attributes, for the script that counts while one writes."""
    return _count_attributes(language())


@lru_cache(maxsize=64)
def _count_attributes(code: str) -> Markup:
    return Markup(' data-text="{}" data-over="{}"').format(*_count_words(code))


@lru_cache(maxsize=64)
def _count_words(_language: str) -> tuple[str, str]:
    """Return both sentences of the count with places for the numbers."""
    return (
        gettext("%(num)s of %(limit)s characters", num="{num}", limit="{limit}"),
        gettext(
            "%(num)s of %(limit)s characters – %(over)s too many",
            num="{num}", limit="{limit}", over="{over}",
        ),
    )  # fmt: skip


@lru_cache(maxsize=4096)
def _grouped(value: int, _language: str) -> str:
    return format_number(value)


def init(app: Flask) -> None:
    """Make the filters known to templates."""
    app.jinja_env.filters.update(
        said=said, bare=bare, markdown=markdown, number=format_number, size=size, day=day,
        edition=edition, moment=moment, clock_time=clock_time, dial=dial, bdi=bdi, length_of=length,
    )  # fmt: skip
    app.jinja_env.globals.update(count_text=count_text, count_attributes=count_attributes)
