"""From a template and its values to a tagged PDF; runs in the render child only."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from markupsafe import Markup
from weasyprint import CSS
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError

from portal.documents.assets import AssetFetcher, Blobs
from portal.documents.enclosures import Enclosures
from portal.documents.failures import RenderFailed
from portal.documents.glyphs import missing_glyphs
from portal.documents.page import Page
from portal.documents.structure import mend, pack
from portal.documents.templates import style_source
from portal.documents.words import environment

NOT_SHOWN = "\N{WHITE VERTICAL RECTANGLE}"


@cache
def _fonts() -> FontConfiguration:
    """One for all documents: a fresh one costs time and 0.3 MB each."""
    return FontConfiguration()


@cache
def _style(template: str) -> CSS:
    text = style_source(template)
    fetcher = AssetFetcher({})
    return CSS(string=text, base_url="asset:", url_fetcher=fetcher, font_config=_fonts())


def render(
    template: str,
    context: Mapping[str, Any],
    blobs: Blobs,
    language: str,
    papers: Mapping[str, Path] = MappingProxyType({}),
) -> bytes:
    """Return the PDF/UA-1 document `template` for `context`.

    template: a name in `templates/documents`, without `.html`. context: JSON values; must hold
    `file_title`. blobs: bytes and media type by name, shown by `asset:NAME`. language: code of the
    document. papers: PDFs whose pages take the places of the context's `enclosures`, by their key.
    The same arguments give the same bytes. Raises `RenderFailed` if something from outside is asked
    for.
    """
    with Enclosures(context.get("enclosures"), papers) as enclosures:
        values = {**context, **enclosures.values}
        made = _render(template, values, {**blobs, **enclosures.blobs}, language)
        return pack(made, enclosures.place)


def _render(template: str, context: Mapping[str, Any], blobs: Blobs, language: str) -> bytes:
    page = page_source(template, context, language)
    try:
        made: bytes = Page(page, AssetFetcher(blobs)).write_pdf(
            stylesheets=[_style(template)],
            font_config=_fonts(),
            pdf_variant="pdf/ua-1",
            finisher=lambda _document, pdf: mend(pdf),
            uncompressed_pdf=True,  # it is compressed when it is packed
        )
    except FatalURLFetchingError as error:
        raise RenderFailed(str(error)) from None
    return made


def page_source(template: str, context: Mapping[str, Any], language: str) -> str:
    """Return the HTML of a document; characters that no font has are marked in it."""
    missing = missing_glyphs("".join(_texts(context)))
    env = environment(language)
    page = env.get_template(f"{template}.html").render(
        **context, language=language, incomplete=bool(missing)
    )
    return _mark(page, missing) if missing else page


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from (text for part in value.values() for text in _texts(part))
    elif isinstance(value, (list, tuple)):
        yield from (text for part in value for text in _texts(part))


def _mark(page: str, missing: set[str]) -> str:
    """Put a marked row of rectangles in place of what cannot be shown.

    Only behind `<body>`: the title of the file keeps its characters, a viewer has fonts. Texts of
    people stand in elements only, never in attributes, so that tags may be put in.
    """
    gap = Markup('<span class="gap">{}</span>')
    runs = re.compile("[" + re.escape("".join(sorted(missing))) + "]+")
    head, body = page.split("<body", 1)
    marked = runs.sub(lambda run: gap.format(NOT_SHOWN * min(len(run[0]), 3)), body)
    return f"{head}<body{marked}"
