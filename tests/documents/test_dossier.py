"""Dossiers: enclosed pages in their places, numbers that are right, nothing silently dropped."""

import re
import time
from io import BytesIO
from pathlib import Path
from typing import Any

import pypdf
import pytest
from flask import Flask
from pdfua import validate
from pikepdf import Array, Dictionary, Name, Pdf

from portal.documents.foreign import picture_of, size_of
from portal.documents.renderer import Renderer
from tests.documents.dossiers import content, entry, photo
from tests.documents.pdf_reading import faults, text_of, words_of
from tests.dossier_house import a_pdf, a_photo

pytestmark = pytest.mark.pdf
A4, A3_WIDE = (595.0, 842.0), (1191.0, 842.0)


@pytest.fixture(autouse=True)
def _words(app: Flask) -> None:
    """Words need an app."""


def numbers_of(contents: str) -> dict[str, int]:
    """Return title and page of each line of a table of contents."""
    lines = re.findall(r"^ *(\S.*?\S) {2,}(\d+)$", contents, re.MULTILINE)
    return {title: int(number) for title, number in lines}


def texts(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(BytesIO(pdf)).pages]


def test_the_contents_name_the_pages_where_the_chapters_begin(
    child: Renderer, tmp_path: Path
) -> None:
    long = entry("Beschreibung", "Ein langer Absatz über das Projekt. " * 400, "long")
    papers = {"bericht.pdf": a_pdf([A4] * 5, "Bericht"), "plan.pdf": a_pdf([A3_WIDE], "Plan")}
    pdf = child.render(content(tmp_path, papers, {"photo1": a_photo()}, entries=(long,),
                               photos=(photo(),)), "de")  # fmt: skip
    pages = texts(pdf)
    found = numbers_of(text_of(pdf, tmp_path).split("\f")[0])
    heads = {
        "Auf einen Blick": "In diesem Dossier",
        "Die Bewerbung": "Ein langer Absatz",
        "Ein Foto": "Der Tisch im Juni",
        "Bewertungsbogen": "Für Ihre Notizen.",
        "Notizen": "Was mich überzeugt",
        "Anlage 1: bericht.pdf": "Anlage 1, Seite 1 von 5",
        "Anlage 2: plan.pdf": "Anlage 2, Seite 1 von 1",
    }
    begins = {
        title: next(n for n, page in enumerate(pages, 1) if head in page)
        for title, head in heads.items()
    }
    assert found == begins
    for n, page in enumerate(pages, 1):
        assert f"Seite {n} von {len(pages)}" in page
    assert [page for page in pages if "Anlage 1, Seite" in page][4].count("Seite 5 von 5") == 1
    assert "Bericht5" in pages[found["Anlage 1: bericht.pdf"] + 3]
    outline = pypdf.PdfReader(BytesIO(pdf)).outline
    assert [one.title for one in outline[1]][-2:] == [
        "Anlage 1: bericht.pdf", "Anlage 2: plan.pdf",
    ]  # fmt: skip


def test_a_dossier_keeps_the_rules_of_accessible_pdf(child: Renderer, tmp_path: Path) -> None:
    drawn = Pdf.new()
    drawn.add_blank_page(page_size=A4)
    drawn.pages[0].obj.Contents = drawn.make_stream(b"1 0 0 rg 10 10 200 100 re f")
    target = BytesIO()
    drawn.save(target)
    made = content(tmp_path, {"bild.pdf": target.getvalue()}, {"photo1": a_photo()},
                   photos=(photo(),), missing=("Eine Datei wird noch geprüft.",))  # fmt: skip
    file = tmp_path / "made.pdf"
    file.write_bytes(child.render(made, "de"))
    assert faults(file) == []
    assert [str(finding) for finding in validate(str(file)).findings] == []
    assert child.warnings == []
    with Pdf.open(file) as pdf:
        alts = {str(one.Alt) for one in pdf.objects
                if isinstance(one, Dictionary) and one.get("/S") == Name.Figure}  # fmt: skip
    assert alts == {"Ein Tisch mit Menschen", "Anlage 1, Seite 1 von 1"}


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_turned_pages_stand_as_they_are_read(child: Renderer, tmp_path: Path, turn: int) -> None:
    pdf = child.render(content(tmp_path, {"x.pdf": a_pdf([A4], "Gedreht", Rotate=turn)}), "de")
    page = pypdf.PdfReader(BytesIO(pdf)).pages[-1]
    lies = turn in (90, 270)
    assert (page.mediabox.width > page.mediabox.height) is lies
    [word] = [w for w in words_of(pdf, tmp_path) if w.text == "Gedreht1"]
    across, down = word.right - word.left, word.bottom - word.top
    assert (across > down) is not lies
    upper_left = word.left < page.mediabox.width / 2, word.top < page.mediabox.height / 2
    assert upper_left == {0: (True, True), 90: (False, True), 180: (False, False),
                          270: (True, False)}[turn]  # fmt: skip


