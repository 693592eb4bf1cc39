"""Messages between the worker and its render child: a JSON head, then the bytes it announces."""

import json
import struct
from collections.abc import Sequence
from typing import Any, BinaryIO, NamedTuple

LENGTH = struct.Struct("!I")


class Message(NamedTuple):
    """A head of JSON values and the byte strings that follow it."""

    head: dict[str, Any]
    bodies: list[bytes]


def write(file: BinaryIO, head: dict[str, Any], bodies: Sequence[bytes] = ()) -> None:
    """Send a message; raise `OSError` if nobody reads any more."""
    text = json.dumps({**head, "sizes": [len(body) for body in bodies]}).encode()
    file.write(LENGTH.pack(len(text)) + text)
    file.writelines(bodies)
    file.flush()


def read(file: BinaryIO) -> Message:
    """Wait for the next message; raise `EOFError` if the other side has gone."""
    (length,) = LENGTH.unpack(_exactly(file, LENGTH.size))
    head = json.loads(_exactly(file, length))
    return Message(head, [_exactly(file, size) for size in head.pop("sizes")])


def _exactly(file: BinaryIO, size: int) -> bytes:
    got = file.read(size)
    if len(got) < size:
        raise EOFError(f"{len(got)} of {size} bytes")
    return got
