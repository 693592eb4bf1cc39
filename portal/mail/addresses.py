"""To whom a letter goes: one plain address, nothing that could become a second header."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from portal.core.text import one_line
from portal.settings import Settings

LONGEST_ADDRESS = 254
LONGEST_NAME = 200
# One @, an ASCII mailbox, a domain of letters of any script; no blank, comma, bracket or control.
PLAIN = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[^\W_]([\w-]*[^\W_])?(\.[^\W_]([\w-]*[^\W_])?)*"
)


@dataclass(frozen=True)
class Mailbox:
    """An address and the name of its owner; `ValueError` unless it is exactly one address."""

    address: str
    name: str = ""

    def __post_init__(self) -> None:
        """Refuse what is no single address; bring the name onto one line."""
        check(self.address)
        object.__setattr__(self, "name", one_line(self.name)[:LONGEST_NAME].strip())


def greeting(settings: Settings) -> str:
    """Return the name of this installation among mail servers, without asking the DNS for it."""
    host = urlsplit(settings.origin).hostname or "localhost"
    return f"[{host}]" if host.replace(".", "").isdigit() else host


def check(address: str) -> str:
    """Return `address` if it is one plain address; else raise `ValueError`.

    Mailboxes that are not ASCII need SMTPUTF8, which many servers refuse; domains may be of any
    script (they go out in their ASCII form).
    """
    if len(address) > LONGEST_ADDRESS or not PLAIN.fullmatch(address):
        raise ValueError(f"not one plain address: {address!r}")
    return address
