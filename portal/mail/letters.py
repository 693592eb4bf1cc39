"""The letters there are, and what may stand in braces in each of them.

A letter is named after the move that causes it; its default words stand in
`templates/mail/<name>/`. The call may bring its own subject and paragraphs.
"""

import re
from dataclasses import dataclass
from enum import Enum

BRACES = re.compile(r"(?<!\\)\{([a-z_]+)\}")
# What is filled at sending; a letter with several links names the key of each.
LATE = re.compile(r"(?<!\\)\{(link|code|receipt)(?::([0-9a-f-]{36}))?\}")
# What looks like a placeholder, also a mistyped one: {Name}, { name }, {{name}}, {name.x}.
LIKE_BRACES = re.compile(r"(?<!\\)\{[ \t]*([\w.:\[\]|'\"()%*+ -]{1,80})[ \t]*\}")


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
            " expires code_expires left contents answered nominator answer_by file due role page"
            " subject award"
        ).split(),
        Kind.LINE,
    ),
    "reporter": Kind.ADDRESS,
    **dict.fromkeys("note reason report".split(), Kind.TEXT),
    **dict.fromkeys(
        "contact late steps jury_page answers last_chance received privacy".split(), Kind.HOUSE
    ),
    **dict.fromkeys("link links code receipt".split(), Kind.LATE),
}
ALWAYS = ("prize", "office")
MAYBE = ("name", "contact")


@dataclass(frozen=True)
class LetterKind:
    """One letter: what it needs, what it may get, and whether German binds below a translation.

    `key`: it is about its link or code, so it is useless when that lives no more. `office`: the
    office writes it, so it waits for release where the call wants that. `of_call`: it belongs to a
    call, which may have its own words for it.
    """

    name: str
    needs: tuple[str, ...]
    may: tuple[str, ...] = ()
    binding: bool = False
    key: bool = False
    office: bool = False
    of_call: bool = True

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
        _kind("receipt_follows", "subject", of_call=False),
        _kind("link", "", "title expires link links code code_expires", key=True),
        _kind("code", "code expires", key=True),
        _kind("reminder", "title closes", "link"),
        _kind("unsent_text", "title closed answers", "last_chance link"),
        _kind("nominee_information", "title nominator received privacy", "answer_by link"),
        _kind("nominee_objects", "number title answered", of_call=False),
        _kind("file_refused", "title file reason", "link"),
        _kind("draft_expiring", "title expires", "link"),
        _kind("barrier_report", "page report", "reporter", of_call=False),
        _kind("barrier_received", "report", "answer_by", of_call=False),
        _kind("return_for_completion", "number title note due", "link", office=True),
        _kind("find_ineligible", "number title", "note link", office=True),
        _kind("award", "number title award", "link", office=True),
        _kind("decline", "number title", "link", office=True),
        _kind("invitation", "role expires link", "note", key=True, of_call=False),
        _kind("complete", "number title arrived", "version check_code receipt link", binding=True),
        _kind("correct", "number title subject note version", "link", binding=True),
        _kind("answer_reminder", "number title note due", "link"),
        _kind("answer_prolonged", "number title note due", "link"),
        _kind("inquiry_cancelled", "number title", "link"),
        _kind("closes_later", "title closes note", "link"),
        _kind("late_link", "title closes note link", key=True),
        _kind("contact_moved", "number title"),
        _kind("contact_new", "number title link", key=True),
        _kind("message", "note", "number title link"),
        _kind("message_arrived", "number title note", of_call=False),
        _kind("answer_arrived", "number title note", of_call=False),
        _kind("circular", "number title", "closes link", office=True, of_call=False),
        _kind("password_reset", "expires link", key=True, of_call=False),
        _kind("sign_in_code", "code expires", key=True, of_call=False),
        _kind("email_change", "expires link", key=True, of_call=False),
        _kind("jury_reminder", "left jury_page", of_call=False),
        _kind("jury_readings", "contents jury_page", of_call=False),
        _kind("dossier_ready", "contents jury_page", of_call=False),
        _kind("meeting_invitation", "contents jury_page", of_call=False),
        _kind("account_changed", "title arrived", of_call=False),
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


def strange_placeholders(name: str, text: str) -> list[str]:
    """Return what looks like a placeholder in `text` but is none of the letter `name`, sorted.

    Stricter than `unknown_placeholders`, for texts typed in a form: {Name} is found, too. Braces
    that are meant as such have a backslash before them.
    """
    known = placeholders_of(name)
    exact = {found.start() for found in BRACES.finditer(text) if found.group(1) in known}
    others = (found for found in LIKE_BRACES.finditer(text) if found.start() not in exact)
    return sorted({found.group(1).strip() for found in others})
