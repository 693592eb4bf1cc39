"""What a person typed, made comparable: one form of Unicode, one kind of line break."""

import re
import unicodedata

# C0 and C1 controls but tab and line feed, lone surrogates, non-characters.
UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
NOT_ASCII = re.compile("[^\x00-\x7f]")
BETWEEN_WORDS = re.compile(r"[\W_]+")


def normalise(text: str) -> str:
    r"""Return `text` in NFC, CRLF and CR as LF, without control characters.

    >>> normalise("a\r\nb")
    'a\nb'
    """
    if text.isascii() and text.isprintable():
        return text  # most answers; nothing can be changed in them
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", UNWANTED.sub("", lines))


def one_line(text: str) -> str:
    """Return `text` normalised, with every run of white space as one blank, trimmed."""
    return " ".join(normalise(text).split())


def length(text: str) -> int:
    """Return the number of code points of `text` after `normalise`, as the browser counts."""
    return len(normalise(text))


def fold(text: str) -> str:
    """Return `text` for searching: lower case, without accents, words divided by one blank."""
    bare = unicodedata.normalize("NFKD", text.casefold())
    letters = NOT_ASCII.sub(_without_accent, bare)  # most letters are ASCII by now
    return BETWEEN_WORDS.sub(" ", letters).strip()


def _without_accent(letter: re.Match[str]) -> str:
    return "" if unicodedata.combining(letter.group()) else letter.group()
