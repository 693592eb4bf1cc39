"""The formal check: marks, asking back, answering, decisions, corrections, the way to the jury."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from portal import mail
from portal.accounts.models import User
from portal.applications import differences, keys
from portal.applications.check import (
    completing,
    correcting,
    forwarding,
    inquiries,
    marking,
    screening,
)
from portal.applications.check.inquiries import Question
from portal.applications.check.marking import MarkedMeanwhile, Verdict
from portal.applications.correspondence import contacts, messages
from portal.applications.drafts.renewing import newest, raw_answers
from portal.applications.drafts.sending import Incomplete
from portal.applications.jury import redacting
from portal.applications.models import Application, Purpose, Reason
from portal.applications.queries import definition_under, unsent_changes
from portal.applications.workflow import Status
from portal.audit.models import AuditEntry
from portal.calls.checks import check
from portal.calls.models import Call
from portal.calls.retyped import raw_of
from portal.core.actor import Applicant
from portal.core.clock import now
from portal.core.db import db, transaction
from portal.core.errors import DomainError, Forbidden
from tests.drafts import open_call
from tests.offices import LATER, clerk, eligible, received


@pytest.fixture
def call(app: Flask) -> Call:
    return open_call()


@pytest.fixture
def office(call: Call) -> User:
    return clerk(call)


def letters(application: Application, name: str) -> list[mail.Letter]:
    return [letter for letter in mail.log_of(application.id) if letter.name == name]


def ask(application: Application, office: User, *keys_: str, days: int = 7) -> inquiries.Inquiry:
    due = (now() + timedelta(days=days)).date()
    with transaction():
        return inquiries.ask(
            application, Question(keys_, "Seit wann läuft das Projekt?", due), by=office
        )


def answer(application: Application, answers: dict[str, object], note: str = "") -> None:
    owner = Applicant(application.id)
    with transaction():
        completing.save(application, answers, note, by=owner, at=now())
    with transaction():
        completing.answer(application, by=owner, at=now())


def whats(application: Application) -> list[str]:
    rows = select(AuditEntry.what).where(AuditEntry.thing_key == str(application.id))
    return list(db.session.scalars(rows.order_by(AuditEntry.n)))


def test_every_kept_answer_can_be_typed_again(call: Call) -> None:
    version = newest(received(call))
    known = definition_under(version).questions
    raw = raw_answers(definition_under(version), version.answers)

    for key, value in version.answers.items():
        assert check(known[key], raw_of(known[key], value), raw).value == value, key


def test_the_portal_finds_out_what_it_can(call: Call, office: User) -> None:
    lines = {line.item.key: line for line in marking.panel(received(call)).lines}

    for key in ("in_time", "required", "declarations", "files", "duplicate"):
        assert lines[key].verdict is Verdict.OK, lines[key].finding
    assert lines["in_dortmund"].verdict is None
    assert [e.question.key for e in lines["in_dortmund"].evidence] == [
        "eligibility_dortmund", "project.districts", "applicant.city_district",
    ]  # fmt: skip
    assert "nominee" not in lines


def test_a_mark_counts_more_than_a_finding_and_can_be_taken_back(call: Call, office: User) -> None:
    application = received(call)
    with transaction():
        marking.mark(application, "files", Verdict.NO, by=office, note="unlesbar", seen=0)
    line = next(one for one in marking.panel(application).lines if one.item.key == "files")
    assert (line.verdict, line.by_person, line.mark and line.mark.note) == (
        Verdict.NO, True, "unlesbar")  # fmt: skip
    with transaction():
        marking.mark(application, "files", None, by=office, seen=1)
    line = next(one for one in marking.panel(application).lines if one.item.key == "files")

    assert (line.verdict, line.by_person) == (Verdict.OK, False)
    assert whats(application) == ["check", "check"]


def test_the_second_of_two_clerks_is_told_of_the_mark(call: Call, office: User) -> None:
    application = received(call)
    with transaction():
        marking.mark(application, "running", Verdict.OK, by=office, seen=0)

    with pytest.raises(MarkedMeanwhile) as told, transaction():
        marking.mark(application, "running", Verdict.NO, by=office, seen=0)

    assert told.value.mark.verdict is Verdict.OK


def test_asking_back_opens_exactly_the_chosen_questions(call: Call, office: User) -> None:
    application = received(call)
    inquiry = ask(application, office, "project.goals", "project.start")

    assert (application.status, application.due) == (Status.RETURNED, inquiry.due)
    assert inquiry.answers["project.goals"] == newest(application).answers["project.goals"]
    assert inquiry.answers["project.start"].keys() == {"month", "year"}
    (letter,) = letters(application, "return_for_completion")
    assert "Seit wann läuft das Projekt" in letter.body
    assert whats(application) == ["return_for_completion"]


def test_an_answer_makes_a_version_with_exactly_the_difference(call: Call, office: User) -> None:
    application = received(call)
    before = newest(application)
    ask(application, office, "project.goals", "project.start")
    answer(application, {"project.goals": "Neue Ziele", "project.title": "Frech"})
    version = newest(application)

    assert (version.n, version.reason, version.by_kind) == (2, Reason.COMPLETE, "applicant")
    assert application.status is Status.IN_SCREENING
    assert version.answers == {**before.answers, "project.goals": "Neue Ziele"}
    assert [d.question.key for d in differences.differences(before, version)] == ["project.goals"]
    assert [f.file_id for f in version.files] == [f.file_id for f in before.files]
    assert before.sha256 != version.sha256
    assert application.draft["project.goals"] == "Neue Ziele"
    assert not unsent_changes(application)
    assert len(letters(application, "complete")) == len(letters(application, "answer_arrived")) == 1


def test_a_faulty_answer_is_kept_but_not_sent(call: Call, office: User) -> None:
    application = received(call)
    ask(application, office, "project.goals")

    with pytest.raises(Incomplete):
        answer(application, {"project.goals": "x" * 1501})
    db.session.rollback()

    assert len(application.versions) == 1
    assert inquiries.open_one(application).answers["project.goals"] == "x" * 1501  # type: ignore[union-attr]


def test_a_message_alone_is_an_answer(call: Call, office: User) -> None:
    application = received(call)
    ask(application, office)
    answer(application, {}, "Das Projekt läuft seit 2016.")

    assert (application.status, len(application.versions)) == (Status.IN_SCREENING, 1)
    assert [m.text for m in messages.thread(application)] == ["Das Projekt läuft seit 2016."]
    assert messages.unread(application, by_office=True) == 1


def test_saying_nothing_is_no_answer(call: Call, office: User) -> None:
    application = received(call)
    ask(application, office, "project.goals")

    with pytest.raises(DomainError, match=r"."):
        answer(application, {})


def test_one_may_answer_again_until_the_due_date_and_after_closing(
    call: Call, office: User
) -> None:
    application = received(call)
    with transaction():
        call.opens_at, call.closes_at = now() - timedelta(days=9), now() - timedelta(days=1)
    ask(application, office, "project.goals")
    answer(application, {"project.goals": "Erste Antwort"})
    answer(application, {"project.goals": "Zweite Antwort"})

    assert [v.answers["project.goals"] for v in application.versions[1:]] == [
        "Erste Antwort", "Zweite Antwort",
    ]  # fmt: skip
    with transaction():
        application.due = inquiries.open_one(application).due = (now() - timedelta(days=2)).date()  # type: ignore[union-attr]
    with pytest.raises(Forbidden):
        answer(application, {"project.goals": "Zu spät"})


def test_the_due_date_closes_nothing_by_itself_and_the_overdue_are_listed(
    call: Call, office: User
) -> None:
    application = received(call)
    ask(application, office, "project.goals")
    with transaction():
        application.due = inquiries.open_one(application).due = (now() - timedelta(days=2)).date()  # type: ignore[union-attr]

    assert [one.id for one, _inquiry in inquiries.overdue(call)] == [application.id]
    answer(application, {"project.goals": "Spät, aber da"})
    assert newest(application).answers["project.goals"] == "Spät, aber da"
    assert inquiries.overdue(call) == []


def test_the_office_prolongs_and_cancels(call: Call, office: User) -> None:
    application = received(call)
    ask(application, office, "project.goals")
    later = (now() + timedelta(days=20)).date()
    with transaction():
        inquiries.prolong(application, later, by=office)
    assert application.due == later
    with transaction():
        inquiries.cancel(application, "hat sich erledigt", by=office)

    assert (application.status, application.due) == (Status.IN_SCREENING, None)
    assert inquiries.open_one(application) is None
    assert len(letters(application, "answer_prolonged")) == 1
    assert len(letters(application, "inquiry_cancelled")) == 1
    with pytest.raises(Forbidden):
        answer(application, {"project.goals": "Nach dem Ende"})


def test_a_question_needs_words_and_a_later_day(call: Call, office: User) -> None:
    application = received(call)
    wrong = inquiries.check_question(
        application, Question(["contact.email", "nie"], " ", now().date())
    )

    assert [field for field, _sentence in wrong] == ["keys", "text", "due"]


def test_not_eligible_needs_a_reason_and_its_letter_waits(call: Call, office: User) -> None:
    twin, application = received(call, LATER), received(call)
    with pytest.raises(DomainError):
        screening.find_ineligible(application, reason=" ", by=office)
    with transaction():
        screening.find_ineligible(
            application, reason="doppelt", by=office, twin=twin, letter="Es gibt Sie schon."
        )

    found = screening.why_ineligible(application)
    (letter,) = letters(application, "find_ineligible")
    assert application.status is Status.INELIGIBLE
    assert found is not None
    assert (found.twin, found.reason) == (twin, "doppelt")
    assert letter.state is mail.LetterState.HELD
    assert "doppelt" not in letter.body
    assert "Es gibt Sie schon" in letter.body


def test_reopening_takes_the_held_letter_along(call: Call, office: User) -> None:
    application = received(call)
    with transaction():
        screening.find_ineligible(application, reason="falsch", by=office)
    with transaction():
        screening.reopen(application, reason="Irrtum", by=office)

    assert application.status is Status.IN_SCREENING
    assert screening.why_ineligible(application) is None
    assert letters(application, "find_ineligible")[0].state is mail.LetterState.CANCELLED
    assert [e.move for e in application.events][-1] == "reopen"


def test_many_do_what_they_can_and_name_the_others(call: Call, office: User) -> None:
    first, second = received(call), received(call, LATER)
    with transaction():
        screening.withdraw_for(second, reason="Anruf", by=office)
    with transaction():
        outcome = screening.many(
            call, [first.id, second.id], lambda one: screening.find_eligible(one, by=office)
        )

    assert [one.id for one in outcome.done] == [first.id]
    assert [one.id for one, _why in outcome.refused] == [second.id]
    assert (first.status, second.status) == (Status.ELIGIBLE, Status.WITHDRAWN)


def test_a_correction_keeps_old_and_new_and_says_why(call: Call, office: User) -> None:
    application = received(call)
    before = newest(application)
    with transaction():
        correcting.correct(
            application, "applicant.name", "Richtiger Name e. V.",
            reason="Tippfehler, am Telefon bestätigt", by=office, at=now(),
        )  # fmt: skip
    version = newest(application)

    assert (version.reason, version.by_kind, version.by_key) == ("correct", "user", str(office.id))
    assert version.note == "Tippfehler, am Telefon bestätigt"
    (one,) = differences.differences(before, version)
    assert one.after.text == "Richtiger Name e. V."
    assert "am Telefon bestätigt" in letters(application, "correct")[0].body
    assert application.status is Status.SUBMITTED


@pytest.mark.parametrize(
    ("key", "raw", "why"),
    [
        ("applicant.name", "Neu", " "),
        ("contact.email", "neu@example.org", "anders"),
        ("declarations.terms", "no", "anders"),
        ("applicant.postcode", "441", "anders"),
    ],
)
def test_some_corrections_are_refused(
    call: Call, office: User, key: str, raw: str, why: str
) -> None:
    application = received(call)

    with pytest.raises(DomainError):
        correcting.correct(application, key, raw, reason=why, by=office, at=now())


def test_another_contact_gets_a_link_and_the_old_ones_die(call: Call, office: User) -> None:
    application = received(call)
    old = application.owner_email
    with transaction():
        contacts.move(
            application, contacts.Contact("neu@example.org", "Nora", "Neu"),
            reason="hat den Verein verlassen", by=office, at=now(),
        )  # fmt: skip

    kinds = {key.purpose for key in application.keys if keys.is_alive(key, now())}
    assert kinds <= {Purpose.LINK, Purpose.NOMINEE}
    assert newest(application).answers["contact.email"] == "neu@example.org"
    assert newest(application).answers["contact.first_name"] == "Nora"
    assert letters(application, "contact_moved")[0].to_address == old
    new = letters(application, "contact_new")[0]
    assert (new.to_address, new.to_name) == ("neu@example.org", "Nora Neu")
    assert application.owner_confirmed_at is None


def test_the_jury_does_not_see_what_is_blacked_out(call: Call, office: User) -> None:
    application = received(call)
    version = newest(application)
    word = version.answers["project.description"].split()[3]
    photo = next(one for one in version.files if one.file.key == "photos")
    kept = dict(version.answers)
    with transaction():
        row = redacting.hide_passage(application, word, reason="Gesundheit", by=office)
        redacting.hide_file(application, photo.file_id, reason="Kind erkennbar", by=office)
    seen = redacting.redacted(version)

    assert word not in seen.answers["project.description"]
    assert redacting.BAR in seen.answers["project.description"]
    assert photo not in seen.files
    assert version.answers == kept
    assert seen.answers.keys().isdisjoint({"contact.email", "applicant.street"})
    with transaction():
        redacting.lift(application, row.id, by=office)
    assert word in redacting.redacted(version).answers["project.description"]
    assert len(redacting.all_of(application)) == 2


def test_a_page_of_a_document_is_blacked_out(call: Call, office: User) -> None:
    application = received(call)
    document = newest(application).files[-1]
    with transaction():
        document.file.key, document.file.pages = "documents", 2
    with pytest.raises(DomainError):
        redacting.hide_file(application, document.file_id, reason="x", by=office, page=3)
    with transaction():
        redacting.hide_file(application, document.file_id, reason="Name", by=office, page=2)
    seen = redacting.redacted(newest(application))
    assert seen.hidden_pages == {document.file_id: frozenset({2})}
    assert document in seen.files
    with transaction():
        redacting.hide_file(application, document.file_id, reason="Name", by=office, page=1)

    assert document not in redacting.redacted(newest(application)).files


def test_a_passage_that_stands_nowhere_is_refused(call: Call, office: User) -> None:
    with pytest.raises(DomainError):
        redacting.hide_passage(received(call), "Xylophonkrokodil", reason="x", by=office)


def test_forwarding_needs_settled_points_and_can_be_recalled(call: Call, office: User) -> None:
    application = eligible(call, office)
    (candidate,) = forwarding.candidates(call)
    assert candidate.may_go
    with transaction():
        forwarding.forward(application, by=office)
    assert application.status is Status.WITH_JURY
    with transaction():
        forwarding.recall(application, by=office, reason="zu früh")
    assert application.status is Status.ELIGIBLE


def test_a_nominee_who_has_not_agreed_stops_the_way_to_the_jury(call: Call, office: User) -> None:
    from tests.drafts import NOMINATION

    application = eligible(call, office, {**NOMINATION, "nominator.nominee_agrees": "no"})

    with pytest.raises(DomainError):
        forwarding.forward(application, by=office)

    with transaction():
        application.nominee_answer = "yes"
    with transaction():
        forwarding.forward(application, by=office)
    assert application.status is Status.WITH_JURY


def test_what_was_scored_stays_with_the_jury(
    call: Call, office: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    application = eligible(call, office)
    with transaction():
        forwarding.forward(application, by=office)
    monkeypatch.setattr(forwarding, "IS_SCORED", [lambda one: one == application.id])

    with pytest.raises(DomainError):
        forwarding.recall(application, by=office, reason="zu früh")
