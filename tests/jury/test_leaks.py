"""For each excluded juror every page is fetched and searched for the hidden application."""

import gzip
import io
import re
import zipfile
from collections import deque
from typing import Any

import pytest
from flask import Flask

from portal.applications.judging import Tie
from tests.jury_house import JuryHouse, a_jury_house, score
from tests.strict import StrictClient


def marks_of(house: JuryHouse, n: int) -> list[str]:
    """Return every word that gives the application away."""
    application = house.applications[n]
    return [f"Titelmarke{n}", f"Namensmarke{n}", str(application.reference), str(application.id)]


def every_page(browser: StrictClient, start: str) -> dict[str, str]:
    """Return all pages of the jury that links lead to, and searches, by their address."""
    waiting, found = deque([start, f"{start}/next", f"{start}/rules", f"{start}/chair"]), {}
    waiting.extend(f"{start}?q={word}" for word in ("Titelmarke", "Namensmarke", "000", "IP"))
    waiting.extend(f"{start}?state={word}" for word in ("ask", "open", "sent", "begun"))
    while waiting:
        page = waiting.popleft()
        if page in found or not page.startswith(start):
            continue
        answer = browser.get(page)
        found[page] = text_of(answer)
        waiting.extend(re.findall(r'(?:href|src|action)="([^"#]+)"', found[page]))
        if answer.location:
            waiting.append(answer.location)
    return found


def text_of(answer: Any) -> str:
    """Return what an answer says, of a workbook all its parts."""
    if answer.data[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(answer.data)) as packed:
            return "".join(packed.read(name).decode() for name in packed.namelist())
    packed_text = answer.headers.get("Content-Encoding") == "gzip"
    content = gzip.decompress(answer.data) if packed_text else answer.data
    return content.decode(errors="replace") + str(answer.headers)


@pytest.mark.parametrize("name", ["chair", "paula", "secretary"])
def test_an_excluded_juror_meets_the_application_nowhere(house: JuryHouse, name: str) -> None:
    house.answer(name, 0, Tie.RELATIVE, "Schwester")
    for one in ("chair", "paula", "ifeoma", "secretary"):
        house.free(one)
    for one in ("ifeoma", "paula", "chair"):
        for n in range(3):
            if (one, n) != (name, 0):
                score(house, one, n)

    pages = every_page(house.browser(name), house.path)

    assert len(pages) > 12
    leaks = {(page, mark) for page, text in pages.items() for mark in marks_of(house, 0)
             if mark in text}  # fmt: skip
    assert leaks == set()
    for n in (1, 2):  # the others are really there, so that the search can find something
        assert any(marks_of(house, n)[0] in text for text in pages.values())


def test_counts_and_progress_do_not_tell_of_it(house: JuryHouse) -> None:
    house.answer("paula", 0, Tie.EMPLOYED)
    house.free("paula")

    hall = house.browser("paula").get(house.path).text

    assert "0 von 2 bewertet" in hall
    assert "3" not in re.findall(r'max="(\d+)"', hall)


def test_a_blind_jury_never_sees_a_name_beside_a_number(app: Flask) -> None:
    keys = {"blind": True, "blind_hides": ["applicant.website", "contact.first_name",
                                           "contact.last_name", "contact.role"]}  # fmt: skip
    house = a_jury_house(app, 3, keys)
    browser = house.browser("paula")
    before = every_page(browser, house.path)
    asked = before.pop(house.path + "/conflicts")

    assert all(f"Namensmarke{n}" in asked for n in range(3))
    assert not [mark for n in range(3) for mark in marks_of(house, n)
                if mark in asked and not mark.startswith("Namensmarke")]  # fmt: skip
    told = {page: re.findall(r".{60}marke\d", text) for page, text in before.items()}
    assert {page: hits for page, hits in told.items() if hits} == {}

    house.free("paula")
    after = every_page(browser, house.path)

    assert sum("Titelmarke0" in text for text in after.values()) > 1
    assert not [page for page, text in after.items() if re.search(r"Namensmarke\d", text)]


def test_the_list_of_a_blind_jury_is_sorted_by_name_not_by_number(app: Flask) -> None:
    from portal.applications import tiequestion

    house = a_jury_house(app, 3, {"blind": True})
    asked = [one.organisation for one in tiequestion.open_questions(house.juror("paula"))]

    assert asked == sorted(asked)


def test_a_sheet_of_an_excluded_juror_is_frozen_and_leaves_the_others_view(
    house: JuryHouse,
) -> None:
    for one in ("paula", "ifeoma"):
        house.free(one)
        score(house, one, 0)
    seen = house.browser("ifeoma").get(house.at(0)).text
    house.answer("paula", 0, Tie.ADVANTAGE)

    later = house.browser("ifeoma").get(house.at(0)).text

    assert "Kommentar von paula" in seen
    assert "Kommentar von paula" not in later
