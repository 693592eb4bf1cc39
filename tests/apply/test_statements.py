"""How many statements a page costs: few, and as many with a thousand drafts as with one."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from portal.applications import keys
from portal.calls import standing
from portal.calls.queries import call_by_slug
from portal.core.db import db, transaction
from portal.demo.sample import complete
from portal.entrance import kept as call_pages
from tests.drafts import SLUG, begun
from tests.drafts import complete as complete_draft
from tests.statements import counted
from tests.strict import StrictClient
from tests.walker import photo

PAGE, SAVE, CALL, BEGIN, CHECK, SEND, SENT, TAKE = 3, 4, 2, 4, 2, 18, 3, 7
KEY = "k" * 43


@pytest.fixture
def address(browser: StrictClient) -> str:
    """Return the address of a fresh draft of this browser."""
    return str(browser.post_form(f"/{SLUG}/start").location)


def cost(browser: StrictClient, path: str, **request: Any) -> list[str]:
    with counted() as seen:
        answer = browser.open(path, **request)
    assert answer.status_code in (200, 303), answer.status_code
    return seen


def saving(browser: StrictClient, path: str, **fields: str) -> dict[str, Any]:
    """Return the request of an autosave."""
    return {
        "method": "POST",
        "data": {"csrf_token": browser.token(path), "revision": "0", "window": "w", **fields},
        "headers": {"Accept": "application/json", "Origin": "https://127.0.0.1"},
    }


def test_a_page_of_the_form_costs_few_statements_blank_and_filled(
    browser: StrictClient, address: str
) -> None:
    page = f"{address}/section/applicant"
    blank = cost(browser, page)
    browser.open(page, **saving(browser, page, **{"applicant.name": "Brücken e. V."}))
    filled = cost(browser, page)

    assert (len(blank), len(filled)) == (1, 1), [*blank, *filled]


def test_a_page_with_files_costs_few_statements(
    site: Flask, new_browser: Callable[[], Any]
) -> None:
    browser, path = owner_of_a_complete_draft(site, new_browser)

    seen = cost(browser, f"{path}/section/attachments")

    assert len(seen) <= PAGE, seen


def test_beginning_and_sending_cost_few_statements(
    site: Flask, browser: StrictClient, new_browser: Callable[[], Any]
) -> None:
    begins = {"csrf_token": browser.token(f"/{SLUG}/start")}
    origin = {"Origin": "https://127.0.0.1"}
    beginning = cost(browser, f"/{SLUG}/start", method="POST", data=begins, headers=origin)
    owner, path = owner_of_a_complete_draft(site, new_browser)
    sends = {"csrf_token": owner.token(f"{path}/check")}
    checking = cost(owner, f"{path}/check")
    sending = cost(owner, f"{path}/send", method="POST", data=sends, headers=origin)
    confirming = cost(owner, f"{path}/sent?n=1")

    assert len(beginning) <= BEGIN, beginning
    assert len(checking) <= CHECK, checking
    assert len(sending) <= SEND, sending
    assert len(confirming) <= SENT, confirming


def test_taking_a_file_costs_few_statements(browser: StrictClient, address: str) -> None:
    token = browser.token(f"{address}/section/attachments")
    headers = {
        "Accept": "application/json",
        "Content-Type": "application/octet-stream",
        "Origin": "https://127.0.0.1",
        "X-CSRF-Token": token,
        "X-File-Name": "a.jpg",
    }

    taking = cost(browser, f"{address}/files/photos", method="POST", data=photo(1), headers=headers)

    assert len(taking) <= TAKE, taking


def test_saving_costs_few_statements_by_script_and_by_button(
    browser: StrictClient, address: str
) -> None:
    page = f"{address}/section/contact"
    request = saving(browser, page, **{"contact.email": "ada@example.org"})
    first = cost(browser, page, **request)
    again = cost(
        browser, page, **{**request, "data": {**request["data"], "contact.phone": "0231 1"}}
    )
    button = cost(browser, page, **{**request, "headers": {"Origin": "https://127.0.0.1"}})

    assert max(map(len, (first, again, button))) <= SAVE, [first, again, button]


def test_the_page_of_a_call_costs_two_statements_a_minute_and_else_none(
    site: Flask, browser: StrictClient
) -> None:
    browser.get(f"/{SLUG}")
    call_pages.pages.forget()
    standing.forget()
    minutely, then = cost(browser, f"/{SLUG}"), cost(browser, f"/{SLUG}")

    assert len(minutely) <= CALL, minutely
    assert then == []


def test_other_drafts_cost_nothing(site: Flask, browser: StrictClient, address: str) -> None:
    pages = [f"/{SLUG}", address, f"{address}/section/applicant", f"{address}/check"]
    browser.get(f"/{SLUG}")
    standing.forget()  # it is read once a second
    alone = [len(cost(browser, page)) for page in pages]
    with site.app_context():
        call = call_by_slug(SLUG)
        for number in range(20):
            begun(call, complete()[number].answers, device=f"{number:064}")
        db.session.remove()

    standing.forget()
    crowded = [len(cost(browser, page)) for page in pages]

    assert crowded == alone


def owner_of_a_complete_draft(site: Flask, new_browser: Callable[[], Any]) -> tuple[Any, str]:
    """Return a browser that holds a draft with all answers and files, and its address."""
    browser = new_browser()
    browser.set_cookie("__Host-device", KEY, domain="127.0.0.1", secure=True)
    with site.app_context():
        draft = complete_draft(call_by_slug(SLUG))
        with transaction():
            keys.give_device(draft, keys.hash_of(KEY))
        return browser, f"/{SLUG}/application/{draft.id}"
