"""Every refusal says what is wrong with which file and what to do, in each language."""

from typing import Any

import pytest
from flask import Flask

from portal import storage
from portal.core.i18n import in_language
from portal.storage import Code, Note

pytestmark = pytest.mark.one_database  # words without rows
FACTS: dict[str, Any] = {
    "limit": 15 * 1024 * 1024,
    "pages": 1200,
    "max_pages": 500,
    "pixels": 108_000_000,
    "max_pixels": 60_000_000,
    "found": "png",
    "ending": "jpg",
    "allowed": ("jpeg", "png", "webp"),
}


@pytest.mark.parametrize("code", Code)
def test_each_refusal_names_the_file_in_three_languages(app: Flask, code: Code) -> None:
    said = set()
    for language in ("de", "en", "ar"):
        with app.test_request_context(), in_language(language):
            words = storage.sentence(code, "foto <b>.xyz", **FACTS)
        assert "foto <b>.xyz" in words
        assert "%(" not in words
        said.add(words)
    assert len(said) == 3


@pytest.mark.parametrize("code", Code)
def test_a_refusal_needs_no_facts(app: Flask, code: Code) -> None:
    with app.test_request_context(), in_language("de"):
        assert storage.sentence(code.value, "a.pdf").count("a.pdf") == 1


@pytest.mark.parametrize("note", Note)
def test_each_note_names_the_file_in_three_languages(app: Flask, note: Note) -> None:
    said = set()
    for language in ("de", "en", "ar"):
        with app.test_request_context(), in_language(language):
            said.add(storage.note_sentence(note, "plan.pdf"))
    assert len(said) == 3
    assert all("plan.pdf" in words for words in said)


def test_german_says_what_helps(app: Flask) -> None:
    with app.test_request_context(), in_language("de"):
        assert storage.sentence(Code.TOO_LARGE, "chor.jpg", limit=15 * 1024 * 1024).startswith(
            "„chor.jpg“ ist größer als 15 MB. Machen Sie die Datei kleiner"
        )
        assert storage.sentence(Code.TOO_MANY_PAGES, "a.pdf", pages=1200, max_pages=500) == (
            "„a.pdf“ hat 1.200 Seiten. Höchstens 500 Seiten sind möglich. "
            "Wählen Sie eine kürzere Fassung."
        )
        assert storage.sentence(Code.OFFICE, "a.docx", allowed=("pdf",)).endswith(
            "„Exportieren“, dann PDF, und hier das fertige PDF."
        )
        assert storage.sentence(Code.GIF, "a.gif", allowed=("jpeg",)).endswith(
            "Wählen Sie ein Foto als JPG, PNG oder WebP."
        )
