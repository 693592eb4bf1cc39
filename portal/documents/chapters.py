"""A document made ready to become a chapter of a book: its four trees get new tops and keys.

Everything is changed in the open document only. Only for documents that we made ourselves.
"""

from collections.abc import Iterator
from typing import Any

from pikepdf import Array, Dictionary, Name, NameTree, Pdf, String

Known = dict[int, int]  # the number in a book by the number in a document


def stand_in(pdf: Pdf, known: Known, number: int) -> Any:
    """Return what stands in `pdf` for an object that the book has under `number`."""
    made = pdf.make_indirect(Dictionary())
    known[made.objgen[0]] = number
    return made


def pages_below(pdf: Pdf, parent: Any) -> Any:
    """Return the node of all pages, hung below `parent`."""
    node = pdf.Root.Pages
    node.Parent = parent
    return node


def part_below(pdf: Pdf, parent: Any) -> Any:
    """Return the element of the whole document as a part below the element `parent`."""
    tree = pdf.Root.StructTreeRoot
    [element] = list(tree.K) if isinstance(tree.K, Array) else [tree.K]
    element.S, element.P = Name.Part, parent
    return element


def raised(pdf: Pdf, base: int) -> tuple[Any, int]:
    """Return the way back from pages to elements with keys from `base` on, and the next free one.

    Pages and their notes are told their new keys.
    """
    for page in pdf.pages:
        _raise(page.obj, "/StructParents", base)
        for note in page.obj.get("/Annots", Array()):
            _raise(note, "/StructParent", base)
    numbers = list(_numbers(pdf.Root.StructTreeRoot.ParentTree))
    keys = [base + int(key) for key in numbers[::2]]
    pairs = [one for pair in zip(keys, numbers[1::2], strict=True) for one in pair]
    node = Dictionary(Limits=Array([min(keys), max(keys)]), Nums=Array(pairs))
    return pdf.make_indirect(node), max(keys) + 1


def _numbers(tree: Any) -> Iterator[Any]:
    """Yield keys and values of a number tree, in turn."""
    yield from tree.get("/Nums", Array())
    for kid in tree.get("/Kids", Array()):
        yield from _numbers(kid)


def _raise(thing: Any, key: str, base: int) -> None:
    if key in thing:
        thing[key] = int(thing[key]) + base


def places_named(pdf: Pdf, prefix: str) -> Any:
    """Return the targets of links under names that begin with `prefix`; None if there are none.

    The links are told the new names.
    """
    names = pdf.Root.get("/Names", Dictionary()).get("/Dests")
    found = sorted(NameTree(names).items()) if names is not None else []
    if not found:
        return None
    for page in pdf.pages:
        for note in page.obj.get("/Annots", Array()):
            if isinstance(note.get("/Dest"), String):
                note.Dest = String(f"{prefix}{note.Dest}")
    pairs = [one for name, place in found for one in (String(prefix + name), place)]
    limits = Array([pairs[0], pairs[-2]])
    return pdf.make_indirect(Dictionary(Limits=limits, Names=Array(pairs)))


def mark_of(pdf: Pdf, title: str) -> Any:
    """Return a closed bookmark for the document, without its place among others.

    Below it stand those of the document; a single one at the top gives way to it, and its words to
    `title` unless that is empty.
    """
    holder = pdf.Root.get("/Outlines", Dictionary())
    top = list(_below(holder))
    if len(top) == 1:
        [holder] = top
    first = pdf.pages[0].obj
    place = Array([first, Name.XYZ, 0, first.MediaBox[3], 0])
    mark = pdf.make_indirect(Dictionary(Title=String(title) if title else top[0].Title, Dest=place))
    _hang(mark, list(_below(holder)))
    return mark


def _below(parent: Any) -> Iterator[Any]:
    one = parent.get("/First")
    while one is not None:
        yield one
        one = one.get("/Next")


def _hang(parent: Any, items: list[Any]) -> None:
    """Hang bookmarks below a closed one."""
    if not items:
        return
    parent.First, parent.Last, parent.Count = items[0], items[-1], -len(items)
    for item in items:
        item.Parent = parent
        _hang(item, list(_below(item)))


def layers_of(pdf: Pdf) -> tuple[list[Any], list[Any]]:
    """Return the groups of optional content, and those of them that are hidden."""
    given = pdf.Root.get("/OCProperties")
    if not isinstance(given, Dictionary):
        return [], []
    hidden = given.get("/D", Dictionary()).get("/OFF", Array())
    return _groups(given.get("/OCGs", Array())), _groups(hidden)


def _groups(listed: Any) -> list[Any]:
    return [one for one in listed if isinstance(one, Dictionary) and one.is_indirect]
