"""E-mail addresses as people type them."""

import re

LONGEST_PLAIN = 60  # so that no part of an address can be too long
PLAIN = re.compile(r"[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*@(?:[a-z0-9]+(?:-[a-z0-9]+)*\.)+([a-z]{2,20})")
NO_MAIL = frozenset({"arpa", "invalid", "local", "localhost", "onion", "test"})


def email_of(typed: str) -> str | None:
    """Return the address in its normal form, or None where no letter could go.

    Only a domain may have letters beyond ASCII: few servers take them before the @.
    """
    if is_plain(typed):
        return typed
    # A slow import (30 ms), and pages that only show something do without it.
    from email_validator import EmailNotValidError, validate_email

    try:
        found = validate_email(typed, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        return None
    return found.normalized


def is_plain(typed: str) -> bool:
    """Return whether this is an address of the kind that almost all are, in its normal form.

    The library takes it as it is, and its time for it: each save asks.
    """
    found = len(typed) <= LONGEST_PLAIN and PLAIN.fullmatch(typed)
    return bool(found and found[1] not in NO_MAIL)
