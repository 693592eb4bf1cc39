"""The workbook goes out and comes in again; every misfit is explained, and nothing leaks."""

import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from openpyxl import load_workbook

from portal.applications.jury.judging import Tie
from portal.core.db import transaction
from portal.scoring.sheet import intake, offline, sheets
from portal.scoring.sheet.intake import NoWorkbook, Row
from portal.scoring.sheet.sheets import Window
from tests.jury_house import CRITERIA, JuryHouse, score

HEAD = offline.HEAD_ROW + 1


@pytest.fixture
def free(house: JuryHouse) -> JuryHouse:
    for name in ("paula", "ifeoma"):
        house.free(name)
    return house


def edited(house: JuryHouse, change: Callable[[Any, dict[str, int]], None]) -> bytes:
    """Return the workbook of paula after `change` got the page and the column of each key."""
    juror = house.juror("paula")
    book = load_workbook(io.BytesIO(offline.workbook(juror)))
    places = {key: n for n, (key, _heading) in enumerate(offline.columns(juror), 1)}
    change(book[offline.SHEET], places)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def take(house: JuryHouse, content: bytes) -> list[Row]:
    with transaction():
        return intake.take(house.juror("paula"), content)


def kept(house: JuryHouse, n: int) -> dict[str, Any]:
    found = sheets.sheet_of(house.juror("paula"), house.applications[n])
    return sheets.values_of(found) if found else {}


def test_an_untouched_workbook_changes_nothing(free: JuryHouse) -> None:
    with transaction():
        given = {"score.wirkung": "2", "comment": "=1+1\nzweite Zeile", "private_note": "leise"}
        sheets.save(free.juror("paula"), free.applications[0], given, window=Window())
    before = kept(free, 0)

    rows = take(free, edited(free, lambda _page, _places: None))

    assert [row.state for row in rows] == ["same"] * 3
    assert kept(free, 0) == before


def test_scores_come_in_as_drafts(free: JuryHouse) -> None:
    def fill(page: Any, places: dict[str, int]) -> None:
        for n in range(3):
            for step, key in enumerate(CRITERIA):
                page.cell(HEAD + 1 + n, places[key]).value = (step + n) % 6
        page.cell(HEAD + 1, places["comment"]).value = "unterwegs geschrieben"

    rows = take(free, edited(free, fill))

    assert [row.state for row in rows] == ["taken"] * 3
    assert kept(free, 1) == {f"score.{key}": n + 1 for n, key in enumerate(CRITERIA)}
    assert kept(free, 0)["comment"] == "unterwegs geschrieben"


def test_each_misfit_is_told_with_its_row_and_the_others_are_taken(free: JuryHouse) -> None:
    score(free, "paula", 2)

    def spoil(page: Any, places: dict[str, int]) -> None:
        page.cell(HEAD + 1, places["wirkung"]).value = 7
        page.cell(HEAD + 1, places["innovation"]).value = "=2+2"
        page.cell(HEAD + 2, places["wirkung"]).value = 4
        page.cell(HEAD + 3, places["wirkung"]).value = 1
        page.cell(HEAD + 4, places["number"]).value = "IP-2027-9999"
        page.cell(HEAD + 5, places["number"]).value = page.cell(HEAD + 2, places["number"]).value

    rows = take(free, edited(free, spoil))

    assert [(row.n, row.state) for row in rows] == [
        (6, "refused"), (7, "taken"), (8, "refused"), (9, "refused"), (10, "refused"),
    ]  # fmt: skip
    assert len(rows[0].faults) == 2
    assert "Wirkung" in rows[0].faults[0]
    assert kept(free, 0) == {}
    assert kept(free, 1) == {"score.wirkung": 4}
    assert kept(free, 2)["score.wirkung"] == 3


def test_what_changed_online_meanwhile_is_not_overwritten(free: JuryHouse) -> None:
    def fill(page: Any, places: dict[str, int]) -> None:
        page.cell(HEAD + 1, places["wirkung"]).value = 5

    content = edited(free, fill)
    with transaction():
        given = {"score.wirkung": "1"}
        sheets.save(free.juror("paula"), free.applications[0], given, window=Window("web"))

    rows = take(free, content)

    assert rows[0].state == "refused"
    assert kept(free, 0) == {"score.wirkung": 1}
    found = sheets.sheet_of(free.juror("paula"), free.applications[0])
    assert found
    assert found.aside == {"score.wirkung": 5}


def test_an_application_with_a_conflict_is_neither_in_the_book_nor_told_of(
    house: JuryHouse,
) -> None:
    house.answer("paula", 0, Tie.EMPLOYED)
    house.free("paula")
    hidden = str(house.applications[0].reference)

    def ask(page: Any, places: dict[str, int]) -> None:
        page.cell(HEAD + 3, places["number"]).value = hidden
        page.cell(HEAD + 4, places["number"]).value = "IP-2027-7777"

    content = edited(house, lambda _page, _places: None)
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        whole = b"".join(packed.read(name) for name in packed.namelist()).decode()
    rows = take(house, edited(house, ask))

    assert hidden not in whole
    assert "Titelmarke0" not in whole
    assert rows[2].faults == rows[3].faults


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", b"0" * (intake.SWOLLEN + 1))
    return out.getvalue()


def entities() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("xl/workbook.xml", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')
    return out.getvalue()


@pytest.mark.parametrize(
    "content", [b"", b"%PDF-1.7", b"PK\x03\x04 broken", bomb(), entities()],
    ids=["empty", "pdf", "broken", "bomb", "entities"],
)  # fmt: skip
def test_what_is_no_workbook_is_refused(free: JuryHouse, content: bytes) -> None:
    with pytest.raises(NoWorkbook):
        take(free, content)


def test_the_page_reports_row_by_row_and_sends_what_is_complete(free: JuryHouse) -> None:
    def fill(page: Any, places: dict[str, int]) -> None:
        for key in CRITERIA:
            page.cell(HEAD + 1, places[key]).value = 4
        page.cell(HEAD + 2, places["wirkung"]).value = "viel"

    content = edited(free, fill)
    browser, page = free.browser("paula"), free.path + "/offline"
    report = browser.post_form(page, {"file": (io.BytesIO(content), "bogen.xlsx")},
                               content_type="multipart/form-data").text  # fmt: skip
    browser.post_form(page, {"go": "send"})

    assert report.count("Nicht übernommen") == 1
    assert report.count("Übernommen") == 1
    assert "nimmt ganze Zahlen von 0 bis 5" in report
    found = sheets.sheet_of(free.juror("paula"), free.applications[0])
    assert found
    assert found.is_sent
