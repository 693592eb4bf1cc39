"""The form on paper: ordered with the call, made by the worker, linked when it is there."""

import re
from datetime import date
from io import BytesIO

from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select

from portal import jobs
from portal.calls.blank_form import form_of
from portal.core.db import db
from portal.core.i18n import in_language
from portal.demo.sample import open_call
from portal.documents.models import Document
from portal.entrance import kept
from tests.strict import StrictClient, text_of

from .conftest import SLUG


def test_each_language_of_a_call_is_ordered_once(calls: Flask) -> None:
    with calls.app_context():
        rows = db.session.execute(select(Document.number, Document.language))
        assert sorted((number, language) for number, language in rows) == [
            ("HP-2027", "de"), ("HP-2027", "en"),
            ("IP-2027", "ar"), ("IP-2027", "de"), ("IP-2027", "en"),
        ]  # fmt: skip


def test_the_form_can_be_fetched_when_it_is_made(calls: Flask, browser: StrictClient) -> None:
    assert "Leerer Fragebogen" not in text_of(browser.get(f"/{SLUG}/questions"))
    assert browser.get(f"/{SLUG}/questions.pdf").status_code == 404
    with calls.app_context():
        jobs.run_due()
    kept.pages.forget()
    html = text_of(browser.get(f"/{SLUG}/questions"))
    assert re.search(r"Leerer Fragebogen \(PDF, \d+\sKB\)", html)
    answer = browser.get(f"/{SLUG}/questions.pdf")
    assert answer.mimetype == "application/pdf"
    pages = PdfReader(BytesIO(answer.data)).pages
    assert len(pages) > 3
    assert "Integrationspreis 2027" in pages[0].extract_text()


def test_the_paper_asks_everything_that_the_pages_ask(calls: Flask) -> None:
    with calls.app_context(), in_language("de"):
        call = open_call(SLUG, date(2027, 8, 24))
        form = form_of(call, "https://preis.example.org")
    asked = [question.label for section in form.sections for question in section.questions]
    assert asked == [question.label["de"] for question in call.questions.values()]
    assert form.online_url == f"https://preis.example.org/{SLUG}"
    nominator = form.sections[1].questions[1]
    assert nominator.only_if.startswith("Kommt nur, wenn")
    assert [option.label for option in form.sections[0].questions[0].options] == ["Ja", "Nein"]
