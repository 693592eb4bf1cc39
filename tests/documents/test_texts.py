"""Texts of all kinds come out of a receipt whole, inside of the page, as text."""

import re
import time
import unicodedata
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from pikepdf import Pdf

from portal.documents.contents import Content
from portal.documents.glyphs import PLAIN, missing_glyphs, own_glyphs
from portal.documents.renderer import Renderer
from tests.documents.pdf_reading import text_of, words_of

pytestmark = pytest.mark.pdf
Maker = Callable[..., Content]
WIDTH, HEIGHT = 595.28, 841.89


def letters(text: str) -> str:
    """Return the letters and digits alone: line breaks and directions do not count."""
    plain = unicodedata.normalize("NFKC", re.sub(r"IP-2027-0005 ·.*Seite \d+ von \d+", "", text))
    return "".join(c for c in plain if unicodedata.category(c)[0] in "LN")


@pytest.mark.parametrize(
    "text",
    [
        "x" * 5000,
        "Donaudampfschifffahrtsgesellschaftskapitän" * 8,
        "\u00a0".join(["Wort"] * 2000),
        "<script>alert(1)</script> {{ 7 * 7 }} </td></table><img src=x>",
        "O'Neill & Şahin, Øre, Đorđe, Čapek, Łódź, Việt, ẞ",
        "Добрий день, Ελληνικά",
        "ሰላም ኣብ ዶርትሙንድ",
        "สวัสดีชาวดอร์ทมุนด์",
    ],
    ids=["word", "compound", "unbreakable", "markup", "latin", "cyrillic", "ethiopic", "thai"],
)
def test_no_text_is_lost(text: str, child: Renderer, receipt_with: Maker, tmp_path: Path) -> None:
    pdf = child.render(receipt_with(text), "de")
    assert letters(text) in letters(text_of(pdf, tmp_path))
    assert child.warnings == []


def test_every_word_stands_inside_of_the_page(
    child: Renderer, receipt_with: Maker, tmp_path: Path
) -> None:
    wide = "W" * 300
    content = receipt_with(
        f"{wide}\n\n{'i' * 5000}",
        title=wide,
        recipient=(wide, wide),
        greeting=wide,
        number="IP-2027-0001",
    )
    for word in words_of(child.render(content, "de"), tmp_path):
        assert word.left >= 0, word
        assert word.right <= WIDTH - 14 * 72 / 25.4, word
        assert word.top >= 0, word
        assert word.bottom <= HEIGHT, word


def test_three_thousand_lines_take_less_than_twenty_seconds_and_a_hundred_pages(
    child: Renderer, receipt_with: Maker, tmp_path: Path
) -> None:
    begun = time.monotonic()
    pdf = child.render(receipt_with("\n".join(f"Zeile{n}" for n in range(3000))), "de")
    assert time.monotonic() - begun < 20
    with Pdf.open(BytesIO(pdf)) as made:
        assert 40 < len(made.pages) < 100
    found = re.findall(r"Zeile(\d+)", text_of(pdf, tmp_path))
    assert [int(number) for number in found] == list(range(3000))


def test_emoji_are_printed(child: Renderer, receipt_with: Maker) -> None:
    child.render(receipt_with("Danke 🎉👩‍👩‍👧‍👦🇺🇦 ❤️"), "de")
    assert child.warnings == []
    assert missing_glyphs("🎉👩‍👩‍👧‍👦🇺🇦 ❤️") == set()


def test_characters_without_a_font_are_marked_and_explained(
    child: Renderer, receipt_with: Maker, tmp_path: Path
) -> None:
    strange = "\U00012000"  # cuneiform: no common font has it
    text = text_of(child.render(receipt_with(f"Anfang {strange * 9} Ende"), "de"), tmp_path)
    assert "Anfang ▯▯▯ Ende" in text
    assert "Einige Schriftzeichen lassen sich" in text
    assert child.warnings == []
    plain = text_of(child.render(receipt_with("Anfang Ende"), "de"), tmp_path)
    assert "Einige Schriftzeichen lassen sich" not in plain


def test_missing_glyphs_are_found_by_the_fonts() -> None:
    assert missing_glyphs("Größe – „Łódź“ مرحبا ሰላም สวัสดี\n\t\u200d\ufe0f") == set()
    assert missing_glyphs("a\U00012000b\U00012001") == {"\U00012000", "\U00012001"}


def test_our_fonts_have_every_plain_character() -> None:
    unseen = {c for c in PLAIN - own_glyphs() if unicodedata.category(c) not in {"Cc", "Cf"}}
    assert unseen == set()


def test_characters_that_no_file_can_hold_are_left_out(
    child: Renderer, receipt_with: Maker, tmp_path: Path
) -> None:
    pdf = child.render(receipt_with("Zeile\x0beins\x00 und \x1bzwei"), "de")
    assert "Zeileeins und zwei" in text_of(pdf, tmp_path)


def test_an_arabic_receipt_runs_to_the_left_and_names_the_german_words(
    child: Renderer, receipt_with: Maker, tmp_path: Path
) -> None:
    pdf = child.render(receipt_with(language="ar"), "ar")
    text = text_of(pdf, tmp_path)
    assert "Ihre Bewerbung ist eingegangen" in text
    assert "وصل" in text
    # The label of the information block stands right of its value.
    words = [word for word in words_of(pdf, tmp_path) if word.page == 0]
    [number] = [w for w in words if w.text == "IP-2027-0005" and w.top < 200]
    [label] = [w for w in words if w.text == "Nummer" and w.top < 200]
    assert label.left > number.right
    with Pdf.open(BytesIO(pdf)) as made:
        assert str(made.Root.Lang) == "ar"
