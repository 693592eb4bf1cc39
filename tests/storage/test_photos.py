"""What is kept of a photo is its picture, upright, and nothing else."""

import io
import multiprocessing
import resource
import struct
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageCms

from portal.storage import Code, Refused
from portal.storage.child import run
from portal.storage.kinds import heic_readable
from tests.storage import makers

MARKS = (
    b"Geheim",
    makers.SECRET_PLACE,
    b"Mustermann",
    b"Exif",
    b"xmpmeta",
    b"Photoshop",
    b"8BIM",
    b"http://ns.adobe.com",
)


def cleaned(folder: Path, data: bytes, kind: str = "jpeg", pixels: int = 60_000_000) -> Any:
    """Clean `data` in the child; return the facts."""
    source = makers.write(folder, "source", data)
    return run("photo", source, folder, {"kind": kind, "max_pixels": pixels})


def opened(folder: Path, name: str = "clean.jpg") -> Image.Image:
    return Image.open(folder / name, formats=["JPEG"])


def assert_colour(pixel: Any, wanted: tuple[int, int, int]) -> None:
    assert all(abs(is_ - should) < 25 for is_, should in zip(pixel, wanted, strict=True)), pixel


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("jpeg", makers.telling_jpeg()),
        ("png", makers.telling_png()),
        ("webp", makers.webp(exif=makers.exif(), xmp=b"<x:xmpmeta>Geheimkamera</x:xmpmeta>")),
    ],
)
def test_camera_place_and_person_are_gone(tmp_path: Path, kind: str, data: bytes) -> None:
    assert any(mark in data for mark in MARKS)
    cleaned(tmp_path, data, kind)
    for name in ("clean.jpg", "print.jpg", "preview.jpg"):
        kept = (tmp_path / name).read_bytes()
        assert [mark for mark in MARKS if mark in kept] == []
        assert not opened(tmp_path, name).getexif()
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o600


CORNERS = {1: (0, 0), 2: (1, 0), 3: (1, 1), 4: (0, 1), 5: (0, 0), 6: (1, 0), 7: (1, 1), 8: (0, 1)}


