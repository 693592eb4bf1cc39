"""The mail room in an application of its own, and a real mail server that can misbehave."""

import asyncio
import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP
from flask import Flask

from portal import jobs, mail
from portal.core.db import transaction
from portal.mail import Attachment, Letter, Mailbox
from portal.settings import Settings

KEY = UUID("11111111-1111-4111-8111-111111111111")
DOCUMENT = UUID("22222222-2222-4222-8222-222222222222")
BIRGIT = Mailbox("birgit@example.org", "Birgit Hellmann-Musterfrau")


@dataclass
class World:
    """What other rooms would say: dead keys, documents that are not ready."""

    dead: set[UUID] = field(default_factory=set)
    unready: float = 0
    files: list[Attachment] = field(
        default_factory=lambda: [
            Attachment("Quittung IP-2027-0001.pdf", "application/pdf", b"%PDF")
        ]
    )

    def link_of(self, key: UUID) -> str | None:
        """Return a link that differs by key."""
        token = f"{uuid5(key, 'l').hex}_x-y"
        return None if key in self.dead else f"https://preis.example.org/k/{token}"

    def code_of(self, key: UUID) -> str | None:
        """Return six digits."""
        return None if key in self.dead else "048213"

    def attachments_of(self, ids: list[str]) -> list[Attachment]:
        """Return the files, or say that they are not ready."""
        assert ids == [str(DOCUMENT)]
        if self.unready:
            raise jobs.Later(self.unready)
        return self.files


def wire(settings: Settings, world: World) -> None:
    """Use the room as the composition root does."""
    jobs.use(settings)
    mail.use(
        settings,
        link_of=world.link_of,
        code_of=world.code_of,
        attachments_of=world.attachments_of,
    )
    jobs.register(mail.SEND, mail.send, tries=None, counts_lost=False)


@pytest.fixture
def world(app: Flask, settings: Settings) -> World:
    """Return the other rooms, wired to a mail room without a server."""
    found = World()
    wire(settings, found)
    return found


VALUES: dict[str, str] = {
    "prize": "Integrationspreis 2027",
    "office": "Büro Integrationspreis",
    "contact": "Telefon 0231 555-0100, [preis@example.org](mailto:preis@example.org)",
    "number": "IP-2027-0001",
    "title": "Sprachcafé *am* Gartenzaun",
    "arrived": "Dienstag, 24. August 2027, 14:52:08 Uhr (MESZ)",
    "late": "Ihre Bewerbung kam nach dem Bewerbungsschluss an und ist als verspätet vermerkt.",
    "check_code": "K7M3-9XQD-24HT",
    "steps": "- **bis 1. Oktober:** Wir prüfen die Form.\n- **3. November:** Die Jury entscheidet.",
    "closes": "15. September 2027, 23:59 Uhr",
    "closed": "15. September 2027, 23:59 Uhr",
    "version": "2",
    "withdrawn": "24. August 2027, 14:52:08 Uhr",
    "contents": "25 Bewerbungen",
    "expires": "25. August 2027, 14:52 Uhr",
    "code_expires": "14:03 Uhr",
    "answered": "Dienstag, 24. August 2027, 14:52:08 Uhr",
    "answers": mail.as_answers([("Worum geht es?", "1. Wir reden\n\n# und zwar *viel*")]),
    "left": "15 von 27",
    "jury_page": "[Zum Lesesaal](https://preis.example.org/preis/jury)",
    "last_chance": "Bis 00:09 Uhr können Sie noch senden.",
    "nominator": "Ayşe Yılmaz",
    "received": "- Name\n- E-Mail-Adresse",
    "privacy": "https://preis.example.org/preis-2027/datenschutz",
    "answer_by": "1. Oktober 2027",
    "file": "Flyer.pdf",
    "reason": "Die Datei ist mit einem Passwort geschützt.",
    "page": "/preis-2027/bewerbung",
    "report": "Der Knopf ist\nzu klein.",
    "reporter": "max@example.org",
    "note": "Wer macht mit?\n\nUnd wann?",
    "due": "1. Oktober 2027",
    "role": "Jury",
    "subject": "Ihre Bewerbung ist eingegangen",
    "award": "1. Preis (5.000 €)",
}


