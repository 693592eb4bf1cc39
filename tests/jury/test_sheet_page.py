"""What the buttons of the sheet did is told in the sheet itself, where the page goes."""

import re

from tests.jury_house import JuryHouse

ALERT = re.compile(r'id="told">.{0,80}role="alert".*?</div></div>', re.DOTALL)
MARKED = re.compile(r'<fieldset[^>]*id="score\.(\w+)" aria-invalid="true"')


def answer(house: JuryHouse, **form: str) -> tuple[str, str]:
    """Press the button; return where it leads and what stands there."""
    browser = house.browser("paula")
    at = browser.post_form(house.at(0), form).location
    return at, browser.get(house.at(0)).text


def test_an_empty_sheet_is_refused_beside_the_button_and_its_lines_are_marked(
    house: JuryHouse,
) -> None:
    house.free("paula")
    keys = [one.key for one in house.juror("paula").definition.criteria]

    at, html = answer(house, go="send", **{f"score.{keys[0]}": "3"})

    assert at.endswith("#told")
    (alert,) = ALERT.findall(html)
    assert "Noch nicht bewertet: " in alert
    assert html.count("Noch nicht bewertet: ") == 1
    assert html.index('id="sheet"') < html.index(alert) < html.index("data-send>")
    assert MARKED.findall(html) == keys[1:]
    assert MARKED.findall(house.browser("paula").get(house.at(0)).text) == []


def test_a_sent_sheet_is_confirmed_in_the_sheet(house: JuryHouse) -> None:
    house.free("paula")
    scores = {f"score.{one.key}": "3" for one in house.juror("paula").definition.criteria}

    at, html = answer(house, go="send", **scores)

    assert at.endswith("#told")
    told = html.index("Ihr Bogen ist abgegeben")
    assert html.index('id="sheet"') < html.index('id="told"') < told
    assert "Nächste lesen" in html


def test_saving_leads_back_to_the_sheet_and_tells_nothing(house: JuryHouse) -> None:
    house.free("paula")

    at, html = answer(house, go="save", comment="Gut.")

    assert at.endswith("#sheet")
    assert 'id="told"' not in html
