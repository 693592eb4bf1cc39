"""The whole way with keys alone, from the page of the call to the receipt."""

import re
from pathlib import Path

from playwright.sync_api import expect

from tests.e2e.conftest import NewPerson
from tests.e2e.house import House, words_in
from tests.e2e.keys import Keys
from tests.e2e.person import Person
from tests.e2e.samples import answers, photo

NEXT = "button[name=go][value=next]:not(.p-default)"


def test_somebody_applies_with_keys_alone(
    new_person: NewPerson, house: House, tmp_path: Path
) -> None:
    person = new_person()
    page, keys = person.page, Keys(person.page)
    given = answers(contact__email="tastatur@example.org")
    page.goto(f"/{person.slug}")
    keys.press("Tab")
    expect(page.get_by_text("Zum Inhalt springen")).to_be_focused()
    keys.press("Enter")
    keys.follow("form[action$='/start'] button", "**/application/*")
    person.address = page.url.removeprefix(house.origin)
    keys.follow("a.kern-btn--primary", "**/section/check")

    keys.answer(given)
    keys.press("Shift+Tab")
    keys.press("Tab")
    keys.onward()
    mend_from_the_summary(person, keys)
    while not page.url.endswith("/tasks"):
        if "/attachments" in page.url and not page.locator("#photos li.p-file").count():
            keys.hand_in("photos", [photo(tmp_path), photo(tmp_path, "Fest.jpg", "#aa3300")])
            expect(page.locator("#photos img")).to_have_count(2)
        keys.answer(given)
        keys.onward()
        assert not page.locator("#errors").count(), page.url

    keys.follow("main a[href$='/check']:not([href*=section])", "**/check")
    keys.follow("a[href*='project'][href*='#project.title']", "**/section/project*")
    expect(page.locator("[id='project.title']")).to_be_focused()
    keys.press("Control+a")
    page.keyboard.insert_text("Mit Tasten geschrieben")
    keys.to(NEXT)
    keys.onward()
    page.wait_for_url("**/check")
    expect(page.get_by_text("Mit Tasten geschrieben").first).to_be_visible()
    keys.follow("form[action$='/send'] button", "**/sent?n=1")

    assert person.heading() == "Ihre Bewerbung ist eingegangen"
    number = page.locator(".p-ticket").inner_text()
    assert re.fullmatch(r"IP-2027-\d{4}", number)
    assert number in words_in(house.post.wait("tastatur@example.org"))
    keys.follow("main a[href$='/version/1']", "**/version/1")
    expect(page.locator("main")).to_contain_text("Mit Tasten geschrieben")
    expect(page.locator("main")).to_contain_text("Gartenzaun.jpg")


def mend_from_the_summary(person: Person, keys: Keys) -> None:
    """Leave a required choice out; the summary has the focus, its link leads to the field."""
    page = person.page
    page.wait_for_url("**/section/type")
    keys.to(NEXT)
    keys.onward()
    page.wait_for_url("**/section/type?check=1")
    expect(page.locator("#errors")).to_be_focused()
    keys.press("Tab")
    keys.press("Enter")
    expect(page.locator("[name=application_type]").first).to_be_focused()
    keys.press("Shift+Tab")
