"""The receipt says what a receipt must say, by the rules of accessible PDF and of letters."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from pdfua import validate

from portal.core.i18n import in_language
from portal.demo.sample import applications
from portal.documents.blank_form import blank_form
from portal.documents.contents import Content, Entry, Section
from portal.documents.receipt import receipt
from portal.documents.renderer import Renderer
from tests.documents.contents_of_samples import ARRIVED, form_of_call, receipt_of
from tests.documents.pdf_reading import faults, text_of, words_of

pytestmark = pytest.mark.pdf
Maker = Callable[..., Content]
MM = 72 / 25.4


@pytest.mark.parametrize("language", ["de", "en", "ar"])
def test_receipts_and_forms_keep_the_rules_a_machine_can_check(
    language: str, app: Flask, child: Renderer, tmp_path: Path
) -> None:
    sample = next(s for s in applications() if s.files and s.fictional)
    with in_language(language):
        made = [receipt(receipt_of(sample, language)), blank_form(form_of_call(language))]
    for content in made:
        file = tmp_path / f"{content.template}.pdf"
        file.write_bytes(child.render(content, language))
        assert faults(file) == []
        assert [str(finding) for finding in validate(str(file)).findings] == []


def test_every_example_becomes_a_receipt_with_its_title_and_files(
    app: Flask, child: Renderer, tmp_path: Path
) -> None:
    for sample in applications():
        with in_language("de"):
            said = receipt_of(sample)
            pdf = child.render(receipt(said), "de")
        text = "".join(text_of(pdf, tmp_path).split())
        for file in said.files:
            assert file.sha256 in text
            assert f"{file.size:,}Byte".replace(",", ".") in text
        assert child.warnings == []


def test_the_receipt_tells_number_time_code_answers_and_versions(
    child: Renderer, receipt_with: Maker, tmp_path: Path
) -> None:
    text = text_of(child.render(receipt_with(), "de"), tmp_path)
    words = " ".join(text.split())
    for said in (
        "IP-2027-0005",
        "Prüfcode K7M3-9XQD-24HT",
        "Dienstag, 24. August 2027, um 14:52:08 Uhr (MESZ)",
        "vor dem Bewerbungsschluss am 15. September 2027, 23:59 Uhr",
        "Seite 1 von",
        "Sprachcafé am Gartenzaun",
        "Fingerabdruck dieser",
        "Textfassung",
        "2027-07-01",
        "0231 555-0101",
    ):
        assert said in words


def test_a_late_one_says_so_and_a_later_version_is_called_changed(
    child: Renderer, receipt_with: Maker, tmp_path: Path
) -> None:
    closing = ARRIVED - timedelta(minutes=5)
    content = receipt_with(late=True, closes_at=closing, changeable=False, version_n=2)
    words = " ".join(text_of(child.render(content, "de"), tmp_path).split())
    assert "als verspätet gekennzeichnet" in words
    assert "Ihre geänderte Bewerbung ist eingegangen" in words
    assert "Fassung 2" in words
    assert "können Sie Ihre Bewerbung noch ändern" not in words


def test_the_address_field_and_the_subject_stand_where_din_5008_wants_them(
    child: Renderer, receipt_with: Maker, tmp_path: Path
) -> None:
    content = receipt_with(recipient=("Erste", "Zweite", "Dritte", "44137 Dortmund"))
    words = [w for w in words_of(child.render(content, "de"), tmp_path) if w.page == 0]
    [first] = [w for w in words if w.text == "Erste"]
    [city] = [w for w in words if w.text == "44137"]
    assert first.left == pytest.approx(25 * MM, abs=MM)
    assert first.top >= 62 * MM
    assert city.bottom <= 90 * MM
    subject = min((w for w in words if w.text == "eingegangen"), key=lambda w: w.top)
    assert 97 * MM <= subject.top <= 110 * MM


def test_a_table_shows_its_rows_and_the_sum(app: Flask, child: Renderer, tmp_path: Path) -> None:
    shown = {
        "kind": "table",
        "text": "",
        "entries": [],
        "head": ["Posten", "Betrag"],
        "rows": [["Pavillon", "1.200,00 €"], ["Kaffee", "34,50 €"]],
        "total": ["", "1.234,50 €"],
    }
    with in_language("de"):
        said = receipt_of(applications()[4])
        content = receipt(replace(said, sections=(Section("Kosten", (Entry("Plan", shown),)),)))
    text = text_of(child.render(content, "de"), tmp_path)
    assert re.search(r"Pavillon\s+1\.200,00 €\s+Kaffee\s+34,50 €\s+Summe\s+1\.234,50 €", text)


def test_the_same_receipt_has_the_same_bytes_in_any_child(
    child: Renderer, receipt_with: Maker
) -> None:
    first = child.render(receipt_with(), "de")
    child.render(receipt_with("ሰላም مرحبا 🎉", language="ar"), "ar")
    assert child.render(receipt_with(), "de") == first
    other = Renderer()
    assert other.render(receipt_with(), "de") == first
    other.close()


def test_the_blank_form_has_boxes_lines_and_a_place_to_sign(
    app: Flask, child: Renderer, tmp_path: Path
) -> None:
    with in_language("de"):
        pdf = child.render(blank_form(form_of_call()), "de")
    words = " ".join(text_of(pdf, tmp_path).split())
    for said in (
        "Bewerbungsbogen auf Papier",
        "15. September 2027, 23:59 Uhr",
        "Wirkt das Projekt in Dortmund?",
        "Höchstens 3.000 Zeichen",
        "freiwillig",
        "Ort und Datum",
        "Unterschrift",
    ):
        assert said in words
    assert child.warnings == []
