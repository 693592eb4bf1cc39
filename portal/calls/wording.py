"""Texts in several languages: German always, the others where somebody wrote them."""

from typing import Annotated, NamedTuple

from pydantic import BeforeValidator

from portal.core.i18n import BINDING

# Plain text or the Markdown subset, by language code; a bare string in the file means German.
Text = Annotated[
    dict[str, str],
    BeforeValidator(lambda given: {BINDING: given} if isinstance(given, str) else given),
]


class Saying(NamedTuple):
    """A text and the language it really is in (German where a translation is missing)."""

    text: str
    language: str


def say(text: Text | None, language: str) -> Saying:
    """Return `text` in `language`, else in German; an absent text is empty.

    >>> say({"de": "Titel"}, "en")
    Saying(text='Titel', language='de')
    """
    if not text:
        return Saying("", language)
    if language in text:
        return Saying(text[language], language)
    return Saying(text[BINDING], BINDING)


def plain(text: Text | None, language: str) -> str:
    """Return only the words of `say`."""
    return say(text, language).text
