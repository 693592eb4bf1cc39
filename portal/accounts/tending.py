"""What the worker does for accounts: mail links for new passwords, forget what is over."""

from portal.accounts import passkeys, sessions, throttling, usecases
from portal.accounts.usecases import RESET
from portal.core.db import transaction

__all__ = ["RESET", "send_reset", "sweep"]


def send_reset(email: str) -> None:
    """Mail a link for a new password, if there is such an account."""
    with transaction():
        usecases.send_reset(email)


def sweep() -> None:
    """Delete old sessions, links and counts of tries."""
    with transaction():
        sessions.sweep()
        throttling.sweep()
        passkeys.sweep()
