"""Is a pattern of a call file quick for every text? Python's matcher can need years for some."""

import re
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

from portal.core.i18n import gettext as _

MOST_STEPS = 1_000_000
REPEATS = ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT")
REFUSED = ("ASSERT", "ASSERT_NOT", "GROUPREF", "GROUPREF_EXISTS")


def pattern_fault(pattern: str, longest: int) -> str | None:
    """Return what is wrong with `pattern` for texts of up to `longest` characters, else None."""
    try:
        re.compile(pattern)
        tree = parser.parse(pattern)
    except (re.error, RecursionError, OverflowError):
        return _("is no regular expression. Check brackets and backslashes.")
    if _steps(tree, longest, inside=False) > MOST_STEPS:
        return _(
            "could take very long. Use no repetition inside a repetition, and say how often "
            "something repeats, like [0-9]{5}."
        )
    return None


def _steps(tree: Any, longest: int, *, inside: bool) -> int:
    """Return how many ways there are at most to lay `tree` over a text."""
    steps = 1
    for operation, value in tree:
        steps *= _ways(str(operation), value, longest, inside)
        if steps > MOST_STEPS:
            break
    return steps


def _ways(operation: str, value: Any, longest: int, inside: bool) -> int:
    if operation in REFUSED:
        return MOST_STEPS + 1
    if operation == "BRANCH":
        ways = sum(_steps(branch, longest, inside=inside) for branch in value[1])
        return MOST_STEPS + 1 if inside else ways
    if operation == "SUBPATTERN":
        return _steps(value[3], longest, inside=inside)
    if operation == "ATOMIC_GROUP":
        return _steps(value, longest, inside=inside)
    if operation in REPEATS:
        return _repeated(*value, longest=longest, inside=inside)
    return 1


def _repeated(least: int, most: int, body: Any, *, longest: int, inside: bool) -> int:
    ways = min(int(most), longest) - int(least) + 1
    if inside and ways > 1:
        return MOST_STEPS + 1
    return max(ways, 1) * _steps(body, longest, inside=inside or ways > 1)
