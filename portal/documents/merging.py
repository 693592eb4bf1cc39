"""Putting tagged PDFs one behind the other so that tags, links, bookmarks and layers go along.

Only for documents that we made ourselves: their structure is known. One is open at a time, and its
objects go to the file as they are, under new numbers; so memory does not grow with the book.
"""

import re
from collections.abc import Iterable
from contextlib import ExitStack
from enum import IntEnum
from pathlib import Path
from typing import Any, NamedTuple

from pikepdf import Pdf, Stream

from portal.documents import chapters
from portal.documents.chapters import Known
from portal.documents.writing import End, Target, Writer

# Texts are stepped over: what looks like a reference in them is none.
REFERENCE = re.compile(rb"\((?:[^()\\]|\\.)*\)|(\d+) 0 R\b", re.DOTALL)
OF_THE_FILE = ("/Lang", "/MarkInfo", "/Metadata", "/ViewerPreferences")


class Frame(IntEnum):
    """The numbers of what holds a book together, and of what is printed upon its pages."""

    ROOT = 1
    PAGES = 2
    TREE = 3
    DOCUMENT = 4
    PARENTS = 5
    PLACES = 6
    MARKS = 7
    STAMP = 8
    FREE = 9


class Part(NamedTuple):
    """A document to be merged: the title of its bookmark, and where it is."""

    title: str
    path: Path


class Chapter(NamedTuple):
    """One document in a book: the numbers of its objects, as JSON can hold them.

    pages, element, parents, places: nodes of the four trees (places: 0 if it has none). leaves: its
    pages. mark: its bookmark, mark_text: the entries of it. layers, hidden: groups of optional
    content. following: the first key of the way back from pages to tags that is free behind it.
    """

    pages: int
    leaves: int
    element: int
    parents: int
    places: int
    mark: int
    mark_text: str
    layers: list[int]
    hidden: list[int]
    following: int


def merge(parts: Iterable[Part], target: Path) -> Path:
    """Write `parts` one behind the other to `target`; title and language are those of the first."""
    with ExitStack() as stack:
        book = Book(stack.enter_context(target.open("wb")))
        head: Pdf | None = None
        for part in parts:
            if head is None:
                head = stack.enter_context(Pdf.open(part.path))
                book.append(head, part.title)
                continue
            with Pdf.open(part.path) as pdf:
                book.append(pdf, part.title)
        if head is not None:
            book.close(head)
    return target


