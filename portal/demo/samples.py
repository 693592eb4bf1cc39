"""The bytes of the example files: pictures and PDFs of the stated kind and size, always the same.

The photos carry what a camera writes (make, place), so that one can see it disappear. The missing
bytes up to the stated size are put where each format has room for notes.
"""

import hashlib
import io
import struct
import zlib
from functools import lru_cache
from random import Random

from PIL import Image

from portal.demo.paper import paper
from portal.demo.pictures import draw
from portal.demo.sample import SampleFile

QUALITIES = (93, 90, 84, 75, 60)
SEGMENT = 65_533
CAMERA = "Beispielkamera"
TURNED = 6  # the camera was held upright: to be turned by 90 degrees for showing


@lru_cache(maxsize=4)
def make(file: SampleFile) -> bytes:
    """Return the bytes of an example file, exactly `file.size` of them.

    Raises `ValueError` for a kind that is not among the examples or a size that is too small.
    """
    makers = {"image/jpeg": _jpeg, "image/png": _png, "application/pdf": _pdf}
    if file.mime not in makers:
        raise ValueError(f"no example of {file.mime}")
    data = makers[file.mime](file)
    if len(data) != file.size:
        raise ValueError(f"{file.filename} cannot be made {file.size} bytes long")
    return data


def _random(file: SampleFile) -> Random:
    seed = hashlib.sha256(file.filename.encode()).digest()
    return Random(seed)  # noqa: S311  (for pictures)


def _picture(file: SampleFile) -> Image.Image:
    return draw(_random(file), file.caption or file.filename)


def _jpeg(file: SampleFile) -> bytes:
    """Return a photo in the best quality that fits, filled up with comments."""
    image, exif = _picture(file), _exif()
    if _random(file).random() < 0.25:
        exif[0x0112] = TURNED
        image = image.transpose(Image.Transpose.ROTATE_90)
    for quality in QUALITIES:
        out = io.BytesIO()
        image.save(out, "JPEG", quality=quality, exif=exif, optimize=True)
        missing = file.size - len(out.getvalue())
        if missing == 0 or missing >= 4:
            return _with_comments(out.getvalue(), missing)
    return out.getvalue()


def _with_comments(data: bytes, missing: int) -> bytes:
    """Put comment segments of `missing` bytes in all before the end of the photo's head."""
    comments = []
    while missing:
        # Never leave a rest that is too short for a segment of its own.
        body = min(missing - 4, SEGMENT) if missing - 4 <= SEGMENT else SEGMENT - 8
        comments.append(b"\xff\xfe" + struct.pack(">H", body + 2) + b" " * body)
        missing -= body + 4
    return data[:2] + b"".join(comments) + data[2:]


def _png(file: SampleFile) -> bytes:
    out = io.BytesIO()
    _picture(file).resize((1200, 800), Image.Resampling.LANCZOS).save(out, "PNG", exif=_exif())
    data = out.getvalue()
    missing = file.size - len(data) - 12
    if missing < 8:
        return data
    end = data.rindex(b"IEND") - 4
    body = b"Comment\0" + b" " * (missing - 8)
    chunk = struct.pack(">I", len(body)) + b"tEXt" + body
    return data[:end] + chunk + struct.pack(">I", zlib.crc32(chunk[4:])) + data[end:]


def _exif() -> Image.Exif:
    """Return the notes of an invented camera in the middle of Dortmund."""
    exif = Image.Exif()
    exif[0x010F], exif[0x0132] = CAMERA, "2025:06:14 15:20:00"
    place = exif.get_ifd(0x8825)
    place[1], place[2] = "N", (51.0, 30.0, 50.0)
    place[3], place[4] = "E", (7.0, 27.0, 57.0)
    return exif


def _pdf(file: SampleFile) -> bytes:
    return paper(file.caption or file.filename, file.size)
