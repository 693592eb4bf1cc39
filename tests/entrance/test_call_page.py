"""The page of a call: what it answers, in each state and language, and what it costs."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html import unescape
from itertools import product
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from portal.applications.models import Application
from portal.calls import loading
from portal.calls.callfile import parse
from portal.core.db import db, transaction
from portal.demo.shifting import CALLS
from tests.strict import StrictClient, text_of

from .conftest import SLUG

PAGES = ("", "/questions", "/terms", "/privacy")


def read(browser: StrictClient, path: str = f"/{SLUG}", **query: str) -> str:
    """Return the words of a page; the client has read it strictly."""
    answer = browser.get(path, query_string=query)
    assert answer.status_code == 200
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", text_of(answer))).split())


@pytest.mark.parametrize("slug", [SLUG, "heimat-preis-2027"])
def test_every_page_of_a_call_is_strict_in_every_language(browser: StrictClient, slug: str) -> None:
    for page, language in product(PAGES, ("de", "en", "ar")):
        assert len(read(browser, f"/{slug}{page}", l=language)) > 500


def test_the_hero_answers_five_questions(browser: StrictClient) -> None:
    hero = read(browser).split("Wer mitmachen kann")[0]
    for answer in (
        "Integrationspreis 2027",
        "5.000 €",
        "noch 22 Tage",
        "Etwa 45 Minuten",
        "Bewerbung beginnen",
        "23:59 Uhr",
        "Ehrenpreis",
    ):
        assert answer in hero


def test_the_start_is_a_button_with_a_token(browser: StrictClient) -> None:
    html = text_of(browser.get(f"/{SLUG}"))
    assert html.count(f'<form method="post" action="/{SLUG}/start">') == 2
    assert "\ue000" not in html
    first, second = (text_of(browser.get(f"/{SLUG}")) for _ in range(2))
    token = re.compile(r'name="csrf_token" value="([^"]+)"')
    assert token.search(first)[1] != token.search(second)[1]  # type: ignore[index]


def test_a_program_that_fills_in_every_field_begins_nothing(
    calls: Flask, browser: StrictClient
) -> None:
    page = text_of(browser.get(f"/{SLUG}"))
    fields = re.findall(r'<form method="post" action="[^"]+/start">(.*?)</form>', page)
    names = [set(re.findall(r'<input[^>]* name="([^"]+)"', field)) for field in fields]
    assert names == [{"csrf_token", "homepage"}] * 2

    answer = browser.post_form(f"/{SLUG}/start", dict.fromkeys(names[0] - {"csrf_token"}, "x"))

    assert answer.status_code == 422
    with calls.app_context():
        assert db.session.scalar(db.select(db.func.count()).select_from(Application)) == 0


def test_criteria_stand_with_their_weights_and_the_past_as_dots(browser: StrictClient) -> None:
    words = read(browser)
    for weight in ("30 % Wirkung", "20 % Beteiligung auf Augenhöhe", "15 % Innovation"):
        assert weight in words
    html = text_of(browser.get(f"/{SLUG}"))
    assert "2017: 42, 2019: 29, 2021: 25, 2023: 23, 2025: 29." in html
    assert 'd="M5 5H415.01"' in html
    assert 'd="M415 5H4.99"' in text_of(browser.get(f"/{SLUG}?l=ar"))


def test_before_the_opening_nothing_can_be_started(
    browser: StrictClient, move: Callable[..., None]
) -> None:
    move(30, 60)
    html = text_of(browser.get(f"/{SLUG}"))
    assert "Es beginnt am" in html
    assert "Alle Fragen schon jetzt lesen" in html
    assert "/start" not in html
    assert "csrf_token" not in html


def test_in_the_minutes_of_grace_a_draft_can_be_finished(
    browser: StrictClient, move: Callable[..., None]
) -> None:
    move(-100, -0.1)
    words = read(browser)
    assert "Die Frist ist um" in words
    assert "Haben Sie vorher begonnen?" in words
    assert "Bewerbung beginnen" not in words


def test_after_the_closing_the_page_says_what_comes_next(
    browser: StrictClient, move: Callable[..., None]
) -> None:
    move(-100, -1)
    words = read(browser)
    assert "Beendet seit" in words
    assert "Wie es weitergeht:" in words
    assert "Meine Bewerbung ansehen" in words
    assert "Bewerbung beginnen" not in words


def test_the_page_changes_with_the_clock_while_it_is_kept(
    browser: StrictClient, move: Callable[..., None]
) -> None:
    assert "noch 22 Tage" in read(browser)
    move(-100, 5.5)
    assert "noch 5 Stunden" in read(browser)
    move(-100, 0.5)
    assert re.search(r"noch (29|30) Minuten", read(browser))


def test_a_new_version_is_seen_at_once(calls: Flask, browser: StrictClient) -> None:
    text = (CALLS / "heimat-preis-2027.yaml").read_text(encoding="utf-8")
    assert "Wer macht Musterstadt" in read(browser, "/heimat-preis-2027")
    with calls.app_context(), transaction():
        changed = text.replace("Wer macht Musterstadt", "Wer macht unsere Stadt")
        loading.load(parse(changed, "call.yaml"))
    assert "Wer macht unsere Stadt" in read(browser, "/heimat-preis-2027")


def test_another_call_shares_nothing_with_the_first(browser: StrictClient) -> None:
    for page in PAGES:
        html = text_of(browser.get(f"/heimat-preis-2027{page}"))
        assert "Dortmund" not in html.replace("44122 Dortmund", "")
        assert "Integration" not in html
    assert "Heimat-Preis" in html


def test_a_text_without_translation_is_marked_as_german(browser: StrictClient) -> None:
    html = text_of(browser.get(f"/{SLUG}/privacy?l=ar"))
    assert 'lang="ar" dir="rtl"' in html
    assert '<div lang="de" dir="ltr"' in html


def test_a_language_the_call_does_not_speak_is_not_offered(browser: StrictClient) -> None:
    html = text_of(browser.get("/heimat-preis-2027?l=ar"))
    assert '<html lang="de"' in html
    assert "العربية" not in html


def test_an_unknown_call_is_not_found(browser: StrictClient) -> None:
    assert browser.get("/nix-2027").status_code == 404
    assert browser.get("/nix-2027/questions").status_code == 404
    assert browser.get("/nix-2027/deadline.ics").status_code == 404


def test_the_questions_page_tells_everything(browser: StrictClient) -> None:
    words = read(browser, f"/{SLUG}/questions")
    for part in (
        "Umfang: bis 3.000 Zeichen",
        "Kommt nur, wenn Sie bei „Art der Bewerbung“",
        "Bis zu 5 Fotos",
        "Der Rechtsweg",
        "Fassung vom",
        "Soziale Balance",
    ):
        assert part in words or part.lower() in words.lower(), part


def test_public_pages_may_be_kept_briefly_unless_they_hold_a_token(browser: StrictClient) -> None:
    fresh = browser.get(f"/{SLUG}/questions").headers["Cache-Control"]
    assert fresh == "private, max-age=60"
    assert browser.get(f"/{SLUG}").headers["Cache-Control"] == "no-store"


def test_a_kept_page_asks_the_database_for_nothing(calls: Flask, browser: StrictClient) -> None:
    browser.get(f"/{SLUG}")
    with calls.app_context():
        engine = db.engine
    statements: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    browser.get(f"/{SLUG}")
    assert [s for s in statements if s.startswith("SELECT")] == []


def _lines(browser: StrictClient, **query: str) -> list[str]:
    answer = browser.get(f"/{SLUG}/deadline.ics", query_string=query)
    assert answer.mimetype == "text/calendar"
    text: str = answer.data.decode()
    assert text.endswith("\r\n")
    assert "\n" not in text.replace("\r\n", "")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    return text.replace("\r\n ", "").split("\r\n")[:-1]


def test_the_calendar_names_the_closing_in_utc_with_alarms(browser: StrictClient) -> None:
    lines = _lines(browser)
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-1] == "END:VCALENDAR"
    assert lines.count("BEGIN:VEVENT") == lines.count("END:VEVENT") == 1
    assert lines.count("BEGIN:VALARM") == 3
    [start] = [line for line in lines if line.startswith("DTSTART:")]
    moment = datetime.strptime(start, "DTSTART:%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    assert (moment.minute, moment.second) == (59, 59)
    assert "SUMMARY:Bewerbungsschluss: Integrationspreis 2027" in lines


@pytest.mark.parametrize(
    ("opens", "closes", "events"), [(30, 60, 2), (-100, 60, 1), (-100, -0.1, 1), (-100, -1, 1)]
)
def test_before_while_open_in_grace_and_after_the_calendar_names_the_dates(
    browser: StrictClient, move: Callable[..., None], opens: float, closes: float, events: int
) -> None:
    move(opens, closes)
    lines = _lines(browser)
    assert lines.count("BEGIN:VEVENT") == events
    told = [line.removeprefix("SUMMARY:") for line in lines if line.startswith("SUMMARY:")]
    assert told[-1] == "Bewerbungsschluss: Integrationspreis 2027"
    assert told[:-1] == ["Integrationspreis 2027: Start"] * (events - 1)


def test_a_deadline_that_moved_is_on_the_page_and_replaces_the_calendar_entry(
    browser: StrictClient, move: Callable[..., None]
) -> None:
    def entry() -> dict[str, str]:
        pairs = [line.partition(":") for line in _lines(browser)]
        return {name: value for name, _, value in pairs if name in ("UID", "DTSTART")}

    move(-100, 30)
    before, page = entry(), read(browser)
    move(-100, 30 + 24 * 7)

    after = entry()
    assert after["UID"] == before["UID"]
    times = [datetime.strptime(one["DTSTART"], "%Y%m%dT%H%M%SZ") for one in (before, after)]  # noqa: DTZ007
    assert times[1] - times[0] == pytest.approx(timedelta(days=7), abs=timedelta(seconds=30))
    assert "noch 8 Tage" in read(browser)
    assert "noch 8 Tage" not in page


def test_the_calendar_can_hold_all_later_dates(browser: StrictClient) -> None:
    lines = _lines(browser, steps="all")
    assert lines.count("BEGIN:VEVENT") == 5
    assert "SUMMARY:Preisverleihung: Integrationspreis 2027" in lines
    uids = [line for line in lines if line.startswith("UID:")]
    assert len(set(uids)) == 5


def test_an_older_version_of_the_terms_stays_readable(calls: Flask, browser: StrictClient) -> None:
    text = (CALLS / "heimat-preis-2027.yaml").read_text(encoding="utf-8")
    page = "/heimat-preis-2027/terms"
    with calls.app_context(), transaction():
        loading.load(parse(text, "call.yaml"))
        newer = text.replace('version: "2027-07-15"', 'version: "2027-08-01"')
        loading.load(parse(newer.replace("Der Preis\n", "Der neue Preis\n"), "call.yaml"))
    assert "Der neue Preis" in read(browser, page)
    old = read(browser, page, version="2027-07-15")
    assert "Dies ist eine ältere Fassung." in old
    assert "Der neue Preis" not in old
    assert browser.get(page, query_string={"version": "1"}).status_code == 404


def test_the_start_page_lists_open_calls_first(
    browser: StrictClient, move: Callable[..., None]
) -> None:
    move(-100, -1)
    words = read(browser, "/")
    assert words.index("Jetzt offen") < words.index("Heimat-Preis 2027")
    assert words.index("Heimat-Preis 2027") < words.index("Beendet")
    assert words.index("Beendet") < words.index("Integrationspreis 2027")


def test_where_there_is_one_call_the_start_leads_to_it(bare_app: Flask) -> None:
    bare_app.test_client_class = StrictClient
    browser = bare_app.test_client()
    assert "keine Ausschreibung" in text_of(browser.get("/?l=de"))
    with bare_app.app_context(), transaction():
        loading.load_file(CALLS / "heimat-preis-2027.yaml")
    assert browser.get("/").location == "/heimat-preis-2027"