@pytest.mark.parametrize("orientation", CORNERS)
def test_a_photo_is_turned_as_the_camera_was_held(tmp_path: Path, orientation: int) -> None:
    facts = cleaned(tmp_path, makers.telling_jpeg(orientation))
    width, height = (200, 400) if orientation > 4 else (400, 200)
    assert (facts["width"], facts["height"]) == (width, height)
    right, low = CORNERS[orientation]
    image = opened(tmp_path)
    assert image.size == (width, height)
    red = image.getpixel((right * (width - 11) + 5, low * (height - 11) + 5))
    assert_colour(red, (255, 0, 0))
    assert_colour(image.getpixel((width - 6 - right * (width - 11), height // 2)), (58, 123, 213))


def test_large_photos_become_three_sizes(tmp_path: Path) -> None:
    facts = cleaned(tmp_path, makers.jpeg(makers.picture((4500, 3000))))
    assert facts == {
        "file": "clean.jpg",
        "width": 3000,
        "height": 2000,
        "copies": {"print": "print.jpg", "preview": "preview.jpg"},
    }
    assert opened(tmp_path, "print.jpg").size == (1400, 933)
    assert opened(tmp_path, "preview.jpg").size == (480, 320)


def test_small_photos_are_not_blown_up(tmp_path: Path) -> None:
    cleaned(tmp_path, makers.jpeg())
    assert opened(tmp_path, "print.jpg").size == (400, 200)


def test_a_foreign_colour_profile_becomes_srgb(tmp_path: Path) -> None:
    red = Image.new("RGB", (60, 60), (250, 10, 10))
    cleaned(tmp_path, makers.jpeg(red, icc_profile=makers.swapped_profile()))
    image = opened(tmp_path)
    green = image.getpixel((30, 30))
    assert isinstance(green, tuple)
    assert green[1] > 200 > 100 > green[0]
    kept = ImageCms.ImageCmsProfile(io.BytesIO(image.info["icc_profile"]))
    assert ImageCms.getProfileDescription(kept).startswith("sRGB")
    assert makers.swapped_profile() != image.info["icc_profile"]


def test_nonsense_as_profile_is_ignored(tmp_path: Path) -> None:
    cleaned(tmp_path, makers.jpeg(icc_profile=b"nonsense" * 100))
    assert_colour(opened(tmp_path).getpixel((5, 5)), (255, 0, 0))


def test_transparent_parts_are_white(tmp_path: Path) -> None:
    clear = Image.new("RGBA", (50, 50), (0, 0, 0, 0))
    clear.paste((255, 0, 0, 255), (0, 0, 20, 20))
    cleaned(tmp_path, makers.png(clear), "png")
    assert_colour(opened(tmp_path).getpixel((40, 40)), (255, 255, 255))
    assert_colour(opened(tmp_path).getpixel((5, 5)), (255, 0, 0))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_mode_of_png_is_read(tmp_path: Path, mode: str) -> None:
    image = (
        makers.picture(mode="L").convert("I").point(lambda grey: grey * 256).convert("I;16")
        if mode == "I;16"
        else makers.picture(mode=mode)
    )
    cleaned(tmp_path, makers.png(image), "png")
    wanted = opened(tmp_path).getpixel((350, 150))
    grey = makers.picture(mode="L").getpixel((350, 150))
    colour = (58, 123, 213) if mode in ("RGB", "RGBA", "P") else (grey, grey, grey)
    if mode != "1":  # dots
        assert_colour(wanted, colour)  # type: ignore[arg-type]


def test_palettes_with_a_clear_colour_are_read(tmp_path: Path) -> None:
    picture = makers.picture(mode="P")
    facts = cleaned(tmp_path, makers.png(picture, transparency=0), "png")
    assert (facts["width"], facts["height"]) == picture.size
    assert opened(tmp_path).mode == "RGB"


@pytest.mark.parametrize("mode", ["L", "CMYK"])
def test_every_mode_of_jpeg_is_read(tmp_path: Path, mode: str) -> None:
    cleaned(tmp_path, makers.jpeg(makers.picture(mode=mode)))
    image = opened(tmp_path)
    assert image.mode == "RGB"
    if mode == "CMYK":
        assert_colour(image.getpixel((350, 150)), (58, 123, 213))


def test_a_photo_of_48_megapixels_passes(tmp_path: Path) -> None:
    facts = cleaned(tmp_path, makers.jpeg(makers.picture((8064, 6048)), exif=makers.exif(6)))
    assert (facts["width"], facts["height"]) == (2250, 3000)


def test_a_clear_png_of_58_megapixels_fits_into_memory(tmp_path: Path) -> None:
    data = makers.png(Image.new("RGBA", (8600, 6700), (9, 9, 9, 99)), compress_level=1)
    assert cleaned(tmp_path, data, "png")["width"] == 3000


POLYGLOTS = {
    "zip behind a jpeg": ("jpeg", makers.jpeg() + b"PK\x03\x04EVILzip"),
    "script behind a jpeg": ("jpeg", makers.jpeg() + b"<script>EVIL()</script>"),
    "script in a jpeg comment": ("jpeg", makers.jpeg(comment=b"*/=EVIL()/*")),
    "php in exif": ("jpeg", makers.jpeg(exif=b"Exif\0\0<?php EVIL ?>")),
    "pdf behind a png": ("png", makers.png() + b"%PDF-1.7 EVIL"),
    "html in a png chunk": (
        "png",
        makers.png_of(9, 9, before=makers.png_chunk(b"tEXt", b"a\0<script>EVIL")),
    ),
    "html in a private chunk": (
        "png",
        makers.png_of(9, 9, before=makers.png_chunk(b"evIL", b"<script>EVIL</script>")),
    ),
    "jar behind a webp": ("webp", makers.webp() + b"PK\x05\x06EVIL"),
    "second jpeg": ("jpeg", makers.jpeg() + makers.jpeg(comment=b"EVIL")),
}


@pytest.mark.parametrize("name", POLYGLOTS)
def test_nothing_foreign_survives_in_a_polyglot(tmp_path: Path, name: str) -> None:
    kind, data = POLYGLOTS[name]
    assert b"EVIL" in data
    cleaned(tmp_path, data, kind)
    for copy in ("clean.jpg", "print.jpg", "preview.jpg"):
        kept = (tmp_path / copy).read_bytes()
        assert b"EVIL" not in kept
        assert kept.startswith(b"\xff\xd8\xff\xe0")
        assert kept.endswith(b"\xff\xd9")


PACKED = makers.packed_zeros(150 * 2**20)
BOMBS = {
    "900 megapixels": ("png", makers.png_of(30_000, 30_000), Code.TOO_MANY_PIXELS),
    "text": (
        "png",
        makers.png_of(9, 9, before=makers.png_chunk(b"zTXt", b"a\0\0" + PACKED)),
        None,
    ),
    "profile": (
        "png",
        makers.png_of(9, 9, before=makers.png_chunk(b"iCCP", b"a\0\0" + PACKED)),
        None,
    ),
    "international text": (
        "png",
        makers.png_of(9, 9, before=makers.png_chunk(b"iTXt", b"a\0\1\0\0\0" + PACKED)),
        None,
    ),
    "more rows than said": ("png", makers.png_of(100, 100, rows=PACKED), None),
    "jpeg header": (
        "jpeg",
        b"\xff\xd8\xff\xc0\0\x11\x08\xff\xff\xff\xff\x03"
        b"\1\x22\0\2\x11\1\3\x11\1\xff\xda\0\x0c\3\1\0\2\x11\3\x11\0\x3f\0\xff\xd9",
        Code.TOO_MANY_PIXELS,
    ),
    "webp canvas": (
        "webp",
        b"RIFF" + struct.pack("<I", 30) + b"WEBPVP8X\x0a\0\0\0\0\0\0\0"
        b"\xff\x3f\0\xff\x3f\0" + bytes(8),
        None,
    ),
}


def outcome_and_peak(folder: Path, data: bytes, kind: str) -> tuple[Any, int]:
    """Clean `data` and return what came of it and the most memory any child held, in kilobytes."""
    try:
        outcome = cleaned(folder, data, kind)
    except Refused as refused:
        outcome = refused.code
    return outcome, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_end_quickly_and_within_the_limits(tmp_path: Path, name: str) -> None:
    kind, data, code = BOMBS[name]
    # A process of its own: the children of the other tests would count here, too.
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as alone:
        alone.submit(abs, 0).result()
        start = time.monotonic()
        outcome, peak = alone.submit(outcome_and_peak, tmp_path, data, kind).result()
    assert time.monotonic() - start < 10
    if code:
        assert outcome is code
    assert 0 < peak < 1_200_000


@pytest.mark.parametrize("cut", [100, 600, -200])
def test_a_photo_that_is_cut_off_is_refused(tmp_path: Path, cut: int) -> None:
    noisy = makers.jpeg(Image.effect_noise((200, 200), 90))
    with pytest.raises(Refused) as refusal:
        cleaned(tmp_path, noisy[:cut])
    assert refusal.value.code is Code.BROKEN


def test_another_kind_than_told_is_refused(tmp_path: Path) -> None:
    for kind, data in (("jpeg", makers.png()), ("png", makers.jpeg()), ("webp", b"GIF89a" * 9)):
        with pytest.raises(Refused) as refusal:
            cleaned(tmp_path, data, kind)
        assert refusal.value.code is Code.BROKEN


def test_the_same_photo_is_cleaned_to_the_same_bytes(tmp_path: Path) -> None:
    results = set()
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        cleaned(tmp_path / name, makers.telling_jpeg(6))
        results.add((tmp_path / name / "clean.jpg").read_bytes())
        time.sleep(1.1)
    assert len(results) == 1


def test_the_child_knows_neither_flask_nor_database() -> None:
    code = (
        "import portal.storage.confined, portal.storage.photos, portal.storage.pdfs, sys;"
        "print([m for m in ('flask', 'sqlalchemy', 'pydantic') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.skipif(not heic_readable(), reason="the extra for HEIC photos is not installed")
def test_a_heic_photo_is_turned_and_loses_its_notes(tmp_path: Path) -> None:
    from pillow_heif import register_heif_opener

    register_heif_opener()
    photo, out = makers.picture(), io.BytesIO()
    photo.info["exif"] = makers.exif(6).tobytes()
    photo.save(out, "HEIF")
    facts = cleaned(tmp_path, out.getvalue(), "heic")
    assert (facts["width"], facts["height"]) == (200, 400)
    assert_colour(opened(tmp_path).getpixel((195, 5)), (255, 0, 0))
    assert b"Geheim" not in (tmp_path / "clean.jpg").read_bytes()
