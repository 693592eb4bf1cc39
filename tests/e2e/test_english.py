"""The whole way in English: every page in English, German call texts marked, no fault."""

from pathlib import Path

from playwright.sync_api import expect

from tests.e2e.conftest import NewPerson
from tests.e2e.house import House, words_in
from tests.e2e.person import Person
from tests.e2e.samples import answers, photo

# Words outside of what is marked as German, and outside of what somebody typed.
GERMAN = r"""() => {
  const german = new RegExp("[äöüßÄÖÜ]|\\b(und|oder|nicht|wird|werden|Sie|Ihre?n?|wir|mit|ist|auf"
    + "|eine|der|das)\\b");
  const names = new RegExp("Hörde|Lütgendortmund|Der Oberbürgermeister|Betenstraße"
    + "|Landesbeauftragte .* Düsseldorf");
  const found = [];
  const look = (element, text) => {
    const own = element.closest("[lang]").lang;
    const typed = element.closest("bdi,[dir=auto]:not(input,textarea),.p-quoted,.p-typed");
    const strange = german.test(text.replace(names, ""));
    if (own === "en" && !typed && strange) found.push(text.trim().slice(0, 90));
  };
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(); node; node = walk.nextNode())
    if (!node.parentElement.closest("script,style,textarea")) look(node.parentElement, node.data);
  for (const element of document.querySelectorAll("[aria-label],[title],[placeholder],img[alt]"))
    for (const name of ["aria-label", "title", "placeholder", "alt"])
      if (element.hasAttribute(name)) look(element, element.getAttribute(name));
  return found;
}"""


class Critic:
    """Looks at each page that somebody meets; `faults` is what is wrong with them."""

    def __init__(self, person: Person) -> None:
        self.person = person
        self.faults: list[str] = []
        self.pages = 0

    def look(self) -> None:
        """Note what is wrong with the present page."""
        page, person = self.person.page, self.person
        self.pages += 1
        where = page.url.removeprefix(person.house.origin)
        if person.language() != "en":
            self.faults.append(f"{where}: language {person.language()}")
        self.faults += [f"{where}: {words}" for words in page.evaluate(GERMAN)]
        self.faults += [str(fault) for fault in person.faults()]


def test_somebody_applies_in_english(new_person: NewPerson, house: House, tmp_path: Path) -> None:
    person = new_person(locale="en-GB")
    page, critic = person.page, Critic(person)
    given = answers(contact__email="english@example.org")
    for public in ("", "/questions", "/terms", "/privacy", "/start", "/continue"):
        page.goto(f"/{person.slug}{public}")
        critic.look()
    page.goto(f"/{person.slug}")
    person.press("Start application")
    page.wait_for_url("**/application/*")
    person.address = page.url.removeprefix(house.origin)
    critic.look()
    person.press("Go on with “Can I take part?”")
    while not page.url.endswith("/tasks"):
        here = page.url
        if "/attachments" in here:
            page.locator("#photos-input").set_input_files(photo(tmp_path))
            expect(page.locator("#photos img")).to_have_count(1)
            page.locator("#photos input[type=radio][value=no]").check()
        critic.look()
        person.fill(given)
        person.press("Save and continue")
        expect(page).not_to_have_url(here)
    critic.look()
    person.press("Check and send")
    critic.look()
    person.press("Send application")

    assert person.heading() == "Your application has arrived"
    critic.look()
    for after in ("status", "version/1", "withdraw", "messages", "elsewhere", "leave"):
        person.go("/" + after if after != "leave" else "leave")
        critic.look()
    assert not critic.faults, "\n".join(critic.faults)
    assert critic.pages > 25
    mail = house.post.wait("english@example.org")
    assert "Your application has arrived" in str(mail["Subject"]) + words_in(mail)
