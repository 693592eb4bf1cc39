"""How far a draft is: what is kept of each section says the same as a look at all of it."""

from datetime import UTC, datetime

import pytest

from portal.applications.models import FileState
from portal.apply.survey import survey_of
from portal.demo.sample import complete
from portal.demo.sample import open_call as example
from tests.drafts import SLUG

FILES = [("photos", FileState.READY), ("documents", FileState.REFUSED)]


@pytest.mark.parametrize("number", range(4))
def test_each_change_is_seen(number: int) -> None:
    definition = example(SLUG, datetime.now(UTC).date())
    answers = complete()[number].answers
    draft = dict(answers)
    for key in answers:
        draft.pop(key)
        for files in ([], FILES[:1], FILES):
            kept = survey_of(definition, "same", draft, files)
            assert kept == survey_of(definition, object(), draft, files)


def test_a_month_is_looked_at_again_when_the_one_before_it_changes() -> None:
    definition = example(SLUG, datetime.now(UTC).date())
    later = [
        (section, question)
        for section in definition.sections
        for question in section.questions
        if question.type == "month" and question.not_before
    ]

    assert all(question.not_before in section.looked_at for section, question in later)
