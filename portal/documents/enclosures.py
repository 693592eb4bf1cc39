"""The pages of enclosed PDFs: looked at before the layout, put into their places after it.

The layout holds pictures of one pixel whose colour is a number; each becomes the page with that
number. So page numbers, contents, bookmarks and tags all come from the one layout.
"""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from io import BytesIO
from pathlib import Path
from typing import Any, Self

import pikepdf
from pikepdf import Dictionary, Name, Pdf
from PIL import Image

from portal.documents.foreign import carry_layers, picture_of, size_of, unit_form

FAULTS = (pikepdf.PdfError, ValueError, TypeError, KeyError, IndexError, AttributeError,
          RuntimeError, OverflowError, OSError, ZeroDivisionError)  # fmt: skip
PT_TO_MM = 25.4 / 72
# The room for a page below its heading, in mm: upright, and lying for pages wider than high.
ROOM = {False: (186.0, 248.0), True: (273.0, 161.0)}
SMALLEST = 1.0  # points


class Enclosures:
    """Enclosed PDFs, open while a document is made.

    given: the context's enclosures (`key`, `hidden` page numbers, `pages` as far as known). files:
    the PDFs by key. `values` replaces the enclosures of the context: each gets `sheets` (n, name of
    the placeholder, width and height in mm, wide), `left_out` (numbers of pages that could not be
    taken in), `total`, and `is_broken` if nothing of it could.
    """

    def __init__(
        self, given: Sequence[Mapping[str, Any]] | None, files: Mapping[str, Path]
    ) -> None:
        self._given, self._files = given, files
        self._open = ExitStack()
        self._forms: list[Any] = []
        self._sources: list[Pdf] = []
        self.values: dict[str, Any] = {}
        self.blobs: dict[str, tuple[bytes, str]] = {}

    def __enter__(self) -> Self:
        """Look at every page that is not hidden."""
        if self._given is not None:
            self.values = {"enclosures": [self._looked_at(one) for one in self._given]}
        return self

    def __exit__(self, *_error: object) -> None:
        """Close the PDFs."""
        self._open.close()

    def _looked_at(self, given: Mapping[str, Any]) -> dict[str, Any]:
        try:
            pdf = self._open.enter_context(Pdf.open(self._files[given["key"]]))
            total = len(pdf.pages)
        except FAULTS:
            total = int(given.get("pages") or 0)
            numbers = [n for n in range(1, total + 1) if n not in given["hidden"]]
            return {**given, "sheets": [], "left_out": numbers, "total": total, "is_broken": True}
        self._sources.append(pdf)
        seen = {n: self._sheet(pdf, n) for n in range(1, total + 1) if n not in given["hidden"]}
        sheets = [sheet for sheet in seen.values() if sheet]
        left_out = [n for n, sheet in seen.items() if sheet is None]
        return {**given, "sheets": sheets, "left_out": left_out, "total": total,
                "is_broken": not sheets and bool(left_out)}  # fmt: skip

    def _sheet(self, pdf: Pdf, n: int) -> dict[str, Any] | None:
        """Return where and how large a page stands, None if it cannot be read."""
        try:
            form = picture_of(pdf.pages[n - 1])
            width, height = size_of(form)
        except FAULTS:
            return None
        if min(width, height) < SMALLEST:
            return None
        name = f"sheet{len(self._forms)}.png"
        self.blobs[name] = (_numbered(len(self._forms)), "image/png")
        self._forms.append(form)
        return {"n": n, "name": name, **_fitted(width, height)}

    def place(self, pdf: Pdf) -> None:
        """Put the pages into the places of their numbers in the document that was laid out."""
        if not self._forms:
            return
        for resources in _shared_pictures(pdf):
            for name, picture in list(resources.items()):
                number = _number_of(picture)
                if number is not None:
                    resources[name] = unit_form(pdf, self._forms[number])
        for source in self._sources:
            carry_layers(pdf, source)


def _fitted(width: float, height: float) -> dict[str, Any]:
    """Return the size in mm at which a page of this size in points fits; none is made larger."""
    wide = width > height
    across, down = ROOM[wide]
    w, h = width * PT_TO_MM, height * PT_TO_MM
    scale = min(across / w, down / h, 1)
    return {"width": round(w * scale, 2), "height": round(h * scale, 2), "wide": wide}


def _numbered(number: int) -> bytes:
    """Return a picture of one pixel with this number as its colour."""
    colour = (number >> 16 & 255, number >> 8 & 255, number & 255)
    target = BytesIO()
    Image.new("RGB", (1, 1), colour).save(target, "PNG")
    return target.getvalue()


def _shared_pictures(pdf: Pdf) -> list[Any]:
    """Return every dictionary of pictures once; all pages of a layout share one."""
    found: dict[tuple[int, int] | int, Any] = {}
    for n, page in enumerate(pdf.pages):
        pictures = page.obj.get("/Resources", Dictionary()).get("/XObject")
        if isinstance(pictures, Dictionary):
            found.setdefault(pictures.objgen if pictures.is_indirect else n, pictures)
    return list(found.values())


def _number_of(picture: Any) -> int | None:
    if picture.get("/Subtype") != Name.Image or picture.get("/Filter") != Name.FlateDecode:
        return None
    if (picture.get("/Width"), picture.get("/Height")) != (1, 1):
        return None
    colour = picture.read_bytes()
    return int.from_bytes(colour[:3]) if len(colour) == 3 else None
