"""What WeasyPrint leaves out of the structure of a tagged PDF, added before it is written.

Its objects are plain lists and dicts of Python until then; references are bytes like `12 0 R`.
"""

from collections.abc import Callable
from io import BytesIO
from typing import Any

from pikepdf import ObjectStreamMode, Pdf
from pydyf import PDF, Array, Dictionary

PRINT = 4
# A span that says nothing but which text it holds, and what may hold text by itself.
BARE = {"K", "P", "Pg", "S", "Type"}
HOLDERS = {"/Span", "/P", "/H1", "/H2", "/H3", "/TD", "/TH", "/LBody", "/Link"}
Elements = dict[bytes, Any]


def mend(pdf: PDF) -> None:
    """Give table headers their scopes, let links be printed, and join the lines of paragraphs.

    Rules of PDF/UA-1 (ISO 14289-1): 7.5 table headers, 7.18.5 links.
    """
    elements: Elements = {}
    for one in pdf.objects:
        kind = one.get("Type") if isinstance(one, Dictionary) else None
        if kind == "/StructElem":
            elements[one.reference] = one
        elif kind == "/Annot":
            one["F"] = PRINT
    for element in elements.values():
        if element["S"] == "/TH":
            group = elements[elements[element["P"]]["P"]]
            element["A"]["Scope"] = "/Column" if group["S"] == "/THead" else "/Row"
    _rename_holders(pdf, _join_spans(elements))


def _join_spans(elements: Elements) -> dict[bytes, bytes]:
    """Let paragraphs hold their lines themselves, without an element for each line.

    Half of all elements are such spans; a binder of hundreds of documents cannot do with them.
    Returns who holds the text of each span now.
    """
    holders: dict[bytes, bytes] = {}
    for reference, element in reversed(elements.items()):  # the inner ones first
        if element["S"] not in HOLDERS:
            continue
        joined = Array()
        for kid in element["K"]:
            span = elements.get(kid)
            if span is not None and _is_bare(span):
                span.free = "f"
                holders[kid] = reference
                joined += [_content(number, span, element) for number in span["K"]]
            else:
                joined.append(kid)
        element["K"] = joined
    return holders


def _is_bare(span: Any) -> bool:
    return (
        span["S"] == "/Span"
        and set(span) <= BARE
        and all(isinstance(number, int) for number in span["K"])
    )


def _content(number: int, span: Any, element: Any) -> Any:
    """Return how an element names a piece of text, on its own page or on another."""
    if span["Pg"] == element["Pg"]:
        return number
    return Dictionary({"Type": "/MCR", "Pg": span["Pg"], "MCID": number})


def _rename_holders(pdf: PDF, holders: dict[bytes, bytes]) -> None:
    """Say in the way back from the pages who holds each piece of text now."""
    by_number = {one.reference: one for one in pdf.objects}
    root = by_number[pdf.catalog["StructTreeRoot"]]
    for held in by_number[root["ParentTree"]]["Nums"][1::2]:
        if isinstance(held, Array):
            held[:] = [_last_holder(one, holders) for one in held]


def _last_holder(element: bytes, holders: dict[bytes, bytes]) -> bytes:
    while element in holders:
        element = holders[element]
    return element


def pack(pdf_bytes: bytes, further: Callable[[Pdf], None]) -> bytes:
    """Return the PDF compressed. further: what else is done to it before.

    The same bytes in give the same bytes out.
    """
    with Pdf.open(BytesIO(pdf_bytes)) as pdf:
        further(pdf)
        target = BytesIO()
        pdf.save(target, deterministic_id=True, object_stream_mode=ObjectStreamMode.generate)
        return target.getvalue()
