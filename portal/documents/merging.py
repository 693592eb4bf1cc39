"""Putting tagged PDFs one behind the other so that tags, links, bookmarks and layers go along.

Only for documents that we made ourselves: their structure is known. Page contents are not read into
memory; they go from file to file when the result is written.
"""

import warnings
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from pikepdf import (
    Array,
    Dictionary,
    Name,
    NameTree,
    ObjectStreamMode,
    PageCopyWarning,
    Pdf,
    String,
)

from portal.documents.foreign import carry_layers

AT_ONCE = 100  # documents


class Mark(NamedTuple):
    """A bookmark: title, page (from 0), height on it, and those below it."""

    title: str
    page: int
    top: float
    below: tuple["Mark", ...]


class Part(NamedTuple):
    """A document to be merged: the title of its bookmark, and where it is."""

    title: str
    path: Path


def merge(parts: Iterable[Part], target: Path) -> Path:
    """Write `parts` one behind the other to `target`; some hundred are open at a time."""
    left = iter(parts)
    longer = target.with_name(f"{target.stem}-longer.pdf")
    for number, first in enumerate(left):
        _merged(target if number else None, [first, *islice(left, AT_ONCE - 1)], longer)
        longer.replace(target)
    return target


def _merged(book: Path | None, parts: list[Part], longer: Path) -> None:
    with ExitStack() as stack:
        begun = Part("", book) if book else parts.pop(0)
        merger = Merger(stack.enter_context(Pdf.open(begun.path)), begun.title)
        for part in parts:
            merger.append(stack.enter_context(Pdf.open(part.path)), part.title)
        merger.finish()
        merger.pdf.save(longer, object_stream_mode=ObjectStreamMode.generate)


class Merger:
    """Appends PDFs to `front`, whose single root element then holds them as parts."""

    def __init__(self, front: Pdf, title: str = "") -> None:
        """Begin with `front`; title: of a bookmark above its own, as the other parts have one."""
        self.pdf = front
        tree = front.Root.StructTreeRoot
        self._tree = tree
        self._document = tree.K[0] if isinstance(tree.K, Array) else tree.K
        self._parents: list[Any] = list(_numbers(tree.ParentTree))
        self._next = 1 + max((int(key) for key in self._parents[::2]), default=-1)
        self._marks = _under(title, list(_marks(front)), _height(front.pages[0].obj))
        self._places: dict[str, Any] = dict(_destinations(front))
        self._parts: list[Any] = []

    def append(self, source: Pdf, title: str) -> int:
        """Put the pages of `source` behind the others; return the index of the first.

        title: of the bookmark above its own. `source` must stay open until `finish` and saving.
        """
        first, count = len(self.pdf.pages), len(source.pages)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", PageCopyWarning)  # of what we carry over ourselves
            self.pdf.pages.extend(source.pages)
        pages = [self.pdf.pages[first + n].obj for n in range(count)]
        self._take_structure(source, pages)
        self._take_places(source, pages, first)
        (mark,) = _under(title, list(_marks(source)), _height(pages[0]))
        self._marks.append(_shifted(mark, first))
        carry_layers(self.pdf, source)
        return first

    def _take_structure(self, source: Pdf, pages: list[Any]) -> None:
        """Carry the elements over; their numbers begin behind those that are there."""
        tree = self.pdf.copy_foreign(source.Root.StructTreeRoot)
        base = self._next
        for page in pages:
            _raise(page, "/StructParents", base)
            for note in page.get("/Annots", Array()):
                _raise(note, "/StructParent", base)
        numbers = list(_numbers(tree.ParentTree))
        for key, value in zip(numbers[::2], numbers[1::2], strict=True):
            self._parents += [base + int(key), value]
            self._next = max(self._next, base + int(key) + 1)
        kids = list(tree.K) if isinstance(tree.K, Array) else [tree.K]
        for element in kids:
            element.S, element.P = Name.Part, self._document
            self._parts.append(element)

    def _take_places(self, source: Pdf, pages: list[Any], first: int) -> None:
        """Carry the targets of links over, under names of their own."""
        index = {page.objgen: n for n, page in enumerate(source.pages)}
        for name, place in _destinations(source):
            target = Array([pages[index[place[0].objgen]], *list(place)[1:]])
            self._places[f"{first}.{name}"] = target
        for page in pages:
            for note in page.get("/Annots", Array()):
                if isinstance(note.get("/Dest"), String):
                    note.Dest = String(f"{first}.{note.Dest}")

    def finish(self) -> None:
        """Write structure, targets and bookmarks of the whole."""
        kids = self._document.K
        self._document.K = Array([*(kids if isinstance(kids, Array) else [kids]), *self._parts])
        self._tree.ParentTree = self.pdf.make_indirect(Dictionary(Nums=Array(self._parents)))
        self._tree.ParentTreeNextKey = self._next
        self._write_places()
        _write_marks(self.pdf, self._marks)

    def _write_places(self) -> None:
        tree = NameTree.new(self.pdf)
        for name, place in self._places.items():
            tree[name] = place
        self.pdf.Root.Names = Dictionary(Dests=tree.obj)


