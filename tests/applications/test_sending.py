"""Sending: once, in time or late, frozen, numbered, with everything that hangs on it."""

from datetime import timedelta

import pytest

from portal.applications.deadline import Arrival, Closed, arrival
from portal.applications.drafts import drafting, sending
from portal.applications.drafts.sending import Incomplete
from portal.applications.models import (
    AnswerIndex,
    Application,
    Consent,
    FileState,
    Version,
)
from portal.applications.queries import definition_for
from portal.applications.workflow import Move, Status
from portal.core.actor import Applicant
from portal.core.clock import now
from portal.core.db import db, transaction
from portal.core.errors import Forbidden
from portal.documents.models import Document
from portal.jobs import Job
from portal.mail import Letter
from tests.drafts import NOMINATION, begun, complete, open_call, send, write

pytestmark = pytest.mark.usefixtures("app")


def test_a_sent_application_has_number_version_history_letter_receipt_and_jobs() -> None:
    application = complete(open_call())

    version = send(application)

    assert application.status is Status.SUBMITTED
    assert application.reference == "IP-2027-0001"
    assert [event.move for event in application.events] == [Move.SUBMIT]
    assert (version.n, version.late, version.by_kind) == (1, False, "applicant")
    [receipt] = db.session.scalars(db.select(Document).where(Document.about == version.id))
    [letter] = db.session.scalars(db.select(Letter))
    assert (letter.name, letter.to_address) == ("submit", application.owner_email)
    assert letter.attachments == [str(receipt.id)]
    jobs = set(db.session.scalars(db.select(Job.name).where(Job.state == "ready")))
    assert jobs >= {"make_document", "send_letter"}


def test_sending_the_same_twice_gives_the_same_version_and_one_letter() -> None:
    application = complete(open_call())

    first, second = send(application), send(application)

    assert first.id == second.id
    assert db.session.scalar(db.select(db.func.count()).select_from(Version)) == 1
    assert db.session.scalar(db.select(db.func.count()).select_from(Letter)) == 1


def test_a_second_click_after_the_closing_still_shows_the_version() -> None:
    application = complete(open_call())
    version = send(application)
    late = application.call.closes_at + timedelta(days=3)

    with transaction():
        again = sending.send(application, by=Applicant(application.id), arrived_at=late)

    assert again.id == version.id


def test_numbers_grow_without_gaps_also_past_a_sending_that_failed() -> None:
    call = open_call()
    first, broken, second = complete(call), complete(call), complete(call)
    send(first)
    with pytest.raises(RuntimeError):
        send_and_lose_power(broken)

    send(second)

    assert [a.reference for a in (first, second)] == ["IP-2027-0001", "IP-2027-0002"]
    db.session.expire_all()
    assert (broken.reference, broken.status) == (None, Status.DRAFT)


def send_and_lose_power(application: Application) -> None:
    """Send in a transaction that never commits."""
    with transaction():
        sending.send(application, by=Applicant(application.id), arrived_at=now())
        raise RuntimeError("the power goes out before the commit")


def test_a_changed_application_is_a_new_version_under_the_same_number() -> None:
    application = complete(open_call())
    first = send(application)
    with transaction():
        write(application, {"project.title": "Ein neuer Titel"})

    second = send(application)

    assert (second.n, application.reference) == (2, "IP-2027-0001")
    assert first.answers["project.title"] != second.answers["project.title"]
    assert first.check_code != second.check_code
    assert [event.move for event in application.events] == [Move.SUBMIT, Move.REVISE]
    names = db.session.scalars(db.select(Letter.name).order_by(Letter.created_at)).all()
    assert names == ["submit", "revise"]


def test_a_new_caption_alone_is_a_new_version() -> None:
    application = complete(open_call())
    first = send(application)
    with transaction():
        file = application.files[0]
        file.caption = "Another caption"
        drafting.touch(application, now())

    second = send(application)

    assert second.n == 2
    assert first.files[0].caption != "Another caption"


def test_what_is_missing_is_named_in_the_order_of_the_form() -> None:
    draft = begun(open_call(), {"application_type": "self"})

    with pytest.raises(Incomplete) as refused:
        send(draft)

    keys = [problem.key for problem in refused.value.problems]
    order = list(definition_for(draft).questions)
    assert keys == sorted(keys, key=order.index)
    assert keys[0] == order[0]
    assert "project.title" in keys
    assert draft.status is Status.DRAFT


def test_a_refused_file_must_be_removed_before_sending() -> None:
    application = complete(open_call())
    with transaction():
        file = application.files[0]
        file.state, file.refusal = FileState.REFUSED, "broken"

    with pytest.raises(Incomplete) as refused:
        send(application)

    assert [problem.anchor for problem in refused.value.problems] == [f"file-{file.id}"]


@pytest.mark.parametrize(
    ("seconds", "counts"),
    [
        (-1, Arrival.IN_TIME),
        (0, Arrival.IN_TIME),
        (0.9, Arrival.IN_TIME),
        (1, Arrival.LATE),
        (10 * 60 + 0.9, Arrival.LATE),
        (10 * 60 + 1, Arrival.CLOSED),
    ],
)
def test_the_start_of_the_request_decides_whether_it_is_in_time(
    seconds: float, counts: Arrival
) -> None:
    draft = begun(open_call())

    assert arrival(draft, draft.call.closes_at + timedelta(seconds=seconds)) is counts


