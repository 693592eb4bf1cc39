"""Clean is only what the scanner called clean, in full; everything else waits."""

import io
import socket
import struct
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from portal import storage
from portal.settings import Settings
from portal.storage.scanning import Clean, Infected, NotScanned, address_of, scan

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
LIMIT = 1_000_000


def exactly(line: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size and (more := line.recv(size - len(data))):
        data += more
    return data


def received(line: socket.socket) -> bytes:
    """Read an INSTREAM command as clamd does; return the bytes of the file."""
    assert exactly(line, 10) == b"zINSTREAM\0"
    data = b""
    while size := struct.unpack("!I", exactly(line, 4))[0]:
        data += exactly(line, size)
        if len(data) > LIMIT:
            raise ConnectionAbortedError
    return data


def honest(line: socket.socket) -> None:
    """Answer as clamd does."""
    data = received(line)
    line.sendall(b"stream: Eicar-Test-Signature FOUND\0" if EICAR in data else b"stream: OK\0")


def saying(answer: bytes) -> Callable[[socket.socket], None]:
    def speak(line: socket.socket) -> None:
        received(line)
        line.sendall(answer)

    return speak


def hanging(line: socket.socket) -> None:
    received(line)
    time.sleep(1.5)


def trickling(line: socket.socket) -> None:
    received(line)
    for letter in b"stream: OK":
        line.sendall(bytes([letter]))
        time.sleep(0.2)


def serve(where: str | tuple[str, int], speak: Callable[[socket.socket], None]) -> socket.socket:
    """Listen and answer one call after the other until the socket is closed."""
    server = socket.socket(socket.AF_UNIX if isinstance(where, str) else socket.AF_INET)
    server.bind(where)
    server.listen()

    def answer() -> None:
        while True:
            try:
                line, _address = server.accept()
            except OSError:
                return
            with line:
                try:
                    speak(line)
                except (OSError, struct.error):
                    pass

    threading.Thread(target=answer, daemon=True).start()
    return server


def judged(tmp_path: Path, speak: Callable[[socket.socket], None], data: bytes = b"abc") -> object:
    place = str(tmp_path / "clamd.sock")
    with serve(place, speak):
        return scan(io.BytesIO(data), f"clamd:{place}", seconds=1)


@pytest.mark.parametrize("size", [0, 1, 65_536, 900_000])
def test_a_clean_file_is_clean(tmp_path: Path, size: int) -> None:
    assert judged(tmp_path, honest, b"x" * size) == Clean()


def test_an_infected_file_is_named(tmp_path: Path) -> None:
    found = judged(tmp_path, honest, b"y" * 65_500 + EICAR)
    assert found == Infected("Eicar-Test-Signature")
    assert type(found) is Infected


FAULTS = {
    "closes at once": lambda line: None,
    "error": saying(b"INSTREAM: Can't read file ERROR\0"),
    "cut": saying(b"stream: O"),
    "ok without an end": saying(b"stream: OK"),
    "garbage": saying(b"\xff\xfe\0"),
    "two answers": saying(b"stream: OK\0stream: OK\0"),
    "another question": saying(b"PONG\0"),
    "endless": saying(b"x" * 100_000),
    "hangs": hanging,
    "trickles": trickling,
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_of_the_scanner_is_never_clean(tmp_path: Path, name: str) -> None:
    start = time.monotonic()
    result = judged(tmp_path, FAULTS[name])
    assert isinstance(result, NotScanned)
    assert result.retry
    assert time.monotonic() - start < 3


def test_a_file_longer_than_the_scanner_takes_is_not_clean(tmp_path: Path) -> None:
    result = judged(tmp_path, honest, b"x" * 30_000_000)
    assert isinstance(result, NotScanned)
    assert result.retry


def test_a_scanner_that_is_away_is_asked_again_later(tmp_path: Path) -> None:
    result = scan(io.BytesIO(b"x"), f"clamd:{tmp_path}/none.sock")
    assert result == NotScanned("FileNotFoundError: No such file or directory", retry=True)
    assert isinstance(scan(io.BytesIO(b"x"), "clamd:127.0.0.1:8141"), NotScanned)


def test_the_scanner_of_the_settings_is_asked_over_the_network(tmp_path: Path) -> None:
    with serve(("127.0.0.1", 0), honest) as server:
        port = server.getsockname()[1]
        storage.use(Settings(instance=tmp_path, scanner=f"clamd:127.0.0.1:{port}"))
        assert storage.scan(io.BytesIO(EICAR)) == Infected("Eicar-Test-Signature")


@pytest.mark.parametrize("scanner", ["", "none"])
def test_without_a_scanner_nothing_is_called_clean(scanner: str) -> None:
    assert scan(io.BytesIO(b"x"), scanner) == NotScanned("no scanner is set", retry=False)


@pytest.mark.parametrize("scanner", ["clamd", "clamd:", "clamd:host", "clamd:host:x", "other:/x"])
def test_an_address_that_makes_no_sense_is_refused_at_start(tmp_path: Path, scanner: str) -> None:
    with pytest.raises(ValueError, match="PORTAL_SCANNER"):
        storage.use(Settings(instance=tmp_path, scanner=scanner))


def test_addresses_are_read() -> None:
    assert address_of("clamd:[::1]:3310") == ("::1", 3310)
