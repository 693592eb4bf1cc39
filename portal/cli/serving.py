"""`portal serve`: the pages by waitress, stopped without cutting anybody off, and a worker."""

import argparse
import ctypes
import gc
import signal
import time
from contextlib import suppress
from typing import Any

from flask import Flask
from waitress import wasyncore
from waitress.server import create_server

from portal.cli import Stopped, accesslog
from portal.cli.opening import opened
from portal.cli.supervising import Supervisor
from portal.jobs.journal import to_stderr
from portal.settings import Settings, load

DRAIN_SECONDS = 20.0
TICK_SECONDS = 1.0
FORM_OVERHEAD = 64 * 1024
M_ARENA_MAX = -8  # of glibc's malloc.h
SWELLING = 6  # one letter may take six bytes in a form that is sent


def serve(given: argparse.Namespace) -> None:
    """Serve until SIGTERM or Ctrl+C; requests that have begun are answered."""
    settings = load(**({"port": given.port} if given.port else {}))
    _share_arena()
    gc.disable()  # what a start makes stays: looking for garbage in it takes a tenth of the time
    app = opened(settings)
    gc.freeze()
    gc.enable()
    gc.set_threshold(5_000)  # a page makes thousands of things; by 700 each costs a tenth more
    to_stderr()
    accesslog.init(app)
    server = _listen(app, settings)
    supervisor = None if given.no_worker else Supervisor()
    print(f"The portal is at {settings.origin} – stop it with Ctrl+C.", flush=True)
    try:
        _loop(server, supervisor)
        _drain(server)
    finally:
        if supervisor:
            supervisor.end()


def _share_arena() -> None:
    """Let all threads take memory from one arena; with one for each, 10 MB are kept and unused.

    A C library that knows no arenas is left as it is.
    """
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 1)


def _listen(app: Flask, settings: Settings) -> Any:
    """Return the server, listening; raise `Stopped` if the port is taken."""
    try:
        return create_server(app, **_options(settings))
    except OSError as error:
        raise Stopped(
            f"Cannot listen on {settings.host}:{settings.port} ({error.strerror}).\n"
            f"Choose another port, for example: portal serve --port {settings.port + 1}"
        ) from error


def _options(settings: Settings) -> dict[str, Any]:
    """Return what waitress is told.

    The body may be twice as large as the largest file: a file that is somewhat too large gets our
    friendly page, and only a body beyond that is cut off by waitress itself. The headers of
    proxies stay only where proxies are trusted; `web/headers.py` reads them.
    """
    return {
        "listen": f"{settings.host}:{settings.port}",
        "threads": settings.threads,
        "ident": None,
        "connection_limit": 500,
        "channel_timeout": 60,
        "cleanup_interval": 10,
        "max_request_header_size": 32 * 1024,
        "max_request_body_size": 2 * settings.file_bytes
        + SWELLING * settings.text_bytes
        + FORM_OVERHEAD,
        "clear_untrusted_proxy_headers": settings.trusted_proxies == 0,
        "url_scheme": settings.origin.partition(":")[0],
        "asyncore_use_poll": True,
    }


def _loop(server: Any, supervisor: Supervisor | None) -> None:
    """Answer requests until a signal asks to stop."""
    wishes: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: wishes.append(1))
    while not wishes:
        if supervisor:
            supervisor.tend()
        _turn(server, TICK_SECONDS)


def _turn(server: Any, seconds: float) -> None:
    wasyncore.loop(timeout=seconds, count=1, map=server._map, use_poll=True)  # noqa: SLF001  waitress cuts requests off when asked to stop, so we turn its loop ourselves


def _drain(server: Any) -> None:
    """Take no new connection, finish what has begun, then stop the threads."""
    for channel in list(server._map.values()):  # noqa: SLF001  see _turn
        if getattr(channel, "accepting", False):
            channel.del_channel()
            channel.socket.close()
    end = time.monotonic() + DRAIN_SECONDS
    while _busy(server) and time.monotonic() < end:
        _turn(server, 0.1)
    with suppress(OSError):
        server.task_dispatcher.shutdown(cancel_pending=True, timeout=2)


def _busy(server: Any) -> bool:
    channels = server.active_channels.values()
    return any(channel.requests or channel.total_outbufs_len for channel in channels)
