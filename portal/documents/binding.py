"""Binding finished documents into one PDF and one ZIP; render child only.

All files are named by path: nothing but the tables of the PDFs is held in memory.
"""

import shutil
import zipfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pikepdf import ObjectStreamMode, Pdf

from portal.documents.merging import Merger
from portal.documents.stamping import Stamper

# So many dossiers are open at a time; then what is bound is written and read in anew.
AT_ONCE = 100
LIKE_1980 = (1980, 1, 1, 0, 0, 0)


def bind(*, front: str, stamps: str, parts: Sequence[Any], target: str, archive: str = "") -> None:
    """Write the binder `target`: `front`, then each part with its stamp and its page numbers.

    parts: dicts of `path`, `title` (of its bookmark) and `name` (in the ZIP). stamps: the helper
    document for these parts in this order. archive: where to write the ZIP of the stamped parts.
    """
    with ExitStack() as stack:
        stamper = Stamper(stack.enter_context(Pdf.open(stamps)))
        keep = _Archive(archive, stack)
        folder = Path(stack.enter_context(TemporaryDirectory(dir=Path(target).parent)))
        book, numbered = Path(front), list(enumerate(parts))
        for first in range(0, max(len(parts), 1), AT_ONCE):
            last = first + AT_ONCE >= len(parts)
            longer = Path(target) if last else folder / f"book{first}.pdf"
            _append(book, numbered[first : first + AT_ONCE], stamper, keep, longer)
            book = longer


def _append(
    book: Path, parts: Sequence[tuple[int, Any]], stamper: Stamper, keep: "_Archive", target: Path
) -> None:
    """Write `target`: the book with more parts behind its pages, stamped and numbered."""
    with ExitStack() as stack:
        merger = Merger(stack.enter_context(Pdf.open(book)))
        begins = len(merger.pdf.pages)
        for number, part in parts:
            pdf = stack.enter_context(Pdf.open(part["path"]))
            stamper.words(pdf, number)
            keep.add(pdf, part["name"])
            merger.append(pdf, part["title"])
        merger.finish()
        stamper.numbers(merger.pdf, begins)
        _save(merger.pdf, target)


class _Archive:
    """A ZIP of PDFs, or nothing at all where no path is given."""

    def __init__(self, path: str, stack: ExitStack) -> None:
        self._zip: zipfile.ZipFile | None = None
        if path:
            self._zip = stack.enter_context(zipfile.ZipFile(path, "w", zipfile.ZIP_STORED))
            folder = stack.enter_context(TemporaryDirectory(dir=Path(path).parent))
            self._page = Path(folder) / "part.pdf"

    def add(self, pdf: Pdf, name: str) -> None:
        if self._zip is None:
            return
        _save(pdf, self._page)
        entry = zipfile.ZipInfo(name, LIKE_1980)
        with (
            self._page.open("rb") as source,
            self._zip.open(entry, "w", force_zip64=True) as target,
        ):
            shutil.copyfileobj(source, target, 1 << 20)


def _save(pdf: Pdf, target: Path) -> None:
    pdf.save(target, deterministic_id=True, object_stream_mode=ObjectStreamMode.generate)


def pages_of(path: Path) -> int:
    """Return how many pages a PDF has."""
    with Pdf.open(path) as pdf:
        return len(pdf.pages)
