"""What WeasyPrint leaves out of the structure of a tagged PDF, added afterwards."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

from pikepdf import Array, Dictionary, Name, ObjectStreamMode, Pdf, String

PRINT = 4
# A span that says nothing but which text it holds, and what may hold text by itself.
BARE = {"/K", "/P", "/Pg", "/S", "/Type"}
DEEPEST = 3
HOLDERS = {"/P", "/H1", "/H2", "/H3", "/TD", "/TH", "/LBody", "/Link"}


def fix_structure(pdf_bytes: bytes, further: Callable[[Pdf], None] | None = None) -> bytes:
    """Return the PDF with scopes of table headers, printable links with words, tab order.

    further: what else is done to it before it is written.

    Rules of PDF/UA-1 (ISO 14289-1): 7.5 table headers, 7.18.3 tab order, 7.18.5 links. The same
    bytes in give the same bytes out.
    """
    with Pdf.open(BytesIO(pdf_bytes)) as pdf:
        _give_scopes(pdf)
        for page in pdf.pages:
            page.obj.Tabs = Name.S
            for annotation in page.obj.get("/Annots", Array()):
                _make_printable(annotation)
        if further:
            further(pdf)
        target = BytesIO()
        pdf.save(target, deterministic_id=True, object_stream_mode=ObjectStreamMode.generate)
        return target.getvalue()


def _give_scopes(pdf: Pdf) -> None:
    """Headers in a table's head are for columns, all others for rows."""
    for element in pdf.objects:
        if isinstance(element, Dictionary) and element.get("/S") == Name.TH:
            group = element.P.P.get("/S")
            scope = Name.Column if group == Name.THead else Name.Row
            attributes = element.get("/A", Dictionary(O=Name.Table))
            attributes.Scope = scope
            element.A = attributes


def _make_printable(annotation: Any) -> None:
    annotation.F = PRINT
    if annotation.get("/Subtype") == Name.Link and "/Contents" not in annotation:
        action = annotation.get("/A", Dictionary())
        annotation.Contents = String(str(action.get("/URI", "")))


def join_spans(pdf: Pdf) -> None:
    """Let paragraphs hold their lines themselves, without an element for each line.

    Half of all elements are such spans; a binder of hundreds of documents cannot do with them.
    """
    holders: dict[tuple[int, int], Any] = {}
    elements = [one for one in pdf.objects if isinstance(one, Dictionary) and "/S" in one]
    spans = [one for one in elements if Name.Span == one.S]
    for _depth in range(DEEPEST):  # the inner ones first
        for span in spans:
            _take_lines(span, holders)
    for element in elements:
        if str(element.S) in HOLDERS:
            _take_lines(element, holders)
    _rename_holders(pdf, holders)


def _rename_holders(pdf: Pdf, holders: dict[tuple[int, int], Any]) -> None:
    """Say in the way back from the pages who holds each piece of text now."""
    for held in list(pdf.Root.StructTreeRoot.ParentTree.Nums)[1::2]:
        if isinstance(held, Array):
            for n, one in enumerate(held):
                if isinstance(one, Dictionary) and one.objgen in holders:
                    held[n] = _last_holder(one, holders)


def _last_holder(element: Any, holders: dict[tuple[int, int], Any]) -> Any:
    while element.objgen in holders:
        element = holders[element.objgen]
    return element


def _take_lines(element: Any, holders: dict[tuple[int, int], Any]) -> None:
    kids = element.get("/K")
    if not isinstance(kids, Array):
        return
    joined: list[Any] = []
    for kid in kids:
        if _is_bare(kid):
            holders[kid.objgen] = element
            joined += [_content(int(number), kid, element) for number in kid.K]
        else:
            joined.append(kid)
    element.K = Array(joined)


def _is_bare(kid: Any) -> bool:
    if not isinstance(kid, Dictionary) or kid.get("/S") != Name.Span or not set(kid.keys()) <= BARE:
        return False
    return isinstance(kid.get("/K"), Array) and all(isinstance(one, int) for one in kid.K)


def _content(number: int, span: Any, element: Any) -> Any:
    """Return how an element names a piece of text, on its own page or on another."""
    if "/Pg" not in span or ("/Pg" in element and span.Pg.objgen == element.Pg.objgen):
        return number
    return Dictionary(Type=Name.MCR, Pg=span.Pg, MCID=number)
