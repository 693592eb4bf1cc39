"""The page of the ranking: for its readers, with what they may see, to look at, to take along."""

import csv
import io
import re

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import select

from portal.applications.jury.judging import Tie
from portal.applications.workflow import Move
from portal.audit.models import AuditEntry
from portal.core.clock import now
from portal.core.db import db, transaction
from portal.scoring.sheet import sending
from tests.jury_house import CRITERIA, JuryHouse, a_jury_house, score
from tests.people import BY
from tests.strict import StrictClient

VOTERS = ("chair", "paula", "ifeoma")
ROWS = re.compile(r'<td class="p-num"><b>(\d+)</b>.*?(Titelmarke\d)', re.DOTALL)


@pytest.fixture
def scored(house: JuryHouse) -> JuryHouse:
    for name in (*VOTERS, "secretary"):
        house.free(name)
    for n, points in enumerate(((1, 2, 3), (5, 4, 5), (3, 3, 2))):
        for name, value in zip(VOTERS, points, strict=True):
            score(house, name, n, value)
    return house


def office_page(house: JuryHouse) -> str:
    return f"/{house.call.slug}/office/jury/ranking"


def close(house: JuryHouse) -> None:
    with transaction():
        for application in house.applications:
            application.make_move(Move.CLOSE_SCORING, by=BY, at=now())


def ranks(browser: StrictClient, page: str) -> list[tuple[str, str]]:
    return ROWS.findall(browser.get(page).text.partition("<tbody>")[2].partition("</tbody>")[0])


def test_office_and_chair_see_places_figures_and_what_hangs_on_whom(scored: JuryHouse) -> None:
    for name, page in (("office", office_page(scored)), ("reader", office_page(scored)),
                       ("chair", f"{scored.path}/ranking"),
                       ("secretary", f"{scored.path}/ranking")):  # fmt: skip
        browser = scored.browser(name)
        text = browser.get(page).text

        assert ranks(browser, page) == [
            ("1", "Titelmarke1"), ("2", "Titelmarke2"), ("3", "Titelmarke0")
        ]  # fmt: skip
        assert "4,67" in text
        assert "ohne Paula Muster" in text
        assert "Die Jury entscheidet" in text


@pytest.mark.parametrize("name", ["paula", "ifeoma", "deputy"])
def test_members_do_not_see_it_unless_the_call_says_so(scored: JuryHouse, name: str) -> None:
    close(scored)

    assert scored.browser(name).get(f"{scored.path}/ranking").status_code == 404
    assert scored.browser(name).get(f"{scored.path}/ranking/table.csv").status_code == 404
    assert "/jury/ranking" not in scored.browser(name).get(scored.path).text


def test_members_see_it_when_scoring_is_closed(app: Flask) -> None:
    house = a_jury_house(app, 2, {"ranking_for_members": True})
    house.free("paula")
    score(house, "paula", 1)
    browser = house.browser("paula")
    before = browser.get(f"{house.path}/ranking")
    table = browser.get(f"{house.path}/ranking/table.xlsx")
    close(house)

    assert (before.status_code, table.status_code) == (200, 409)
    assert "Titelmarke" not in before.text
    assert ranks(browser, f"{house.path}/ranking") == [("1", "Titelmarke1")]
    assert "Wie die Jury-Mitglieder werten" not in browser.get(f"{house.path}/ranking").text


@pytest.mark.parametrize("query", ["", "?q=Titelmarke1", "?q=Namensmarke1", "?w.wirkung=1"])
def test_an_excluded_chair_meets_the_application_nowhere(scored: JuryHouse, query: str) -> None:
    scored.answer("chair", 1, Tie.RELATIVE)
    browser = scored.browser("chair")
    page = f"{scored.path}/ranking"

    told = browser.get(page + query).text
    csv_text = browser.get(f"{page}/table.csv{query}").text
    book = load_workbook(io.BytesIO(browser.get(f"{page}/table.xlsx{query}").data))
    cells = " ".join(str(c.value) for sheet in book for row in sheet.iter_rows() for c in row)

    marks = ("Titelmarke1 ", "Namensmarke1 ", str(scored.applications[1].id),
             str(scored.applications[1].reference))  # fmt: skip
    assert [mark for mark in marks for text in (told, csv_text, cells) if mark in text] == []
    if not query:
        assert ranks(browser, page) == [("1", "Titelmarke2"), ("2", "Titelmarke0")]
        assert "Titelmarke2" in csv_text