class Book:
    """A PDF that is written chapter by chapter to `target`, or gone on with after `before`."""

    def __init__(
        self, target: Target, before: End | None = None, held: Iterable[Chapter] = ()
    ) -> None:
        self._writer = Writer(target, first=Frame.FREE, before=before)
        self.chapters = list(held)

    @property
    def pages(self) -> int:
        """How many pages it has by now."""
        return sum(chapter.leaves for chapter in self.chapters)

    def append(self, pdf: Pdf, title: str = "", known: Known | None = None) -> None:
        """Put a document behind the others; title: of its bookmark, its own heading if empty.

        known: what the book has already, or will have, by its number in `pdf`.
        """
        place = len(self.chapters) + 1
        self.chapters.append(self._chapter(pdf, title, place, known or {}))

    def prepend(self, pdf: Pdf) -> None:
        """Put a document in front of all others, once."""
        self.chapters.insert(0, self._chapter(pdf, "", 0, {}))

    def take(self, pdf: Pdf, thing: Any, known: Known, number: int = 0) -> int:
        """Write an object of `pdf` with all that it leads to; return its number in the book.

        number: which it gets, a fresh one if 0. known: what is there already; what is written now
        is added.
        """
        first = thing.objgen[0]
        if first not in known:
            known[first] = number or self._writer.number()
            self._follow(pdf, [first], known)
        return known[first]

    def close(self, head: Pdf) -> End:
        """Write what holds the chapters together; title and language are those of `head`."""
        held, put = self.chapters, self._put
        # The keys of this tree rise in the order of writing: what was put in front came last.
        risen = sorted(held, key=lambda one: one.following)
        elements = _list(one.element for one in held)
        put(Frame.PAGES, Type="/Pages", Count=self.pages, Kids=_list(one.pages for one in held))
        put(
            Frame.TREE,
            Type="/StructTreeRoot",
            K=_list([Frame.DOCUMENT]),
            ParentTree=_ref(Frame.PARENTS),
            ParentTreeNextKey=self._following,
        )
        put(Frame.DOCUMENT, Type="/StructElem", S="/Document", P=_ref(Frame.TREE), K=elements)
        put(Frame.PARENTS, Kids=_list(one.parents for one in risen))
        put(Frame.PLACES, Kids=_list(one.places for one in held if one.places))
        self._put_marks()
        known: Known = {}
        self._put_root(head, known)
        return self._writer.close(Frame.ROOT, self.take(head, head.trailer.Info, known))

    def finish(self, before: End) -> End:
        """End what was changed in a book whose chapters stay as they were."""
        return self._writer.close(before.root, before.info)

    @property
    def _following(self) -> int:
        return max((chapter.following for chapter in self.chapters), default=0)

    def _put(self, number: int, text: str = "", **entries: object) -> None:
        """Write a dictionary of entries that are numbers or PDF; text: further ones."""
        told = " ".join(f"/{key} {value}" for key, value in entries.items())
        self._writer.put(number, f"<<{told} {text}>>".encode("latin-1"))

    def _put_marks(self) -> None:
        marks = [chapter.mark for chapter in self.chapters]
        for n, chapter in enumerate(self.chapters):
            links = {"Parent": _ref(Frame.MARKS)}
            links |= {"Prev": _ref(marks[n - 1])} if n else {}
            links |= {"Next": _ref(marks[n + 1])} if n + 1 < len(marks) else {}
            self._put(chapter.mark, chapter.mark_text, **links)
        ends = {"First": _ref(marks[0]), "Last": _ref(marks[-1])}
        self._put(Frame.MARKS, Type="/Outlines", Count=len(marks), **ends)

    def _put_root(self, head: Pdf, known: Known) -> None:
        entries: dict[str, str] = {
            key[1:]: self._told(head, head.Root[key].unparse(), known).decode("latin-1")
            for key in OF_THE_FILE
            if key in head.Root
        }
        layers = [number for chapter in self.chapters for number in chapter.layers]
        hidden = [number for chapter in self.chapters for number in chapter.hidden]
        if layers:
            shown = f"<</Name (Layers) /OFF {_list(hidden)}>>"
            entries["OCProperties"] = f"<</OCGs {_list(layers)} /D {shown}>>"
        self._put(
            Frame.ROOT,
            Type="/Catalog",
            Pages=_ref(Frame.PAGES),
            StructTreeRoot=_ref(Frame.TREE),
            Outlines=_ref(Frame.MARKS),
            Names=f"<</Dests {_ref(Frame.PLACES)}>>",
            **entries,
        )

    def _chapter(self, pdf: Pdf, title: str, place: int, known: Known) -> Chapter:
        base = self._following
        pages = chapters.pages_below(pdf, chapters.stand_in(pdf, known, Frame.PAGES))
        element = chapters.part_below(pdf, chapters.stand_in(pdf, known, Frame.DOCUMENT))
        parents, following = chapters.raised(pdf, base)
        places = chapters.places_named(pdf, f"{place:06}.")
        mark = chapters.mark_of(pdf, title)
        layers, hidden = chapters.layers_of(pdf)
        known[mark.objgen[0]] = number = self._writer.number()
        text = self._told(pdf, mark.unparse(resolved=True), known)[2:-2]
        return Chapter(
            pages=self.take(pdf, pages, known),
            leaves=len(pdf.pages),
            element=self.take(pdf, element, known),
            parents=self.take(pdf, parents, known),
            places=self.take(pdf, places, known) if places is not None else 0,
            mark=number,
            mark_text=text.decode("latin-1"),
            layers=[self.take(pdf, one, known) for one in layers],
            hidden=[self.take(pdf, one, known) for one in hidden],
            following=following,
        )

    def _follow(self, pdf: Pdf, waiting: list[int], known: Known) -> None:
        """Write the objects of `pdf` that wait, and all that they lead to."""
        while waiting:
            old = waiting.pop()
            thing = pdf.get_object((old, 0))
            if isinstance(thing, Stream):
                text = self._renumbered(thing.stream_dict.unparse(), known, waiting)
                self._writer.put_stream(known[old], text, thing.read_raw_bytes())
            else:
                text = self._renumbered(thing.unparse(resolved=True), known, waiting)
                self._writer.put(known[old], text)

    def _told(self, pdf: Pdf, text: bytes, known: Known) -> bytes:
        """Return the text of an object as it is in the book; what it leads to is written."""
        waiting: list[int] = []
        text = self._renumbered(text, known, waiting)
        self._follow(pdf, waiting, known)
        return text

    def _renumbered(self, text: bytes, known: Known, waiting: list[int]) -> bytes:
        """Return the text of an object with the numbers of the book; new ones are added."""

        def one(found: re.Match[bytes]) -> bytes:
            if found[1] is None:
                return found[0]
            old = int(found[1])
            if old not in known:
                known[old] = self._writer.number()
                waiting.append(old)
            return b"%d 0 R" % known[old]

        return REFERENCE.sub(one, text)


def _ref(number: int) -> str:
    return f"{number:d} 0 R"


def _list(numbers: Iterable[int]) -> str:
    return f"[{' '.join(map(_ref, numbers))}]"
