"""Pages kept as text: they read as if just rendered, and tell nothing of anybody else."""

import re
from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
from flask import Flask

from portal.applications import keys
from portal.apply import kept
from portal.calls.queries import call_by_slug, current_version, definition_of
from portal.core.db import transaction
from tests.drafts import SLUG, complete
from tests.strict import StrictClient, text_of

FRESH = re.compile(r'(name="(?:csrf_token|window)" value=")[^"]+')
OWN = {"Origin": "https://127.0.0.1"}


@pytest.fixture
def places(site: Flask) -> list[str]:
    """Return the ends of the addresses of all pages of the form."""
    kept.pages.forget()
    with site.app_context():
        definition = definition_of(current_version(call_by_slug(SLUG)).id)
    return [
        f"/section/{section.key}" + (f"/{number}" if number > 1 else "")
        for section in definition.sections
        for number in range(1, len(section.pages) + 1)
    ]


def began(browser: StrictClient) -> str:
    return str(browser.post_form(f"/{SLUG}/start").location)


def save(browser: StrictClient, page: str, **fields: str) -> Any:
    given = {"csrf_token": browser.token(page), "revision": "0", "window": "w", **fields}
    return browser.post(page, data=given, headers=OWN | {"Accept": "application/json"})


def bare(text: str) -> str:
    """Return a page without token and window, which are new each time."""
    assert "\ue000" not in text
    return FRESH.sub(r"\1", text)


def shown(browser: StrictClient, page: str, language: str) -> str:
    return text_of(browser.get(page, headers={"Accept-Language": language}))


def test_each_kept_page_reads_as_if_just_rendered(
    new_browser: Callable[[], StrictClient], places: list[str]
) -> None:
    # Each look keeps a page. Only the last two are equally far; `?l=` has a page rendered.
    people = [(browser, began(browser)) for browser in (new_browser() for _person in range(4))]
    for browser, address in people[1:]:
        save(browser, f"{address}/section/type", application_type="self")
    for browser, address in people[2:]:
        save(browser, f"{address}/section/contact", **{"contact.first_name": "Ada"})
    for place, language in product(places, ("de", "en", "ar")):
        for browser, address in people:
            page = shown(browser, address + place, language)

            assert bare(page) == bare(shown(browser, f"{address}{place}?l={language}", language))


def test_a_kept_page_tells_nothing_of_whose_look_kept_it(
    new_browser: Callable[[], StrictClient], places: list[str]
) -> None:
    first, second = new_browser(), new_browser()
    one, other = began(first), began(second)
    save(first, f"{one}/section/type", application_type="self")
    owner = one.rpartition("/")[2]

    pages = [(shown(first, one + p, "de"), shown(second, other + p, "de")) for p in places]

    assert all(owner in mine and owner not in theirs for mine, theirs in pages if theirs)


def test_an_answer_is_on_its_page_at_once(browser: StrictClient, places: list[str]) -> None:
    address = began(browser)
    page = f"{address}/section/applicant"
    browser.get(page)
    save(browser, page, **{"applicant.name": "Brücken & Bögen <e. V.>"})

    text = text_of(browser.get(page))

    assert "Brücken &amp; Bögen &lt;e. V.&gt;" in text
    assert re.search(r'name="revision" value="1"', text)


def test_a_cleared_prefilled_answer_stays_cleared(browser: StrictClient, places: list[str]) -> None:
    address = began(browser)
    page = f"{address}/section/applicant"
    assert 'value="Dortmund"' in text_of(browser.get(page))
    save(browser, page, **{"applicant.city": ""})

    assert 'value="Dortmund"' not in text_of(browser.get(page))


def test_the_same_page_is_kept_once_for_all(
    new_browser: Callable[[], StrictClient], places: list[str]
) -> None:
    for browser in (new_browser(), new_browser(), new_browser()):
        browser.get(f"{began(browser)}/section/applicant")

    assert len(kept.pages) == 1


def test_check_and_confirmation_read_as_if_just_rendered(
    site: Flask, new_browser: Callable[[], StrictClient]
) -> None:
    people = [owner(site, new_browser(), letter * 43) for letter in "ab"]
    for place in ("/check", "/sent?n=1"):
        pages = [shown(browser, path + place, "de") for browser, path in people]
        for page, (browser, path) in zip(pages, people, strict=True):
            end = f"{place}{'&' if '?' in place else '?'}l=de"
            fresh = shown(browser, path + end, "de")
            assert bare(page) == bare(fresh)
            assert sum(other in page for _browser, other in people) == 1
        for browser, path in people if place == "/check" else ():
            browser.post_form(f"{path}/send", page=f"{path}/check")


def owner(site: Flask, browser: StrictClient, key: str) -> tuple[StrictClient, str]:
    """Return a browser that holds a complete draft, and the address of that."""
    browser.set_cookie("__Host-device", key, domain="127.0.0.1", secure=True)
    with site.app_context():
        draft = complete(call_by_slug(SLUG))
        with transaction():
            keys.give_device(draft, keys.hash_of(key))
        return browser, f"/{SLUG}/application/{draft.id}"
