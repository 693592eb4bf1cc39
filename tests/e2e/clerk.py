"""Somebody of the office before a browser: signs in with an app, looks at pages, ticks rows."""

import re
from datetime import UTC, datetime

import pyotp
from playwright.sync_api import expect

from tests.e2e.person import Person
from tests.e2e.samples import SLUG

CLARA = "clara@example.org"
PASSWORD = "sieben leise Lampen im Flur"
STEP = 30  # seconds of one code


class Clerk(Person):
    """Somebody of the office: every page that she stays on is looked at by axe."""

    seed = ""

    def code(self, later: int = 0) -> str:
        """Return what her app shows, or will show `later` steps from now."""
        step = int(datetime.now(UTC).timestamp()) // STEP + later
        return pyotp.TOTP(self.seed).generate_otp(step)

    def sees(self, *words: str) -> None:
        """Wait for these words on the page, and let axe look at it."""
        for one in words:
            expect(self.page.locator("main")).to_contain_text(one)
        assert self.faults() == []

    def fills(self, **fields: str) -> None:
        """Type into fields by their ids."""
        for name, value in fields.items():
            self.page.locator(f"#{name}").fill(value)

    def opens(self, title: str) -> None:
        """Open an application from the list."""
        self.go("office/applications")
        self.page.get_by_role("link", name=re.compile(f"^{re.escape(title)}")).first.click()
        self.sees("Formale Prüfung")

    def chosen(self, *words: str) -> None:
        """Tick the rows of the present list in which one of the words stands, or all rows."""
        rows = self.page.locator("main tbody tr")
        for one in words:
            rows.filter(has_text=one).get_by_role("checkbox").check()
        if not words:
            self.page.locator("#pick-all").check()

    def comes_in(self) -> None:
        """Let the invited set up password and app, sign out, and sign in again."""
        said = self.house.portal(
            "user", "add", "--email", CLARA, "--call", SLUG, "--role", "office"
        )
        self.page.goto(said.split()[-1])
        self.sees("App")
        self.press("Weiter")
        self.sees(CLARA)
        self.fills(name="Clara Musterfrau", password=PASSWORD)
        self.press("Weiter")
        self.seed = self.page.locator("#seed").inner_text().replace(" ", "")
        self.sees("Aegis")
        self.fills(code=self.code())
        self.press("Weiter")
        expect(self.page.locator(".p-codes li")).to_have_count(10)
        self.sees()
        self.press("Ich habe die Codes verwahrt")
        self.page.goto("/account")
        self.sees(CLARA)
        self.press("Abmelden")
        self.sees("abgemeldet")
        self.page.goto("/sign-in")
        self.fills(email=CLARA, password=PASSWORD)
        self.press("Weiter")
        self.fills(code=self.code(later=1))
        self.press("Anmelden")
