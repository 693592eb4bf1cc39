"""Every page of the way in German and Arabic, light and dark, on a phone."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import NewPerson
from tests.e2e.person import Person
from tests.e2e.samples import HEIMAT, SLUG, answers, pages, photo
from tests.strict import check_html

SIDEWAYS = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
# WCAG 2.2, 2.5.8: 24 px each way, except links within a sentence.
SMALL = """() => [...document.querySelectorAll("a,button,input,select,textarea,summary")]
  .filter((e) => e.checkVisibility({visibilityProperty: true}) && e.tabIndex >= 0)
  .filter((e) => !e.closest("p,li:has(> a ~ *),dd,.p-read > ul") || e.tagName !== "A")
  .map((e) => [e, (e.closest("label") || e).getBoundingClientRect()])
  .filter(([e, r]) => r.bottom > 0 && r.width > 1 && (r.width < 24 || r.height < 24))
  .map(([e, r]) => `${e.outerHTML.slice(0, 90)} ${r.width}×${r.height}`)"""


def looked_at(person: Person, path: str) -> list[str]:
    """Open a page; return everything that is wrong with it."""
    page = person.page
    page.emulate_media(color_scheme="light")
    page.goto(path)
    wrong = [str(fault) for fault in person.faults()]
    page.emulate_media(color_scheme="dark")
    wrong += [f"dark {fault}" for fault in person.faults("color-contrast")]
    if (wide := page.evaluate(SIDEWAYS)) > 0:
        wrong.append(f"{path}: {wide} px too wide")
    wrong += [f"{path}: small {one}" for one in page.evaluate(SMALL)]
    return wrong


@pytest.mark.parametrize("language", ["de", "ar"])
def test_no_page_has_a_fault(new_person: NewPerson, language: str, tmp_path: Path) -> None:
    person = new_person(locale=language, viewport={"width": 360, "height": 740})
    person.expected = {404, 410}
    person.start()
    draft = person.address
    todo = [f"/{SLUG}", f"/{SLUG}/start", f"/{SLUG}/continue", f"/{SLUG}/leave", f"{draft}/tasks"]
    todo += [f"{draft}/section/{one}?check=1" for one in pages()]
    todo += [f"{draft}/{one}" for one in ("check?problems=1", "elsewhere", "delete", "closed",
                                          "not-eligible/eligibility_running")]  # fmt: skip
    wrong = [fault for path in todo for fault in looked_at(person, path)]

    person.complete(0, contact__email=f"{language}@example.org")
    person.section("attachments")
    person.page.locator("#photos-input").set_input_files(photo(tmp_path))
    expect(person.page.locator("#photos img")).to_have_count(1)
    sent = person.address
    wrong += looked_at(person, f"{sent}/section/attachments")
    wrong += looked_at(person, f"{sent}/check")
    person.fast(answers(), ["declarations/1"])
    person.go("/check")
    person.send()
    after = ("sent", "status", "tasks", "version/1", "withdraw")
    wrong += [fault for one in after for fault in looked_at(person, f"{sent}/{one}")]

    assert not wrong, "\n".join(wrong)
    assert person.page.locator("html").get_attribute("dir") == (
        "rtl" if language == "ar" else "ltr"
    )


def test_the_second_call_has_no_fault_either(new_person: NewPerson) -> None:
    person = new_person(HEIMAT, viewport={"width": 360, "height": 740})
    person.start()
    person.section("proposal")
    person.fill({"entered_by": ["own"]})
    person.saved()
    person.section("project")
    person.fill({"project.category": ["heritage"]})
    person.saved()
    todo = [f"{person.address}/section/{one}?check=1" for one in pages(HEIMAT)]

    wrong = [fault for path in todo for fault in looked_at(person, path)]
    assert not wrong, "\n".join(wrong)


def test_arabic_pages_are_mirrored(new_person: NewPerson) -> None:
    person = new_person(locale="ar")
    person.start()
    person.section("project")
    line = person.page.locator(".p-topline a").bounding_box()
    side = person.page.locator("aside.p-side").bounding_box()
    field = person.page.locator("[id='project.title']").bounding_box()

    assert line
    assert side
    assert field
    assert line["x"] > 640
    assert side["x"] < field["x"]
    check_html(person.page.content())