def test_a_blind_jury_reads_no_names(app: Flask) -> None:
    house = a_jury_house(app, 2, {"blind": True})
    house.free("chair")
    score(house, "chair", 0)
    text = house.browser("chair").get(f"{house.path}/ranking").text

    assert "Titelmarke0" in text
    assert "Namensmarke" not in text
    assert "Namensmarke" not in house.browser("chair").get(f"{house.path}/ranking/table.csv").text


def test_search_and_filter_keep_the_places(scored: JuryHouse) -> None:
    browser = scored.browser("office")
    found = ranks(browser, office_page(scored) + "?q=titelmarke0")
    nothing = browser.get(office_page(scored) + "?q=nirgends").text

    assert found == [("3", "Titelmarke0")]
    assert "Nichts passt" in nothing


def test_other_weights_add_a_way_and_leave_the_ranking(scored: JuryHouse) -> None:
    browser = scored.browser("office")
    weights = "&".join(f"w.{key}={n}" for n, key in enumerate(CRITERIA))
    text = browser.get(f"{office_page(scored)}?{weights}").text

    assert "Ihre Gewichte" in text
    assert ranks(browser, f"{office_page(scored)}?{weights}")[0] == ("1", "Titelmarke1")


@pytest.mark.parametrize("typed", ["-1", "101", "1,5", "a", "", "²", "9" * 30])
def test_weights_that_are_none_are_told(scored: JuryHouse, typed: str) -> None:
    query = {f"w.{key}": typed for key in CRITERIA}
    answer = scored.browser("office").get(office_page(scored), query_string=query)

    assert answer.status_code == 422
    assert "ganze Zahlen von 0 bis 100" in answer.text


def test_before_anything_is_scored_the_page_says_so(house: JuryHouse) -> None:
    text = house.browser("office").get(office_page(house)).text

    assert "Noch ist nichts bewertet" in text
    assert "table.xlsx" not in text


def test_the_table_is_safe_and_stands_in_the_log(app: Flask) -> None:
    house = a_jury_house(app, 1)
    house.free("chair")
    score(house, "chair", 0, 4)
    with transaction():
        version = house.applications[0].versions[-1]
        key = house.juror("chair").definition.title_key
        version.answers = {**version.answers, key: "=1+1"}
    browser = house.browser("office")

    rows = list(
        csv.reader(
            io.StringIO(browser.get(f"{office_page(house)}/table.csv").data.decode("utf-8-sig")),
            delimiter=";",
        )
    )
    book = load_workbook(io.BytesIO(browser.get(f"{office_page(house)}/table.xlsx").data))

    assert rows[1][:3] == ["1", str(house.applications[0].reference), "'=1+1"]
    assert rows[1][4] == "4,00"
    cell = book.worksheets[0].cell(5, 3)
    assert (cell.value, cell.data_type) == ("=1+1", "s")
    last = db.session.scalars(select(AuditEntry).order_by(AuditEntry.n.desc())).first()
    assert last is not None
    assert (last.what, last.actor_key) == ("ranking_export", house.user("office").key)


@pytest.mark.parametrize("jury", [{"mode": "points"}, {"mode": "yes_no"}, {"mode": "ranking"}])
def test_every_mode_has_a_page(app: Flask, jury: dict[str, str]) -> None:
    from portal.scoring.sheet import sending, sheets
    from portal.scoring.sheet.sheets import Window

    house = a_jury_house(app, 2, jury)
    field = {"points": "points", "yes_no": "vote", "ranking": "rank"}[jury["mode"]]
    for name in ("paula", "ifeoma"):
        house.free(name)
        for n in range(2):
            with transaction():
                sheets.save(house.juror(name), house.applications[n], {f"score.{field}": n + 1},
                            window=Window())  # fmt: skip
                sending.send(house.juror(name), house.applications[n])

    best = "Titelmarke0" if jury["mode"] == "ranking" else "Titelmarke1"
    assert ranks(house.browser("office"), office_page(house))[0] == ("1", best)


def test_a_place_is_firm_only_so_far_while_sheets_are_missing(scored: JuryHouse) -> None:
    browser, page = scored.browser("office"), office_page(scored)
    complete = browser.get(page).text
    with transaction():
        sending.take_back(scored.juror("paula"), scored.applications[2])
    missing = browser.get(page).text

    firm = re.compile(r'data-head="Plätze">(bisher fest|fest)<')
    assert set(firm.findall(complete)) == {"fest"}
    assert set(firm.findall(missing)) == {"bisher fest"}
