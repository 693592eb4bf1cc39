"""What WeasyPrint leaves out of the structure of a tagged PDF, added afterwards."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

from pikepdf import Array, Dictionary, Name, ObjectStreamMode, Pdf, String

PRINT = 4


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
