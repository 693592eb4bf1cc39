"""Every part that pages are made of: valid, labelled, in the language of the person."""

import re
from xml.etree.ElementTree import Element

import pytest

from portal.core.resources import resource_dir
from tests.strict import StrictClient, check_html, text_of, words_of
from tests.web.conftest import GALLERY

PARTS = resource_dir("templates") / "components"
INNER = {"label_of", "hint_of", "error_of", "described", "count_of", "legend_of"}
INNER |= {"thread_of"}  # takes rows of messages; shown where messages are


def page(browser: StrictClient, language: str = "de") -> Element:
    """Return the page with all parts, read strictly."""
    return check_html(text_of(browser.get(f"/gallery?l={language}")))


def by_id(root: Element, name: str) -> Element:
    """Return the node with an id."""
    return next(node for node in root.iter() if node.get("id") == name)


def test_every_part_stands_in_the_gallery() -> None:
    source = "".join(path.read_text("utf-8") for path in PARTS.glob("*.html"))
    shown = GALLERY.read_text("utf-8")
    made = set(re.findall(r"{% macro (\w+)\(", source)) - INNER
    # The lead's and other rooms' parts are shown where they are used.
    used = {name for name in made if re.search(rf"\b{name}\(", shown)}
    assert made - used == set()


@pytest.mark.parametrize("language", ["de", "en", "ar"])
def test_the_gallery_is_valid_in_every_language(browser: StrictClient, language: str) -> None:
    assert page(browser, language).get("lang") == language


def test_a_page_with_faults_says_so_in_its_title(browser: StrictClient) -> None:
    title = page(browser).findtext(".//title") or ""
    assert title.startswith("Fehler: Ihr Projekt – ")


def test_the_summary_leads_to_the_fields(browser: StrictClient) -> None:
    root = page(browser)
    links = [n.get("href") for n in by_id(root, "errors").iter("a")]
    assert links == ["#short", "#fields"]
    assert [by_id(root, str(link)[1:]).tag for link in links] == ["textarea", "input"]


def test_a_field_is_described_by_hint_fault_and_count(browser: StrictClient) -> None:
    root = page(browser)
    field = by_id(root, "short")
    told = [words_of(by_id(root, name)) for name in (field.get("aria-describedby") or "").split()]
    assert told == [
        "Dieser Text erscheint später auf der Internetseite.",
        "Fehler: Kürzen Sie die Kurzbeschreibung um 40 Zeichen",
        "540 von 500 Zeichen – 40 zu viel",
    ]
    assert field.get("aria-invalid") == "true"
    assert by_id(root, "title").get("aria-invalid") is None


def test_the_text_stays_as_typed(browser: StrictClient) -> None:
    assert by_id(page(browser), "mixed").text == "Unser Café.\n\nنلتقي منذ عام 2022 كل يوم خميس."


def test_numbers_and_addresses_run_from_left_to_right(browser: StrictClient) -> None:
    root = page(browser, "ar")
    assert [by_id(root, name).get("dir") for name in ("mail", "people", "title")] == [
        "ltr",
        "ltr",
        "auto",
    ]


def test_a_label_without_translation_is_marked_as_german(browser: StrictClient) -> None:
    label = next(n for n in page(browser, "ar").iter("label") if n.get("for") == "mail")
    assert [(n.get("lang"), n.get("dir"), n.text) for n in label] == [
        ("de", "ltr", "E-Mail-Adresse")
    ]


def test_chosen_options_stay_chosen(browser: StrictClient) -> None:
    root = page(browser)
    checked = {n.get("value") for n in root.iter("input") if n.get("checked") is not None}
    assert checked == {"work", "yes"}
    selected = [n.get("value") for n in root.iter("option") if n.get("selected") is not None]
    assert selected == ["brackel"]
