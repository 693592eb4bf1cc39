"""A file is what its bytes say, and its name must agree."""

import io
import time
from typing import Any

import pytest

from portal.storage import Code, Refused, accept, look
from tests.storage import makers

PHOTOS = ("jpeg", "png", "webp", "heic")
HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(40)
FOREIGN = {
    "a.gif": (b"GIF89a" + bytes(20), Code.GIF),
    "a.svg": (b'<?xml version="1.0"?>\n<!-- x --><svg xmlns="x"><script/></svg>', Code.SVG),
    "a.html": (b"\xef\xbb\xbf\n<!DOCTYPE html><script>alert(1)</script>", Code.WEB_PAGE),
    "a.htm": (b"<HTML><svg></svg>", Code.WEB_PAGE),
    "a.php": (b"<?php system($_GET[0]); ?>", Code.WEB_PAGE),
    "a.xml": (b"<?xml version='1.0'?><a/>", Code.WRONG_TYPE),
    "a.zip": (b"PK\x03\x04\x14\0" + bytes(24) + b"x.txt", Code.ARCHIVE),
    "a.docx": (b"PK\x03\x04\x14\0" + bytes(24) + b"[Content_Types].xml", Code.OFFICE),
    "a.odt": (b"PK\x03\x04" + bytes(26) + b"mimetypeapplication/vnd.oasis.o", Code.OFFICE),
    "a.doc": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(30), Code.OFFICE),
    "a.rtf": (b"{\\rtf1 hallo}", Code.OFFICE),
    "a.7z": (b"7z\xbc\xaf\x27\x1c" + bytes(9), Code.ARCHIVE),
    "a.mp4": (b"\0\0\0\x20ftypisom" + bytes(30), Code.VIDEO),
    "a.avif": (b"\0\0\0\x20ftypavif" + bytes(30), Code.WRONG_TYPE),
    "a.tif": (b"II*\0" + bytes(30), Code.WRONG_TYPE),
    "a.bmp": (b"BM" + bytes(30), Code.WRONG_TYPE),
    "a.exe": (b"MZ" + bytes(30), Code.WRONG_TYPE),
    "a.txt": (b"nur Text", Code.WRONG_TYPE),
    "a.jpg": (bytes(100), Code.BROKEN),
    "b.jpg": (b"", Code.EMPTY),
    "c.jpg": (b"\xff\xd8\xff\xe0\0\x10JFIF", Code.BROKEN),
    "d.png": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", Code.BROKEN),
    "e.webp": (b"RIFF\0\0\0\0WEBPVP8X", Code.BROKEN),
    "f.png": (makers.png_of(0, 5, rows=b""), Code.BROKEN),
}
REAL = {
    "jpeg": (makers.telling_jpeg(), "image/jpeg", "jpg"),
    "png": (makers.png(), "image/png", "png"),
    "webp": (makers.webp(), "image/webp", "webp"),
    "pdf": (makers.pdf_of(), "application/pdf", "pdf"),
}


def seen(data: bytes, name: str, allowed: tuple[str, ...] = ("pdf", *PHOTOS)) -> Any:
    """Return what `look` says: a kind, or the code of the refusal."""
    try:
        return look(io.BytesIO(data), name, allowed=allowed, max_pixels=60_000_000)
    except Refused as refused:
        return refused.code


@pytest.mark.parametrize("kind", REAL)
def test_real_files_are_known(kind: str) -> None:
    data, media_type, extension = REAL[kind]
    size = (None, None) if kind == "pdf" else (400, 200)
    assert seen(data, f"X.{extension.upper()}") == (kind, media_type, extension, *size)
    assert seen(data, "ohne Endung") == (kind, media_type, extension, *size)


@pytest.mark.parametrize("lossless", [True, False])
def test_all_ways_to_write_a_webp_are_measured(lossless: bool) -> None:
    plain = makers.webp(lossless=lossless)
    clear = makers.webp(makers.picture(mode="RGBA"), lossless=lossless, exif=makers.exif())
    assert seen(plain, "a.webp")[3:] == seen(clear, "a.webp")[3:] == (400, 200)


def test_a_progressive_jpeg_behind_a_long_profile_is_measured() -> None:
    data = makers.jpeg(progressive=True, icc_profile=bytes(200_000), exif=makers.exif(6))
    assert seen(data, "a.jpeg")[3:] == (400, 200)


@pytest.mark.parametrize("name", FOREIGN)
def test_other_kinds_are_refused_with_a_reason_of_their_own(name: str) -> None:
    data, code = FOREIGN[name]
    assert seen(data, name) is code


LIES = [
    (kind, ending)
    for kind in REAL
    for ending in ("pdf", "jpg", "png", "webp", "heic", "exe", "html", "svg", "php", "docx")
    if ending != REAL[kind][2]
]


@pytest.mark.parametrize(("kind", "ending"), LIES)
def test_a_name_that_lies_is_refused(kind: str, ending: str) -> None:
    assert seen(REAL[kind][0], f"harmlos.{ending}") is Code.TYPE_MISMATCH


@pytest.mark.parametrize("name", FOREIGN)
@pytest.mark.parametrize("ending", ["jpg", "pdf"])
def test_foreign_bytes_under_a_good_name_stay_refused(name: str, ending: str) -> None:
    assert isinstance(seen(FOREIGN[name][0], f"x.{ending}"), Code)


def test_only_what_a_question_asks_for_is_taken() -> None:
    assert seen(REAL["pdf"][0], "a.pdf", PHOTOS) is Code.WRONG_TYPE
    assert seen(REAL["jpeg"][0], "a.jpg", ("pdf",)) is Code.WRONG_TYPE


def test_heic_has_a_hint_where_it_cannot_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.storage.kinds.heic_readable", lambda: False)
    assert seen(HEIC, "IMG_2041.HEIC", PHOTOS) is Code.HEIC_HERE
    assert seen(HEIC, "IMG_2041.HEIC", ("jpeg", "png")) is Code.HEIC_HERE
    assert seen(HEIC, "IMG_2041.HEIC", ("pdf",)) is Code.WRONG_TYPE
    assert accept(PHOTOS) == ".jpg,.jpeg,.jpe,.jfif,.png,.webp"


def test_pixels_are_counted_before_anything_is_decoded() -> None:
    bombs = {
        "a.png": makers.png_of(30_000, 30_000, rows=b""),
        "b.png": makers.png_of(2**31 - 1, 2**31 - 1, rows=b""),
        "c.jpg": b"\xff\xd8\xff\xc0\0\x11\x08\xff\xff\xff\xff\x03" + bytes(40),
        "d.webp": b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\xff\x3f\0\xff\x3f\0" + bytes(20),
    }
    start = time.process_time()
    assert {name: seen(data, name) for name, data in bombs.items()} == dict.fromkeys(
        bombs, Code.TOO_MANY_PIXELS
    )
    assert time.process_time() - start < 1  # nobody else's work counts
    assert seen(makers.png_of(8064, 6048, rows=b""), "phone.png")[3:] == (8064, 6048)


def test_a_look_leaves_the_file_at_its_beginning() -> None:
    file = io.BytesIO(REAL["jpeg"][0])
    file.seek(77)
    look(file, "a.jpg", allowed=PHOTOS, max_pixels=10**6)
    assert file.tell() == 0
