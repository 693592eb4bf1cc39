"""The body of a binder: contents and dossiers, bound once for all jurors who read the same.

It is kept among the files of each binder that was made from it, and goes with the last of them.
"""

import json
from dataclasses import asdict
from hashlib import sha256
from math import ceil
from pathlib import Path
from typing import Any, NamedTuple

from portal import storage
from portal.core.i18n import BINDING
from portal.documents import dossier as sheets
from portal.documents.contents import Content
from portal.documents.renderer import renderer
from portal.documents.templates import version_of
from portal.scoring.binder import binder_pages, binders
from portal.scoring.binder.binder_pages import Frame, Part

# Changes with how bodies are bound, so that none of an earlier program is taken.
BOUND_AS = 1
LARGEST = 20_000_000_000  # bytes
SECONDS, SECONDS_EACH = 60.0, 1.0  # for binding: in all, and more for each dossier
LINES_PER_PAGE = 16  # of the contents, where nothing better is known


class Body(NamedTuple):
    """A body. own: pages before it. contents: pages of its contents. file: as a binder keeps it.

    file: empty as long as it is not bound.
    """

    digest: str
    own: int
    contents: int
    file: dict[str, Any]

    @property
    def front(self) -> int:
        """How many pages stand before the first dossier."""
        return self.own + self.contents


def digest_of(frame: Frame, own: int) -> str:
    """Return what two bodies have in common only if they are the same to the last byte.

    Made from the digests of the dossiers in their order, the words of the contents, and the number
    of pages before them.
    """
    told = asdict(binder_pages.contents(frame, own))
    parts = [part.sha256 for part in frame.parts if part.path]
    looks = [BOUND_AS, version_of("binder_contents"), version_of("stamps")]
    return sha256(json.dumps([own, looks, told, parts]).encode()).hexdigest()


def find(frame: Frame, own: int) -> Body | None:
    """Return the body that a binder of the call has kept, if it is the right one."""
    digest = digest_of(frame, own)
    for file in frame.kept:
        if file["digest"] == digest and storage.store().path(file["key"]).is_file():
            return Body(digest, own, file["contents"], file)
    return None


def _likely_pages(frame: Frame) -> int:
    """Return how many pages the contents probably have: as in a binder of the call, if any."""
    known = next((file["contents"] / file["lines"] for file in frame.kept), 1 / LINES_PER_PAGE)
    return ceil(len(frame.parts) * known)


def lay_out(frame: Frame, folder: Path) -> Body:
    """Write `front.pdf`, and `contents.pdf` unless they are kept; return the body behind it.

    The numbers in them depend on how many pages they have, so that is guessed, and they are laid
    out again if the guess was wrong.
    """
    own = 1 + (frame.earlier is not None)
    while True:
        body = find(frame, own) or _contents(frame, own, folder)
        path = rendered(binder_pages.cover(frame, body.front), folder / "front.pdf")
        counted = pages_of(path)
        if counted == own:
            return body
        own = counted


def _contents(frame: Frame, own: int, folder: Path) -> Body:
    """Write `contents.pdf`; return the body that can be bound with it."""
    pages = _likely_pages(frame)
    while True:
        given = binder_pages.contents(frame, own + pages)
        counted = pages_of(rendered(sheets.contents(given), folder / "contents.pdf"))
        if counted == pages:
            return Body(digest_of(frame, own), own, pages, {})
        pages = counted


def bound(body: Body, frame: Frame, folder: Path) -> Path:
    """Return where the body stands that is laid out; bound in `folder` unless it is kept."""
    if body.file:
        return storage.store().path(body.file["key"])
    parts = [part for part in frame.parts if part.path]
    target = folder / "body.zip"
    order = {
        "contents": str(folder / "contents.pdf"),
        "stamps": str(rendered(binder_pages.blank_stamps(frame), folder / "stamps.pdf")),
        "parts": [_order_of(part, n) for n, part in enumerate(parts, 1)],
        "first": body.own + 1,
        "target": str(target),
    }
    renderer().keep(order, seconds=seconds(frame))
    return target


def kept(body: Body, frame: Frame, folder: Path) -> dict[str, Any]:
    """Return the body as a binder keeps it, stored unless it is."""
    if body.file:
        return body.file
    told = {"digest": body.digest, "contents": body.contents, "lines": len(frame.parts)}
    return {**stored(folder / "body.zip"), **told}


def _order_of(part: Part, n: int) -> dict[str, Any]:
    title = f"{part.number} {part.title}"
    name = storage.safe_name(f"{n:03} {title}.pdf")
    return {"path": str(part.path), "title": title, "name": name}


def rendered(content: Content, path: Path) -> Path:
    """Write a document to `path`; return it."""
    path.write_bytes(renderer().render(content, BINDING))
    return path


def pages_of(path: Path) -> int:
    """Return how many pages a PDF has."""
    from portal.documents import binding  # brings pikepdf, 9 MB: for the worker only

    return binding.pages_of(path)


def stored(path: Path) -> dict[str, Any]:
    """Keep a file; return its key and its size."""
    key = storage.new_key(binders.AREA)
    with path.open("rb") as file:
        return {"key": key, "size": storage.store().put(key, file, limit=LARGEST).size}


def seconds(frame: Frame) -> float:
    """Return how long binding may take."""
    return SECONDS + SECONDS_EACH * len(frame.parts)
