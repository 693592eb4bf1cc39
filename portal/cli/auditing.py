"""`portal audit …`: look after the log of who did what."""

import argparse

from portal import audit
from portal.audit.verifying import anchor
from portal.cli import Stopped
from portal.cli.opening import opened
from portal.settings import load


def verify(given: argparse.Namespace) -> None:
    """Check every entry of the log; say where it ends, to be noted down outside."""
    if given.anchor and not _is_anchor(given.anchor):
        raise Stopped("An anchor looks like 1204:3f5a… with 64 digits behind the colon.")
    with opened(load()).app_context():
        faults = audit.verify(given.anchor)
        if faults:
            raise Stopped("The log is not as it was written.\n" + "\n".join(faults))
        print("The log is whole. Note this down for the next time:", anchor(), sep="\n")


def _is_anchor(text: str) -> bool:
    number, _, last = text.partition(":")
    return number.isdecimal() and len(last) == 64 and set(last) <= set("0123456789abcdef")
