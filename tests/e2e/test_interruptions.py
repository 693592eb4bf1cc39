"""What goes wrong while people write: no text is lost, and nobody sends twice."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.e2e.conftest import NewPerson
from tests.e2e.house import House, wait_for
from tests.e2e.person import Person

TITLE = "[id='project.title']"
SHORT = "[id='project.short_description']"


def writing(new_person: NewPerson) -> Person:
    """Return somebody who has just opened the page with the title."""
    person = new_person()
    person.start()
    person.section("project")
    return person


def stored(house: House, person: Person, key: str) -> Callable[[], str | None]:
    """Return a function that reads an answer from the database."""
    found = person.address.rpartition("/")[2].replace("-", "")
    query = f"SELECT json_extract(draft, '$.\"{key}\"') FROM application WHERE id = :id"
    return lambda: house.ask(query, id=found)[0][0]


def test_without_a_connection_the_text_waits_and_is_saved_later(
    new_person: NewPerson, house: House
) -> None:
    person = writing(new_person)
    page = person.page
    page.context.set_offline(True)
    page.locator(TITLE).fill("Im Funkloch geschrieben")
    expect(page.locator("#saved")).to_contain_text("Keine Verbindung")

    page.context.set_offline(False)

    person.saved()
    assert stored(house, person, "project.title")() == "Im Funkloch geschrieben"
    assert page.evaluate("() => localStorage.length") == 0


def test_text_written_offline_survives_the_end_of_the_page(
    new_person: NewPerson, house: House
) -> None:
    person = writing(new_person)
    person.page.context.set_offline(True)
    person.page.locator(TITLE).fill("Vor dem Absturz")
    expect(person.page.locator("#saved")).to_contain_text("Keine Verbindung")
    person.page.goto("about:blank")
    person.page.context.set_offline(False)

    person.section("project")

    expect(person.page.locator(TITLE)).to_have_value("Vor dem Absturz")
    wait_for(lambda: stored(house, person, "project.title")() == "Vor dem Absturz", "the text")


def test_two_windows_keep_both_texts_and_the_later_one_is_told(new_person: NewPerson) -> None:
    person = writing(new_person)
    first, second = person.page, person.page.context.new_page()
    second.goto(first.url)
    first.locator(TITLE).fill("Der erste Titel")
    expect(first.locator("#saved")).to_contain_text("Gespeichert um")

    second.locator(TITLE).fill("Der zweite")
    expect(second.locator("#saved")).to_contain_text("in einem anderen Fenster geändert")
    second.locator(TITLE).fill("Der zweite Titel")
    second.wait_for_timeout(2000)
    second.reload()

    expect(second.locator(TITLE)).to_have_value("Der erste Titel")
    expect(second.locator(".p-note")).to_have_text("Der zweite Titel")
    second.locator(SHORT).fill("Eine Zeile, die mit dem Titel nichts zu tun hat.")
    expect(second.locator("#saved")).to_contain_text("Gespeichert um")
    second.get_by_role("button", name="Diesen Text übernehmen").click()
    expect(second.locator(TITLE)).to_have_value("Der zweite Titel")
    expect(second.locator(".p-note")).to_have_text("Der erste Titel")
    second.get_by_role("button", name="Text unten behalten").click()
    expect(second.locator(".p-note")).to_have_count(0)
    expect(second.locator(SHORT)).to_have_value("Eine Zeile, die mit dem Titel nichts zu tun hat.")


def test_a_window_that_only_repeats_old_text_overwrites_nothing(
    new_person: NewPerson, house: House
) -> None:
    person = writing(new_person)
    first, second = person.page, person.page.context.new_page()
    second.goto(first.url)
    first.locator(TITLE).fill("Nur hier geändert")
    expect(first.locator("#saved")).to_contain_text("Gespeichert um")

    second.locator(SHORT).fill("Nur dort geschrieben")
    expect(second.locator("#saved")).to_contain_text("Gespeichert um")

    assert stored(house, person, "project.title")() == "Nur hier geändert"
    assert stored(house, person, "project.short_description")() == "Nur dort geschrieben"


def test_what_is_typed_while_a_slow_save_runs_is_saved_as_well(
    new_person: NewPerson, house: House
) -> None:
    person = writing(new_person)
    page = person.page
    page.evaluate("""() => {
      const quick = window.fetch;
      const slow = () => new Promise((done) => setTimeout(done, 2500));
      window.fetch = (...all) => slow().then(() => quick(...all));
    }""")
    page.locator(TITLE).fill("Anfang")
    page.wait_for_timeout(1400)
    page.locator(TITLE).fill("Anfang und Ende")

    title = stored(house, person, "project.title")
    wait_for(lambda: title() == "Anfang und Ende", "the end of the title")
    person.saved()
    assert title() == "Anfang und Ende"  # the first save, which came back last, changes nothing


def test_a_lost_cookie_of_the_form_costs_nothing(new_person: NewPerson, house: House) -> None:
    person = writing(new_person)
    person.expected = {400}
    page = person.page
    page.context.clear_cookies(name="__Host-form")
    page.context.clear_cookies(name="__Host-session")

    page.locator(TITLE).fill("Trotz verlorenem Cookie")

    person.saved()
    assert stored(house, person, "project.title")() == "Trotz verlorenem Cookie"
    person.press("Speichern und weiter")
    assert person.heading() == "Ihr Projekt"


def test_without_script_a_lost_cookie_gives_the_text_back(new_person: NewPerson) -> None:
    person = new_person(java_script_enabled=False)
    person.expected = {400}
    person.start()
    person.section("project")
    person.page.context.clear_cookies(name="__Host-form")
    person.page.locator(TITLE).fill("Nicht verloren")
    person.press("Speichern und weiter")

    person.page.locator("main button[type=submit]").last.click()

    person.section("project")
    expect(person.page.locator(TITLE)).to_have_value("Nicht verloren")


def test_back_and_reload_show_what_was_typed(new_person: NewPerson) -> None:
    person = writing(new_person)
    page = person.page
    page.locator(TITLE).fill("Garten")
    page.locator(SHORT).fill("Kurz gesagt")
    person.press("Speichern und weiter")
    expect(page.locator("[id='project.description']")).to_be_visible()

    page.go_back()
    expect(page.locator(TITLE)).to_have_value("Garten")
    page.locator(TITLE).fill("Garten und Zaun")
    page.reload()

    expect(page.locator(TITLE)).to_have_value("Garten und Zaun")


def test_a_double_click_sends_once(new_person: NewPerson, house: House) -> None:
    person = new_person()
    person.complete(1, contact__email="doppelt@example.org")
    person.page.locator("form[action$='/send'] button").dblclick(no_wait_after=True)
    number = person.page.locator(".p-ticket").inner_text()
    person.page.reload()

    assert person.page.locator(".p-ticket").inner_text() == number
    query = (
        "SELECT count(*) FROM version JOIN application a ON a.id = application_id "
        "WHERE a.reference = :number"
    )
    assert house.ask(query, number=number)[0][0] == 1


def test_a_text_that_is_too_long_is_counted_kept_and_told(new_person: NewPerson) -> None:
    person = writing(new_person)
    page = person.page
    page.locator(TITLE).fill("🚲" * 151)
    expect(page.locator("[id='project.title-count']")).to_contain_text("1 zu viel")
    person.press("Speichern und weiter")

    expect(page.locator("#errors")).to_be_focused()
    expect(page.locator(TITLE)).to_have_value("🚲" * 151)
    page.locator("#errors a").first.click()
    expect(page.locator(TITLE)).to_be_focused()
