"""Which language a page speaks, and that `next` never leads away."""

import pytest
from flask import Flask

from portal.core.i18n import ngettext
from tests.strict import StrictClient, check_html, text_of, words_of


def language_of(browser: StrictClient, path: str = "/form", wish: str = "") -> str | None:
    """Return the language of a page."""
    answer = browser.get(path, headers={"Accept-Language": wish} if wish else {})
    return check_html(text_of(answer)).get("lang")


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ("", "de"),
        ("ar-SY,ar;q=0.9,en;q=0.8", "ar"),
        ("fr,en;q=0.5", "en"),
        ("tr,pl", "de"),
        ("EN-us", "en"),
        ("*", "de"),
        ("xx;q=abc,,;", "de"),
        ("de;q=0,en", "en"),
    ],
)
def test_the_wish_of_the_browser_counts(browser: StrictClient, wish: str, code: str) -> None:
    assert language_of(browser, wish=wish) == code


def test_a_choice_is_remembered_and_goes_back_to_the_page(browser: StrictClient) -> None:
    answer = browser.get("/language/ar?next=/form?step%3D2")

    assert answer.status_code == 303
    assert answer.headers["Location"] == "/form?step=2"
    assert language_of(browser, wish="en") == "ar"


def test_one_page_can_be_shown_in_a_language_without_a_trace(browser: StrictClient) -> None:
    assert language_of(browser, "/form?l=ar") == "ar"
    assert language_of(browser, "/form") == "de"
    assert language_of(browser, "/form?l=xx") == "de"


def test_the_switch_keeps_the_page_and_its_query(browser: StrictClient) -> None:
    page = check_html(text_of(browser.get("/form?a=1&l=en&b=%C3%BC%26")))
    link = next(n for n in page.iter("a") if n.get("hreflang") == "ar")

    answer = browser.get(link.get("href"))

    assert answer.headers["Location"] == "/form?a=1&b=%C3%BC%26"


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "evil.example",
        "/%09/evil.example\n",
        "",
        "http:evil.example",
        "///evil.example",
        "https:/evil.example",
        "\x01//evil.example",
        "/\r\nSet-Cookie: a=b",
    ],
)
def test_next_never_leads_away(browser: StrictClient, target: str) -> None:
    answer = browser.get("/language/de", query_string={"next": target})

    assert answer.status_code in (303, 400)
    assert answer.headers.get("Location", "/") == "/"
    assert "a=b" not in str(answer.headers)


def test_arabic_pages_are_mirrored_and_spoken_throughout(browser: StrictClient) -> None:
    answer = browser.get("/wrong/404", headers={"Accept-Language": "ar"})
    root = check_html(text_of(answer))

    assert root.get("dir") == "rtl"
    assert "vendor/kern/kern.rtl.css" in text_of(answer)
    foreign = [n for n in root.iter("a") if n.get("lang") and n.get("lang") != "ar"]
    english = {"Skip", "Language", "Imprint", "Privacy", "Accessibility", "page"}
    assert not english & set(words_of(root).split())
    assert {n.get("dir") for n in foreign} == {"ltr"}


@pytest.mark.parametrize(("code", "said"), [("de", "1.000 Briefe"), ("en", "1,000 letters")])
def test_a_thousand_is_written_as_the_language_does(app: Flask, code: str, said: str) -> None:
    page = app.jinja_env.from_string('{{ ngettext("one letter", "%(num)s letters", count) }}')
    with app.test_request_context(f"/?l={code}"):
        assert page.render(count=1000) == said
        assert ngettext("one letter", "%(num)s letters", 1000) == said
