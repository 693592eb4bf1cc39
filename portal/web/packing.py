"""Pages packed (gzip, RFC 1952) out of pieces, most of which were packed before.

A packed stream is a row of blocks. A piece that was packed alone ends at a whole byte and looks at
no other piece, so it can stand in any row; what is new each time stands between them unpacked.
"""

import struct
import zlib
from collections.abc import Iterable

HEAD = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"  # packed by deflate, no name, no time
LAST = b"\x01\0\0\xff\xff"  # an empty block that says it is the last
LONGEST = 0xFFFF  # bytes of one block that is not packed


def piece(text: bytes) -> bytes:
    """Return `text` as packed blocks that fit into any row. Best packed: it happens once."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(text) + packer.flush(zlib.Z_FULL_FLUSH)


def plain(text: bytes) -> bytes:
    """Return `text`, at most `LONGEST` bytes, as a block that is not packed."""
    return struct.pack("<BHH", 0, len(text), len(text) ^ LONGEST) + text


def row(blocks: Iterable[bytes], whole: bytes) -> bytes:
    """Return what a browser unpacks to `whole`, of which `blocks` are the parts in order."""
    end = struct.pack("<II", zlib.crc32(whole), len(whole) & 0xFFFFFFFF)
    return b"".join((HEAD, *blocks, LAST, end))
