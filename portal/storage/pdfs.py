"""PDFs written anew from a short list of harmless keys: text, pictures, tags and ordinary links.

Nothing that acts, asks, plays, sends or carries other files is left; filled forms and notes become
part of the page. What was lost is said in the notes.
"""

from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream, String

from portal.storage.navigation import (
    Bookmark,
    Link,
    Places,
    bookmarks_of,
    links_of,
    write_bookmarks,
    write_link,
)
from portal.storage.pdfpictures import flatten, picture_pages
from portal.storage.refusals import Code, Refused
from portal.storage.scrubbing import scrub
from portal.storage.survey import needs_flattening, notes_of, require_readable

PAGE_KEYS = {
    "/Type",
    "/Parent",
    "/Contents",
    "/Group",
    "/UserUnit",
    "/BleedBox",
    "/TrimBox",
    "/ArtBox",
    "/StructParents",
    "/Tabs",
}
INHERITED = ("/Resources", "/MediaBox", "/CropBox", "/Rotate")
RESOURCES = {
    "/ExtGState",
    "/ColorSpace",
    "/Pattern",
    "/Shading",
    "/XObject",
    "/Font",
    "/ProcSet",
    "/Properties",
}
CATALOG = {"/Type", "/Pages", "/Lang", "/MarkInfo", "/StructTreeRoot", "/OCProperties"}
TRAILER = {"/Root", "/Size", "/ID"}
DEEPEST_TREE = 50
FAULTS = (
    pikepdf.PdfError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    RuntimeError,
    OverflowError,
    RecursionError,
)


@dataclass(frozen=True)
class CleanPdf:
    """Names of the files in the target folder, how many pages, and what was taken out."""

    file: str
    pages: int
    copies: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Journey:
    """All links by page, all bookmarks, and the title: what is carried over as plain values."""

    links: list[list[Link]]
    bookmarks: tuple[Bookmark, ...]
    title: str


def clean_pdf(source: Path, target: Path, *, max_pages: int) -> CleanPdf:
    """Write `clean.pdf` and pictures of its first pages (`page1.jpg` …) to `target`.

    Raises `Refused`: password, broken, too_many_pages, active_content (a form that only one
    program can show), portfolio.
    """
    try:
        with pikepdf.open(source, suppress_warnings=True) as pdf:
            notes, count = _rewrite(pdf, target, max_pages)
    except pikepdf.PasswordError as error:
        raise Refused(Code.PASSWORD) from error
    except FAULTS as error:
        raise Refused(Code.BROKEN) from error
    copies = picture_pages(target / "clean.pdf", target, count)
    return CleanPdf("clean.pdf", count, copies, notes)


def _rewrite(pdf: pikepdf.Pdf, target: Path, max_pages: int) -> tuple[list[str], int]:
    require_readable(pdf, max_pages)
    pages = [page.obj for page in pdf.pages]
    places = Places(pdf, pages)
    links = [links_of(page, places) for page in pages]
    journey = Journey(links, bookmarks_of(pdf, places), _title(pdf))
    notes = notes_of(pdf, pages, sum(map(len, links)))
    if not needs_flattening(pages):
        _finish(pdf, journey, target / "clean.pdf", flat=False)
        return notes, len(pages)
    pdf.save(target / "plain.pdf", encryption=False)
    flatten(target / "plain.pdf", target / "flat.pdf", len(pages))
    with pikepdf.open(target / "flat.pdf", suppress_warnings=True) as flat:
        _finish(flat, journey, target / "clean.pdf", flat=True)
    return notes, len(pages)


def _finish(pdf: pikepdf.Pdf, journey: Journey, target: Path, *, flat: bool) -> None:
    """Cut the document down to what is allowed, put links and bookmarks in, and write it."""
    pages = [page.obj for page in pdf.pages]
    if len(pages) != len(journey.links):
        raise Refused(Code.BROKEN)
    for page in pages:
        _cut_page(page)
    _cut_catalog(pdf, pages)
    scrub(pdf)
    for page, links in zip(pages, journey.links, strict=True):
        _put_links(pdf, page, links, pages, flat=flat)
    write_bookmarks(pdf, journey.bookmarks, pages)
    _put_title(pdf, journey.title)
    pdf.save(
        target,
        encryption=False,
        deterministic_id=True,
        object_stream_mode=pikepdf.ObjectStreamMode.generate,
    )


def _cut_page(page: Any) -> None:
    inherited = {key: _inherited(page, key) for key in INHERITED}
    for key in set(page.keys()) - PAGE_KEYS:
        del page[key]
    for key, value in inherited.items():
        if value is not None:
            page[key] = value
    if not isinstance(page.get("/Contents"), (Stream, Array)) and "/Contents" in page:
        del page["/Contents"]
    resources = page.get("/Resources")
    if isinstance(resources, Dictionary):
        for key in set(resources.keys()) - RESOURCES:
            del resources[key]


def _inherited(page: Any, key: str) -> Any:
    """Return a value that a page has from one of those above it; a ring ends the search."""
    for _step in range(DEEPEST_TREE):
        if not isinstance(page, Dictionary):
            break
        if key in page:
            return page[key]
        page = page.get("/Parent")
    return None


def _cut_catalog(pdf: pikepdf.Pdf, pages: list[Any]) -> None:
    """Leave a flat tree of pages, language, tags and layers."""
    root = pdf.Root
    for key in set(root.keys()) - CATALOG:
        del root[key]
    tree = pdf.make_indirect(Dictionary(Type=Name.Pages, Kids=Array(pages), Count=len(pages)))
    for page in pages:
        page.Parent = tree
    root.Pages = tree
    for key in set(pdf.trailer.keys()) - TRAILER:
        del pdf.trailer[key]


def _put_links(
    pdf: pikepdf.Pdf, page: Any, links: list[Link], pages: list[Any], *, flat: bool
) -> None:
    """Put the links on their page; where no copy was made, in the objects that tags name."""
    written = []
    for link in links:
        reused = not flat and link.annotation.is_indirect
        annotation = link.annotation if reused else pdf.make_indirect(Dictionary())
        write_link(link, annotation, pages)
        written.append(annotation)
    if written:
        page.Annots = Array(written)


def _title(pdf: pikepdf.Pdf) -> str:
    with suppress(*FAULTS):
        title = pdf.docinfo.get("/Title")
        return " ".join(str(title).split())[:300] if isinstance(title, String) else ""
    return ""


def _put_title(pdf: pikepdf.Pdf, title: str) -> None:
    if title:
        pdf.docinfo["/Title"] = title
        pdf.Root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
