"""Numbers and amounts as people type them, in digits of any script."""

import re
from decimal import Decimal, InvalidOperation

from portal.core.text import one_line


def whole_number(raw: str) -> int | None:
    """Return the whole number a person typed: "3.000", "3 000" and "3,000" are three thousand."""
    digits = re.sub(r"(?<=\d)[.,'’\s](?=\d{3}(\D|$))", "", one_line(raw))
    return int(digits) if re.fullmatch(r"-?\d{1,15}", digits, re.ASCII) else None


def western_digits(text: str) -> str:
    """Return `text` with the digits of other scripts as 0–9."""
    return "".join(str(int(c)) if c.isdecimal() else c for c in text)


def amount(raw: str) -> Decimal | None:
    """Return the amount a person typed; "1.234,50", "1234.5" and "1 234,50 €" are alike."""
    text = western_digits(one_line(raw)).removesuffix("€").replace("EUR", "")
    text = re.sub(r"[\s'’]", "", text)
    whole, mark, cents = _split_amount(text)
    digits = re.sub(r"[.,]", "", whole)
    try:
        return Decimal(f"{digits}.{cents}" if mark else digits).quantize(Decimal("0.01"))
    except InvalidOperation:
        return None


def _split_amount(text: str) -> tuple[str, str, str]:
    """Split at the last point or comma, if one or two digits follow it."""
    found = re.fullmatch(r"(-?[\d.,]*?)(?:([.,])(\d{1,2}))?", text)
    return (found[1], found[2] or "", found[3] or "0") if found else ("?", "", "0")
