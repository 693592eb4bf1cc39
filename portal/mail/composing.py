"""From the words of a letter and its values to subject and body; values are never templates."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Protocol

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from portal.core.i18n import BINDING, direction, gettext, in_language, language
from portal.core.resources import resource_dir
from portal.core.text import one_line
from portal.mail.letters import BRACES, KINDS, LETTERS, Kind, unknown_placeholders
from portal.mail.markdown import escaped, escaped_lines, unlinked

LONGEST_SUBJECT = 200
Values = Mapping[str, str] | Callable[[str], Mapping[str, str]]


class OwnText(Protocol):
    """A call's own words for a letter, by language; None where it has none."""

    @property
    def subject(self) -> Mapping[str, str] | None:
        """One line."""

    @property
    def paragraphs(self) -> Mapping[str, str] | None:
        """Markdown between greeting and closing."""


@dataclass(frozen=True)
class Composed:
    """A letter in words: `body` and the German `binding` below it (or "") are Markdown."""

    language: str
    subject: str
    body: str
    binding: str = ""


@cache
def templates() -> Environment:
    """Return the environment of the letters. What people typed never passes through it as code."""
    found = Environment(
        loader=FileSystemLoader(resource_dir("templates") / "mail"),
        autoescape=lambda name: bool(name and name.endswith(".html")),  # noqa: S701  (text letters)
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.globals["_"] = gettext
    return found


def compose(name: str, language: str, values: Values, own: OwnText | None = None) -> Composed:
    """Return the letter `name` in `language`, or in German where the call has only that.

    values: by placeholder, or a function from a language code to them. An empty optional value
    takes its paragraph with it. Raises `KeyError` for an unknown letter, `ValueError` for a
    missing value or an unknown placeholder.
    """
    kind = LETTERS[name]
    spoken = _spoken(language, own)
    subject, body = _in(spoken, name, values, own)
    german = _in(BINDING, name, values, own)[1] if kind.binding and spoken != BINDING else ""
    return Composed(spoken, subject, body, german)


def _spoken(language: str, own: OwnText | None) -> str:
    """Return the language in which all of the letter is there.

    Own words in German only mean a German letter: the default of another language would say
    something else. Own words in other languages only leave German and the rest as they are.
    """
    texts = [text for text in (own.subject, own.paragraphs) if text] if own else []
    there = all(language in text or BINDING not in text for text in texts)
    return language if there else BINDING


def _in(language: str, name: str, values: Values, own: OwnText | None) -> tuple[str, str]:
    with in_language(language):
        given = dict(values(language) if callable(values) else values)
        words = _words(name, language, own)
        _refuse_gaps(name, given, "\n".join(words))
        subject = _subject(words[0], given)
        parts = [_greeting(given), _body(words[1], given), _closing(given)]
        return subject, "\n\n".join(part for part in parts if part)


def _words(name: str, language: str, own: OwnText | None) -> tuple[str, str]:
    """Return subject and paragraphs: those of the call, else those of the template."""
    subject = (own.subject or {}).get(language) if own else None
    body = (own.paragraphs or {}).get(language) if own else None
    return subject or _default(name, "subject"), body or _default(name, "body")


def _default(name: str, part: str) -> str:
    return _default_in(language(), name, part)


@cache
def _default_in(_language: str, name: str, part: str) -> str:
    return templates().get_template(f"{name}/{part}.txt").render().strip()


def default_words(name: str, language: str) -> tuple[str, str]:
    """Return subject and paragraphs of the letter `name` as the portal brings them."""
    with in_language(language):
        return _words(name, language, None)


def _refuse_gaps(name: str, given: Mapping[str, str], words: str) -> None:
    kind = LETTERS[name]
    gaps = sorted(n for n in kind.required if not given.get(n, "").strip())
    unknown = unknown_placeholders(name, words)
    strange = sorted(set(given) - set(KINDS))
    if gaps or unknown or strange:
        raise ValueError(f"letter {name}: missing {gaps}, unknown {unknown}, strange {strange}")


def _subject(words: str, given: Mapping[str, str]) -> str:
    filled = BRACES.sub(lambda found: given.get(found.group(1), ""), words)
    return one_line(filled)[:LONGEST_SUBJECT].strip()


def _greeting(given: Mapping[str, str]) -> str:
    words = gettext("Good day {name},") if given.get("name") else gettext("Good day,")
    return _body(words, given)


def _closing(given: Mapping[str, str]) -> str:
    questions = gettext("Do you have questions? You reach us here: {contact}")
    return _body(f"{questions}\n\n{gettext('Kind regards')}\\\n{{office}}", given)


def _body(words: str, given: Mapping[str, str]) -> str:
    """Return the Markdown with its values; what lacks one is left out, paragraph or list item."""
    paragraphs = re.split(r"\n\s*\n", words.replace("\r\n", "\n").strip())
    filled = (_paragraph(paragraph, given) for paragraph in paragraphs)
    return "\n\n".join(paragraph for paragraph in filled if paragraph)


def _paragraph(words: str, given: Mapping[str, str]) -> str:
    if words.startswith("- "):
        return "\n".join(filter(None, (_whole(line, given) for line in words.split("\n"))))
    return _whole(words, given)


def _whole(words: str, given: Mapping[str, str]) -> str:
    """Return `words` with the values, or nothing if one of them is empty."""
    if not all(given.get(name, "").strip() for name in BRACES.findall(words)):
        return ""
    filled = BRACES.sub(lambda found: _shown(found.group(1), given[found.group(1)]), words)
    return filled.replace("\n", "\n> ") if words.startswith("> ") else filled


def _shown(name: str, value: str) -> str:
    kind = KINDS[name]
    if kind in (Kind.LINE, Kind.ADDRESS):
        return _isolated(escaped(unlinked(value) if kind is Kind.LINE else value))
    if kind is Kind.TEXT:
        return escaped_lines(unlinked(value))
    return value.rstrip()


def _isolated(line: str) -> str:
    """Return what somebody typed so that it keeps its own direction in a line from the right."""
    return f"\u2068{line}\u2069" if direction() == "rtl" else line
