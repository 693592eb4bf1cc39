"""Paper counts from the day it came; more time for all and for one; reminders before a due date."""

from datetime import datetime, timedelta

import pytest
import time_machine
from flask import Flask

from portal import jobs, mail
from portal.accounts.models import User
from portal.applications.check import (
    extending,
    forwarding,
    inquiries,
    marking,
    reminding,
    screening,
)
from portal.applications.check.inquiries import Question
from portal.applications.deadline import Arrival, arrival
from portal.applications.drafts import sending
from portal.applications.drafts.drafting import save
from portal.applications.drafts.renewing import newest
from portal.applications.drafts.sending import Incomplete
from portal.applications.models import Application, Channel, Reason
from portal.applications.onpaper import paper
from portal.applications.policy import POLICY, Action
from portal.applications.workflow import Status
from portal.calls.memberships import Role
from portal.calls.models import Call
from portal.calls.queries import current_version
from portal.core.actor import Applicant
from portal.core.clock import now
from portal.core.db import db, transaction
from portal.core.errors import DomainError, Forbidden
from portal.demo import sample
from tests.drafts import begun, complete, open_call
from tests.office.counting import statements
from tests.offices import LATER, clerk, eligible, received, staff

GAP = "declarations.accuracy_authority"


@pytest.fixture
def call(app: Flask) -> Call:
    return open_call()


@pytest.fixture
def office(call: Call) -> User:
    return clerk(call)


def entered(
    call: Call, office: User, came: datetime, *, without: tuple[str, ...] = (GAP,)
) -> Application:
    """Return a draft on paper with an example typed in, committed."""
    with transaction():
        draft = paper.enter(call, Channel.PAPER, received_at=came, note="Poststempel", by=office)
        answers = {k: v for k, v in sample.complete()[0].answers.items() if k not in without}
        save(draft, answers, by=office, seen=0, window="w", at=now())
    return draft


def test_paper_is_late_or_in_time_by_the_day_it_came(call: Call, office: User) -> None:
    in_time = entered(call, office, now() - timedelta(days=1))
    with transaction():
        call.opens_at, call.closes_at = now() - timedelta(days=9), now() - timedelta(hours=2)
    late = entered(call, office, now() - timedelta(hours=1))

    assert arrival(in_time, now()) is Arrival.IN_TIME
    assert arrival(late, now()) is Arrival.LATE


def test_a_gap_needs_a_note_and_becomes_an_open_point(call: Call, office: User) -> None:
    draft = entered(call, office, now() - timedelta(days=2))
    missing, wrong = paper.gaps(draft)
    assert ([p.key for p in missing], wrong) == ([GAP], [])
    with pytest.raises(DomainError):
        paper.send(draft, by=office)
    db.session.rollback()
    with transaction():
        version = paper.send(draft, by=office, gap_note="kommt nach")

    facts = paper.entry(draft)
    assert (facts.gaps, facts.gap_note) == ([GAP], "kommt nach")
    assert (version.reason, version.late, version.by_kind) == (Reason.SUBMIT, False, "user")
    assert draft.submitted_at == version.arrived_at == facts.received_at
    verdicts = {line.item.key: line.verdict for line in marking.panel(draft).lines}
    assert verdicts["declarations"] == "question"
    assert draft.reference == "IP-2027-0001"


def test_what_was_mistyped_is_no_gap(call: Call, office: User) -> None:
    draft = entered(call, office, now() - timedelta(days=2), without=())
    with transaction():
        save(draft, {"applicant.postcode": "441", "project.title": ""}, by=office,
             seen=draft.revision, window="w", at=now())  # fmt: skip

    assert {p.key for p in paper.gaps(draft)[1]} == {"applicant.postcode", "project.title"}
    with pytest.raises(Incomplete):
        paper.send(draft, by=office, gap_note="egal")


def test_a_draft_from_the_web_knows_no_gaps(call: Call) -> None:
    draft = begun(call, {"project.title": "Nur ein Titel"})

    with pytest.raises(Incomplete):
        sending.send(draft, by=Applicant(draft.id), arrived_at=now())


@pytest.mark.parametrize(("hours", "note"), [(24, "Stempel"), (-24 * 400, "Stempel"), (-24, " ")])
def test_an_entry_needs_a_true_day_and_a_note(
    call: Call, office: User, hours: int, note: str
) -> None:
    with pytest.raises(DomainError):
        paper.enter(call, Channel.EMAIL, received_at=now() + timedelta(hours=hours), note=note,
                    by=office)  # fmt: skip


