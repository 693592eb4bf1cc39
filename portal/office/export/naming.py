"""Names of files inside of a ZIP, by a pattern of the office, fit for every system."""

import re
from collections.abc import Mapping
from pathlib import PurePosixPath

from portal import storage
from portal.core.i18n import gettext as _
from portal.core.text import one_line

PLACES = ("number", "organisation", "title", "question", "n", "name")
USUAL = "{number} {organisation}/{question} {n}"
LONGEST = 200
LONGEST_PART = 60  # of one value, so that the whole path stays below the 260 of Windows
BRACES = re.compile(r"\{([^{}]*)\}")


def fault_of(pattern: str) -> str:
    """Return why a pattern cannot be used, empty if it can."""
    unknown = sorted(set(BRACES.findall(pattern)) - set(PLACES))
    if unknown:
        return _(
            "There is no %(names)s. Choose from the list.",
            names=", ".join(f"{{{one}}}" for one in unknown),
        )
    if not pattern.strip(" ./"):
        return _("Write how the files shall be called.")
    if len(pattern) > LONGEST or pattern.count("/") > 3:
        return _("This is too long. Shorten it, with at most three folders.")
    return ""


def place_word(place: str) -> str:
    """Return what stands for a placeholder."""
    return {
        "number": _("number of the application"),
        "organisation": _("who applies"),
        "title": _("title of the project"),
        "question": _("photo or document"),
        "n": _("1, 2, 3 … within the question"),
        "name": _("name under which it was uploaded"),
    }[place]


class Names:
    """Gives each file a path that no other has, on systems with and without capital letters."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern or USUAL
        self.taken: dict[str, set[str]] = {}

    def path(self, values: Mapping[str, str], extension: str) -> str:
        """Return the path for `values` by placeholder; extension: without dot."""
        parts = [self._filled(part, values) for part in self.pattern.split("/")]
        folders = [storage.safe_name(part) for part in parts[:-1] if part]
        folder = "/".join(folders)
        taken = self.taken.setdefault(folder.casefold(), set())
        # An ending that the name brings along gives way to the one the content has.
        stem = parts[-1].removesuffix(f".{extension}") or _("File")
        name = storage.safe_name(f"{stem}.{extension}", taken=taken)
        taken.add(name)
        return str(PurePosixPath(folder, name))

    def _filled(self, part: str, values: Mapping[str, str]) -> str:
        return BRACES.sub(lambda found: _short(values.get(found.group(1), "")), part).strip(" .")


def _short(value: str) -> str:
    """Return a value without what would make a folder, cut at a blank where possible."""
    plain = re.sub(r"[/\\]+", "-", one_line(value))
    if len(plain) <= LONGEST_PART:
        return plain
    return plain[:LONGEST_PART].rpartition(" ")[0] or plain[:LONGEST_PART]
