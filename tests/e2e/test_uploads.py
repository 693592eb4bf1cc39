"""Uploads over bad lines: cancelled, broken off, tried again; and taken back after removal."""

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.e2e.conftest import NewPerson
from tests.e2e.person import Person
from tests.e2e.samples import photo

SLOW = {"offline": False, "latency": 50, "downloadThroughput": -1, "uploadThroughput": 2000}
QUICK = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}


def line(page: Page, conditions: dict[str, object]) -> None:
    """Make the connection of a page slow or quick."""
    protocol = page.context.new_cdp_session(page)
    protocol.send("Network.enable")
    protocol.send("Network.emulateNetworkConditions", conditions)


def choosing(new_person: NewPerson) -> Person:
    """Return somebody on the page with the files, who has typed something there."""
    person = new_person(viewport={"width": 360, "height": 740})
    person.start()
    person.section("attachments")
    person.page.locator("[id='video_link']").fill("https://example.org/film")
    person.saved()
    return person


def test_a_slow_upload_shows_progress_is_cancelled_and_tried_again(
    new_person: NewPerson, tmp_path: Path
) -> None:
    person = choosing(new_person)
    page = person.page
    line(page, SLOW)
    page.locator("#photos-input").set_input_files(photo(tmp_path))
    waiting = page.locator("#photos [role=group]")
    expect(waiting.locator("progress")).to_be_visible()
    expect(waiting).to_contain_text("Wird hochgeladen")
    assert not person.faults()

    waiting.get_by_role("button", name="Abbrechen").click()

    expect(waiting).to_contain_text("Abgebrochen. Die Datei wurde nicht hochgeladen.")
    expect(page.locator("#photos li.p-file")).to_have_count(0)
    line(page, QUICK)
    waiting.get_by_role("button", name="Noch einmal versuchen").click()
    expect(page.locator("#photos li.p-file")).to_have_count(1)
    expect(page.locator("[id='video_link']")).to_have_value("https://example.org/film")


def test_an_upload_that_breaks_off_is_tried_again_without_choosing_again(
    new_person: NewPerson, tmp_path: Path
) -> None:
    person = choosing(new_person)
    page = person.page
    page.context.set_offline(True)
    page.locator("#photos-input").set_input_files(photo(tmp_path))
    waiting = page.locator("#photos [role=group]")
    expect(waiting).to_contain_text("Die Verbindung ist abgebrochen")
    assert not person.faults()

    page.context.set_offline(False)
    waiting.get_by_role("button", name="Noch einmal versuchen").click()

    expect(page.locator("#photos li.p-file")).to_have_count(1)
    expect(page.locator("#photos img")).to_have_count(1)


def test_a_removed_file_comes_back_by_a_button(new_person: NewPerson, tmp_path: Path) -> None:
    person = choosing(new_person)
    page = person.page
    page.locator("#photos-input").set_input_files(photo(tmp_path))
    expect(page.locator("#photos img")).to_have_count(1)
    page.locator("input[name$='.caption']").fill("Am Zaun")
    person.saved()

    page.locator("#photos button:has-text('Entfernen')").click()
    expect(page.locator("#photos li.p-file")).to_have_count(0)
    assert not person.faults()
    page.locator("#photos button:has-text('Rückgängig')").click()

    expect(page.locator("#photos li.p-file")).to_have_count(1)
    expect(page.locator("input[name$='.caption']")).to_have_value("Am Zaun")