def values_for(name: str) -> dict[str, str]:
    """Return a value for every placeholder of a letter that is filled when it is written."""
    return {n: VALUES[n] for n in mail.placeholders_of(name) if n in VALUES}


def write(name: str = "submit", **more: Any) -> Letter:
    """Write one letter in a transaction of its own."""
    given: dict[str, Any] = {"to": BIRGIT, "language": "de", "values": values_for(name)}
    given |= {"link_key": KEY} | more
    with transaction():
        return mail.write(name, **given)


class Post:
    """A real SMTP server: keeps what it takes, answers as `say` tells it to."""

    def __init__(self) -> None:
        self.mails: list[bytes] = []
        self.envelopes: list[tuple[str, list[str]]] = []
        self.tls: list[bool] = []
        self.rcpt: Callable[[int], str] = lambda _n: "250 OK"
        self.data: Callable[[int], str | None] = lambda _n: "250 OK"
        self.tries = 0
        self.port = 0

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        """Take or refuse a recipient."""
        self.tries += 1
        answer = self.rcpt(self.tries)
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:  # noqa: N802
        """Keep the mail; cut the line where there is nothing to say."""
        self.mails.append(envelope.content)
        self.envelopes.append((envelope.mail_from, envelope.rcpt_tos))
        self.tls.append(session.ssl is not None)
        answer = self.data(len(self.mails))
        if answer is None:
            assert server.transport is not None
            server.transport.abort()  # type: ignore[attr-defined]
        return answer or "421 gone"

    @property
    def letters(self) -> list[EmailMessage]:
        """Return the mails, taken apart."""
        return [message_from_bytes(content, policy=default) for content in self.mails]


@pytest.fixture
def post() -> Iterator[Post]:
    """Return a mail server on loopback that speaks plain SMTP; `post.port` says where."""
    yield from run_server(Post(), "127.0.0.1")


class OnFreePort(Controller):
    """A server on a port that the system chooses."""

    def _trigger_server(self) -> None:
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        socket.create_connection((self.hostname, self.port), timeout=5).close()


def run_server(handler: Post, host: str, **more: Any) -> Iterator[Post]:
    """Run `handler` on a free port of `host`; afterwards it is gone."""
    controller = OnFreePort(handler, hostname=host, port=0, ready_timeout=10, **more)
    controller.start()
    handler.port = controller.port
    try:
        yield handler
    finally:
        controller.stop()


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the certificate of an own authority and of servers signed by it."""
    folder = tmp_path_factory.mktemp("authority")
    fresh = "-newkey rsa:2048 -nodes -days 2"
    _openssl(folder, f"req -x509 {fresh} -keyout ca.key -out ca.pem -subj /CN=ca")
    for name, address in (("right", "127.0.0.2"), ("wrong", "127.0.0.9")):
        (folder / "ext").write_text(f"subjectAltName=IP:{address}\n")
        _openssl(folder, f"req {fresh} -keyout {name}.key -out {name}.csr -subj /CN=x")
        _openssl(
            folder,
            f"x509 -req -in {name}.csr -CA ca.pem -CAkey ca.key -CAcreateserial"
            f" -out {name}.pem -days 2 -extfile ext",
        )
    return folder


def _openssl(folder: Path, command: str) -> None:
    subprocess.run(["openssl", *command.split()], cwd=folder, check=True, capture_output=True)


def tls(folder: Path, name: str) -> ssl.SSLContext:
    """Return the context of a server that shows the certificate `name`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / f"{name}.pem", folder / f"{name}.key")
    return context
