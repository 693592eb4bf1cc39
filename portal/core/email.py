"""E-mail addresses as people type them."""


def email_of(typed: str) -> str | None:
    """Return the address in its normal form, or None where no letter could go.

    Only a domain may have letters beyond ASCII: few servers take them before the @.
    """
    # A slow import (30 ms), and pages that only show something do without it.
    from email_validator import EmailNotValidError, validate_email

    try:
        found = validate_email(typed, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        return None
    return found.normalized
