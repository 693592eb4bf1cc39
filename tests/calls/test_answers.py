"""What is asked, what keeps the samples from being sent, and what a browser posts for them."""

from dataclasses import replace
from datetime import date

import pytest
from werkzeug.datastructures import MultiDict

from portal.calls.answers import asked, ineligible, problems, values
from portal.calls.conditions import only_if
from portal.calls.definition import Definition
from portal.calls.posted import raw_answers
from portal.calls.reading import show
from portal.core.i18n import in_language
from portal.demo import sample

CALL = sample.open_call("integrationspreis-2027", date(2027, 8, 24))
HEIMAT = sample.open_call("heimat-preis-2027", date(2027, 8, 24))
COMPLETE = sample.complete()


def test_twenty_four_samples_are_complete() -> None:
    assert len(COMPLETE) == 24
    assert len(sample.legacy()) == 4
    assert sample.without_image_rights().ref.endswith("0006")


@pytest.mark.parametrize("one", COMPLETE, ids=lambda one: one.ref)
def test_a_complete_sample_can_be_sent(speaking: None, one: sample.SampleApplication) -> None:
    assert problems(CALL, one.answers, one.file_counts) == []
    assert ineligible(CALL, one.answers) == []
    kept = values(CALL, one.answers, one.file_counts)
    with in_language("de"):
        for question in asked(CALL, one.answers, one.file_counts):
            assert show(question, kept.get(question.key)).kind in (
                "short", "long", "list", "table", "missing")  # fmt: skip


@pytest.mark.parametrize("one", COMPLETE, ids=lambda one: one.ref)
def test_what_a_browser_posts_gives_the_same_answers(
    speaking: None, one: sample.SampleApplication
) -> None:
    posted = sample.form_data(one, CALL)
    fields = MultiDict([(name, value) for name, all_ in posted.items() for value in all_])
    raw = raw_answers(CALL.questions.values(), fields)
    assert values(CALL, raw, one.file_counts) == values(CALL, one.answers, one.file_counts)


def test_files_without_image_rights_stop_the_form_there(speaking: None) -> None:
    one = sample.without_image_rights()
    with in_language("de"):
        [problem] = problems(CALL, one.answers, one.file_counts)
    assert problem == (
        "declarations.image_rights", "declarations.image_rights",
        "Bestätigen Sie die Rechte an Fotos und Texten oder entfernen Sie die Fotos und Unterlagen",
    )  # fmt: skip
    assert problems(CALL, replace(one, files=()).answers, {}) == []


def test_an_empty_form_names_every_required_question(speaking: None) -> None:
    found = {problem.key for problem in problems(CALL, {}, {})}
    required = {q.key for q in asked(CALL, {}, {}) if q.required}
    assert found == required
    assert "nominator.email" not in found
    assert "declarations.image_rights" not in found


def test_an_answer_that_excludes_is_found(speaking: None) -> None:
    answers = {"eligibility_dortmund": "no", "eligibility_running": "yes"}
    assert [q.key for q in ineligible(CALL, answers)] == ["eligibility_dortmund"]


def _heimat(**answers: object) -> set[str]:
    return {question.key for question in asked(HEIMAT, answers, {})}


def test_a_section_appears_with_its_condition() -> None:
    assert "heritage.kinds" not in _heimat()
    assert "heritage.kinds" in _heimat(**{"project.category": "heritage"})
    assert "meeting.place" not in _heimat(**{"project.category": "heritage"})


def test_combined_conditions_hold_together_and_in_turn() -> None:
    base = {"project.category": "heritage", "heritage.kinds": ["building"]}
    assert "heritage.owner_agrees" in _heimat(**base, entered_by="own")
    assert "heritage.owner_agrees" not in _heimat(**base, entered_by="proposal")
    agreed = {"entered_by": "proposal", "proposer.group_agrees": "yes"}
    assert "heritage.owner_agrees" in _heimat(**base, **agreed)
    other = base | {"heritage.kinds": ["custom"]}
    assert "heritage.owner_agrees" not in _heimat(**other, entered_by="own")


def test_an_answer_to_a_question_that_is_not_asked_counts_as_none() -> None:
    base = {"project.category": "heritage", "heritage.kinds": ["building"]}
    hidden = base | {"proposer.group_agrees": "yes"}
    assert "heritage.owner_agrees" not in _heimat(**hidden)


def test_conditions_are_told_in_words(speaking: None) -> None:
    with in_language("de"):
        assert only_if(CALL, CALL.questions["nominator.email"].asked_if) == (
            "Kommt nur, wenn Sie bei „Art der Bewerbung“ „Ich schlage jemanden vor“ wählen."
        )
        assert only_if(CALL, CALL.questions["declarations.image_rights"].asked_if) == (
            "Kommt nur, wenn Sie unter „Fotos“ oder „Unterlagen“ Dateien hochladen."
        )
        assert only_if(CALL, None) == ""


def test_only_the_questions_of_a_page_are_read() -> None:
    page = [CALL.questions["project.title"], CALL.questions["project.districts"]]
    fields = MultiDict({"project.title": "A", "applicant.name": "B", "asked": "project.districts"})
    assert raw_answers(page, fields) == {"project.title": "A", "project.districts": []}


def test_a_month_in_one_field_is_understood() -> None:
    page = [CALL.questions["project.start"]]
    for text in ("2016-05", "5/2016", "05.2016"):
        assert raw_answers(page, MultiDict({"project.start": text}))["project.start"] in (
            {"month": "05", "year": "2016"}, {"month": "5", "year": "2016"})  # fmt: skip


def test_rows_are_read_by_their_numbers_and_bounded() -> None:
    page = [HEIMAT.questions["budget.costs"]]
    fields = MultiDict({"budget.costs.1.item": "Saal", "budget.costs.999.item": "zu viel"})
    rows = raw_answers(page, fields)["budget.costs"]
    assert rows[1] == {"item": "Saal", "pieces": "", "amount": ""}
    assert len(rows) == HEIMAT.questions["budget.costs"].max_rows + 1  # type: ignore[union-attr]


def test_a_question_on_its_own_page_stands_alone() -> None:
    pages = CALL.section_by_key["project"].pages
    alone = [page for page in pages if page[0].own_page]
    assert all(len(page) == 1 for page in alone)
    assert sum(len(page) for page in pages) == len(CALL.section_by_key["project"].questions)


def test_a_definition_does_not_change() -> None:
    assert isinstance(CALL, Definition)
    with pytest.raises(Exception, match="frozen"):
        CALL.minutes = 1
