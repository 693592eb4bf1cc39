"""The letters there are, and what may stand in braces in each of them.

A letter is named after the move that causes it; its default words stand in
`templates/mail/<name>/`. The call may bring its own subject and paragraphs.
"""

import re
from dataclasses import dataclass
from enum import Enum

BRACES = re.compile(r"(?<!\\)\{([a-z_]+)\}")


class Kind(Enum):
    """How the value of a placeholder gets into the letter."""

    LINE = "line"  # what somebody typed, as one line of text
    ADDRESS = "address"  # the same, but it may be an address that is copied
    TEXT = "text"  # what somebody typed, with its lines
    HOUSE = "house"  # Markdown of the portal or the call
    LATE = "late"  # filled at sending: no link is ever stored


# A name means the same in every letter.
KINDS: dict[str, Kind] = {
    **dict.fromkeys(
        (
            "name prize office number title arrived check_code version withdrawn closes closed"
            " expires code_expires answered nominator answer_by file due role page subject"
        ).split(),
        Kind.LINE,
    ),
    "reporter": Kind.ADDRESS,
    **dict.fromkeys("note reason report".split(), Kind.TEXT),
    **dict.fromkeys("contact late steps answers last_chance received privacy".split(), Kind.HOUSE),
    **dict.fromkeys("link links code receipt".split(), Kind.LATE),
}
ALWAYS = ("prize", "office")
MAYBE = ("name", "contact")


@dataclass(frozen=True)
class LetterKind:
    """One letter: what it needs, what it may get, and whether German binds below a translation.

    `key`: it is about its link or code, so it is useless when that lives no more.
    """

    name: str
    needs: tuple[str, ...]
    may: tuple[str, ...] = ()
    binding: bool = False
    key: bool = False

    @property
    def placeholders(self) -> frozenset[str]:
        """Every name that may stand in braces."""
        return frozenset((*ALWAYS, *MAYBE, *self.needs, *self.may))

    @property
    def required(self) -> frozenset[str]:
        """Every name that must have a value when the letter is written."""
        return frozenset(n for n in (*ALWAYS, *self.needs) if KINDS[n] is not Kind.LATE)


def _kind(name: str, needs: str, may: str = "", **more: bool) -> LetterKind:
    return LetterKind(name, tuple(needs.split()), tuple(may.split()), **more)


LETTERS: dict[str, LetterKind] = {
    kind.name: kind
    for kind in (
        _kind(
            "submit",
            "number title arrived",
            "late check_code steps closes receipt link",
            binding=True,
        ),
        _kind(
            "revise",
            "number title version arrived",
            "late check_code steps closes receipt link",
            binding=True,
        ),
        _kind("withdraw", "number title withdrawn", "link", binding=True),
        _kind("receipt_follows", "subject"),
        _kind("link", "", "title expires link links code code_expires", key=True),
        _kind("code", "code expires", key=True),
        _kind("reminder", "title closes", "link"),
        _kind("unsent_text", "title closed answers", "last_chance link"),
        _kind("nominee_information", "title nominator received privacy", "answer_by link"),
        _kind("nominee_objects", "number title answered"),
        _kind("file_refused", "title file reason", "link"),
        _kind("draft_expiring", "title expires", "link"),
        _kind("barrier_report", "page report", "reporter"),
        _kind("barrier_received", "report", "answer_by"),
        _kind("return_for_completion", "number title note due", "link"),
        _kind("find_ineligible", "number title", "note link"),
        _kind("invitation", "role expires link", "note", key=True),
        _kind("message", "note", "number title link"),
        _kind("password_reset", "expires link", key=True),
        _kind("email_change", "expires link", key=True),
        _kind("account_changed", "title arrived"),
    )
}


def placeholders_of(name: str) -> frozenset[str]:
    """Return what may stand in braces in the letter `name`; `KeyError` if there is none."""
    return LETTERS[name].placeholders


def unknown_placeholders(name: str, text: str) -> list[str]:
    """Return what stands in braces in `text` but means nothing in the letter `name`, sorted.

    A call file is refused with these names. A letter that is not known raises `KeyError`.
    """
    return sorted({found.group(1) for found in BRACES.finditer(text)} - placeholders_of(name))
