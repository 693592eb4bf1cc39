"""Which characters no font can show: ours first, then those of the system."""

import ctypes
import ctypes.util
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

FONTS = Path(__file__).parent / "fonts"
# Controls, formats, blanks: they need no picture of their own.
INVISIBLE = {"Cc", "Cf", "Zs", "Zl", "Zp"}
# What is written with Latin letters in Europe, with its dashes, quotation marks and the euro. Our
# fonts have all of it, so they need not be opened for most texts.
PLAIN = frozenset(map(chr, (*range(0x180), *range(0x2010, 0x2023), 0x2026, 0x20AC)))
SELECTORS = {chr(code) for code in (0x34F, *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))}


def missing_glyphs(text: str) -> set[str]:
    """Return the characters of `text` that would be printed as empty boxes.

    The fonts of this package are asked first, then what fontconfig finds on the system, for example
    `fonts-noto-cjk`.
    """
    rare = {c for c in set(text) - PLAIN if not _invisible(c)}
    unknown = rare - own_glyphs() if rare else rare
    if not unknown or system_has("".join(sorted(unknown))):
        return set()
    return {character for character in unknown if not system_has(character)}


@cache
def own_glyphs() -> frozenset[str]:
    """Return every character that one of our fonts can show."""
    known: set[str] = set()
    for path in FONTS.glob("*.ttf"):
        with TTFont(path, lazy=True) as font:
            known.update(map(chr, font.getBestCmap()))
    return frozenset(known)


def _invisible(character: str) -> bool:
    return unicodedata.category(character) in INVISIBLE or character in SELECTORS


class _FontSet(ctypes.Structure):
    _fields_ = (("count", ctypes.c_int), ("space", ctypes.c_int), ("fonts", ctypes.c_void_p))


@cache
def _fontconfig() -> Any:
    """Return the library with the types of the functions we call, or None where it is absent."""
    name = ctypes.util.find_library("fontconfig") or "libfontconfig.so.1"
    try:
        library = ctypes.CDLL(name)
    except OSError:
        return None
    pointer, text = ctypes.c_void_p, ctypes.c_char_p
    for function, result, given in (
        ("FcCharSetCreate", pointer, ()),
        ("FcCharSetAddChar", ctypes.c_int, (pointer, ctypes.c_uint32)),
        ("FcCharSetDestroy", None, (pointer,)),
        ("FcPatternCreate", pointer, ()),
        ("FcPatternAddCharSet", ctypes.c_int, (pointer, text, pointer)),
        ("FcPatternDestroy", None, (pointer,)),
        ("FcObjectSetCreate", pointer, ()),
        ("FcObjectSetAdd", ctypes.c_int, (pointer, text)),
        ("FcObjectSetDestroy", None, (pointer,)),
        ("FcFontList", ctypes.POINTER(_FontSet), (pointer, pointer, pointer)),
        ("FcFontSetDestroy", None, (ctypes.POINTER(_FontSet),)),
    ):
        getattr(library, function).restype = result
        getattr(library, function).argtypes = given
    return library


@cache
def system_has(characters: str) -> bool:
    """Return whether one single font of the system has all these characters."""
    library = _fontconfig()
    if library is None:
        return False
    wanted, pattern = library.FcCharSetCreate(), library.FcPatternCreate()
    objects = library.FcObjectSetCreate()
    for character in characters:
        library.FcCharSetAddChar(wanted, ord(character))
    library.FcPatternAddCharSet(pattern, b"charset", wanted)
    library.FcObjectSetAdd(objects, b"file")
    found = library.FcFontList(None, pattern, objects)
    count = int(found.contents.count) if found else 0
    if found:
        library.FcFontSetDestroy(found)
    library.FcObjectSetDestroy(objects)
    library.FcPatternDestroy(pattern)
    library.FcCharSetDestroy(wanted)
    return count > 0
