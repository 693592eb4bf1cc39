"""Writing PDF objects one after the other, so that a book of any length needs little memory.

A file can be gone on with: what is new is put behind its end, as ISO 32000-1, 7.5.6, provides for
changes. The bytes before are not touched and need not be read.
"""

import re
import struct
import zlib
from hashlib import sha256
from typing import NamedTuple, Protocol

from pikepdf import Pdf

HEAD = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
TOGETHER = 100  # objects that are packed into one stream
PACKED, PLAIN = 2, 1  # kinds of a place in the table of objects
PLACE = struct.Struct(">BQH")  # a line of the table: kind, where, and at which place in there
WIDTHS = b"[1 8 2]"


class Target(Protocol):
    """Where bytes go."""

    def write(self, data: bytes, /) -> object:
        """Take all of `data`."""


class End(NamedTuple):
    """What must be known to go on with a file.

    length: in bytes. size: the first number that is free. table: where the table of its objects
    stands. identifier: in hex. root, info: the numbers of the catalog and of what names the title.
    """

    length: int
    size: int
    table: int
    identifier: str
    root: int
    info: int


class Writer:
    """Writes objects to `target`, a new file or one that ended as `before` says.

    first: the first number that is given out in a new file; those below are the caller's.
    """

    def __init__(self, target: Target, *, first: int = 1, before: End | None = None) -> None:
        self._target, self._before = target, before
        self._at = before.length if before else 0
        self._hash = sha256(bytes.fromhex(before.identifier) if before else b"")
        self._free = before.size if before else first
        self._places: dict[int, bytes] = {}
        self._waiting: list[tuple[int, bytes]] = []
        if before is None:
            self._write(HEAD)

    def number(self) -> int:
        """Return the number of an object that is still to come."""
        self._free += 1
        return self._free - 1

    def put(self, number: int, body: bytes) -> None:
        """Write an object that is no stream."""
        self._waiting.append((number, body))
        if len(self._waiting) == TOGETHER:
            self._pack()

    def put_stream(self, number: int, dictionary: bytes, data: bytes) -> None:
        """Write a stream; dictionary: with its length and how `data` is packed."""
        self._places[number] = PLACE.pack(PLAIN, self._at, 0)
        self._write(b"%d 0 obj\n%s\nstream\n%s\nendstream\nendobj\n" % (number, dictionary, data))

    def close(self, root: int, info: int) -> End:
        """Write the table of all objects; return how to go on. root: the catalog."""
        self._pack()
        number, start = self.number(), self._at
        self._places[number] = PLACE.pack(PLAIN, start, 0)
        identifier = self._hash.hexdigest()[:32]
        first = self._before.identifier if self._before else identifier
        data = zlib.compress(b"".join(self._places[n] for n in sorted(self._places)))
        known = b"/Prev %d " % self._before.table if self._before else b""
        told = b"<</Type /XRef /Size %d /W %s /Index [%s] /Root %d 0 R /Info %d 0 R " % (
            self._free, WIDTHS, self._runs(), root, info,
        )  # fmt: skip
        told += known + b"/ID [<%s> <%s>] /Filter /FlateDecode /Length %d>>" % (
            first.encode(), identifier.encode(), len(data),
        )  # fmt: skip
        self.put_stream(number, told, data)
        self._write(b"startxref\n%d\n%%%%EOF\n" % start)
        return End(self._at, self._free, start, identifier, root, info)

    def _write(self, data: bytes) -> None:
        self._target.write(data)
        self._hash.update(data)
        self._at += len(data)

    def _pack(self) -> None:
        """Write the objects that wait as one stream."""
        if not self._waiting:
            return
        number, heads, at = self.number(), [], 0
        for index, (held, body) in enumerate(self._waiting):
            heads.append(b"%d %d" % (held, at))
            at += len(body) + 1
            self._places[held] = PLACE.pack(PACKED, number, index)
        head = b" ".join(heads) + b"\n"
        data = zlib.compress(head + b"\n".join(body for _held, body in self._waiting))
        told = b"<</Type /ObjStm /N %d /First %d /Filter /FlateDecode /Length %d>>" % (
            len(self._waiting), len(head), len(data),
        )  # fmt: skip
        self._waiting = []
        self.put_stream(number, told, data)

    def _runs(self) -> bytes:
        """Return beginning and length of each run of numbers that are in the table."""
        runs: list[list[int]] = []
        for number in sorted(self._places):
            if runs and sum(runs[-1]) == number:
                runs[-1][1] += 1
            else:
                runs.append([number, 1])
        return b" ".join(b"%d %d" % (first, count) for first, count in runs)


def end_of(pdf: Pdf, data: bytes) -> End:
    """Return how to go on with a PDF that pikepdf has written; `data`: its bytes."""
    trailer = pdf.trailer
    [table] = re.findall(rb"startxref\s+(\d+)\s+%%EOF\s*$", data[-64:])
    return End(
        length=len(data),
        size=int(trailer.Size),
        table=int(table),
        identifier=bytes(trailer.ID[1]).hex(),
        root=trailer.Root.objgen[0],
        info=trailer.Info.objgen[0],
    )