def _numbers(tree: Any) -> Iterator[Any]:
    """Yield keys and values of a number tree, in turn."""
    yield from tree.get("/Nums", Array())
    for kid in tree.get("/Kids", Array()):
        yield from _numbers(kid)


def _raise(thing: Any, key: str, base: int) -> None:
    if key in thing:
        thing[key] = int(thing[key]) + base


def _height(page: Any) -> float:
    return float(page.MediaBox[3])


def _destinations(pdf: Pdf) -> Iterator[tuple[str, Any]]:
    names = pdf.Root.get("/Names", Dictionary()).get("/Dests")
    if names is not None:
        yield from NameTree(names).items()


def _marks(pdf: Pdf) -> Iterator[Mark]:
    """Yield the bookmarks of a document that we made."""
    index = {page.objgen: n for n, page in enumerate(pdf.pages)}

    def below(parent: Any) -> Iterator[Mark]:
        one = parent.get("/First")
        while one is not None:
            place = one.Dest
            yield Mark(str(one.Title), index[place[0].objgen], float(place[3]), tuple(below(one)))
            one = one.get("/Next")

    yield from below(pdf.Root.get("/Outlines", Dictionary()))


def _under(title: str, marks: list[Mark], top: float) -> list[Mark]:
    """Return the bookmarks of a document below one with its title, unless that is empty."""
    if not title:
        return marks
    inner = marks[0].below if len(marks) == 1 else marks  # its title stands there already
    return [Mark(title, 0, top, tuple(inner))]


def _shifted(mark: Mark, by: int) -> Mark:
    below = tuple(_shifted(one, by) for one in mark.below)
    return mark._replace(page=mark.page + by, below=below)


def _write_marks(pdf: Pdf, marks: list[Mark]) -> None:
    root = pdf.make_indirect(Dictionary(Type=Name.Outlines))
    _hang(pdf, root, marks, is_open=True)
    pdf.Root.Outlines = root


def _hang(pdf: Pdf, parent: Any, marks: Any, *, is_open: bool) -> None:
    """Hang bookmarks below `parent`; those of the first level are closed."""
    made = [
        pdf.make_indirect(
            Dictionary(
                Title=String(mark.title),
                Parent=parent,
                Dest=Array([pdf.pages[mark.page].obj, Name.XYZ, 0, mark.top, 0]),
            )
        )
        for mark in marks
    ]
    for n, (item, mark) in enumerate(zip(made, marks, strict=True)):
        if n:
            item.Prev = made[n - 1]
        if n + 1 < len(made):
            item.Next = made[n + 1]
        _hang(pdf, item, mark.below, is_open=False)
    if made:
        parent.First, parent.Last = made[0], made[-1]
        parent.Count = len(made) if is_open else -len(made)
