"""Legal pages, reports of barriers, and what programs ask for."""

from datetime import timedelta
from itertools import product
from pathlib import Path

import pytest
from flask import Flask
from pydantic import SecretStr
from sqlalchemy import select

from portal.core.db import db
from portal.entrance.legal import PAGES, legal_text, missing
from portal.feedback.models import BarrierReport
from portal.mail import Letter
from portal.settings import Settings
from tests.strict import StrictClient, check_page, text_of, words_of


@pytest.fixture
def browser(bare_app: Flask) -> StrictClient:
    """Return a browser; no call is there."""
    bare_app.test_client_class = StrictClient
    client = bare_app.test_client()
    assert isinstance(client, StrictClient)
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "de"
    return client


def test_every_legal_page_stands_and_is_strict(browser: StrictClient) -> None:
    for page, language in product(PAGES, ("de", "en", "ar")):
        answer = browser.get(f"/{page}?l={language}")
        assert answer.status_code == 200
        words = words_of(check_page(answer))
        assert "{operator" not in words
        assert "{origin" not in words


def test_the_operator_is_filled_in_and_empty_lines_go(browser: StrictClient) -> None:
    html = text_of(browser.get("/impressum"))
    assert "Stadt Musterstadt" in html
    assert "Rathausplatz 1, 12345 Musterstadt" in html
    assert "Telefon:" not in html


def test_a_translation_says_that_german_binds(browser: StrictClient) -> None:
    assert "German text is binding" in text_of(browser.get("/impressum?l=en"))
    arabic = text_of(browser.get("/impressum?l=ar"))
    assert '<div lang="de" dir="ltr"' in arabic


def test_a_file_of_the_instance_comes_first(browser: StrictClient, settings: Settings) -> None:
    folder = settings.instance / "legal"
    folder.mkdir()
    own = "# Unser Impressum\n\n<script>alert(1)</script> Wir.\n"
    (folder / "imprint.de.md").write_text(own, encoding="utf-8")
    html = text_of(browser.get("/impressum"))
    assert "Unser Impressum" in html
    assert "&lt;script&gt;" in html


def test_in_production_nothing_is_made_up(tmp_path: Path) -> None:
    settings = Settings(
        instance=tmp_path, base_url="https://preis.example.org", scanner="none",
        mail_url=SecretStr("smtps://mail.example.org"),
    )  # fmt: skip
    assert legal_text(settings, "impressum", "de") is None
    assert [path.name for path in missing(settings)] == [f"{name}.de.md" for name in PAGES.values()]
    (tmp_path / "legal").mkdir()
    (tmp_path / "legal" / "imprint.de.md").write_text("# Impressum\n\nWir.", encoding="utf-8")
    found = legal_text(settings, "impressum", "ar")
    assert found is not None
    assert (found.title, found.text, found.language) == ("Impressum", "Wir.", "de")
    assert len(missing(settings)) == len(PAGES) - 1


def _rows(app: Flask) -> tuple[list[BarrierReport], list[Letter]]:
    with app.app_context():
        reports = list(db.session.scalars(select(BarrierReport)))
        return reports, list(db.session.scalars(select(Letter).order_by(Letter.name)))


def test_a_barrier_is_reported_without_a_name(bare_app: Flask, browser: StrictClient) -> None:
    page = "/barriere-melden?page=/preis/questions"
    assert 'value="/preis/questions"' in text_of(browser.get(page))
    given = {"report": "Der Knopf\nfehlt.", "page": "/preis/questions", "email": ""}
    answer = browser.post_form("/barriere-melden", given)
    assert answer.status_code == 303
    thanks = words_of(check_page(browser.get(answer.location)))
    assert "Danke für Ihre Meldung" in thanks
    [report], [letter] = _rows(bare_app)
    assert (report.report, report.page, report.email) == (
        "Der Knopf\nfehlt.", "/preis/questions", "")  # fmt: skip
    assert report.answer_due_at - report.created_at == timedelta(days=14)
    assert report.result_due_at - report.created_at == timedelta(days=42)
    assert (letter.name, letter.to_address) == ("barrier_report", "preis@example.org")
    assert "Der Knopf" in letter.body


def test_who_gives_an_address_gets_a_letter_back(bare_app: Flask, browser: StrictClient) -> None:
    given = {"report": "Zu klein.", "page": "", "email": "ada@example.org"}
    browser.post_form("/barriere-melden?l=en", given)
    _, letters = _rows(bare_app)
    assert [(one.name, one.to_address) for one in letters] == [
        ("barrier_received", "ada@example.org"), ("barrier_report", "preis@example.org"),
    ]  # fmt: skip
    assert letters[1].reply_to == "ada@example.org"


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"report": "  "}, "Beschreiben Sie die Barriere mit ein paar Worten"),
        ({"report": "x" * 4001}, "Kürzen Sie die Meldung auf 4000 Zeichen"),
        ({"report": "x", "email": "ada@"}, "Geben Sie die E-Mail-Adresse so ein: name@example.org"),
        (
            {"report": "x", "email": "a@example.org\r\nBcc: b@example.org"},
            "Geben Sie die E-Mail-Adresse so ein: name@example.org",
        ),
    ],
)
def test_a_report_that_cannot_be_sent_comes_back_with_what_was_typed(
    bare_app: Flask, browser: StrictClient, given: dict[str, str], sentence: str
) -> None:
    answer = browser.post_form("/barriere-melden", given)
    assert answer.status_code == 422
    html = text_of(answer)
    assert html.count(sentence) == 2
    assert "<title>Fehler:" in html
    assert _rows(bare_app) == ([], [])


def test_a_program_that_fills_in_everything_leaves_nothing(
    bare_app: Flask, browser: StrictClient
) -> None:
    given = {"report": "Buy", "website": "https://spam.example"}
    assert browser.post_form("/barriere-melden", given).status_code == 303
    assert _rows(bare_app) == ([], [])


def test_reports_are_braked(bare_app: Flask, browser: StrictClient, settings: Settings) -> None:
    token = browser.token("/barriere-melden")
    codes = [
        browser.post("/barriere-melden", data={"csrf_token": token, "report": "x"}).status_code
        for _ in range(settings.reports_per_hour + 1)
    ]
    assert codes == [303] * settings.reports_per_hour + [429]


def test_a_page_on_another_site_is_not_linked_back(browser: StrictClient) -> None:
    assert 'value=""' in text_of(browser.get("/barriere-melden?page=//evil.example"))
    html = text_of(browser.get("/barriere-melden/danke?page=https://evil.example"))
    assert '<a href="/">Zurück zur Seite</a>' in html
    assert 'href="https://evil' not in html


def test_programs_find_their_files(browser: StrictClient) -> None:
    assert "Disallow: /office" in browser.get("/robots.txt").data.decode()
    security = browser.get("/.well-known/security.txt").data.decode()
    assert "Contact: mailto:preis@example.org" in security
    assert "Expires: " in security
    assert browser.get("/favicon.ico").location.endswith("/icon.svg")
