"""Somebody before a browser: begins, fills in pages by what is on the screen, presses buttons."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import ConsoleMessage, Error, Locator, Page, Response, expect

from tests.e2e.house import House
from tests.e2e.samples import answers, pages

AXE = Path(__file__).parents[1] / "vendor" / "axe.min.js"
CHOSEN = ("radio", "checkbox")
# Sends every page of the form as it stands, with these answers, as a browser without script does.
FAST = """async ([address, pages, answers]) => {
  for (const page of pages) {
    const url = `${address}/section/${page}`;
    const answer = await fetch(url);
    if (answer.status === 404) continue;
    const text = await answer.text();
    const form = new DOMParser().parseFromString(text, "text/html")
      .querySelector("form[data-autosave]");
    const data = new URLSearchParams();
    for (const name of ["csrf_token", "revision", "window"])
      data.append(name, form.querySelector(`[name=${name}]`).value);
    for (const one of form.querySelectorAll("[name=asked]")) data.append("asked", one.value);
    for (const field of form.elements) {
      for (const value of answers[field.name] || [])
        if (!["radio", "checkbox"].includes(field.type) || field.value === value)
          data.append(field.name, value);
    }
    await fetch(url, { method: "POST", body: data });
  }
}"""


class Person:
    """Somebody who applies for the prize of one call.

    `complaints` holds what the browser said against our pages: blocked by the policy, broken
    scripts, answers with a fault of the server.
    """

    def __init__(self, page: Page, house: House, slug: str) -> None:
        self.page = page
        self.house = house
        self.slug = slug
        self.address = ""
        self.expected: set[int] = set()
        self.complaints: list[str] = []
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        page.on("response", self._answered)

    def _heard(self, said: ConsoleMessage) -> None:
        known = ("Failed to load resource", "net::ERR_INTERNET_DISCONNECTED")
        if said.type in ("error", "warning") and not any(one in said.text for one in known):
            self.complaints.append(f"{self.page.url}: {said.text}")

    def _answered(self, answer: Response) -> None:
        if answer.status >= 400 and answer.status not in self.expected:
            self.complaints.append(f"{answer.status} {answer.request.method} {answer.url}")

    def go(self, path: str) -> None:
        """Open a page of the application (`/tasks`) or of the call (`start`)."""
        self.page.goto(self.address + path if path[:1] == "/" else f"/{self.slug}/{path}")

    def start(self) -> None:
        """Begin an application."""
        self.go("start")
        self.page.locator("main form button[type=submit]").last.click()
        self.page.wait_for_url("**/application/*")
        self.address = self.page.url.removeprefix(self.house.origin)

    def section(self, key: str, number: int = 1) -> None:
        """Open a page of the form."""
        self.go(f"/section/{key}/{number}")

    def button(self, words: str) -> Locator:
        """Return the button or the link with exactly these words."""
        page = self.page
        return page.get_by_role("button", name=words, exact=True).or_(
            page.get_by_role("link", name=words, exact=True)
        )

    def press(self, words: str) -> None:
        """Press a button or follow a link."""
        self.button(words).first.click()

    def fill(self, answers: Mapping[str, Sequence[str]]) -> None:
        """Answer what is visible on this page and has an answer, from top to bottom."""
        for name in self._visible():
            if name in answers:
                self._put(name, answers[name])

    def _visible(self) -> list[str]:
        found = self.page.locator("form[data-autosave] :is(input,select,textarea)").evaluate_all(
            "all => all.filter(e => e.name && e.type !== 'hidden' && e.type !== 'file')"
            ".map(e => e.name)"
        )
        return list(dict.fromkeys(found))

    def _put(self, name: str, values: Sequence[str]) -> None:
        fields = self.page.locator(f'form[data-autosave] [name="{name}"]')
        if not fields.first.is_visible():
            return
        kind = fields.first.get_attribute("type")
        if kind in CHOSEN:
            for value in values:
                fields.and_(self.page.locator(f'[value="{value}"]')).check()
        elif fields.first.evaluate("e => e.tagName") == "SELECT":
            fields.select_option(values[0])
        else:
            fields.fill(values[0])

    def fast(self, answers: Mapping[str, Sequence[str]], pages: Sequence[str]) -> None:
        """Answer all pages at once, without looking at them."""
        self.page.evaluate(FAST, [self.address, list(pages), dict(answers)])

    def heading(self) -> str:
        """Return the words of the page's heading."""
        return self.page.locator("h1").inner_text()

    def complete(self, number: int = 0, **more: str) -> None:
        """Begin an application and answer everything, quickly; end on the check page."""
        self.start()
        self.fast(answers(number, **more), pages(self.slug))
        self.go("/check")

    def send(self) -> str:
        """Send from the check page; return the number."""
        self.page.locator("form[action$='/send'] button").click()
        return self.page.locator(".p-ticket").inner_text()

    def saved(self) -> None:
        """Wait until the script says that everything is saved."""
        expect(self.page.locator("#saved")).to_contain_text(
            {"de": "Gespeichert um", "en": "Saved at", "ar": "حُفظ"}[self.language()]
        )

    def language(self) -> str:
        """Return the language of the page."""
        return str(self.page.locator("html").get_attribute("lang"))

    def screen(self) -> str:
        """Return address, words and buttons of the page, for the report of a broken journey."""
        try:
            words = self.page.locator("body").inner_text(timeout=1000)
            buttons = self.page.locator("main :is(a,button)").all_inner_texts()
        except Error as error:
            return f"{self.page.url}: {error}"
        log = (self.house.folder / "log").read_text(encoding="utf-8")
        last = "\n".join(line for line in log.splitlines() if '"status": 200' not in line)[-2500:]
        return f"{self.page.url}\n{words[:3000]}\n{buttons}\n{self.complaints}\n{last}"

    def faults(self, *tags: str) -> list[Any]:
        """Return what axe finds on this page, in short."""
        page = self.page
        if not page.evaluate("() => Boolean(window.axe)"):
            page.evaluate(AXE.read_text(encoding="utf-8"))
        only = {"runOnly": list(tags)} if tags else {}
        found = page.evaluate("async (only) => (await axe.run(document, only)).violations", only)
        return [
            (
                page.url.removeprefix(self.house.origin),
                one["id"],
                node["target"],
                node["html"][:160],
            )
            for one in found
            for node in one["nodes"]
        ]
