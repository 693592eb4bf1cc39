"""A clerk's first day, from the invitation until 25 of 27 applications are with the jury."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from playwright.sync_api import expect

from portal.demo.sample import form_data, without_image_rights
from tests.e2e.clerk import Clerk
from tests.e2e.conftest import NewContext, NewPerson
from tests.e2e.house import ClosedHouse, House, links_in, wait_for, words_in
from tests.e2e.person import Person
from tests.e2e.samples import SLUG, definition, pages, pdf

ASKED, ASKED_AT = "Meisterin trifft Ingenieur", "werksinn@example.org"
OUTSIDE, TWIN = "suppenkessel@example.org", "sprachcafe.gruppe@example.org"
HIDDEN = "Eine hat ihre Facharbeit über Erinnerungskultur geschrieben"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Return a portal with 26 received applications."""
    built = ClosedHouse(tmp_path_factory.mktemp("closed"))
    yield built
    built.end()


def _screens(clerk: Clerk) -> None:
    """Mark what is open of one application, one point after the other, and find it eligible."""
    clerk.opens("Cricket verbindet Eving")
    still_open = clerk.page.locator("li[id^=check-]:not(:has(.p-state--done))")
    for left in range(still_open.count(), 0, -1):
        expect(still_open).to_have_count(left)
        still_open.first.get_by_role("button", name=re.compile("^Erfüllt")).click()
    expect(still_open).to_have_count(0)
    clerk.press("Zulassen")
    clerk.sees("Zugelassen")


def _asks_back(clerk: Clerk) -> None:
    clerk.opens(ASKED)
    clerk.press("Rückfrage stellen")
    clerk.fills(text="Reicht Ihre Förderung bis zum Ende des Projekts?")
    clerk.page.locator("details", has=clerk.page.locator("[id='key-impact.funding']")).locator(
        "summary"
    ).click()
    clerk.page.locator("[id='key-impact.funding']").check()
    expect(clerk.page.locator("#hold")).to_be_checked()
    clerk.sees()
    clerk.press("Rückfrage stellen")
    clerk.sees("wartet unter „Briefe“", "Unsere Rückfrage", "Förderung bis zum Ende")


def _releases(clerk: Clerk, *addresses: str) -> None:
    """Let letters go that wait."""
    clerk.go("office/letters?state=held")
    clerk.chosen(*addresses)
    clerk.sees()
    clerk.press("Freigeben")
    clerk.sees("Briefe")


def _mail(house: House, address: str, words: str) -> EmailMessage:
    """Return the mail to an address in which these words stand, as soon as it is there."""
    return wait_for(
        lambda: next((one for one in house.post.to(address) if words in words_in(one)), None),
        f"“{words}” to {address}",
    )


def _answers(applicant: Person, house: House) -> None:
    """Let the applicant come by the link of the mail, and answer."""
    mail = _mail(house, ASKED_AT, "Reicht Ihre Förderung")
    applicant.page.goto(links_in(mail, "open")[0])
    applicant.press("Bewerbung öffnen")
    assert applicant.faults() == []
    applicant.press("Jetzt antworten")
    expect(applicant.page.locator("main")).to_contain_text("Reicht Ihre Förderung")
    applicant.page.locator("[id='impact.funding']").fill("Projektförderung bis 12/2028")
    applicant.page.locator("#note").fill("Der Bescheid kam letzte Woche.")
    applicant.saved()
    assert applicant.faults() == []
    applicant.press("Antwort senden")
    expect(applicant.page.locator("main")).to_contain_text("Ihre Antwort ist angekommen")


def _sees_the_answer(clerk: Clerk) -> None:
    clerk.go("office")
    clerk.sees("Rückfragen beantwortet")
    clerk.page.get_by_role("link", name="Rückfragen beantwortet").click()
    clerk.page.get_by_role("link", name=re.compile(f"^{ASKED}")).click()
    clerk.sees("Der Bescheid kam letzte Woche.")
    clerk.press("Was sich geändert hat")
    clerk.sees("Fassung 2: Das hat sich geändert")
    expect(clerk.page.locator("main dd ins").last).to_contain_text("2028")
    expect(clerk.page.locator("main dd del").last).to_contain_text("2027, Betriebsbeiträge")


def _sets_a_double_aside(clerk: Clerk) -> None:
    clerk.go("office")
    clerk.page.get_by_role("link", name="vielleicht Dubletten").click()
    clerk.sees("ein Paar")
    clerk.page.locator("main .p-lines a").click()
    clerk.sees("gleiche Datei")
    clerk.press("IP-2027-0025 aussortieren")
    expect(clerk.page.locator("#twin")).to_have_value("IP-2027-0001")
    clerk.fills(reason="Dasselbe Sprachcafé.", letter="Ihr Sprachcafé ist schon dabei.")
    clerk.sees()
    clerk.press("Nicht zugelassen")
    clerk.sees("Dasselbe Sprachcafé.", "IP-2027-0001")


def _finds_one_not_eligible(clerk: Clerk) -> None:
    clerk.opens("Suppe für alle in Musterhausen")
    clerk.press("Nicht zulassen …")
    clerk.press("Nicht zugelassen")
    clerk.sees("Schreiben Sie den Grund")
    clerk.fills(reason="Wirkt nur in Musterhausen.")
    clerk.press("Nicht zugelassen")
    clerk.sees("Wirkt nur in Musterhausen.")