def test_only_the_office_enters_and_only_it_reads_the_draft(call: Call, office: User) -> None:
    reader = staff(call, Role.READER).user
    draft = entered(call, office, now() - timedelta(days=1))

    with pytest.raises(Forbidden):
        paper.enter(call, Channel.PAPER, received_at=now(), note="x", by=reader)
    assert POLICY.allows(office, Action.EDIT, draft)
    assert not POLICY.allows(reader, Action.EDIT, draft)
    assert not POLICY.allows(office, Action.EDIT, begun(call))
    with transaction():
        paper.send(draft, by=office, gap_note="kommt nach")
    assert not POLICY.allows(office, Action.EDIT, draft)


def test_a_code_on_paper_lives_until_its_date_and_forgives_typing(call: Call, office: User) -> None:
    draft = entered(call, office, now() - timedelta(days=1))
    with transaction():
        paper.send(draft, by=office, gap_note="kommt nach")
        first = paper.hand_over(draft, now() + timedelta(days=1), by=office)
        old = paper.code(first)
        key = paper.hand_over(draft, now() + timedelta(days=30), by=office)
    code = paper.code(key)
    typed = code.lower().replace("-", " ").replace("0", "o").replace("1", "l")

    with transaction():
        assert paper.open_code(call, old, "d" * 64, now()) is None
        assert paper.open_code(call, typed, "d" * 64, now()) is draft
        assert paper.open_code(call, code, "e" * 64, now()) is draft
        assert paper.open_code(call, code, "f" * 64, now() + timedelta(days=31)) is None
    assert code not in (key.hash, key.nonce)


# --- more time ----------------------------------------------------------------------------------


def test_a_later_closing_makes_a_version_and_tells_every_draft_once(
    call: Call, office: User
) -> None:
    draft = begun(call, {"project.title": "Wartet", "contact.email": "w@example.org",
                         "application_type": "self"})  # fmt: skip
    begun(call, {"project.title": "Ohne Adresse"}, "e" * 64)
    later = call.closes_at + timedelta(days=7)
    with transaction():
        extending.extend_all(call, later, reason="Sturm", by=office)
    definition = current_version(call).definition
    assert (call.closes_at, definition.closes_at) == (later, later)
    step = next(step for step in definition.steps if step.name == "closes")
    assert step.at == later
    assert f"{definition.local(later).day}. " in step.when["de"]
    (job,) = db.session.query(jobs.Job).filter_by(name=extending.JOB).all()
    extending.tell(**job.args)
    extending.tell(**job.args)

    written = db.session.query(mail.Letter).filter_by(name="closes_later").all()
    assert [(one.to_address, "Sturm" in one.body) for one in written] == [("w@example.org", True)]
    assert draft.id == written[0].about


@pytest.mark.parametrize(("days", "reason"), [(-1, "Sturm"), (7, " "), (400, "Sturm")])
def test_some_extensions_are_refused(call: Call, office: User, days: int, reason: str) -> None:
    with pytest.raises(DomainError):
        extending.extend_all(call, call.closes_at + timedelta(days=days), reason=reason, by=office)


def test_a_personal_link_lets_one_send_late(call: Call, office: User) -> None:
    draft, other = complete(call), complete(call, LATER)
    with transaction():
        call.opens_at, call.closes_at = now() - timedelta(days=9), now() - timedelta(days=2)
        extending.extend_one(draft, now() + timedelta(days=1), reason="krank", by=office)

    assert arrival(draft, now()) is Arrival.LATE
    assert arrival(other, now()) is Arrival.CLOSED
    with transaction():
        assert sending.send(draft, by=Applicant(draft.id), arrived_at=now()).late
    line = next(x for x in marking.panel(draft).lines if x.item.key == "in_time")
    assert line.verdict == "question"


def test_a_reminder_is_written_once_before_the_due_date(call: Call, office: User) -> None:
    application = received(call)
    due = (now() + timedelta(days=7)).date()
    with transaction():
        inquiries.ask(application, Question([], "Seit wann?", due), by=office)

    def reminders() -> int:
        reminding.remind()
        return sum(one.name == "answer_reminder" for one in mail.log_of(application.id))

    assert reminders() == 0
    with time_machine.travel(now() + timedelta(days=6)):
        assert (reminders(), reminders()) == (1, 1)
    assert application.status is Status.RETURNED


def test_the_way_to_the_jury_costs_the_same_for_many(call: Call, office: User) -> None:
    eligible(call, office)
    db.session.expire_all()
    with statements() as few:
        forwarding.candidates(call)
    for n in range(3):
        application = received(call, {**LATER, "contact.email": f"n{n}@example.org"})
        with transaction():
            screening.find_eligible(application, by=office)
    db.session.expire_all()
    with statements() as many:
        assert len(forwarding.candidates(call)) == 4

    assert len(many) <= len(few) + 1
    assert newest(application).n == 1
