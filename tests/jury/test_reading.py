"""The page of an application shows what the definition lets the jury see, and nothing else."""

from typing import Any

import pytest
from flask import Flask

from portal.applications.jury import jurysight, redacting
from portal.applications.jury.jurysight import reading_of
from portal.applications.models import Application, Version
from portal.calls.models import Call
from portal.calls.questions import AnyQuestion
from portal.core.db import db, transaction
from tests.jury_house import JuryHouse, a_jury_house, score
from tests.statements import counted

TEXTS = ("text", "long_text", "email", "phone", "url")


def marked(question: AnyQuestion, n: int) -> Any:
    """Return an answer by which the question is recognised wherever it appears."""
    if question.type == "address":
        return {"street": f"Marke{n}x 1", "postcode": "44122", "city": f"Marke{n}x"}
    return f"Marke{n}x"


def fill(house: JuryHouse) -> dict[str, str]:
    """Put a mark into every answer that can hold one; return the marks by question."""
    version = house.applications[0].versions[-1]
    definition = house.juror("paula").definition
    fitting = [q for q in definition.questions.values() if q.type in (*TEXTS, "address")]
    marks = {question.key: f"Marke{n}x" for n, question in enumerate(fitting)}
    with transaction():
        new = {q.key: marked(q, n) for n, q in enumerate(fitting)}
        version.answers = {**version.answers, **new}
    return marks


def test_no_mark_appears_that_the_jury_must_not_see(house: JuryHouse) -> None:
    marks = fill(house)
    house.free("paula")
    seen = {question.key for question in house.juror("paula").definition.seen_by("jury")}

    html = house.browser("paula").get(house.at(0)).text

    assert {key for key, mark in marks.items() if mark in html} == set(marks) & seen
    assert len(set(marks) - seen) > 8  # there is something to hide: addresses, numbers, names


def test_what_is_hidden_does_not_even_leave_the_database(house: JuryHouse) -> None:
    fill(house)
    loaded: list[Any] = []

    def note(target: Version, _context: Any) -> None:
        loaded.append(target)

    db.event.listen(Version, "load", note)
    db.session.expunge_all()
    house.call = db.session.get_one(Call, house.call.id)
    application = db.session.get_one(Application, house.applications[0].id)
    definition = house.juror("paula").definition
    keys = [q.key for q in jurysight.readable(definition, definition)]
    seen = jurysight.answers_of([application.id], [k for k in keys if "." in k])
    reading_of(application, definition)
    db.event.remove(Version, "load", note)

    assert loaded == []
    assert set(seen[application.id].answers) <= set(keys)


def test_blacked_out_passages_appear_nowhere(house: JuryHouse) -> None:
    application = house.applications[0]
    with transaction():
        for passage in ("Titelmarke0", "Namensmarke0"):
            redacting.hide_passage(application, passage, reason="Test", by=house.user("office"))
    house.free("paula")
    browser = house.browser("paula")

    pages = [browser.get(page).text for page in (house.path, house.at(0), house.at(0, "/conflict"))]

    assert not [page for page in pages if "Titelmarke0" in page or "Namensmarke0" in page]
    assert redacting.BAR in pages[0]
    assert "Nichts passt." in browser.get(f"{house.path}?q=Titelmarke0").text
    assert str(application.reference) in pages[1]


def test_the_question_about_conflicts_shows_no_way_to_reach_anybody(app: Flask) -> None:
    house = a_jury_house(app, 1)
    answers = house.applications[0].versions[-1].answers
    secret = [answers[key] for key in ("contact.email", "contact.phone", "applicant.postcode",
                                       "contact.last_name", "applicant.street")]  # fmt: skip

    html = house.browser("paula").get(house.at(0, "/conflict")).text

    assert answers["impact.partners"].split(",")[0] in html
    assert [word for word in secret if str(word) in html] == []


def test_a_hidden_photo_or_a_document_with_a_hidden_page_is_not_handed_out(
    app: Flask,
) -> None:
    house = a_jury_house(app, 1)
    application = house.applications[0]
    photo = next(f for f in application.files if f.key == "photos")
    with transaction():
        photo.copies = {"preview": "x", "print": "y"}
        redacting.hide_file(application, photo.id, reason="Test", by=house.user("office"))
    house.free("paula")
    browser = house.browser("paula")

    html = browser.get(house.at(0)).text

    assert str(photo.id) not in html
    assert browser.get(house.at(0, f"/files/{photo.id}/preview.jpg")).status_code == 404
    assert browser.get(house.at(0, f"/files/{photo.id}/print.jpg")).status_code == 404


def test_a_newer_version_is_told_to_who_sent_a_sheet(house: JuryHouse) -> None:
    house.free("paula")
    score(house, "paula", 0)
    application = house.applications[0]
    old = application.versions[-1]
    with transaction():
        kept = ("form_version_id locale reason arrived_at stored_at by_kind by_key sha256").split()
        newer = Version(n=old.n + 1, answers=dict(old.answers), check_code="X" * 14,
                        **{name: getattr(old, name) for name in kept})  # fmt: skip
        application.versions.append(newer)

    html = house.browser("paula").get(house.at(0)).text

    assert "seit Ihrem Bogen geändert" in html


@pytest.mark.parametrize("count", [1, 6])
def test_pages_ask_the_database_a_constant_number_of_times(app: Flask, count: int) -> None:
    house = a_jury_house(app, count)
    house.free("paula")
    browser = house.browser("paula")
    for page, most in ((house.path, 6), (house.at(0), 8)):
        browser.get(page)
        with counted() as seen:
            browser.get(page)
        asked = [one for one in seen if one.lstrip().upper().startswith("SELECT")
                 and "audit" not in one]  # fmt: skip
        assert len(asked) <= most, "\n".join(asked)
