"""Pages kept as text: rendered once for many people, with gaps for what is different each time.

Rendering a form costs ten times as much as filling its gaps.
"""

import re
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import partial
from threading import Lock
from typing import NamedTuple

from flask import current_app, request, session
from markupsafe import escape

from portal.web import packing
from portal.web.headers import Answer

# Characters of the private use area: no text of a call contains them.
GAP = re.compile("\ue000([a-z]+)\ue001")


def gap(name: str) -> str:
    """Return the mark to render where `name` (small letters) is filled in later."""
    return f"\ue000{name}\ue001"


class Page(NamedTuple):
    """One kept page: text, name of a gap, text, and so on; `until` is of the monotonic clock.

    packed: the texts packed for `packing.row`, where the pages of its kind are sent that way.
    """

    pieces: list[str]
    until: float
    packed: tuple[bytes, ...]


class Pages:
    """Kept pages of one kind; the oldest go first."""

    def __init__(self, most: int, seconds: float, *, packs: bool = False) -> None:
        """Keep at most `most` pages, each for `seconds`; packs: also packed, for `answer`."""
        self.most, self.seconds, self.packs = most, seconds, packs
        self._kept: OrderedDict[Hashable, Page] = OrderedDict()
        self._lock = Lock()

    def answer(self, key: Hashable, render: Callable[[], str], **gaps: str) -> Answer:
        """Return the same as an answer that goes out packed without being packed again.

        For pages with few gaps: each makes the packed page some hundred bytes longer.
        """
        page = self._page(key, render)
        answer = Answer(_fill(page.pieces, gaps))
        answer.packed = partial(_packed, page, gaps)
        return answer

    def text(self, key: Hashable, render: Callable[[], str], **gaps: str) -> str:
        """Return the page kept under `key`, its gaps filled; `render` makes one with `gap()` marks.

        `key` holds everything the page depends on beside `gaps`.
        """
        return _fill(self._page(key, render).pieces, gaps)

    def _page(self, key: Hashable, render: Callable[[], str]) -> Page:
        page = self._kept.get(key)
        if page is None or page.until < time.monotonic():
            pieces = GAP.split(render())
            texts = pieces[0::2] if self.packs else ()
            packed = tuple(packing.piece(text.encode()) for text in texts)
            page = Page(pieces, time.monotonic() + self.seconds, packed)
            with self._lock:
                self._kept[key] = page
                while len(self._kept) > self.most:
                    self._kept.popitem(last=False)
        return page

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
    """Join the text of a page; its odd pieces are names of gaps."""
    whole = list(pieces)
    whole[1::2] = _fillings(pieces, gaps)
    return "".join(whole)


def _fillings(pieces: list[str], gaps: dict[str, str]) -> list[str]:
    """Return what fills the gaps of a page in their order, escaped."""
    safe = {name: str(escape(value)) for name, value in gaps.items()}
    return [safe[name] for name in pieces[1::2]]


def _packed(page: Page, gaps: dict[str, str], whole: bytes) -> bytes:
    """Return the page packed; `whole` is its text."""
    blocks = [b""] * len(page.pieces)
    blocks[0::2] = page.packed
    blocks[1::2] = [packing.plain(text.encode()) for text in _fillings(page.pieces, gaps)]
    return packing.row(blocks, whole)


def has_message() -> bool:
    """Return whether the last action left a message for this page."""
    has_session = current_app.config["SESSION_COOKIE_NAME"] in request.cookies
    return has_session and "_flashes" in session
