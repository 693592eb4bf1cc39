"""Width and height of a picture from its header, without decoding anything."""

import struct
from typing import BinaryIO

# Start-of-frame markers of JPEG (ISO/IEC 10918-1 table B.1), all but DHT, JPG and DAC.
FRAMES = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
ALONE = {0x01, *range(0xD0, 0xD8)}
SEGMENTS = 2000
HEIC_HEAD = 256 * 1024


def size_of(kind: str, file: BinaryIO) -> tuple[int, int]:
    """Return width and height in pixels as stored; `ValueError` if the header makes no sense."""
    file.seek(0)
    try:
        width, height = READERS[kind](file)
    except (struct.error, IndexError) as error:
        raise ValueError("cut off in the header") from error
    if width < 1 or height < 1:
        raise ValueError("no pixels")
    return width, height


def _png(file: BinaryIO) -> tuple[int, int]:
    head = file.read(24)
    if head[12:16] != b"IHDR":
        raise ValueError("no IHDR")
    width, height = struct.unpack(">II", head[16:24])
    return width, height


def _jpeg(file: BinaryIO) -> tuple[int, int]:
    file.seek(2)
    for _number in range(SEGMENTS):
        marker = _marker(file)
        if marker in ALONE:
            continue
        (length,) = struct.unpack(">H", file.read(2))
        if marker in FRAMES:
            _precision, height, width = struct.unpack(">BHH", file.read(5))
            return width, height
        if length < 2 or marker in (0xD9, 0xDA):
            break
        file.seek(length - 2, 1)
    raise ValueError("no frame")


def _marker(file: BinaryIO) -> int:
    """Return the code of the next marker; fill bytes before it may be many."""
    if file.read(1) != b"\xff":
        raise ValueError("no marker")
    for _fill in range(256):
        code = file.read(1)
        if code != b"\xff":
            return code[0]
    raise ValueError("no marker")


def _webp(file: BinaryIO) -> tuple[int, int]:
    head = file.read(30)
    if len(head) < 30:
        raise ValueError("cut off in the header")
    chunk = head[12:16]
    if chunk == b"VP8X":
        return _three(head[24:27]) + 1, _three(head[27:30]) + 1
    if chunk == b"VP8L" and head[20] == 0x2F:
        (bits,) = struct.unpack("<I", head[21:25])
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if chunk == b"VP8 " and head[23:26] == b"\x9d\x01\x2a":
        width, height = struct.unpack("<HH", head[26:30])
        return width & 0x3FFF, height & 0x3FFF
    raise ValueError("no frame")


def _three(data: bytes) -> int:
    return int.from_bytes(data, "little")


def _heic(file: BinaryIO) -> tuple[int, int]:
    """Return the largest extent that a property box names: the whole picture, not its tiles."""
    head = file.read(HEIC_HEAD)
    found = [(0, 0)]
    at = head.find(b"ispe")
    while at >= 0:
        if len(head) >= at + 16:
            found.append(struct.unpack(">II", head[at + 8 : at + 16]))
        at = head.find(b"ispe", at + 4)
    return max(found, key=lambda extent: extent[0] * extent[1])


READERS = {"png": _png, "jpeg": _jpeg, "webp": _webp, "heic": _heic}
