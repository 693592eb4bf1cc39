"""Why a file is refused: one code for each reason, and the facts that its sentence needs."""

from enum import StrEnum
from typing import Any


class Code(StrEnum):
    """The reasons; `portal.storage.wording` has the sentence for each."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    WRONG_TYPE = "wrong_type"
    TYPE_MISMATCH = "type_mismatch"
    HEIC_HERE = "heic_here"
    GIF = "gif"
    SVG = "svg"
    WEB_PAGE = "web_page"
    ARCHIVE = "archive"
    OFFICE = "office"
    VIDEO = "video"
    BROKEN = "broken"
    PASSWORD = "password"  # noqa: S105  (a reason, no secret)
    TOO_MANY_PAGES = "too_many_pages"
    TOO_MANY_PIXELS = "too_many_pixels"
    ACTIVE_CONTENT = "active_content"
    PORTFOLIO = "portfolio"
    INFECTED = "infected"
    STORAGE_FULL = "storage_full"


class Refused(Exception):
    """A file is not taken; `code` says why, `facts` are plain values for the sentence."""

    def __init__(self, code: Code, **facts: Any) -> None:
        super().__init__(code.value)
        self.code = code
        self.facts = facts

    @property
    def temporary(self) -> bool:
        """Whether the same file may be taken a little later."""
        return self.code is Code.STORAGE_FULL


class TooLarge(Refused):
    """More bytes than `limit`."""

    def __init__(self, limit: int) -> None:
        super().__init__(Code.TOO_LARGE, limit=limit)


class StorageFull(Refused):
    """The disk has no room, or less than the floor of the installation."""

    def __init__(self) -> None:
        super().__init__(Code.STORAGE_FULL)


class ChildDied(Refused):
    """The cleaning child crashed or met a limit. Worth one more try before it is believed."""

    def __init__(self, reason: str) -> None:
        super().__init__(Code.BROKEN)
        self.reason = reason