def test_a_draft_begun_in_the_minutes_of_grace_is_too_late() -> None:
    draft = begun(open_call())
    draft.created_at = draft.call.closes_at + timedelta(minutes=1)

    assert arrival(draft, draft.call.closes_at + timedelta(minutes=2)) is Arrival.CLOSED


def test_a_personal_extension_is_accepted_as_late() -> None:
    draft = begun(open_call())
    draft.late_until = draft.call.closes_at + timedelta(days=2)

    assert arrival(draft, draft.call.closes_at + timedelta(days=1)) is Arrival.LATE


def test_a_late_sending_is_recorded_as_late_with_both_times() -> None:
    application = complete(open_call())
    at = application.call.closes_at + timedelta(minutes=3)

    with transaction():
        version = sending.send(application, by=Applicant(application.id), arrived_at=at)

    assert (version.late, version.arrived_at) == (True, at)
    assert version.stored_at != at


def test_after_the_grace_sending_is_refused_and_the_draft_stays() -> None:
    application = complete(open_call())
    at = application.call.closes_at + timedelta(minutes=30)

    with pytest.raises(Closed), transaction():
        sending.send(application, by=Applicant(application.id), arrived_at=at)

    assert application.status is Status.DRAFT


def test_a_stranger_cannot_send() -> None:
    call = open_call()
    application, other = complete(call), begun(call)

    with pytest.raises(Forbidden), transaction():
        sending.send(application, by=Applicant(other.id), arrived_at=now())


def test_chosen_options_can_be_filtered_by() -> None:
    application = complete(open_call())
    version = send(application)

    rows = (
        db.session.execute(
            db.select(AnswerIndex.value)
            .where(AnswerIndex.key == "project.fields_of_action")
            .order_by(AnswerIndex.value)
        )
        .scalars()
        .all()
    )

    assert rows == sorted(version.answers["project.fields_of_action"])


def test_consents_are_kept_with_version_and_time_and_end_by_a_no() -> None:
    application = complete(open_call(), {"declarations.consent_publish_project": "yes"})
    version = send(application)
    [given] = [c for c in application.consents if c.kind == "publish_project"]
    assert (given.given_at, given.withdrawn_at) == (version.arrived_at, None)

    with transaction():
        write(application, {"declarations.consent_publish_project": "no"})
    second = send(application)

    db.session.expire_all()
    assert given.withdrawn_at == second.arrived_at


def test_a_withdrawn_consent_leaves_what_was_sent_as_it_was() -> None:
    application = complete(open_call(), {"declarations.consent_publish_project": "yes"})
    version = send(application)
    at = now()

    with transaction():
        sending.withdraw_consent(
            application, "publish_project", by=Applicant(application.id), at=at
        )

    [consent] = db.session.scalars(db.select(Consent).where(Consent.kind == "publish_project"))
    assert consent.withdrawn_at == at
    assert version.answers["declarations.consent_publish_project"]["answer"] == "yes"


def test_a_withdrawn_application_stays_and_its_owner_gets_a_letter() -> None:
    application = complete(open_call())
    send(application)
    at = application.call.closes_at + timedelta(days=10)

    with transaction():
        sending.withdraw(application, by=Applicant(application.id), at=at, note="moved away")

    assert (application.status, application.withdrawn_at) == (Status.WITHDRAWN, at)
    assert application.events[-1].note == "moved away"
    names = set(db.session.scalars(db.select(Letter.name)))
    assert names == {"submit", "withdraw"}


def test_a_nomination_informs_the_nominee_at_once_if_they_know_of_it() -> None:
    application = complete(open_call(), NOMINATION)
    send(application)

    letters = {letter.name: letter for letter in db.session.scalars(db.select(Letter))}

    assert letters["submit"].to_address == "vera@example.org"
    assert letters["nominee_information"].to_address == application.draft["contact.email"]
    assert letters["nominee_information"].state == "waiting"


def test_a_nominee_who_does_not_know_yet_is_informed_when_the_office_releases_it() -> None:
    application = complete(open_call(), {**NOMINATION, "nominator.nominee_agrees": "no"})
    send(application)

    [letter] = db.session.scalars(db.select(Letter).where(Letter.name == "nominee_information"))

    assert letter.state == "held"


def test_the_fingerprint_depends_on_every_part_of_the_content() -> None:
    base = ({"a": 1}, [{"sha256": "x"}], "form")
    others = [
        ({"a": 2}, [{"sha256": "x"}], "form"),
        ({"a": 1}, [{"sha256": "y"}], "form"),
        ({"a": 1}, [{"sha256": "x"}], "other"),
    ]

    prints = {sending.fingerprint(*content) for content in [base, *others]}

    assert len(prints) == 4
    assert sending.fingerprint(*base) == sending.fingerprint(*base)


def test_two_applications_of_one_address_stay_two() -> None:
    call = open_call()
    send(complete(call))
    send(complete(call))

    assert db.session.scalar(db.select(db.func.count()).select_from(Application)) == 2
