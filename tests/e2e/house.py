"""A whole portal beside the tests: server with worker, mail server, both example calls."""

import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from aiosmtpd.controller import Controller

from tests.served import free_port, plain_environment

SECONDS = 60.0  # what a busy machine may take to start a worker
T = TypeVar("T")


def wait_for(look: Callable[[], T | None], what: str, seconds: float = SECONDS) -> T:
    """Ask again until the answer is true; fail with `what` was missed."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(0.1)
    raise AssertionError(f"waited {seconds:.0f} s in vain for {what}")


class Postbox:
    """What arrived at the mail server."""

    def __init__(self) -> None:
        self.mails: list[tuple[str, EmailMessage]] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        """Take a mail (aiosmtpd calls this)."""
        mail = message_from_bytes(envelope.content, policy=default)
        self.mails += [(address, mail) for address in envelope.rcpt_tos]
        return "250 OK"

    def to(self, address: str) -> list[EmailMessage]:
        """Return what was written to an address, oldest first."""
        return [mail for to, mail in list(self.mails) if to == address]

    def wait(self, address: str, *, number: int = 1) -> EmailMessage:
        """Return the mail with this number (from 1) to an address, as soon as it is there."""
        return wait_for(
            lambda: self.to(address)[number - 1] if len(self.to(address)) >= number else None,
            f"mail {number} to {address}",
        )


def words_in(mail: EmailMessage) -> str:
    """Return the plain text of a mail."""
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def links_in(mail: EmailMessage, kind: str) -> list[str]:
    """Return the addresses in a mail that have `/kind/` in their path."""
    return re.findall(rf"https?://\S+/{kind}/[\w.~-]+", words_in(mail))


class House:
    """The portal in processes of its own; `post` is where its mail arrives."""

    def __init__(self, folder: Path) -> None:
        self.post = Postbox()
        self.smtp = Controller(self.post, hostname="127.0.0.1", port=free_port())
        self.smtp.start()
        self.port = free_port()
        self.origin = f"http://127.0.0.1:{self.port}"
        self.folder = folder
        self.environment = plain_environment() | self._settings()
        self.prepare()
        self.log = (folder / "log").open("wb")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "portal.cli", "serve"],
            env=self.environment, cwd=folder, stdout=self.log, stderr=self.log,
        )  # fmt: skip
        self.engine = sa.create_engine(f"sqlite:///{folder / 'instance' / 'portal.sqlite'}")
        wait_for(self._answers, "the server")

    def _settings(self) -> dict[str, str]:
        often = ("STARTS_PER_HOUR", "LINKS_PER_HOUR", "LINKS_PER_ADDRESS", "UPLOADS_PER_HOUR")
        return {
            "PORTAL_INSTANCE": str(self.folder / "instance"),
            "PORTAL_BASE_URL": self.origin,
            "PORTAL_PORT": str(self.port),
            "PORTAL_MAIL_URL": f"smtp://127.0.0.1:{self.smtp.port}",
            "PORTAL_RETRY_FIRST_SECONDS": "1",
            "PORTAL_POLL_SECONDS": "0.2",
            "PORTAL_LETTER_PAUSE_SECONDS": "0",
            **{f"PORTAL_{name}": "10000" for name in often},
        }

    def prepare(self) -> None:
        """Fill the portal before it is opened: both example calls, open today."""
        self.portal("demo", "--stage", "open")

    def portal(self, *words: str) -> str:
        """Run a command of the portal; return what it said."""
        return self.python("-m", "portal.cli", *words)

    def python(self, *words: str) -> str:
        """Run Python with the settings of this portal; return what it said."""
        done = subprocess.run(
            [sys.executable, *words],
            env=self.environment, cwd=self.folder, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def _answers(self) -> bool:
        assert self.process.poll() is None, (self.folder / "log").read_text()
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def ask(self, statement: str, **values: Any) -> list[Any]:
        """Return the rows of a query."""
        with self.engine.connect() as connection:
            return list(connection.execute(sa.text(statement), values))

    def close_at(self, slug: str, moment: datetime) -> None:
        """Move the closing of a call."""
        with self.engine.begin() as connection:
            connection.execute(
                sa.text("UPDATE call SET closes_at = :at WHERE slug = :slug"),
                {"at": f"{moment:%Y-%m-%d %H:%M:%S.%f}", "slug": slug},
            )

    def end(self) -> None:
        """Stop everything."""
        self.process.terminate()
        try:
            self.process.wait(SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()
        self.smtp.stop()
        self.engine.dispose()


class ClosedHouse(House):
    """A portal whose call has closed: 26 came in by the web, and nobody has looked at them yet."""

    FILLING = """
from portal.cli.opening import opened
from portal.demo.closed import load_closed, receive_all
from portal.settings import load
with opened(load()).app_context():
    receive_all(load_closed(12), 1)
"""

    def prepare(self) -> None:
        """Let them come in on the days of the call, with files, receipts and mails."""
        self.python("-c", self.FILLING)
