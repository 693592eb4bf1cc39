"""What people do besides writing: other devices, changing, withdrawing, deleting, being late."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
import segno
from playwright.sync_api import expect

from tests.e2e.conftest import NewPerson
from tests.e2e.house import House, links_in, words_in
from tests.e2e.samples import SLUG, answers

Closing = Callable[[float], None]


def test_a_mailed_link_opens_the_draft_on_another_device(
    new_person: NewPerson, house: House
) -> None:
    at_home, on_the_way = new_person(), new_person()
    at_home.start()
    at_home.section("contact")
    at_home.fill(answers(contact__email="unterwegs@example.org"))
    at_home.saved()
    at_home.go("/tasks")
    at_home.press("Auf einem anderen Gerät weitermachen")
    at_home.press("Link an mich senden")
    (link,) = links_in(house.post.wait("unterwegs@example.org"), "open")

    on_the_way.page.goto(link)
    on_the_way.press("Bewerbung öffnen")

    on_the_way.page.wait_for_url(f"**{at_home.address}")
    on_the_way.expected = {410}
    new = new_person()
    new.expected = {410}
    new.page.goto(link)
    assert new.heading() == "Dieser Link ist verbraucht oder zu alt"


def test_six_digits_open_the_draft_in_the_browser_that_asked(
    new_person: NewPerson, house: House
) -> None:
    at_home, elsewhere = new_person(), new_person()
    at_home.start()
    at_home.section("contact")
    at_home.fill(answers(contact__email="ziffern@example.org"))
    at_home.saved()

    elsewhere.go("continue")
    elsewhere.page.locator("#email").fill("ziffern@example.org")
    elsewhere.press("E-Mail senden")
    digits = re.search(r"\b\d{6}\b", words_in(house.post.wait("ziffern@example.org")))
    assert digits
    elsewhere.page.locator("#code").fill(digits[0])
    elsewhere.press("Bewerbung öffnen")

    elsewhere.page.wait_for_url(f"**{at_home.address}")


def test_a_code_on_the_screen_opens_the_draft_on_a_phone(new_person: NewPerson) -> None:
    at_desk, phone = new_person(), new_person(viewport={"width": 360, "height": 740})
    at_desk.start()
    at_desk.section("project")
    at_desk.page.locator("[id='project.title']").fill("Am Tisch begonnen")
    at_desk.saved()
    at_desk.go("/tasks")
    at_desk.press("Auf einem anderen Gerät weitermachen")
    at_desk.press("QR-Code zeigen")
    at_desk.page.get_by_text("Adresse zeigen").click()
    address = at_desk.page.locator("details bdi").inner_text()
    picture = segno.make(address, error="m", micro=False)
    shown = at_desk.page.get_by_role("img", name="QR-Code").get_attribute("src")
    assert shown == picture.svg_data_uri(scale=6, border=4, light="#fff")
    assert not at_desk.faults()

    phone.page.goto(address)
    assert not phone.faults()
    phone.press("Bewerbung öffnen")

    phone.page.wait_for_url(f"**{at_desk.address}")
    phone.address = at_desk.address
    phone.section("project")
    expect(phone.page.locator("[id='project.title']")).to_have_value("Am Tisch begonnen")
    stranger = new_person()
    stranger.expected = {410}
    stranger.page.goto(address)
    assert stranger.heading() == "Dieser Link ist verbraucht oder zu alt"


def test_a_consent_is_withdrawn_after_sending_on_a_phone(
    new_person: NewPerson, house: House
) -> None:
    person = new_person(viewport={"width": 360, "height": 740})
    page = person.page
    person.complete(5, contact__email="doch-nicht@example.org", declarations__publish="yes")
    person.send()
    person.go("/status")
    buttons = page.get_by_role("button", name=re.compile("^Widerrufen"))
    before = buttons.count()
    assert before
    for button in buttons.all():
        box = button.bounding_box()
        assert box
        line = button.locator("xpath=ancestor::li").bounding_box()
        assert line
        assert line["x"] <= box["x"]
        assert box["x"] + box["width"] <= line["x"] + line["width"] + 1

    buttons.first.click()

    expect(page.get_by_role("status").first).to_contain_text("Ihre Einwilligung ist widerrufen")
    expect(buttons).to_have_count(before - 1)
    given = house.ask(
        "SELECT c.withdrawn_at FROM consent c JOIN application a ON a.id = c.application_id "
        "WHERE a.owner_email = 'doch-nicht@example.org'"
    )
    assert sum(one[0] is not None for one in given) == 1


def test_a_change_after_sending_is_a_new_version_with_the_same_number(
    new_person: NewPerson, house: House
) -> None:
    person = new_person()
    page = person.page
    person.complete(2, contact__email="nochmal@example.org")
    number = person.send()
    house.post.wait("nochmal@example.org")
    person.press("Zur Seite meiner Bewerbung")
    person.press("Bewerbung ändern")
    person.section("impact")
    page.locator("[id='impact.volunteers']").fill("77")
    person.press("Speichern und weiter")
    page.wait_for_url("**/impact/2")
    person.go("/status")
    expect(page.locator("main")).to_contain_text("Sie haben seit dem Absenden etwas geändert")
    person.press("Änderungen ansehen und absenden")
    assert person.send() == number
    expect(page.locator("main")).to_contain_text("Fassung 2")
    second = house.post.wait("nochmal@example.org", number=2)
    assert number in str(second["Subject"]) + words_in(second)

    person.go("/status")
    page.get_by_text("Frühere Fassungen").click()
    page.get_by_role("link", name=re.compile("Fassung 1")).click()
    expect(page.locator("main")).to_contain_text("Es gibt eine neuere Fassung")

    person.go("/status")
    person.press("Bewerbung zurückziehen …")
    person.press("Bewerbung zurückziehen")
    expect(page.locator("main")).to_contain_text("Zurückgezogen")
    house.post.wait("nochmal@example.org", number=3)


def test_a_draft_is_deleted_for_good(new_person: NewPerson) -> None:
    person = new_person()
    person.start()
    person.press("Entwurf löschen …")
    person.press("Entwurf behalten")
    person.press("Entwurf löschen …")
    person.press("Endgültig löschen")

    expect(person.page.locator("main")).to_contain_text("Der Entwurf ist endgültig gelöscht")
    person.expected = {404}
    person.go("/tasks")
    assert person.heading() == "Diese Seite gibt es nicht"


def test_a_shared_device_forgets(new_person: NewPerson) -> None:
    person = new_person()
    person.start()
    person.section("contact")
    person.fill(answers(contact__email="bibliothek@example.org"))
    person.saved()
    person.go("/tasks")
    person.press("Dieses Gerät verlassen …")
    person.press("Dieses Gerät verlassen")

    assert person.heading() == "Dieser Browser kennt Sie nicht mehr"
    person.expected = {404}
    person.go("/tasks")
    assert person.heading() == "Diese Seite gibt es nicht"
    assert person.page.evaluate("() => localStorage.length + sessionStorage.length") == 0


def test_the_nominated_are_told_and_decide(new_person: NewPerson, house: House) -> None:
    person, nominee = new_person(), new_person()
    nomination = next(n for n in range(24) if "nomination" in answers(n)["application_type"])
    person.complete(
        nomination,
        nominator__email="vera@example.org",
        contact__email="gemeint@example.org",
        nominator__nominee_agrees="yes",
    )
    person.send()
    (link,) = set(links_in(house.post.wait("gemeint@example.org"), "nominee"))

    nominee.page.goto(link)
    nominee.press("Ich stimme zu …")
    nominee.press("Ja, ich stimme zu")

    expect(nominee.page.locator("main")).to_contain_text("Sie haben zugestimmt")


@pytest.fixture
def closing(house: House) -> Iterator[Closing]:
    """Return a function that closes the call some minutes from now; it is open again afterwards."""
    before = house.ask("SELECT closes_at FROM call WHERE slug = :slug", slug=SLUG)[0][0]

    def at(minutes: float) -> None:
        house.close_at(SLUG, datetime.now(UTC) + timedelta(minutes=minutes))

    yield at
    house.close_at(SLUG, datetime.fromisoformat(before))


def test_within_the_grace_a_sending_is_recorded_as_late(
    new_person: NewPerson, house: House, closing: Closing
) -> None:
    person = new_person()
    person.complete(3, contact__email="knapp@example.org")
    closing(0)
    person.page.wait_for_timeout(1200)  # the second of the closing still counts

    person.send()

    expect(person.page.locator("main")).to_contain_text("als verspätet gekennzeichnet")
    assert "verspätet" in words_in(house.post.wait("knapp@example.org"))


def test_after_the_grace_all_text_is_shown_and_nothing_is_taken(
    new_person: NewPerson, closing: Closing
) -> None:
    person = new_person()
    page = person.page
    given = answers(4, contact__email="zu-spaet@example.org")
    person.complete(4, contact__email="zu-spaet@example.org")
    other = page.context.new_page()
    other.goto(f"{person.address}/section/project")
    closing(-60 * 24)
    page.locator("form[action$='/send'] button").click()

    assert person.heading() == "Die Ausschreibung ist beendet"
    for key in ("project.title", "project.short_description", "impact.innovation"):
        expect(page.locator("main")).to_contain_text(given[key][0].split("\n")[0][:80])
    person.expected = {409}
    other.locator("[id='project.title']").fill("Nach dem Ende getippt")
    expect(other.locator("#saved")).to_contain_text("beendet")
    other.get_by_role("button", name="Speichern und weiter").click()
    expect(other.locator("main .p-quoted")).to_have_text("Nach dem Ende getippt")
