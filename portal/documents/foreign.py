"""Pages of other PDFs made into pictures that can stand on a page of ours; render child only."""

import re
from typing import Any

from pikepdf import (
    Array,
    Dictionary,
    Matrix,
    Name,
    Page,
    Pdf,
    Rectangle,
    Stream,
    parse_content_stream,
    unparse_content_stream,
)

MARKED = re.compile(rb"(?<![\w/])(?:BMC|BDC|MP|DP)(?!\w)")
BEGINNINGS, POINTS, END = ("BMC", "BDC"), ("MP", "DP"), "EMC"
UNIT = (0, 0, 1, 1)
# A page begins with black, solid lines and plain text; a form would go on with ours.
FRESH = b"0 g 0 G 1 w 0 J 0 j 10 M [] 0 d 0 Tc 0 Tw 100 Tz 0 TL 0 Tr 0 Ts"


def picture_of(page: Page) -> Any:
    """Return a page, turned as it is read, as a form without tags, notes and fields.

    Marks of the other document's structure go out, since they would stand inside of ours; layers
    stay. Raises what pikepdf raises where the page cannot be read.
    """
    form = page.as_form_xobject(handle_transformations=True)
    data = form.read_bytes()
    if MARKED.search(data):
        form.write(unparse_content_stream(_unmarked(list(parse_content_stream(form)))))
    _forget_structure(form, set())
    return form


def _unmarked(instructions: list[Any]) -> list[Any]:
    """Return the instructions without marks, but with those of layers and their ends."""
    kept, stack = [], []
    for one in instructions:
        word = str(one.operator)
        if word in BEGINNINGS:
            stack.append(word == "BDC" and one.operands[0] == Name.OC)
            if stack[-1]:
                kept.append(one)
        elif word == END:
            if stack and stack.pop():
                kept.append(one)
        elif word not in POINTS:
            kept.append(one)
    return kept


def _forget_structure(form: Any, seen: set[tuple[int, int]]) -> None:
    """Take the ties to the other document's structure out of a form and all that it shows."""
    for key in ("/StructParents", "/StructParent"):
        if key in form:
            del form[key]
    resources = form.get("/Resources")
    inner = resources.get("/XObject") if isinstance(resources, Dictionary) else None
    for one in inner.values() if isinstance(inner, Dictionary) else ():
        if isinstance(one, Stream) and one.objgen not in seen:
            seen.add(one.objgen)
            _forget_structure(one, seen)


def size_of(form: Any) -> tuple[float, float]:
    """Return width and height of a page's form in points, as it is read."""
    box = _box(form)
    return float(box.width), float(box.height)


def _box(form: Any) -> Rectangle:
    corners = Rectangle(*map(float, form.BBox))
    return _matrix(form).transform(corners)


def _matrix(form: Any) -> Matrix:
    return Matrix(*map(float, form.get("/Matrix", Array([1, 0, 0, 1, 0, 0]))))


def unit_form(pdf: Pdf, form: Any) -> Any:
    """Return a form of `pdf`, one unit wide and high, that shows the form of another document."""
    copy = pdf.copy_foreign(form)
    box, matrix = _box(copy), _matrix(copy)
    scale = Matrix(1 / box.width, 0, 0, 1 / box.height, -box.llx / box.width, -box.lly / box.height)
    copy.Matrix = Array([*(matrix @ scale).shorthand])
    shown = Dictionary(
        Type=Name.XObject,
        Subtype=Name.Form,
        BBox=Array([*UNIT]),
        Resources=Dictionary(XObject=Dictionary(P=copy)),
    )
    return pdf.make_stream(FRESH + b" /P Do", shown)


def carry_layers(pdf: Pdf, source: Pdf) -> None:
    """Let layers that are hidden in `source` stay hidden in `pdf`."""
    given = source.Root.get("/OCProperties")
    if not isinstance(given, Dictionary):
        return
    hidden = given.get("/D", Dictionary()).get("/OFF", Array())
    own = pdf.Root.get("/OCProperties")
    if own is None:
        own = Dictionary(OCGs=Array(), D=Dictionary(Name="Layers", OFF=Array()))
        pdf.Root.OCProperties = own
    for group in given.get("/OCGs", Array()):
        if isinstance(group, Dictionary) and group.is_indirect:
            own.OCGs.append(pdf.copy_foreign(group))
    for group in hidden:
        if isinstance(group, Dictionary) and group.is_indirect:
            own.D.OFF.append(pdf.copy_foreign(group))
