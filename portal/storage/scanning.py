"""The virus scanner: clamd by its INSTREAM command; every fault counts as "not scanned".

The protocol is that of clamd(8): a command ended by NUL, chunks with their length in four bytes
before them, an empty chunk at the end, and one line back that says OK, FOUND or ERROR.
"""

import socket
import struct
import time
from dataclasses import dataclass
from typing import BinaryIO

CHUNK = 64 * 1024
SECONDS = 60.0
LONGEST_ANSWER = 4096
LENGTH = struct.Struct("!I")


@dataclass(frozen=True)
class Clean:
    """The scanner looked at every byte and found nothing."""


@dataclass(frozen=True)
class Infected:
    """The scanner found `name`."""

    name: str


@dataclass(frozen=True)
class NotScanned:
    """Nobody knows; `retry` tells whether to ask again later (False: no scanner is wanted)."""

    reason: str
    retry: bool


Result = Clean | Infected | NotScanned
Address = str | tuple[str, int]


def address_of(scanner: str) -> Address | None:
    """Return where the scanner of `PORTAL_SCANNER` listens, None for `none` or nothing.

    >>> address_of("clamd:/run/clamd.sock"), address_of("clamd:127.0.0.1:3310")
    ('/run/clamd.sock', ('127.0.0.1', 3310))
    """
    if scanner in ("", "none"):
        return None
    kind, _colon, place = scanner.partition(":")
    if kind != "clamd" or not place:
        raise ValueError("PORTAL_SCANNER must be clamd:/path, clamd:host:port or none.")
    if place.startswith("/"):
        return place
    host, _colon, port = place.rpartition(":")
    if not host or not port.isdigit():
        raise ValueError("PORTAL_SCANNER must be clamd:/path, clamd:host:port or none.")
    return host.strip("[]"), int(port)


def scan(fileobj: BinaryIO, scanner: str, *, seconds: float = SECONDS) -> Result:
    """Let `scanner` (as in the settings) look at `fileobj` from where it stands.

    seconds: for the whole of it. Never raises for a fault of the scanner.
    """
    address = address_of(scanner)
    if address is None:
        return NotScanned("no scanner is set", retry=False)
    try:
        return _judge(_ask(fileobj, address, time.monotonic() + seconds))
    except OSError as error:  # absent, hanging, or it closed because the file is too long
        return NotScanned(f"{type(error).__name__}: {error.strerror or error}", retry=True)


def _ask(fileobj: BinaryIO, address: Address, end: float) -> bytes:
    family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
    if isinstance(address, tuple) and ":" in address[0]:
        family = socket.AF_INET6
    with socket.socket(family, socket.SOCK_STREAM) as line:
        _hurry(line, end)
        line.connect(address)
        line.sendall(b"zINSTREAM\0")
        while chunk := fileobj.read(CHUNK):
            _hurry(line, end)
            line.sendall(LENGTH.pack(len(chunk)) + chunk)
        line.sendall(LENGTH.pack(0))
        return _answer(line, end)


def _answer(line: socket.socket, end: float) -> bytes:
    answer = b""
    while not answer.endswith(b"\0") and len(answer) < LONGEST_ANSWER:
        _hurry(line, end)
        more = line.recv(LONGEST_ANSWER)
        if not more:
            break
        answer += more
    return answer


def _hurry(line: socket.socket, end: float) -> None:
    """Let the next step wait no longer than what is left of the time."""
    left = end - time.monotonic()
    if left <= 0:
        raise TimeoutError("the scanner took too long")
    line.settimeout(left)


def _judge(answer: bytes) -> Result:
    """Read the answer; anything but the two whole sentences is a fault."""
    text = answer.decode("utf-8", "replace")
    if text == "stream: OK\0":
        return Clean()
    if text.startswith("stream: ") and text.endswith(" FOUND\0"):
        name = text.removeprefix("stream: ").removesuffix(" FOUND\0")
        return Infected(name[:200])
    return NotScanned(f"answer: {text[:80].strip()!r}", retry=True)
