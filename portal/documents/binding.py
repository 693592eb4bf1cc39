"""Binding finished documents into one PDF and one ZIP; render child only.

What many people share is bound once and kept: contents and dossiers with their page numbers, as one
book and singly. For a person the kept bytes are copied, and what is their own is written behind
them: the pages in front and the stamp. All files are named by path.
"""

import json
import shutil
import zipfile
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pikepdf import ObjectStreamMode, Pdf

from portal.documents.merging import Book, Chapter
from portal.documents.stamping import Stamper, leave_room, stamp, stamp_of
from portal.documents.writing import End, end_of

BOOK, FACTS = "book.pdf", "facts.json"
LIKE_1980 = (1980, 1, 1, 0, 0, 0)
BLOCK = 1 << 20


def keep(*, contents: str, stamps: str, parts: Sequence[Any], first: int, target: str) -> None:
    """Bind what many share, into the ZIP `target`, for `bind`.

    contents: a document that stands before the parts; its first page has the number `first`. parts:
    dicts of `path`, `title` (of its bookmark) and `name` (in a ZIP). stamps: the helper document.
    """
    with (
        TemporaryDirectory(dir=Path(target).parent) as folder,
        zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as kept,
        Pdf.open(contents) as head,
        Pdf.open(stamps) as helper,
    ):
        path = Path(folder) / BOOK
        with path.open("wb") as file:
            book = Book(file)
            stamper = Stamper(book, helper, first)
            leave_room(head)
            book.append(head, known=stamper.number(head))
            singles = [_put_in(book, stamper, kept, part) for part in parts]
            facts = {"end": book.close(head), "chapters": book.chapters, "singles": singles}
        with path.open("rb") as source, kept.open(_entry(BOOK), "w", force_zip64=True) as held:
            shutil.copyfileobj(source, held, BLOCK)
        kept.writestr(_entry(FACTS), json.dumps(facts))


def _put_in(book: Book, stamper: Stamper, kept: zipfile.ZipFile, part: Any) -> dict[str, Any]:
    """Put a part behind the others, and keep it singly; return how to go on with the single one."""
    with Pdf.open(part["path"]) as pdf:
        leave_room(pdf)
        single = _kept_singly(kept, pdf, part["name"])
        book.append(pdf, part["title"], stamper.number(pdf))
    return single


def _kept_singly(kept: zipfile.ZipFile, pdf: Pdf, name: str) -> dict[str, Any]:
    """Keep a part with room for a stamp; return its name, how to go on, and the stamp's number."""
    single = BytesIO()
    pdf.save(single, deterministic_id=True, object_stream_mode=ObjectStreamMode.generate)
    kept.writestr(_entry(name), single.getvalue())
    with Pdf.open(single) as saved:
        return {"name": name, "end": end_of(saved, single.getvalue()), "stamp": stamp_of(saved)}


def bind(*, front: str, stamps: str, kept: str, target: str, archive: str) -> None:
    """Write a person's binder `target` and the ZIP `archive` of its parts, from what was kept.

    front: the pages before the contents. stamps: the helper document with the person's words.
    """
    with Pdf.open(front) as own, Pdf.open(stamps) as helper, zipfile.ZipFile(kept) as source:
        facts = json.loads(source.read(FACTS))
        with Path(target).open("wb") as file:
            with source.open(BOOK) as held:
                shutil.copyfileobj(held, file, BLOCK)
            book = Book(file, End(*facts["end"]), [Chapter(*one) for one in facts["chapters"]])
            stamp(book, helper)
            book.prepend(own)
            book.close(own)
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as packed:
            for single in facts["singles"]:
                _pack(source, packed, single, helper)


def _pack(source: zipfile.ZipFile, packed: zipfile.ZipFile, single: Any, helper: Pdf) -> None:
    """Put one part with the stamp into the ZIP."""
    end, file = End(*single["end"]), BytesIO(source.read(single["name"]))
    file.seek(end.length)
    book = Book(file, end)
    stamp(book, helper, single["stamp"])
    book.finish(end)
    packed.writestr(_entry(single["name"]), file.getvalue())


def _entry(name: str) -> zipfile.ZipInfo:
    return zipfile.ZipInfo(name, LIKE_1980)


def pages_of(path: Path) -> int:
    """Return how many pages a PDF has."""
    with Pdf.open(path) as pdf:
        return len(pdf.pages)