def _enters_paper(clerk: Clerk, house: House, scan: Path) -> None:
    """Type in what came by post, with a scan; one declaration is missing on it."""
    clerk.press("Papier")
    came = datetime.now(UTC) - timedelta(days=14)
    clerk.fills(came_day=f"{came:%Y-%m-%d}", came_time="10:30", note="Stempel der Poststelle")
    clerk.sees()
    clerk.press("Eintragen beginnen")
    clerk.sees("Noch kein Scan.")
    clerk.page.locator("#scan").set_input_files(scan)
    clerk.press("Anhängen")
    clerk.sees(scan.name)
    clerk.press("Zum Formular")
    clerk.page.wait_for_url("**/application/*/tasks")
    assert clerk.faults() == []
    clerk.address = clerk.page.url.removeprefix(house.origin).removesuffix("/tasks")
    given = form_data(without_image_rights(), definition())
    del given["declarations.accuracy_authority"]
    clerk.fast(given, pages())
    clerk.go("/tasks")
    clerk.press("Zum Papier")
    clerk.sees("Elternlotsinnen", "Das fehlt.")
    clerk.fills(gap_note="Die Unterschrift kommt nach.")
    clerk.press("Mit Lücken aufnehmen")
    clerk.sees("IP-2027-0027", "Elternlotsinnen")


def _blacks_out(clerk: Clerk) -> None:
    clerk.opens("Heimat im Gepäck")
    clerk.press("Was die Jury sieht, schwärzen")
    clerk.fills(passage=HIDDEN, reason="Eine Jugendliche wäre erkennbar.")
    clerk.press("Schwärzen")
    clerk.sees("Eine Jugendliche wäre erkennbar.")
    expect(clerk.page.locator(".p-jury mark")).to_contain_text(HIDDEN)


def _finds_the_rest_eligible(clerk: Clerk) -> None:
    """Decide about all others at once: what is new, what came on paper, what was answered."""
    clerk.go("office/applications")
    clerk.chosen()
    clerk.press("Zulassen")
    clerk.sees("Bei 24 Bewerbungen ist noch etwas offen", "3 bleiben außen vor")
    clerk.press("Zulassen")
    clerk.sees("24 Bewerbungen wurden geändert")


def _forwards(clerk: Clerk) -> None:
    clerk.press("An die Jury")
    clerk.sees("25 Bewerbungen sind zugelassen.")
    clerk.press("Alle weitergeben …")
    clerk.sees("25 Bewerbungen gehen an die Jury.")
    clerk.press("25 Bewerbungen weitergeben")
    clerk.sees("Bei der Jury 25")


def _takes_one_back(clerk: Clerk) -> None:
    """Take one back from the jury, which asks why, and hand it over again."""
    clerk.page.get_by_role("link", name=re.compile("^Zurückholen … ?: IP-2027-0003")).click()
    clerk.press("Rückgängig machen")
    clerk.sees("Schreiben Sie, warum sie von der Jury zurückgeholt wird.")
    clerk.fills(reason="Ein Foto soll noch geprüft werden.")
    clerk.press("Rückgängig machen")
    clerk.sees("Zugelassen")
    clerk.press("An die Jury weitergeben")
    clerk.sees("Bei der Jury")


@pytest.fixture
def clerk(new_context: NewContext, house: House, people: list[Person]) -> Clerk:
    """Return somebody who is about to be invited."""
    made = Clerk(new_context().new_page(), house, SLUG)
    made.expected = {422}
    people.append(made)
    return made


def test_a_clerks_day(clerk: Clerk, new_person: NewPerson, house: House, tmp_path: Path) -> None:
    applicant = new_person()
    clerk.comes_in()
    clerk.sees("Das wartet auf Sie", "26")
    _screens(clerk)
    _asks_back(clerk)
    _releases(clerk, ASKED_AT)
    _answers(applicant, house)
    _sees_the_answer(clerk)
    _sets_a_double_aside(clerk)
    _finds_one_not_eligible(clerk)
    _enters_paper(clerk, house, pdf(tmp_path, "Bewerbung-Papier.pdf"))
    _blacks_out(clerk)
    _releases(clerk, OUTSIDE, TWIN)
    _mail(house, TWIN, "Ihr Sprachcafé ist schon dabei.")
    _mail(house, OUTSIDE, "erfüllt nicht alle Bedingungen")
    _finds_the_rest_eligible(clerk)
    _forwards(clerk)
    _takes_one_back(clerk)

    _is_in_the_database(house)


def _is_in_the_database(house: House) -> None:
    """Compare what the day has left with what it must be, to the number."""
    received = "FROM application WHERE number IS NOT NULL GROUP BY 1"
    assert dict(map(tuple, house.ask(f"SELECT status, count(*) {received}"))) == {
        "with_jury": 25,
        "ineligible": 2,
    }
    assert dict(map(tuple, house.ask(f"SELECT channel, count(*) {received}"))) == {
        "web": 26,
        "paper": 1,
    }
    assert house.ask("SELECT count(*), max(n) FROM version") == [(28, 2)]
    assert house.ask("SELECT count(*) FROM redaction WHERE lifted_at IS NULL") == [(1,)]
    assert house.ask("SELECT count(answered_at) FROM inquiry") == [(1,)]
    assert house.ask(
        "SELECT i.reason, t.reference FROM ineligibility i"
        " LEFT JOIN application t ON t.id = i.twin_id ORDER BY 1"
    ) == [("Dasselbe Sprachcafé.", "IP-2027-0001"), ("Wirkt nur in Musterhausen.", None)]
    letters = house.ask("SELECT name, state, count(*) FROM letter WHERE state <> 'sent' GROUP BY 1")
    assert letters == []
    moves = "SELECT count(*) FROM event WHERE move = :move"
    assert house.ask(moves, move="forward_to_jury") == [(26,)]
    assert house.ask(moves, move="recall") == [(1,)]
