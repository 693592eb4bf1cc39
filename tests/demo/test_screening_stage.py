"""The stage `screening`: 27 received in a closed call, half of them checked, all by use cases."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import func, select

from portal import audit
from portal.accounts import passwords, queries
from portal.applications.check import inquiries, screening
from portal.applications.correspondence import messages
from portal.applications.desk import duplicates
from portal.applications.desk_models import Digest, Mention, Tag
from portal.applications.jury import redacting
from portal.applications.models import Application, Channel, File, FileState, Reason
from portal.applications.workflow import RECEIVED, Status
from portal.calls.memberships import Role, members_of
from portal.calls.models import Call
from portal.calls.moments import Phase, phase
from portal.calls.queries import call_by_slug
from portal.core.clock import now
from portal.core.db import db
from portal.demo import people
from portal.demo.build import build
from portal.demo.received import SLUG
from portal.documents.models import Document, DocumentState
from portal.jobs.models import Job, JobState
from portal.mail.models import Letter, LetterState

PLACES = {
    Status.DRAFT: 12,
    Status.SUBMITTED: 8,
    Status.IN_SCREENING: 8,
    Status.RETURNED: 2,
    Status.ELIGIBLE: 8,
    Status.INELIGIBLE: 1,
}


@pytest.fixture(scope="module")
def said(staged: Any) -> Iterator[list[str]]:
    """Build the stage; return what it said last."""
    with staged("screening") as (_app, said):
        yield said


@pytest.fixture
def call(said: list[str]) -> Call:
    """Return the call of the example."""
    return call_by_slug(SLUG)


def _received(call: Call) -> list[Application]:
    rows = select(Application).where(
        Application.call_id == call.id, Application.status.in_(RECEIVED)
    )
    return list(db.session.scalars(rows.order_by(Application.number)))


def _one(title: str) -> Application:
    return db.session.scalars(select(Application).where(Application.title == title)).one()


def test_the_call_is_closed_and_27_came_in(call: Call) -> None:
    assert phase(call, now()) is Phase.CLOSED
    assert [one.number for one in _received(call)] == list(range(1, 28))
    states = select(Application.status, func.count()).group_by(Application.status)
    assert dict(map(tuple, db.session.execute(states))) == PLACES
    assert Counter(one.channel for one in _received(call)) == {Channel.WEB: 26, Channel.PAPER: 1}


def test_everything_came_before_the_closing_and_happened_before_now(call: Call) -> None:
    for one in _received(call):
        assert call.opens_at < one.submitted_at < call.closes_at, one.reference
        moments = [event.at for event in one.events]
        assert moments == sorted(moments), one.reference
        assert moments[-1] < now(), one.reference
    days = {event.at.date() for one in _received(call) for event in one.events if event.n > 1}
    assert len(days) >= 6


def test_one_was_asked_and_answered_with_a_second_version(call: Call) -> None:
    asked = [one for one in _received(call) if len(one.versions) > 1]
    assert [one.versions[-1].reason for one in asked] == [Reason.COMPLETE]
    assert asked[0].status is Status.IN_SCREENING
    assert (
        asked[0].versions[0].answers["contact.role"]
        != (asked[0].versions[1].answers["contact.role"])
    )


def test_one_is_overdue_and_was_reminded(call: Call) -> None:
    overdue = inquiries.overdue(call)
    assert [one.title[:6] for one, _inquiry in overdue] == ["Kohle,"]
    assert overdue[0][1].reminded_at is not None


def test_one_pair_of_likely_doubles_waits_for_a_person(call: Call) -> None:
    [pair] = duplicates.open_pairs(call)
    assert {signal["kind"] for signal in pair.signals} == {"file", "text"}
    assert pair.second.title == "Sprachcafé am Gartenzaun – Deutsch zwischen Hochbeeten"
    assert (pair.first.status, pair.second.status) == (Status.ELIGIBLE, Status.IN_SCREENING)


def test_one_is_not_eligible_and_its_letter_waits(call: Call) -> None:
    [one] = [one for one in _received(call) if one.status is Status.INELIGIBLE]
    why = screening.why_ineligible(one)
    assert why
    assert "Musterhausen" in why.reason
    held = db.session.scalars(select(Letter).where(Letter.state == LetterState.HELD)).all()
    assert Counter(letter.name for letter in held) == {"circular": 8, "find_ineligible": 1}


def test_one_passage_is_blacked_out(call: Call) -> None:
    one = next(one for one in _received(call) if one.title.startswith("Heimat im Gepäck"))
    assert redacting.BAR in redacting.redacted(one.versions[-1]).answers["project.description"]


def test_checklists_are_partly_filled(call: Call) -> None:
    digests = db.session.scalars(select(Digest)).all()
    states = Counter(
        "none" if d.checks_open is None else "done" if not d.checks_open else "open"
        for d in digests
    )
    assert states == {"none": 10, "done": 9, "open": 8}


def test_owners_tags_notes_and_a_message_are_there(call: Call) -> None:
    assert Counter(one.clerk.email for one in _received(call) if one.clerk) == {
        people.SELMA.email: 13,
        people.JONAS.email: 10,
    }
    assert set(db.session.scalars(select(Tag.name))) == {"gGmbH", "Dublette?", "Bildrechte"}
    assert db.session.scalar(select(func.count()).select_from(Mention)) == 2
    assert [one.title[:6] for one in messages.waiting_for_office(call)]


def test_files_are_checked_and_no_work_is_left_but_blank_forms(call: Call) -> None:
    assert set(db.session.scalars(select(File.state))) == {FileState.READY}
    left = db.session.scalars(select(Document.kind).where(Document.state == DocumentState.ORDERED))
    assert set(left) == {"blank_form"}
    waiting = db.session.scalars(select(Job.name).where(Job.state != JobState.DONE))
    assert set(waiting) == {"make_document"}


def test_the_log_is_whole(call: Call) -> None:
    assert audit.verify() == []


def test_the_terminal_says_how_to_sign_in(said: list[str], call: Call) -> None:
    assert len(members_of(call, Role.OFFICE)) == 2
    assert len(members_of(call, Role.READER)) == 1
    for person in people.OFFICE:
        user = queries.by_email(person.email)
        assert user
        assert user.ready
        password = people.password_of(person.email)
        assert [line for line in said if person.email in line and password in line]
        assert passwords.matches(user.password_hash, password)
        assert len(people.code_now(person.email)) == 6
    with pytest.raises(LookupError):
        people.code_now("nobody@example.org")


def test_building_it_again_changes_nothing(said: list[str], call: Call) -> None:
    before = db.session.scalar(select(func.count()).select_from(Letter))
    assert build("screening") == said
    assert db.session.scalar(select(func.count()).select_from(Letter)) == before
    assert call.last_number == 27
