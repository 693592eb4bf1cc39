"""Two texts word by word: what stayed, what came, what went."""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import NamedTuple

WORDS = re.compile(r"\s+|\w+|[^\w\s]+")
LINES = re.compile(r"[^\n]*\n|[^\n]+")
MOST_WORDS = 4000  # of both texts; longer ones are compared line by line
KEPT, ADDED, REMOVED = "kept", "added", "removed"


class Part(NamedTuple):
    """A passage that is `kept`, `added` or `removed`."""

    kind: str
    text: str


def compared(before: str, after: str) -> list[Part]:
    """Return both texts as one, each passage marked; a changed word is removed, then added.

    >>> compared("ein kleines Haus", "ein großes Haus")[1:3]
    [Part(kind='removed', text='kleines'), Part(kind='added', text='großes')]
    """
    old, new = WORDS.findall(before), WORDS.findall(after)
    if len(old) + len(new) > MOST_WORDS:
        old, new = LINES.findall(before), LINES.findall(after)
    return _joined(_parts(old, new))


def _parts(old: list[str], new: list[str]) -> Iterator[Part]:
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            yield Part(KEPT, "".join(old[a:b]))
            continue
        if b > a:
            yield Part(REMOVED, "".join(old[a:b]))
        if d > c:
            yield Part(ADDED, "".join(new[c:d]))


def _joined(parts: Iterator[Part]) -> list[Part]:
    """Take a lone blank between two changes as changed too, so that phrases stay whole."""
    found = list(parts)
    groups: list[Part] = []
    removed = added = ""
    for n, part in enumerate(found):
        between = part.kind == KEPT and part.text.isspace() and 0 < n < len(found) - 1
        if part.kind == REMOVED or between:
            removed += part.text
        if part.kind == ADDED or between:
            added += part.text
        if part.kind == KEPT and not between:
            groups += _changed(removed, added)
            groups.append(part)
            removed = added = ""
    return groups + _changed(removed, added)


def _changed(removed: str, added: str) -> list[Part]:
    return [part for part in (Part(REMOVED, removed), Part(ADDED, added)) if part.text]


def lists(before: list[str], after: list[str]) -> list[Part]:
    """Return the entries of two lists: those that went, then all of the new one."""
    went = [Part(REMOVED, one) for one in before if one not in after]
    return went + [Part(KEPT if one in before else ADDED, one) for one in after]
