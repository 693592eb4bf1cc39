"""What a PDF holds before it is cleaned: whether we take it, and what will be lost."""

from collections.abc import Iterator
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Stream

from portal.storage.notes import Note
from portal.storage.refusals import Code, Refused
from portal.storage.scrubbing import ACTIONS

# Links are written anew, pop-ups belong to a note that is drawn itself.
NOT_DRAWN = {"/Link", "/Popup"}
CARRYING = {"/FileAttachment", "/RichMedia", "/3D", "/Movie", "/Sound", "/Screen"}
# A harmless action needs no word: it turns the page or goes to an address.
SCRIPTS = ACTIONS - {"/URI", "/Named", "/Thread"}
MOST_FIELDS = 5000


def require_readable(pdf: pikepdf.Pdf, max_pages: int) -> None:
    """Raise `Refused` for no page, too many, a form without pages of its own, a bundle of files."""
    count = len(pdf.pages)
    if count == 0 or (pdf.get_warnings() and not any(_has_content(page) for page in pdf.pages)):
        raise Refused(Code.BROKEN)
    if count > max_pages:
        raise Refused(Code.TOO_MANY_PAGES, pages=count, max_pages=max_pages)
    if "/Collection" in pdf.Root:
        raise Refused(Code.PORTFOLIO)
    form = _dictionary(pdf.Root.get("/AcroForm"))
    # A dynamic XFA form has one page only, which says that another program is needed.
    if "/XFA" in form and (bool(pdf.Root.get("/NeedsRendering")) or not form.get("/Fields")):
        raise Refused(Code.ACTIVE_CONTENT)


def _has_content(page: pikepdf.Page) -> bool:
    """Return whether a page is more than empty paper, which a torn file may be repaired to."""
    return isinstance(page.obj.get("/Contents"), (Array, Stream)) or "/Annots" in page.obj


def needs_flattening(pages: list[Any]) -> bool:
    """Return whether a form or a note has to become part of the page."""
    return any(str(a.get("/Subtype")) not in NOT_DRAWN for a in _annotations(pages))


def notes_of(pdf: pikepdf.Pdf, pages: list[Any], kept_links: int) -> list[str]:
    """Return what cleaning takes out, as values of `Note`."""
    annotations = list(_annotations(pages))
    kinds = [str(annotation.get("/Subtype")) for annotation in annotations]
    names = _dictionary(pdf.Root.get("/Names"))
    fields = list(_fields(pdf))
    found = {
        Note.FORM_FLATTENED: "/Widget" in kinds,
        Note.SIGNATURE_REMOVED: any(_is_signed(field) for field in fields),
        Note.SCRIPTS_REMOVED: _has_scripts(pdf, pages, [*annotations, *fields]),
        Note.ATTACHMENTS_REMOVED: "/EmbeddedFiles" in names or bool(CARRYING & set(kinds)),
        Note.LINKS_REMOVED: kinds.count("/Link") > kept_links,
    }
    return [note.value for note, there in found.items() if there]


def _has_scripts(pdf: pikepdf.Pdf, pages: list[Any], things: list[Any]) -> bool:
    names = _dictionary(pdf.Root.get("/Names"))
    if "/JavaScript" in names or "/AA" in pdf.Root or _acts(pdf.Root.get("/OpenAction")):
        return True
    return any("/AA" in thing or _acts(thing.get("/A")) for thing in [*pages, *things])


def _acts(action: Any) -> bool:
    return str(_dictionary(action).get("/S")) in SCRIPTS


def _is_signed(field: Any) -> bool:
    return str(field.get("/FT")) == "/Sig" and "/V" in field


def _fields(pdf: pikepdf.Pdf) -> Iterator[Any]:
    """Yield the fields of the form, each once, also in a ring."""
    waiting = list(_array(_dictionary(pdf.Root.get("/AcroForm")).get("/Fields")))
    seen: set[tuple[int, int]] = set()
    while waiting and len(seen) < MOST_FIELDS:
        field = waiting.pop()
        if not isinstance(field, Dictionary) or (field.is_indirect and field.objgen in seen):
            continue
        seen.add(field.objgen if field.is_indirect else (-len(seen), 0))
        yield field
        waiting += list(_array(field.get("/Kids")))


def _annotations(pages: list[Any]) -> Iterator[Any]:
    for page in pages:
        for annotation in _array(page.get("/Annots")):
            if isinstance(annotation, Dictionary):
                yield annotation


def _dictionary(given: Any) -> Any:
    return given if isinstance(given, Dictionary) else Dictionary()


def _array(given: Any) -> Any:
    return given if isinstance(given, Array) else ()
