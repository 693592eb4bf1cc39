"""The language of a document: its templates, words, moments and numbers, without Flask."""

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import groupby
from typing import Any
from unicodedata import bidirectional

from babel import Locale
from babel.numbers import format_decimal
from babel.support import NullTranslations, Translations
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from portal.core.resources import resource_dir
from portal.documents.moments import Moments
from portal.documents.templates import FOLDER

BINDING = "de"
# Dates of the English pages are written the European way.
LOCALES = {"en": "en_GB"}
RIGHT_TO_LEFT = {"R", "AL"}
IN_A_LINE = {"short", "list", "missing"}


@cache
def environment(language: str) -> Environment:
    """Return the Jinja environment of the document templates for one language.

    Everything is escaped, an unknown name is an error. Templates get `_`,
    `in_german(msgid)` (small German words beside foreign ones, nothing in a German document),
    `moments` and the filters below.
    """
    made = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        loader=FileSystemLoader(FOLDER),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    words = _translations(language)
    made.install_gettext_translations(words, newstyle=True)  # type: ignore[attr-defined]
    locale = Locale.parse(LOCALES.get(language, language))
    way = "rtl" if locale.character_order == "right-to-left" else "ltr"
    made.globals |= {"page_direction": way}
    made.globals |= {"in_german": _german(language), "moments": Moments(words.gettext, locale)}
    made.filters |= {
        "paragraphs": paragraphs,
        "runs": runs,
        "grouped": grouped,
        "bdi": lambda text: isolated(text, way),
        "direction": direction,
        "lines": lambda texts: Markup("\n").join(isolated(text, way) for text in texts if text),
        "number": lambda value: format_decimal(value, locale=locale),
    }
    return made


def _translations(language: str) -> NullTranslations:
    return Translations.load(resource_dir("translations"), [language])


def _german(language: str) -> Callable[[str], str]:
    if language == BINDING:
        return lambda _text: ""
    binding = _translations(BINDING)
    frame = Markup('<span class="german" lang="de" dir="ltr">{}</span>')
    return lambda text: frame.format(binding.gettext(text))


def paragraphs(text: str) -> list[str]:
    r"""Return the paragraphs of a text, divided by blank lines.

    >>> paragraphs("a\n\n\nb\nc")
    ['a', 'b\nc']
    """
    return [part.strip("\n") for part in text.split("\n\n") if part.strip()]


def runs(entries: Iterable[dict[str, Any]]) -> Iterator[tuple[bool, list[dict[str, Any]]]]:
    """Yield runs of answers: those that fit in a line of a table, and those that stand alone."""
    for fits, run in groupby(entries, lambda entry: entry["shown"]["kind"] in IN_A_LINE):
        yield fits, list(run)


def grouped(text: str) -> str:
    """Return a fingerprint in groups of eight, so that people can compare and lines can break.

    >>> grouped("0123456789abcdef")
    '01234567 89abcdef'
    """
    return " ".join(text[start : start + 8] for start in range(0, len(text), 8))


def isolated(text: str, page_direction: str) -> Markup:
    """Return a name, escaped and isolated from the direction of the sentence around it.

    WeasyPrint does not know `unicode-bidi`, so the characters of Unicode do it (UAX 9). A page
    without any text from right to left goes without them.
    """
    foreign = page_direction == "rtl" or any(bidirectional(c) in RIGHT_TO_LEFT for c in text)
    if not foreign:
        return escape(text)
    begin = "\u2067" if direction(text) == "rtl" else "\u2066"
    return Markup("<bdi>{}{}\u2069</bdi>").format(begin, text)


def direction(text: str) -> str:
    """Return `rtl` if the first letter with a direction runs to the left, else `ltr`."""
    for character in text:
        way = bidirectional(character)
        if way in RIGHT_TO_LEFT:
            return "rtl"
        if way == "L":
            return "ltr"
    return "ltr"
