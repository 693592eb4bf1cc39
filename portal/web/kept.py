"""Pages kept as text: rendered once for many people, with gaps for what is different each time.

Rendering a form costs ten times as much as filling its gaps.
"""

import re
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import NamedTuple

from flask import current_app, request, session
from markupsafe import escape

# Characters of the private use area: no text of a call contains them.
GAP = re.compile("\ue000([a-z]+)\ue001")


def gap(name: str) -> str:
    """Return the mark to render where `name` (small letters) is filled in later."""
    return f"\ue000{name}\ue001"


class Page(NamedTuple):
    """One kept page: text, name of a gap, text, and so on; `until` is of the monotonic clock."""

    pieces: list[str]
    until: float


class Pages:
    """Kept pages of one kind; the oldest go first."""

    def __init__(self, most: int, seconds: float) -> None:
        """Keep at most `most` pages, each for `seconds`."""
        self.most, self.seconds = most, seconds
        self._kept: OrderedDict[Hashable, Page] = OrderedDict()
        self._lock = Lock()

    def text(self, key: Hashable, render: Callable[[], str], **gaps: str) -> str:
        """Return the page kept under `key`, its gaps filled; `render` makes one with `gap()` marks.

        `key` holds everything the page depends on beside `gaps`.
        """
        page = self._kept.get(key)
        if page is None or page.until < time.monotonic():
            page = Page(GAP.split(render()), time.monotonic() + self.seconds)
            with self._lock:
                self._kept[key] = page
                while len(self._kept) > self.most:
                    self._kept.popitem(last=False)
        return _fill(page.pieces, gaps)

    def __len__(self) -> int:
        """Return how many pages are kept."""
        return len(self._kept)

    def forget(self) -> None:
        """Render every page anew."""
        with self._lock:
            self._kept.clear()


def filled(text: str, **gaps: str) -> str:
    """Return a text with its gaps filled."""
    return _fill(GAP.split(text), gaps)


def _fill(pieces: list[str], gaps: dict[str, str]) -> str:
    """Join the text of a page; its odd pieces are names of gaps. What fills them is escaped."""
    safe = {name: str(escape(value)) for name, value in gaps.items()}
    whole = list(pieces)
    whole[1::2] = [safe[name] for name in pieces[1::2]]
    return "".join(whole)


def has_message() -> bool:
    """Return whether the last action left a message for this page."""
    has_session = current_app.config["SESSION_COOKIE_NAME"] in request.cookies
    return has_session and "_flashes" in session
