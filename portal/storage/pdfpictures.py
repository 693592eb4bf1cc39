"""PDFium's part: forms and notes become part of the page, and pages become pictures."""

import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from portal.storage.refusals import Code, Refused

MOST_PICTURES = 20
WIDTH, HEIGHT = 900, 1800
QUALITY = 80
FAILED = pdfium_c.FLATTEN_FAIL
# Pages of a plan can be slow to draw; the rest of the child's time is for the document itself.
CPU_SECONDS = 10.0


def flatten(source: Path, target: Path, pages: int) -> None:
    """Draw fields and annotations into the pages of `source`; write `target`.

    Raises `Refused` if PDFium cannot read all `pages`.
    """
    document = _opened(source, pages)
    try:
        document.init_forms()  # draws fields whose looks are not in the file
        for number in range(pages):
            page = document[number]
            if pdfium_c.FPDFPage_Flatten(page, pdfium_c.FLAT_NORMALDISPLAY) == FAILED:
                raise Refused(Code.BROKEN)
            page.close()
        document.save(target)
    except pdfium.PdfiumError as error:
        raise Refused(Code.BROKEN) from error
    finally:
        document.close()


def picture_pages(source: Path, target: Path, pages: int) -> dict[str, str]:
    """Write `page1.jpg` … for the first pages; return the names. A page that fails is left out.

    Raises `Refused` if PDFium cannot open the document or counts other pages than we do.
    """
    document = _opened(source, pages)
    made: dict[str, str] = {}
    end = time.process_time() + CPU_SECONDS
    for number in range(min(pages, MOST_PICTURES)):
        if time.process_time() > end:
            break
        with suppress(pdfium.PdfiumError, OSError, ValueError, ZeroDivisionError):
            name = f"page{number + 1}"
            _picture(document[number]).save(target / f"{name}.jpg", "JPEG", quality=QUALITY)
            made[name] = f"{name}.jpg"
    document.close()
    return made


def _picture(page: Any) -> Any:
    width, height = page.get_size()
    scale = min(WIDTH / width, HEIGHT / height)
    return page.render(scale=scale, may_draw_forms=False).to_pil().convert("RGB")


def _opened(source: Path, pages: int) -> Any:
    try:
        document = pdfium.PdfDocument(source)
    except pdfium.PdfiumError as error:
        raise Refused(Code.BROKEN) from error
    if len(document) != pages:
        document.close()
        raise Refused(Code.BROKEN)
    return document