def test_large_and_small_pages_fit(child: Renderer, tmp_path: Path) -> None:
    sizes = [A3_WIDE, (842.0, 1191.0), (200.0, 300.0), (14400.0, 200.0)]
    pdf = child.render(content(tmp_path, {"x.pdf": a_pdf(sizes, "W")}), "de")
    pages = pypdf.PdfReader(BytesIO(pdf)).pages[-4:]
    lies = [page.mediabox.width > page.mediabox.height for page in pages]
    assert lies == [True, False, False, True]
    for word in words_of(pdf, tmp_path):
        assert word.left >= 0
        assert word.right <= 842 + 1


def test_two_hundred_pages_are_placed_in_good_time(child: Renderer, tmp_path: Path) -> None:
    start = time.monotonic()
    pdf = child.render(content(tmp_path, {"x.pdf": a_pdf([A4] * 200, "Wort")}), "de")
    assert time.monotonic() - start < child.seconds / 2
    pages = texts(pdf)
    assert [n for n, page in enumerate(pages) if "Anlage 1, Seite" in page] == list(
        range(len(pages) - 200, len(pages))
    )
    assert "Wort200" in pages[-1]
    assert "Anlage 1, Seite 200 von 200" in pages[-1]


def test_what_cannot_be_taken_in_is_named(child: Renderer, tmp_path: Path) -> None:
    broken = Pdf.open(BytesIO(a_pdf([A4] * 3, "Ganz")))
    broken.pages[1].obj.Contents = broken.make_stream(b"nothing")
    broken.pages[1].obj.Contents = Array([Name.Wrong, 7])
    broken.pages[1].obj.MediaBox = Array([0, 0, 0, 0])
    target = BytesIO()
    broken.save(target)
    papers = {"halb.pdf": target.getvalue(), "kaputt.pdf": b"%PDF-1.7 and no more"}
    pages = texts(child.render(content(tmp_path, papers), "de"))
    told = " ".join(pages[1].split())
    assert "Nicht in diesem Dossier" in told
    assert "Anlage 1, halb.pdf: Seite 2 ließ sich nicht übernehmen." in told
    assert "Anlage 2, kaputt.pdf: ließ sich nicht übernehmen." in told
    assert "Anlage 1, Seite 3 von 3" in pages[-1]
    assert not any("Anlage 1, Seite 2 von" in page for page in pages)


def test_pages_that_the_office_keeps_back_are_not_in_it_but_named(
    child: Renderer, tmp_path: Path
) -> None:
    pdf = child.render(content(tmp_path, {"x.pdf": a_pdf([A4] * 3, "Blatt")}, hidden=(2,)), "de")
    text = " ".join(" ".join(texts(pdf)).split())
    assert "Das Büro hält Seite 2 zurück." in text
    assert "Blatt1" in text
    assert "Blatt2" not in text
    assert "Anlage 1, Seite 3 von 3" in text
    with Pdf.open(BytesIO(pdf)) as opened:
        streams = [o.read_bytes() for o in opened.objects
                   if o._type_name == "stream" and o.get("/Subtype") == Name.Form]  # fmt: skip
    assert not any(b"Blatt2" in stream for stream in streams)


