"""The log of everything that is not a move: append-only, each entry sealed to the one before."""

from portal.audit.chain import record, use
from portal.audit.verifying import verify

__all__ = ["record", "use", "verify"]
