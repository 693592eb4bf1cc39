"""One portal and one chromium for all journeys; each journey has browsers of its own."""

from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright

from tests.e2e.house import House
from tests.e2e.person import Person

CHROMIUM = "/usr/bin/chromium"
QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
PATIENCE = 20_000
NewContext = Callable[..., BrowserContext]
NewPerson = Callable[..., Person]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything below this folder needs a browser."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Return the running portal."""
    built = House(tmp_path_factory.mktemp("house"))
    yield built
    built.end()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Return Debian's chromium."""
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def new_context(chromium: Browser, house: House) -> Iterator[NewContext]:
    """Return a function that opens a browser without memory: another person, another device."""
    opened: list[BrowserContext] = []

    def context(**wishes: Any) -> BrowserContext:
        given = {"locale": "de-DE", "viewport": {"width": 1280, "height": 900}} | wishes
        made = chromium.new_context(base_url=house.origin, **given)
        made.set_default_timeout(PATIENCE)
        opened.append(made)
        return made

    yield context
    for one in opened:
        one.close()


@pytest.fixture
def people() -> Iterator[list[Person]]:
    """Return everybody who takes part in a test; what their browsers complain of fails it."""
    everybody: list[Person] = []
    yield everybody
    complaints = [line for one in everybody for line in one.complaints]
    assert complaints == [], "the browser complains"


@pytest.fixture
def new_person(new_context: NewContext, house: House, people: list[Person]) -> NewPerson:
    """Return a function that lets somebody sit down before a browser of their own."""

    def person(slug: str = "integrationspreis-2027", **wishes: Any) -> Person:
        people.append(Person(new_context(**wishes).new_page(), house, slug))
        return people[-1]

    return person


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: Any
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show what was on the screen when a journey broke off."""
    report = yield
    people = getattr(item, "funcargs", {}).get("people", [])
    if report.when == "call" and report.failed:
        for number, one in enumerate(people):
            report.sections.append((f"browser {number}", one.screen()))
    return report
