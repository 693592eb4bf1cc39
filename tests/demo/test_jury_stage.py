"""The stage `jury`: 25 with the jury, three conflicts, half of the sheets, a tie at the top."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest
from sqlalchemy import func, select

from portal import audit
from portal.accounts import queries
from portal.applications.jury import judging
from portal.applications.jury.judging import Assignment, Conflict, Tie, Way
from portal.applications.models import Application
from portal.applications.workflow import Status
from portal.calls.memberships import Function
from portal.calls.models import Call
from portal.calls.queries import call_by_slug
from portal.core.clock import now
from portal.core.db import db
from portal.demo import people, sample
from portal.demo.build import build
from portal.demo.opinions import Opinions
from portal.demo.received import SLUG
from portal.mail.models import Letter, LetterState
from portal.scoring.meeting import meetings
from portal.scoring.models import Sheet, SheetState
from portal.scoring.sheet import pledging

STATES = {Status.DRAFT: 12, Status.WITH_JURY: 25, Status.INELIGIBLE: 2}
SENT = {"J1": 25, "J2": 12, "J3": 13, "J4": 25, "J5": 12, "J6": 12, "J9": 1}
BEGUN = {"J2": 1, "J3": 2, "J6": 1}
TIED = {"Rückenwind auf zwei Rädern 🚲🌬️ – Frauen lernen Rad fahren",
        "Amare Glasura – Roma-Theater aus der Nordstadt"}  # fmt: skip


@pytest.fixture(scope="module")
def said(staged: Any) -> Iterator[list[str]]:
    """Build the stage; return what it said last."""
    with staged("jury") as (_app, said):
        yield said


@pytest.fixture
def call(said: list[str]) -> Call:
    """Return the call of the example."""
    return call_by_slug(SLUG)


def _ids() -> dict[str, str]:
    """Return the ids of the sample data by the address of the juror."""
    return {person.email: key for key, person in people.jury().items()}


def test_25_of_27_are_with_the_jury(call: Call) -> None:
    states = select(Application.status, func.count()).group_by(Application.status)
    assert dict(map(tuple, db.session.execute(states))) == STATES
    assert call.last_number == 27


def test_the_jury_is_that_of_the_sample_data(call: Call) -> None:
    jury = judging.jurors(call)
    assert {one.user.name for one in jury} == {member.name for member in sample.jury()}
    functions = Counter(one.function for one in jury)
    assert functions == {
        Function.CHAIR: 1, Function.MEMBER: 6, Function.DEPUTY: 1, Function.SECRETARY: 1,
    }  # fmt: skip
    seats = judging.seats(call)
    assert {seats[one.user.id].words for one in jury} == {one.role for one in sample.jury()}
    assert all(pledging.pledge_of(one) for one in jury)


def test_three_are_kept_out_and_everybody_has_answered(call: Call) -> None:
    out = {
        (_ids()[one.user.email], one.application.title[:12], one.tie, one.words)
        for one in judging.conflicts_of(call)
    }
    assert out == {
        ("J2", "Beet an Beet", Tie.EMPLOYED, "Mitglied im Vorstand des Kleingartenvereins"),
        ("J5", "Smartphone-S", Tie.EMPLOYED, "beim Träger gegen Entgelt beschäftigt"),
        ("J6", "Vorlesen in ", Tie.RELATIVE_OF_REPRESENTATIVE, "Schwester ist Kita-Leitung"),
    }
    answers = Counter(db.session.scalars(select(Conflict.tie)))
    assert answers[Tie.NONE] == 7 * 25 - 3 + 25 + 1
    assert [list(judging.all_of(judging.asked_of(one))) for one in judging.jurors(call)] == [[]] * 9


def test_all_read_all_and_the_deputy_stands_in_once(call: Call) -> None:
    ways = Counter(db.session.scalars(select(Assignment.way)))
    assert ways == {Way.ALL: 7 * 25, Way.DEPUTY: 1}


def test_half_of_the_sheets_are_sent(call: Call) -> None:
    sheets = db.session.scalars(select(Sheet)).all()
    ids = _ids()
    sent = Counter(ids[s.user.email] for s in sheets if s.state is SheetState.SENT)
    begun = Counter(ids[s.user.email] for s in sheets if s.state is SheetState.DRAFT)
    assert (sent, begun) == (SENT, BEGUN)
    assert len(sheets) == 104
    assert all(s.sent_at < now() for s in sheets if s.sent_at)
    comments = [s.comment for s in sheets if s.state is SheetState.SENT and s.comment]
    assert 40 < len(comments) < 80
    assert len(set(comments)) > 8


def test_two_are_level_at_the_top(call: Call) -> None:
    weights = sample.criteria()
    given: dict[str, list[Fraction]] = defaultdict(list)
    rows = select(Sheet, Application).join(Application, Application.id == Sheet.application_id)
    for sheet, application in db.session.execute(rows.where(Sheet.state == SheetState.SENT)):
        points = sum(weights[key] * score for key, score in sheet.scores.items())
        given[application.title].append(Fraction(points, sum(weights.values())))
    means = {title: sum(totals) / len(totals) for title, totals in given.items()}
    best = max(means.values())
    assert {title for title, mean in means.items() if mean == best} == TIED
    assert len(set(means.values())) > 15


def test_a_meeting_is_announced_and_not_begun(call: Call) -> None:
    meeting = meetings.running(call)

    assert meeting
    assert (meeting.opened_at, len(meeting.items), meeting.presences) == (None, 25, [])
    assert timedelta(0) < meeting.starts_at - now() < timedelta(days=30)
    invited = select(func.count()).where(Letter.name == "meeting_invitation")
    assert db.session.scalar(invited) == len(judging.jurors(call)) == 9
    chair = next(one for one in judging.jurors(call) if one.chairs)
    assert meeting.called_by == chair.user.key


def test_no_letter_waits_and_the_log_is_whole(call: Call) -> None:
    assert set(db.session.scalars(select(Letter.state))) == {LetterState.SENT}
    assert audit.verify() == []


def test_the_terminal_names_every_juror(said: list[str], call: Call) -> None:
    for person in people.jury().values():
        assert [
            one for one in said if person.email in one and people.password_of(person.email) in one
        ]
        user = queries.by_email(person.email)
        assert user
        assert user.ready


def test_building_it_again_changes_nothing(said: list[str], call: Call) -> None:
    assert build("jury") == said
    assert db.session.scalar(select(func.count()).select_from(Sheet)) == 104


def test_the_same_seed_gives_the_same_opinions() -> None:
    refs = [one.ref for one in sample.complete()]
    first, again, other = Opinions(1, refs), Opinions(1, refs), Opinions(2, refs)
    pairs = [(member.id, ref) for member in sample.jury() for ref in refs]
    assert [first.sheet(*pair) for pair in pairs] == [again.sheet(*pair) for pair in pairs]
    assert [first.sheet(*pair) for pair in pairs] != [other.sheet(*pair) for pair in pairs]
