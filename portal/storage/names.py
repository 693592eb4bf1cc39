"""Names of files: for people to read, for the browser to save, for a ZIP on any system."""

import re
import unicodedata
from collections.abc import Collection
from urllib.parse import quote

from portal.core.text import one_line

LONGEST = 120
LONGEST_SAVED = 100
BYTES_SAVED = 200
NAMELESS = "file"
# What stands after the last dot is an ending only if it looks like one ("Konzept v1.2" has none).
ENDING = re.compile(r"\.([A-Za-z0-9]{1,8})$")
JOINERS = "\u200c\u200d"  # needed within words of some scripts and within emoji
FAMILIES = ({"jpg", "jpeg", "jpe", "jfif"}, {"heic", "heif"})
FORBIDDEN = re.compile(r'[<>:"/\\|?*]')
# https://learn.microsoft.com/windows/win32/fileio/naming-a-file
RESERVED = re.compile(r"(CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(COM|LPT)[0-9¹²³])", re.IGNORECASE)
PLAIN = str.maketrans(
    {
        "ä": "ae",
        "ö": "oe",
        "ü": "ue",
        "Ä": "Ae",
        "Ö": "Oe",
        "Ü": "Ue",
        "ß": "ss",
        "ø": "o",
        "Ø": "O",
        "đ": "d",
        "Đ": "D",
        "ł": "l",
        "Ł": "L",
        "ı": "i",
    }
)


def claimed(filename: str) -> str | None:
    """Return the ending that a name claims, in lower case without dot, or None.

    >>> claimed("Foto.JPG"), claimed("Konzept v1.2"), claimed("ohne")
    ('jpg', None, None)
    """
    found = ENDING.search(filename.rstrip(" ."))
    return found[1].lower() if found and not found[1].isdigit() else None


def display_name(filename: str, *, extension: str | None = None) -> str:
    """Return a name to show: NFC, one line, no controls, no path, at most 120 characters.

    extension: the ending (without dot) that the content asks for; another one is replaced.
    """
    name = re.split(r"[/\\]", one_line(_visible(filename)))[-1].strip(" .")
    if extension is None:
        return _fitted(name or NAMELESS, LONGEST)
    return _fitted(_with_ending(name, extension.lstrip(".")), LONGEST)


def content_disposition(name: str, *, inline: bool = False) -> str:
    """Return the header of a download (RFC 6266): plain letters for old, UTF-8 for all others."""
    shown = display_name(name)
    plain = unicodedata.normalize("NFKD", shown.translate(PLAIN)).encode("ascii", "ignore").decode()
    plain = re.sub(r'["\\%;]', "_", plain).strip() or NAMELESS
    if plain.startswith("."):
        plain = NAMELESS + plain
    kind = "inline" if inline else "attachment"
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(shown, safe='')}"


def safe_name(name: str, *, taken: Collection[str] = ()) -> str:
    """Return a name that every system can save, at most 100 characters, unlike those `taken`."""
    clean = FORBIDDEN.sub("-", one_line(_visible(name))).strip(" .") or NAMELESS
    if RESERVED.fullmatch(clean.split(".")[0].rstrip()):
        clean = f"_{clean}"
    used = {other.casefold() for other in taken}
    fitted, number = _fitted(clean, LONGEST_SAVED, BYTES_SAVED), 1
    while fitted.casefold() in used:
        number += 1
        fitted = _fitted(clean, LONGEST_SAVED, BYTES_SAVED, f" ({number})")
    return fitted


def _visible(text: str) -> str:
    """Return `text` without marks that nobody sees but that turn or break a line."""
    return "".join(
        letter
        for letter in text
        if letter in JOINERS or unicodedata.category(letter) not in ("Cf", "Cs", "Cn")
    )


def _with_ending(name: str, extension: str) -> str:
    ending = claimed(name)
    if ending is None:
        return f"{name or NAMELESS}.{extension}"
    if ending == extension or any({ending, extension} <= family for family in FAMILIES):
        return name
    stem = name[: -len(ending) - 1].rstrip(" .") or NAMELESS
    return f"{stem}.{extension}"


def _fitted(name: str, longest: int, most_bytes: int = 1000, mark: str = "") -> str:
    """Return `name` with `mark` before its ending, cut in the stem to both limits."""
    ending = f".{name[-len(claimed(name) or '') :]}" if claimed(name) else ""
    stem = name[: len(name) - len(ending)]
    tail = mark + ending
    stem = stem[: longest - len(tail)]
    while stem and len((stem + tail).encode()) > most_bytes:
        stem = stem[:-1]
    return (stem.rstrip(" .") or NAMELESS) + tail
