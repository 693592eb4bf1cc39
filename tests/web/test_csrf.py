"""Only our own pages may send something, and nothing typed is lost."""

import html
import re
from typing import Any

import pytest
from flask import Flask

from tests.strict import StrictClient, text_of

OWN = {"Origin": "https://127.0.0.1"}


def fields_of(page: str) -> dict[str, str]:
    """Return the hidden fields of a page."""
    found = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page)
    return {html.unescape(name): html.unescape(value) for name, value in found}


def test_a_form_of_ours_is_taken(browser: StrictClient) -> None:
    assert browser.post_form("/form", {"a": "b"}).data == b"taken"


def test_a_token_in_the_header_is_enough_for_a_script(browser: StrictClient) -> None:
    token = browser.token("/form")
    assert browser.post("/form", headers=OWN | {"X-CSRF-Token": token}).data == b"taken"


@pytest.mark.parametrize("token", [None, "", "x", "ü", "A" * 88, "A" * 86 + "==", "%00", "==="])
def test_without_the_right_token_nothing_is_taken(browser: StrictClient, token: str | None) -> None:
    browser.token("/form")
    data = {} if token is None else {"csrf_token": token}

    answer = browser.post("/form", data=data, headers=OWN)

    assert answer.status_code == 400
    assert b"taken" not in answer.data


def test_the_token_of_another_browser_is_refused(site: Flask, browser: StrictClient) -> None:
    other: Any = site.test_client()
    browser.token("/form")

    answer = browser.post("/form", data={"csrf_token": other.token("/form")}, headers=OWN)

    assert answer.status_code == 400


@pytest.mark.parametrize(
    "told",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "https://127.0.0.1.evil.example"},
        {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "http://127.0.0.1:1@evil.example"},
        {"Origin": "https://["},
        {"Origin": "https://127.0.0.1:444"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Referer": "https://evil.example/form"},
        OWN | {"Sec-Fetch-Site": "cross-site"},
    ],
)
def test_another_site_is_refused_even_with_a_token(
    browser: StrictClient, told: dict[str, str]
) -> None:
    token = browser.token("/form")

    answer = browser.post("/form", data={"csrf_token": token, "text": "typed"}, headers=told)

    assert answer.status_code == 403
    assert b"typed" not in answer.data


@pytest.mark.parametrize(
    "told",
    [
        {},
        OWN,
        OWN | {"Sec-Fetch-Site": "same-origin"},
        {"Referer": "https://127.0.0.1/form"},
        {"Origin": "null", "Sec-Fetch-Site": "same-origin"},
        {"Origin": "http://127.0.0.1"},
        # A page without referrer in a browser of before 2023: the token decides alone.
        {"Origin": "null"},
    ],
)
def test_what_browsers_say_of_our_own_pages_is_believed(
    browser: StrictClient, told: dict[str, str]
) -> None:
    token = browser.token("/form")
    assert browser.post("/form", data={"csrf_token": token}, headers=told).data == b"taken"


def test_an_old_page_still_sends_after_the_session_is_gone(browser: StrictClient) -> None:
    browser.post_form("/renewing", page="/form")
    token = browser.token("/form")
    assert browser.get_cookie("__Host-session", domain="127.0.0.1")
    browser.delete_cookie("__Host-session", domain="127.0.0.1")
    assert browser.post("/form", data={"csrf_token": token}, headers=OWN).data == b"taken"


def test_what_was_typed_comes_back_and_can_be_sent_again(browser: StrictClient) -> None:
    typed = {"project.title": 'Café <b> "quoted" & more', "project.text": "one\n\nنص عربي\ntwo"}
    token = browser.token("/form")
    browser.delete_cookie("__Host-form", domain="127.0.0.1")

    page = browser.post("/form?step=2", data=typed | {"csrf_token": token}, headers=OWN)

    assert page.status_code == 400
    body = text_of(page)
    again = fields_of(body)
    assert {name: value for name, value in again.items() if name != "csrf_token"} == typed
    assert 'action="/form?step=2"' in body
    assert browser.post("/form?step=2", data=again, headers=OWN).data == b"taken"


def test_a_field_that_stands_twice_comes_back_twice(browser: StrictClient) -> None:
    page = browser.post("/form", data={"fields": ["work", "education"]}, headers=OWN)
    assert re.findall(r'name="fields" value="(\w+)"', text_of(page)) == ["work", "education"]


def test_a_script_gets_a_fresh_token_to_try_again(browser: StrictClient) -> None:
    wants = OWN | {"Accept": "application/json"}
    first = browser.post("/form", data={"a": "b"}, headers=wants)

    assert first.status_code == 400
    again = browser.post("/form", headers=wants | {"X-CSRF-Token": first.get_json()["csrf_token"]})

    assert again.data == b"taken"


def test_signing_in_ends_the_tokens_of_before(browser: StrictClient) -> None:
    before = browser.token("/form")
    browser.post_form("/renewing", page="/form")

    assert browser.post("/form", data={"csrf_token": before}, headers=OWN).status_code == 400
    assert browser.post_form("/form").data == b"taken"


def test_no_two_pages_carry_the_same_token(browser: StrictClient) -> None:
    assert browser.token("/form") != browser.token("/form")