def test_an_enclosed_page_begins_in_black_whatever_stands_before_it(
    child: Renderer, tmp_path: Path
) -> None:
    pdf = child.render(content(tmp_path, {"x.pdf": a_pdf([A4], "Schwarz")}), "de")
    with Pdf.open(BytesIO(pdf)) as opened:
        units = [one for one in opened.pages[-1].Resources.XObject.values()
                 if one.get("/Subtype") == Name.Form]  # fmt: skip
        assert len(units) == 1
        assert units[0].read_bytes().startswith(b"0 g 0 G 1 w")


def tagged_page(content_bytes: bytes, **properties: Any) -> Pdf:
    pdf = Pdf.new()
    pdf.add_blank_page(page_size=A4)
    page = pdf.pages[0].obj
    page.Contents = pdf.make_stream(content_bytes)
    page.StructParents = 3
    page.Resources = Dictionary(Properties=Dictionary(properties))
    return pdf


def test_marks_of_other_documents_go_out_and_layers_stay() -> None:
    marked = (
        b"/Artifact BMC 0 0 5 5 re f EMC /P <</MCID 0>> BDC 1 1 5 5 re f /OC /L BDC 2 2 5 5 re f"
        b" EMC EMC /P MP (BDC) pop"
    )
    source = tagged_page(marked)
    form = picture_of(source.pages[0])
    kept = form.read_bytes()
    assert kept.count(b"BDC") == 2  # the layer, and the word in a string
    assert kept.count(b"EMC") == 1
    assert b"MCID" not in kept
    assert b"Artifact" not in kept
    assert kept.count(b" re") == 3
    assert "/StructParents" not in form
    assert size_of(form) == A4


def test_a_hidden_layer_stays_hidden(child: Renderer, tmp_path: Path) -> None:
    source = tagged_page(b"/OC /L BDC 2 2 5 5 re f EMC")
    layer = source.make_indirect(Dictionary(Type=Name.OCG, Name="Geheim"))
    source.pages[0].obj.Resources = Dictionary(Properties=Dictionary(L=layer))
    source.Root.OCProperties = Dictionary(OCGs=Array([layer]), D=Dictionary(OFF=Array([layer])))
    target = BytesIO()
    source.save(target)
    pdf = child.render(content(tmp_path, {"x.pdf": target.getvalue()}), "de")
    with Pdf.open(BytesIO(pdf)) as opened:
        layers = opened.Root.OCProperties
        assert [str(one.Name) for one in layers.D.OFF] == ["Geheim"]
        shown = [o for o in opened.objects
                 if isinstance(o, Dictionary) and o.get("/Type") == Name.OCG]  # fmt: skip
        assert [one.objgen for one in shown] == [layers.D.OFF[0].objgen]


def test_arabic_and_emoji_are_shown(child: Renderer, tmp_path: Path) -> None:
    words = entry("Beschreibung", "نتعلم الألمانية معًا 🎉 und Deutsch", "long")
    made = content(tmp_path, entries=(words,), title="مقهى اللغة", organisation="جمعية الحديقة")
    pdf = child.render(made, "de")
    text = text_of(pdf, tmp_path)
    assert child.warnings == []
    assert "🎉" in text
    assert "und Deutsch" in text
    file = tmp_path / "made.pdf"
    file.write_bytes(pdf)
    assert faults(file) == []


def test_a_large_photo_costs_nothing_but_its_copy(child: Renderer, tmp_path: Path) -> None:
    body = a_photo(6000, 4000)
    start = time.monotonic()
    pdf = child.render(content(tmp_path, None, {"photo1": body}, photos=(photo(),)), "de")
    assert time.monotonic() - start < 10
    with Pdf.open(BytesIO(pdf)) as opened:
        pictures = [o for o in opened.objects
                    if o._type_name == "stream" and o.get("/Subtype") == Name.Image]  # fmt: skip
        assert [one.read_raw_bytes() for one in pictures] == [body]


def test_the_same_dossier_has_the_same_bytes(child: Renderer, tmp_path: Path) -> None:
    made = content(tmp_path, {"x.pdf": a_pdf([A4, A3_WIDE])}, {"photo1": a_photo()},
                   photos=(photo(),))  # fmt: skip
    assert child.render(made, "de") == child.render(made, "de")
