"""What a file is: told by its first bytes, and its name has to agree.

No library decides here: those that were tried take a JPEG header before a script for a photo, or
any ZIP for a text. What passes is parsed and written anew by the worker.
"""

from functools import cache
from importlib.util import find_spec
from typing import BinaryIO, NamedTuple

from portal.storage.names import claimed
from portal.storage.pixels import READERS, size_of
from portal.storage.refusals import Code, Refused

HEAD = 4096
HEIF_BRANDS = {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"}
OFFICE_MARKS = (b"[Content_Types].xml", b"application/vnd.oasis", b"word/", b"_rels/.rels")


class Format(NamedTuple):
    """A kind of file that can be taken: media type and the endings its name may have."""

    media_type: str
    extensions: tuple[str, ...]


FORMATS = {
    "pdf": Format("application/pdf", ("pdf",)),
    "jpeg": Format("image/jpeg", ("jpg", "jpeg", "jpe", "jfif")),
    "png": Format("image/png", ("png",)),
    "webp": Format("image/webp", ("webp",)),
    "heic": Format("image/heic", ("heic", "heif")),
}

# Foreign kinds that deserve a reason of their own; everything else is of the wrong type.
FOREIGN = {
    b"GIF87a": Code.GIF,
    b"GIF89a": Code.GIF,
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": Code.OFFICE,
    b"{\\rtf": Code.OFFICE,
    b"7z\xbc\xaf\x27\x1c": Code.ARCHIVE,
    b"Rar!\x1a\x07": Code.ARCHIVE,
    b"\x1f\x8b\x08": Code.ARCHIVE,
    b"PK\x05\x06": Code.ARCHIVE,
    b"\x1a\x45\xdf\xa3": Code.VIDEO,
    b"II*\0": Code.WRONG_TYPE,
    b"MM\0*": Code.WRONG_TYPE,
    b"BM": Code.WRONG_TYPE,
    b"MZ": Code.WRONG_TYPE,
    b"\x7fELF": Code.WRONG_TYPE,
}
TEXTS = {
    b"<svg": Code.SVG,
    b"<!doctype html": Code.WEB_PAGE,
    b"<html": Code.WEB_PAGE,
    b"<script": Code.WEB_PAGE,
    b"<?php": Code.WEB_PAGE,
}


class Kind(NamedTuple):
    """What a file is. `name` is a key of `FORMATS`, `extension` has no dot; pixels as stored."""

    name: str
    media_type: str
    extension: str
    width: int | None
    height: int | None


@cache
def heic_readable() -> bool:
    """Return whether the library for HEIC photos is installed."""
    return find_spec("pillow_heif") is not None


def kinds_here(allowed: tuple[str, ...]) -> tuple[str, ...]:
    """Return those of `allowed` that this installation can read."""
    return tuple(name for name in allowed if name != "heic" or heic_readable())


def accept(allowed: tuple[str, ...]) -> str:
    """Return the value for `accept` of a file field, for example `.jpg,.jpeg,.png`."""
    endings = [end for name in kinds_here(allowed) for end in FORMATS[name].extensions]
    return ",".join(f".{end}" for end in endings)


def look(fileobj: BinaryIO, filename: str, *, allowed: tuple[str, ...], max_pixels: int) -> Kind:
    """Return what `fileobj` is, by its header; it stands at its beginning afterwards.

    Raises `Refused` if it is empty, of a kind not `allowed`, at odds with the ending of
    `filename`, or a picture of more than `max_pixels`.
    """
    fileobj.seek(0)
    found = recognise(fileobj.read(HEAD), claimed(filename))
    _require_allowed(found, allowed)
    name = str(found)
    _require_agreement(name, filename)
    width, height = _pixels(name, fileobj, max_pixels)
    fileobj.seek(0)
    return Kind(name, FORMATS[name].media_type, FORMATS[name].extensions[0], width, height)


def recognise(head: bytes, ending: str | None) -> str | Code:
    """Return the name of a format we know, or the reason why it is none.

    Bytes that mean nothing under an ending we know are a damaged file.
    """
    if not head:
        return Code.EMPTY
    known = _known(head) or _foreign(head)
    if known:
        return known
    ours = any(ending in form.extensions for form in FORMATS.values())
    return Code.BROKEN if ours else Code.WRONG_TYPE


def _known(head: bytes) -> str | None:
    if head.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    if head[4:8] == b"ftyp" and head[8:12] in HEIF_BRANDS:
        return "heic"
    # Blank space before the header is common and harmless; anything else is another format's.
    return "pdf" if head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"%PDF-") else None


def _foreign(head: bytes) -> Code | None:
    if head.startswith(b"PK\x03\x04"):
        return Code.OFFICE if any(mark in head for mark in OFFICE_MARKS) else Code.ARCHIVE
    if head[4:8] == b"ftyp":
        return Code.WRONG_TYPE if head[8:12] in (b"avif", b"avis") else Code.VIDEO
    if head[:4] == b"RIFF" and head[8:12] == b"AVI ":
        return Code.VIDEO
    for mark, code in FOREIGN.items():
        if head.startswith(mark):
            return code
    return _text(head)


def _text(head: bytes) -> Code | None:
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if not text.startswith(b"<"):
        return None
    found = [(at, code) for mark, code in TEXTS.items() if (at := text.find(mark)) >= 0]
    return min(found)[1] if found else Code.WRONG_TYPE


def _require_allowed(found: str | Code, allowed: tuple[str, ...]) -> None:
    if isinstance(found, Code):
        raise Refused(found, allowed=allowed)
    if found not in allowed:
        heic_photo = found == "heic" and "jpeg" in allowed
        raise Refused(Code.HEIC_HERE if heic_photo else Code.WRONG_TYPE, allowed=allowed)
    if found not in kinds_here(allowed):
        raise Refused(Code.HEIC_HERE, allowed=allowed)


def _require_agreement(name: str, filename: str) -> None:
    ending = claimed(filename)
    if ending is not None and ending not in FORMATS[name].extensions:
        raise Refused(Code.TYPE_MISMATCH, found=name, ending=ending)


def _pixels(name: str, fileobj: BinaryIO, most: int) -> tuple[int | None, int | None]:
    if name not in READERS:
        return None, None
    try:
        width, height = size_of(name, fileobj)
    except ValueError as error:
        raise Refused(Code.BROKEN) from error
    if width * height > most:
        raise Refused(Code.TOO_MANY_PIXELS, pixels=width * height, max_pixels=most)
    return width, height
