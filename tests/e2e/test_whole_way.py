"""From the call to the receipt, with script and without, as a person sees it."""

import re
import subprocess
from pathlib import Path

from playwright.sync_api import expect

from tests.e2e.conftest import NewPerson
from tests.e2e.house import House, words_in
from tests.e2e.person import Person
from tests.e2e.samples import HEIMAT, HEIMAT_ANSWERS, answers, pdf, photo

CODE = re.compile(r"\b(?:\w{4}-){2}\w{4}\b")


def text_of_pdf(path: Path) -> str:
    return subprocess.run(
        ["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True
    ).stdout


def begin_from_the_call(person: Person) -> None:
    person.page.goto(f"/{person.slug}")
    person.press("Bewerbung beginnen")
    person.page.wait_for_url("**/application/*")
    person.address = person.page.url.removeprefix(person.house.origin)


def test_somebody_applies_with_script(new_person: NewPerson, house: House, tmp_path: Path) -> None:
    person = new_person()
    page = person.page
    given = answers(contact__email="birgit-mit@example.org")
    begin_from_the_call(person)

    person.press("Weiter mit „Kann ich teilnehmen?“")
    person.fill(given | {"eligibility_running": ["no"]})
    person.press("Speichern und weiter")
    assert person.heading() == "Ihr Projekt kann so nicht teilnehmen"
    person.press("Antwort ändern")
    person.fill(given)
    person.saved()
    while not page.url.endswith("/tasks"):
        here = page.url
        if "/attachments" in here:
            hand_in(person, tmp_path)
        person.fill(given)
        person.press("Speichern und weiter")
        expect(page).not_to_have_url(here)
    person.press("Prüfen und absenden")
    expect(page.get_by_text("Sprachcafé am Gartenzaun").first).to_be_visible()
    person.press("Bewerbung verbindlich absenden")

    assert person.heading() == "Ihre Bewerbung ist eingegangen"
    number = page.locator(".p-ticket").inner_text()
    assert re.fullmatch(r"IP-2027-\d{4}", number)
    mail = house.post.wait("birgit-mit@example.org")
    assert number in str(mail["Subject"]) + words_in(mail)
    (tmp_path / "receipt.pdf").write_bytes(next(mail.iter_attachments()).get_content())
    printed = text_of_pdf(tmp_path / "receipt.pdf")
    assert number in printed
    assert "Sprachcafé am Gartenzaun" in printed
    assert "Gartenzaun.jpg" in printed
    with page.expect_download() as download:
        page.locator("a[href$='.pdf']").first.click()
    assert number in text_of_pdf(download.value.path())
    page.locator("main a[href$='/version/1']").click()
    code = CODE.search(page.locator("main").inner_text())
    assert code
    page.locator("main a[href='/check']").first.click()
    page.locator("main form [name=code]").fill(code[0])
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("echt")


def hand_in(person: Person, folder: Path) -> None:
    page = person.page
    files = [photo(folder), photo(folder, "Fest.jpg", "#aa3300")]
    page.locator("#photos-input").set_input_files(files)
    page.locator("#documents-input").set_input_files(pdf(folder))
    expect(page.locator("#photos img")).to_have_count(2)
    expect(page.locator("#documents .p-state--done")).to_have_count(1)
    for field in page.locator("input[name$='.caption']").all():
        field.fill("Am Zaun")
    for radio in page.locator("#photos input[type=radio][value=no]").all():
        radio.check()
    person.saved()


def test_somebody_applies_without_script(
    new_person: NewPerson, house: House, tmp_path: Path
) -> None:
    person = new_person(HEIMAT, java_script_enabled=False)
    page = person.page
    person.start()

    person.section("proposal")
    person.fill({"entered_by": ["proposal"]})
    expect(page.locator("[id='proposer.name']")).to_be_hidden()
    person.press("Speichern und weiter")
    expect(page.locator("[id='proposer.name']")).to_be_visible()
    person.fill({"proposer.name": ["Vera"]})
    person.press("Zurück")
    assert "/section/check" in page.url
    person.fill(HEIMAT_ANSWERS)
    person.press("Später weiter")
    assert page.url.endswith("/tasks")
    person.section("proposal")
    assert page.locator("[id='proposer.name']").input_value() == "Vera"
    person.fill({"entered_by": ["own"]})
    person.press("Speichern und weiter")
    person.section("proposal")
    expect(page.locator("[id='proposer.name']")).to_be_hidden()

    person.section("project")
    person.fill(HEIMAT_ANSWERS)
    person.press("Speichern und weiter")
    person.section("meeting")
    assert page.url.endswith("/tasks")
    person.section("heritage")
    person.fill(HEIMAT_ANSWERS)
    expect(page.locator("[id='heritage.owner_agrees']")).to_be_hidden()
    person.press("Speichern und weiter")
    person.fill(HEIMAT_ANSWERS)
    person.press("Speichern und weiter")

    person.section("budget")
    person.fill(HEIMAT_ANSWERS)
    person.press("Zeile hinzufügen")
    person.fill(HEIMAT_ANSWERS)
    person.press("Speichern und weiter")
    person.section("budget")
    expect(page.locator("[data-sum='budget.costs.amount']")).to_have_text(re.compile(r"1\.349,90"))

    hand_in_without_script(person, tmp_path)

    for place in ("group", "project/2", "heritage/2", "declarations"):
        person.go(f"/section/{place}")
        person.fill(HEIMAT_ANSWERS)
        person.press("Speichern und weiter")
    person.press("Prüfen und absenden")
    person.press("Bewerbung verbindlich absenden")

    assert person.heading() == "Ihre Bewerbung ist eingegangen"
    number = page.locator(".p-ticket").inner_text()
    assert number in words_in(house.post.wait("hans-heimat@example.org"))


def hand_in_without_script(person: Person, folder: Path) -> None:
    page = person.page
    person.section("files")
    page.locator("#photos-input").set_input_files([photo(folder), folder / "Gartenzaun.jpg"])
    person.press("Hochladen")
    expect(page.locator("#photos li")).to_have_count(1)
    page.locator("input[name$='.caption']").fill("Der Küchentisch")
    page.locator("#documents-input").set_input_files(pdf(folder))
    person.press("Speichern und weiter")
    person.section("files")
    assert page.locator("#photos input[name$='.caption']").input_value() == "Der Küchentisch"
    expect(page.locator("#documents li")).to_have_count(1)
    page.locator("#documents button:has-text('Entfernen')").click()
    expect(page.locator("#documents li.p-file")).to_have_count(0)
    page.locator("#documents button:has-text('Rückgängig')").click()
    expect(page.locator("#documents li.p-file")).to_have_count(1)
    page.locator("#documents button:has-text('Entfernen')").click()
    expect(page.locator("#documents li.p-file")).to_have_count(0)
    page.locator("#photos input[type=radio][value=no]").check()
    person.press("Speichern und weiter")
