"""Links and bookmarks of a PDF, read as plain values and written anew: nothing else survives."""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, NameTree, OutlineItem, String

SCHEMES = re.compile(r"(https?://|mailto:|tel:)[\x21-\x7e]+", re.IGNORECASE)
LONGEST_ADDRESS = 2000
MOST_LINKS = 2000
MOST_BOOKMARKS = 2000
DEEPEST = 10
VIEWS = {"/XYZ", "/Fit", "/FitH", "/FitV", "/FitR", "/FitB", "/FitBH", "/FitBV"}
PRINTED = 4


@dataclass(frozen=True)
class Goal:
    """Where a link leads: an address, or a page (from 0) and how it is shown."""

    address: str = ""
    page: int = 0
    view: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Link:
    """A link on a page; `annotation` is its object, which tags of the document may name."""

    annotation: Any
    goal: Goal
    rect: tuple[float, ...]
    quads: tuple[float, ...]
    words: str
    struct_parent: int | None


@dataclass(frozen=True)
class Bookmark:
    """A title of the outline, its goal, and the titles below it."""

    title: str
    goal: Goal
    below: tuple["Bookmark", ...]


class Places:
    """Finds the pages that names and destinations of one document mean."""

    def __init__(self, pdf: pikepdf.Pdf, pages: Sequence[Any]) -> None:
        self.root = pdf.Root
        self.numbers = {page.objgen: number for number, page in enumerate(pages)}

    def goal(self, thing: Any) -> Goal | None:
        """Return the goal of a link annotation or a bookmark; None if it is not a kept one."""
        action = thing.get("/A")
        if not isinstance(action, Dictionary):
            return self._destination(thing.get("/Dest"))
        kind = str(action.get("/S"))
        if kind == "/URI":
            return _address(action.get("/URI"))
        return self._destination(action.get("/D")) if kind == "/GoTo" else None

    def _destination(self, given: Any) -> Goal | None:
        if isinstance(given, (String, Name)):
            given = self._named(given)
        if isinstance(given, Dictionary):
            given = given.get("/D")
        if not isinstance(given, Array) or len(given) < 2 or str(given[1]) not in VIEWS:
            return None
        number = self.numbers.get(getattr(given[0], "objgen", None))
        view = (str(given[1]), *(_number_or_none(part) for part in list(given)[2:6]))
        return None if number is None else Goal(page=number, view=view)

    def _named(self, name: Any) -> Any:
        if isinstance(name, Name):
            return self.root.get("/Dests", Dictionary()).get(str(name))
        tree = self.root.get("/Names", Dictionary()).get("/Dests")
        return None if tree is None else NameTree(tree).get(str(name))


def links_of(page: Any, places: Places) -> list[Link]:
    """Return the ordinary links of a page: to http, https, mailto, tel and to other pages."""
    links: list[Link] = []
    for annotation in list(_array(page.get("/Annots")))[:MOST_LINKS]:
        if isinstance(annotation, Dictionary) and str(annotation.get("/Subtype")) == "/Link":
            with suppress(pikepdf.PdfError, ValueError, TypeError, RuntimeError):
                links += _link(annotation, places)
    return links


def _link(annotation: Any, places: Places) -> list[Link]:
    goal, rect = places.goal(annotation), _numbers(annotation.get("/Rect"))
    if goal is None or len(rect) != 4:
        return []
    quads = _numbers(annotation.get("/QuadPoints"))
    words = annotation.get("/Contents")
    parent = annotation.get("/StructParent")
    return [
        Link(
            annotation,
            goal,
            rect,
            quads if quads and len(quads) % 8 == 0 else (),
            str(words)[:500] if isinstance(words, String) else "",
            int(parent) if isinstance(parent, int) else None,
        )
    ]


def write_link(link: Link, into: Any, pages: Sequence[Any]) -> None:
    """Make the dictionary `into` this link and nothing else."""
    for key in list(into.keys()):
        del into[key]
    into.Type, into.Subtype = Name.Annot, Name.Link
    into.Rect, into.Border, into.F = Array(link.rect), Array([0, 0, 0]), PRINTED
    if link.quads:
        into.QuadPoints = Array(link.quads)
    if link.words:
        into.Contents = String(link.words)
    if link.struct_parent is not None:
        into.StructParent = link.struct_parent
    if link.goal.address:
        into.A = Dictionary(S=Name.URI, URI=String(link.goal.address))
    else:
        into.Dest = _written(link.goal, pages)


def bookmarks_of(pdf: pikepdf.Pdf, places: Places) -> tuple[Bookmark, ...]:
    """Return the outline; whatever of it makes no sense is left out."""
    try:
        with pdf.open_outline(max_depth=DEEPEST, strict=False) as outline:
            return _bookmarks(outline.root, places, [MOST_BOOKMARKS])
    except (pikepdf.PdfError, ValueError, TypeError, RuntimeError, AttributeError, KeyError):
        return ()


def _bookmarks(items: Any, places: Places, left: list[int]) -> tuple[Bookmark, ...]:
    found = []
    for item in items:
        left[0] -= 1
        if left[0] < 0:
            break
        goal = places.goal(item.obj) if item.obj is not None else None
        below = _bookmarks(item.children, places, left)
        if goal is not None and not goal.address:
            found.append(Bookmark(str(item.title)[:500], goal, below))
        else:
            found += below
    return tuple(found)


def write_bookmarks(
    pdf: pikepdf.Pdf, bookmarks: tuple[Bookmark, ...], pages: Sequence[Any]
) -> None:
    """Give `pdf` this outline."""
    if bookmarks:
        with pdf.open_outline() as outline:
            outline.root.extend(_items(bookmarks, pages))


def _items(bookmarks: tuple[Bookmark, ...], pages: Sequence[Any]) -> list[OutlineItem]:
    items = []
    for bookmark in bookmarks:
        item = OutlineItem(bookmark.title, _written(bookmark.goal, pages))
        item.children.extend(_items(bookmark.below, pages))
        items.append(item)
    return items


def _written(goal: Goal, pages: Sequence[Any]) -> Array:
    kind, *numbers = goal.view
    return Array([pages[goal.page], Name(kind), *numbers])


def _address(given: Any) -> Goal | None:
    address = str(given).strip() if isinstance(given, String) else ""
    fits = len(address) <= LONGEST_ADDRESS and SCHEMES.fullmatch(address)
    return Goal(address=address) if fits else None


def _array(given: Any) -> Any:
    return given if isinstance(given, Array) else ()


def _numbers(given: Any) -> tuple[float, ...]:
    return tuple(float(part) for part in _array(given))


def _number_or_none(part: Any) -> float | None:
    try:
        return None if part is None else float(part)
    except (TypeError, ValueError):
        return None
