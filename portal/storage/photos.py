"""Photos written anew: upright, in sRGB, without a word about camera, place or person.

The result is always a JPEG; transparent parts become white. One kind for all keeps page, PDF and
export simple, and no part of what was sent can survive the encoding.
"""

import io
import warnings
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from PIL import Image, ImageCms, ImageFile, ImageOps, UnidentifiedImageError

from portal.storage.refusals import Code, Refused

LONGEST = 3000
PRINT = 1400
PREVIEW = 480
QUALITY = 85
FORMATS = {"jpeg": ("JPEG", "MPO"), "png": ("PNG",), "webp": ("WEBP",), "heic": ("HEIF",)}
# An ICC profile of a photo has a few kilobytes; LUT profiles of printing presses reach two MB.
LARGEST_PROFILE = 4 * 1024 * 1024
BROKEN = (
    OSError,
    SyntaxError,
    ValueError,
    OverflowError,
    EOFError,
    KeyError,
    IndexError,
    TypeError,
    AttributeError,
    ZeroDivisionError,
)


@dataclass(frozen=True)
class CleanPhoto:
    """Names of the files in the target folder, and the photo's extent in pixels."""

    file: str
    width: int
    height: int
    copies: dict[str, str] = field(default_factory=dict)


def clean_photo(source: Path, target: Path, *, kind: str, max_pixels: int) -> CleanPhoto:
    """Write `clean.jpg` (≤ 3000 px), `print.jpg` (≤ 1400) and `preview.jpg` (≤ 480) to `target`.

    kind: as from `look`. Raises `Refused` if the picture is broken or has too many pixels.
    """
    Image.MAX_IMAGE_PIXELS = None  # we count ourselves, before anything is decoded
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        with warnings.catch_warnings(), _opened(source, kind) as image:
            warnings.simplefilter("ignore")
            _require_bounded(image, max_pixels)
            photo = _fresh(image)
    except BROKEN as error:
        raise Refused(Code.BROKEN) from error
    return _written(photo, target)


def _opened(source: Path, kind: str) -> Image.Image:
    if kind == "heic":
        from pillow_heif import register_heif_opener

        register_heif_opener(thumbnails=False)
    try:
        return Image.open(source, formats=FORMATS[kind])
    except UnidentifiedImageError as error:
        raise Refused(Code.BROKEN) from error


def _require_bounded(image: Image.Image, most: int) -> None:
    pixels = image.width * image.height
    if pixels > most:
        raise Refused(Code.TOO_MANY_PIXELS, pixels=pixels, max_pixels=most)


def _fresh(image: Image.Image) -> Image.Image:
    """Return a new picture of nothing but pixels: upright, small enough, RGB, sRGB."""
    profile = image.info.get("icc_profile")
    image.draft(image.mode, (LONGEST, LONGEST))  # a JPEG can be decoded smaller, for less memory
    image.load()
    upright = _upright(image)
    upright.thumbnail((LONGEST, LONGEST), Image.Resampling.LANCZOS, reducing_gap=3.0)
    photo = _in_srgb(_without_alpha(_eight_bits(upright)), profile)
    photo.info.clear()  # a comment would be written again
    return photo


def _upright(image: Image.Image) -> Image.Image:
    """Turn the picture as its camera was held; unreadable notes of the camera are ignored."""
    try:
        return ImageOps.exif_transpose(image)
    except Exception:  # noqa: BLE001  the EXIF block is foreign and need not make sense
        return image.copy()


def _eight_bits(image: Image.Image) -> Image.Image:
    """Bring 16-bit and floating greys to eight bits, palettes to colours."""
    if image.mode.startswith("I;16"):
        return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if image.mode in ("I", "F"):
        return image.point(lambda value: value * (1 / 256)).convert("L")
    if image.mode in ("P", "PA", "1") or "transparency" in image.info:
        return image.convert("RGBA" if "transparency" in image.info else "RGB")
    return image


def _without_alpha(image: Image.Image) -> Image.Image:
    if "A" not in image.getbands() or image.mode == "LAB":
        return image
    clear = image.convert("RGBA")
    white = Image.new("RGB", clear.size, "white")
    white.paste(clear, mask=clear.getchannel("A"))
    return white


def _in_srgb(image: Image.Image, profile: Any) -> Image.Image:
    if isinstance(profile, bytes) and len(profile) <= LARGEST_PROFILE:
        with suppress(ImageCms.PyCMSError, OSError, ValueError):
            given = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(image, given, _srgb(), outputMode="RGB")
            if converted is not None:
                return converted
    return image.convert("RGB")


@cache
def _srgb() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


@cache
def _srgb_bytes() -> bytes:
    """Return the profile that goes into every photo, without the moment of its making."""
    made = _srgb().tobytes()
    return made[:24] + bytes(12) + made[36:]


def _written(photo: Image.Image, target: Path) -> CleanPhoto:
    copies = {"print": PRINT, "preview": PREVIEW}
    _save(photo, target / "clean.jpg")
    for name, longest in copies.items():
        photo.thumbnail((longest, longest), Image.Resampling.LANCZOS, reducing_gap=3.0)
        _save(photo, target / f"{name}.jpg")
    with Image.open(target / "clean.jpg", formats=("JPEG",)) as written:
        width, height = written.size
    return CleanPhoto("clean.jpg", width, height, {name: f"{name}.jpg" for name in copies})


def _save(photo: Image.Image, path: Path) -> None:
    photo.save(path, "JPEG", quality=QUALITY, optimize=True, icc_profile=_srgb_bytes())
