"""Somebody who has no mouse: Tab, Space, Enter, arrows, letters, and the focus always in sight."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect
from playwright.sync_api import TimeoutError as WaitedInVain

MOST = 120
# The element itself, what it holds or what holds it shows that it has the focus.
IN_SIGHT = """() => {
  const e = document.activeElement;
  if (e === document.body) return true;
  const r = e.getBoundingClientRect();
  const near = [e, e.closest("label,.kern-form-check,.kern-form-input")].filter(Boolean);
  const marked = near.flatMap((x) => [x, ...x.querySelectorAll("*")]).some((x) => {
    const s = getComputedStyle(x);
    return (s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2) || s.boxShadow !== "none";
  });
  const on = r.bottom > 0 && r.top < innerHeight;
  return marked && on;
}"""
HERE = """() => { const e = document.activeElement; return {
  tag: e.tagName, type: e.type || "", name: e.name || "", value: e.value || "",
  checked: Boolean(e.checked), id: e.id, files: e.files ? e.files.length : 0,
}; }"""


class Keys:
    """The keyboard of one page."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, key: str) -> None:
        """Press a key; what has the focus then shows it."""
        self.page.keyboard.press(key)
        if key in ("Tab", "Shift+Tab"):
            self._in_sight()

    def _in_sight(self) -> None:
        try:  # scrolling may take a moment
            self.page.wait_for_function(IN_SIGHT, timeout=2000)
        except WaitedInVain as error:
            here = self.page.evaluate("() => document.activeElement.outerHTML.slice(0, 200)")
            raise AssertionError(f"not in sight on {self.page.url}: {here}") from error

    def here(self) -> dict[str, Any]:
        """Return what has the focus."""
        return dict(self.page.evaluate(HERE))

    def to(self, target: str, key: str = "Tab") -> None:
        """Press Tab until the focus is on `target`."""
        for _ in range(MOST):
            self.press(key)
            if self.page.evaluate("(t) => document.activeElement.matches(t)", target):
                return
        raise AssertionError(f"no way by keyboard to {target} on {self.page.url}")

    def follow(self, target: str, url: str) -> None:
        """Go to a link or button and press Enter; wait for the page it leads to."""
        self.to(target)
        self.press("Enter")
        self.page.wait_for_url(url)

    def answer(self, answers: Mapping[str, Sequence[str]]) -> None:
        """Go through the fields of a page and answer them; stop on "save and continue"."""
        for _ in range(MOST):
            self.press("Tab")
            at = self.here()
            if at["tag"] == "BUTTON" and at["name"] == "go" and at["value"] == "next":
                return
            wanted = answers.get(at["name"]) or self._beside_a_file(at["name"])
            if wanted:
                self._put(at, wanted)
        raise AssertionError(f"no end of {self.page.url}")

    def onward(self) -> None:
        """Press "save and continue" and wait for what comes."""
        with self.page.expect_navigation():
            self.press("Enter")

    @staticmethod
    def _beside_a_file(name: str) -> Sequence[str]:
        if not name.startswith("file-"):
            return ()
        return ["no"] if name.endswith(".persons") else ["Am Zaun"]

    def _put(self, at: Mapping[str, Any], wanted: Sequence[str]) -> None:
        if at["type"] == "radio":
            self._choose(at["name"], wanted[0])
        elif at["type"] == "checkbox":
            if (at["value"] in wanted) != at["checked"]:
                self.press("Space")
        elif at["tag"] == "SELECT":
            self._arrow_to(wanted[0])
        elif at["value"] != wanted[0]:
            self.press("Control+a")
            self.page.keyboard.insert_text(wanted[0])

    def _choose(self, name: str, value: str) -> None:
        """Choose with the arrows; Space takes the first of a group."""
        if self.here()["value"] == value:
            self.press("Space")
        else:
            self._arrow_to(value)
        assert (self.here()["name"], self.here()["checked"]) == (name, True)

    def _arrow_to(self, value: str) -> None:
        for _ in range(MOST):
            if self.here()["value"] == value:
                return
            self.press("ArrowDown")
        raise AssertionError(f"no {value} with arrows on {self.page.url}")

    def hand_in(self, key: str, files: Sequence[Path]) -> None:
        """Go to a file input; what its dialogue would return is set by the debugging protocol."""
        self.to(f"#{key}-input")
        self.page.locator("input:focus").set_input_files(files)
        expect(self.page.locator(f"#{key} li.p-file")).to_have_count(len(files))
