"""A mail server that is out of sorts now and then."""

import asyncio
import random
import socket
from collections import defaultdict
from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from aiosmtpd.controller import Controller

SULKS = 0.1


class Post:
    """Takes mails and keeps them by recipient; says 451 to every tenth."""

    def __init__(self) -> None:
        self.kept: dict[str, list[EmailMessage]] = defaultdict(list)
        self.refused = 0
        self.chance = random.Random(451)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        """Keep the mail, or ask to come back."""
        if self.chance.random() < SULKS:
            self.refused += 1
            return "451 Try again later"
        mail = message_from_bytes(envelope.content, policy=default)
        for address in envelope.rcpt_tos:
            self.kept[address].append(mail)
        return "250 OK"


class OnFreePort(Controller):
    """A server on a port that the system chooses."""

    def _trigger_server(self) -> None:
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        socket.create_connection((self.hostname, self.port), timeout=5).close()


@pytest.fixture
def post() -> Iterator[tuple[Post, int]]:
    """Return the mail server and its port."""
    handler = Post()
    controller = OnFreePort(handler, hostname="127.0.0.1", port=0, ready_timeout=10)
    controller.start()
    yield handler, controller.port
    controller.stop()
