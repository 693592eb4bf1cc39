"""Cells of tables that are handed out: text stays text, whatever a spreadsheet takes it for."""

import re

MARK = "\ufeff"  # tells a spreadsheet that the file is UTF-8
# A spreadsheet calculates what begins like this, also behind blanks and in full width
# (OWASP, CSV injection). Where time counts the first sign is looked at before the whole.
RISKY = re.compile(r"[\s\u200b\u2060\ufeff]*[=+\-@|%\t\r\n\uff1d\uff0b\uff0d\uff20\u2212]")
RISKY_FIRST = frozenset("=+-@|%\t\r\n\x0b\x0c \u00a0\u2007\u202f\u3000\u200b\u2060\ufeff"
                        "\uff1d\uff0b\uff0d\uff20\u2212")  # fmt: skip


def safe(cell: str) -> str:
    """Return a cell of a CSV that no spreadsheet takes for a formula: `'` stands before it.

    >>> safe("=1+1"), safe("Sprachcafé")
    ("'=1+1", 'Sprachcafé')
    """
    return f"'{cell}" if RISKY.match(cell) else cell
