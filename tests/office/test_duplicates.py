"""Likely duplicates: what makes a pair, what does not, and who decides."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from portal import jobs
from portal.applications.desk import duplicates
from portal.applications.desk.duplicates import bands_of, likeness, shingles_of
from portal.applications.desk_models import Duplicate
from portal.applications.models import Application
from portal.applications.search import indexing
from portal.calls.models import Call
from portal.core.db import db, transaction
from portal.demo import sample
from tests.drafts import begun, send, write
from tests.offices import received
from tests.strict import StrictClient, text_of

LIST = "/integrationspreis-2027/office/duplicates"
WORDS = "eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf".split()


def another(call: Call, more: dict[str, Any] | None = None) -> Application:
    """Return a sent application that has nothing in common with the first example."""
    example = next(one for one in sample.complete()[1:] if not one.files)
    application = begun(call, {**example.answers, **(more or {})})
    send(application)
    return application


def kinds(pair: Duplicate) -> set[str]:
    return {signal["kind"] for signal in pair.signals}


def pairs() -> list[Duplicate]:
    return list(db.session.scalars(select(Duplicate)))


@pytest.fixture
def first(call: Call) -> Application:
    one = received(call)
    duplicates.find(str(one.id))
    return one


def test_two_different_applications_are_no_pair(call: Call, first: Application) -> None:
    other = another(call)
    duplicates.find(str(other.id))

    assert pairs() == []


@pytest.mark.parametrize(
    ("key", "kind"), [("applicant.name", "name"), ("contact.email", "email"),
                      ("project.description", "text")],
)  # fmt: skip
def test_each_signal_alone_makes_a_pair(
    call: Call, first: Application, key: str, kind: str
) -> None:
    value = str(first.versions[0].answers[key])
    if kind == "text":
        value = value.replace("und", "sowie", 2)
        more = {key: value, "project.goals": str(first.versions[0].answers["project.goals"])}
    else:
        more = {key: value.upper()}
    other = another(call, more)
    duplicates.find(str(other.id))

    assert [kinds(pair) for pair in pairs()] == [{kind}]
    assert (pairs()[0].first_id, pairs()[0].second_id) == (first.id, other.id)


def test_the_same_application_twice_shows_every_signal(call: Call, first: Application) -> None:
    twin = received(call)
    duplicates.find(str(twin.id))
    duplicates.find(str(first.id))

    (pair,) = pairs()
    assert kinds(pair) == {"name", "email", "text", "file"}
    assert next(s for s in pair.signals if s["kind"] == "text")["percent"] == 100


def test_a_legal_form_hides_nobody(call: Call, first: Application) -> None:
    with transaction():
        write(first, {"applicant.name": "Köprü Gençlik e. V."})
    send(first)
    another(call, {"applicant.name": "KÖPRÜ GENÇLIK e.V."})
    duplicates.find(str(first.id))

    assert [kinds(pair) for pair in pairs()] == [{"name"}]


def test_a_judged_pair_stays_judged_until_something_new_speaks(
    call: Call, first: Application, people: Any
) -> None:
    other = another(call, {"contact.email": first.owner_email})
    duplicates.find(str(other.id))
    with transaction():
        duplicates.dismiss(pairs()[0], by=people("office").user)
    duplicates.find(str(other.id))
    assert pairs()[0].dismissed_at is not None
    with transaction():
        write(other, {"applicant.name": str(first.versions[0].answers["applicant.name"])})
    send(other)
    duplicates.find(str(other.id))

    assert pairs()[0].dismissed_at is None
    assert kinds(pairs()[0]) == {"email", "name"}


def test_a_pair_that_no_longer_looks_alike_goes(call: Call, first: Application) -> None:
    other = another(call, {"applicant.name": str(first.versions[0].answers["applicant.name"])})
    duplicates.find(str(other.id))
    assert len(pairs()) == 1
    with transaction():
        write(other, {"applicant.name": "Ganz anders"})
    send(other)
    duplicates.find(str(other.id))

    assert pairs() == []


def test_another_call_makes_no_pair(call: Call, first: Application) -> None:
    assert duplicates.open_pairs(call) == []


def test_each_version_orders_the_comparison(call: Call) -> None:
    one = received(call)
    job = db.session.scalars(select(jobs.Job).where(jobs.Job.name == indexing.FIND_DOUBLES)).one()

    assert job.args == {"application_id": str(one.id)}


def test_both_stand_side_by_side_and_a_person_decides(
    browser: Callable[[str], StrictClient], call: Call, first: Application
) -> None:
    twin = received(call)
    duplicates.find(str(twin.id))
    (pair,) = pairs()
    path, anna = f"{LIST}/{pair.id}", browser("office")
    html = text_of(anna.get(path))
    aside = f"/integrationspreis-2027/office/applications/{twin.id}/find_ineligible"

    assert f'href="{aside}?twin={first.reference}"' in html
    assert str(first.reference) in text_of(anna.get(LIST))
    anna.post_form(f"{path}/dismiss", page=path)
    assert str(first.reference) not in text_of(anna.get(LIST))
    anna.post_form(f"{path}/again", page=path)
    assert str(first.reference) in text_of(anna.get(LIST))


def test_near_texts_share_a_band() -> None:
    text = [f"{a} {b}" for a in WORDS for b in WORDS]
    near = [*text[:20], "neu", *text[21:]]
    one, two = shingles_of(" ".join(text)), shingles_of(" ".join(near))

    assert likeness(one, two) > 0.9
    assert set(enumerate(bands_of(one))) & set(enumerate(bands_of(two)))
    assert likeness(one, shingles_of("ganz andere Worte stehen hier")) == 0
    assert bands_of(shingles_of("drei kurze Worte")) == []
