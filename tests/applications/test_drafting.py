"""Writing a draft: everything typed is kept, also what comes too late or is too long."""

from datetime import timedelta

import pytest
import time_machine

from portal.applications.deadline import Closed, NotOpenYet
from portal.applications.deletions import Deletion
from portal.applications.drafts import drafting
from portal.applications.models import Application
from portal.core.actor import Applicant
from portal.core.clock import now
from portal.core.db import db, transaction
from portal.core.errors import Forbidden
from tests.drafts import DEVICE, begun, complete, open_call, send

pytestmark = pytest.mark.usefixtures("app")


def save(application: Application, answers: dict[str, object], **how: object) -> drafting.Saved:
    """Save as the owner, committed."""
    with transaction():
        return drafting.save(
            application,
            answers,
            by=how.get("by", Applicant(application.id)),  # type: ignore[arg-type]
            seen=how.get("seen", application.revision),  # type: ignore[arg-type]
            window=how.get("window", "one"),  # type: ignore[arg-type]
            at=how.get("at", now()),  # type: ignore[arg-type]
        )


def test_a_text_far_too_long_is_kept_to_the_last_letter() -> None:
    draft = begun(open_call())

    save(draft, {"project.title": "ä" * 50_000})

    db.session.expire_all()
    assert draft.draft["project.title"] == "ä" * 50_000


def test_an_answer_changed_in_another_window_is_set_aside_and_told() -> None:
    draft = begun(open_call())
    seen = draft.revision
    save(draft, {"project.title": "first"}, seen=seen, window="one")

    later = {"project.title": "second", "contact.role": "chair"}
    told = save(draft, later, seen=seen, window="two")

    assert told.conflicts == {"project.title": "first"}
    assert draft.draft["project.title"] == "first"
    assert draft.draft["contact.role"] == "chair"
    assert draft.aside["project.title"]["answer"] == "second"


def test_a_window_that_missed_the_answer_to_its_own_save_is_no_conflict() -> None:
    draft = begun(open_call())
    seen = draft.revision
    save(draft, {"project.title": "Garten"}, seen=seen, window="one")

    told = save(draft, {"project.title": "Garten am Zaun"}, seen=seen, window="one")

    assert told.conflicts == {}
    assert draft.draft["project.title"] == "Garten am Zaun"


def test_saving_again_with_the_new_revision_overwrites() -> None:
    draft = begun(open_call())
    seen = draft.revision
    save(draft, {"project.title": "first"}, seen=seen, window="one")
    late = save(draft, {"project.title": "second"}, seen=seen, window="two")

    told = save(draft, {"project.title": "second"}, seen=late.revision, window="two")

    assert told.conflicts == {}
    assert draft.draft["project.title"] == "second"
    assert draft.aside == {}


def test_what_was_set_aside_can_be_taken_and_the_other_text_is_kept_in_turn() -> None:
    draft = begun(open_call())
    seen = draft.revision
    save(draft, {"project.title": "first"}, seen=seen, window="one")
    save(draft, {"project.title": "second"}, seen=seen, window="two")

    with transaction():
        drafting.take_aside(draft, "project.title", by=Applicant(draft.id), at=now())

    assert draft.draft["project.title"] == "second"
    assert draft.aside["project.title"]["answer"] == "first"


def test_a_save_that_changes_nothing_is_no_new_revision() -> None:
    draft = begun(open_call(), {"project.title": "Garten"})
    before = draft.revision

    told = save(draft, {"project.title": "Garten"})

    assert told.revision == before


def test_the_address_that_owns_the_draft_is_known_at_once() -> None:
    draft = begun(open_call())

    save(draft, {"application_type": "self", "contact.email": " Ada@Example.org "})

    assert draft.owner_email == "Ada@example.org"
    assert draft.owner_confirmed_at is None


def test_a_half_typed_address_does_not_replace_the_known_one() -> None:
    draft = begun(open_call(), {"application_type": "self", "contact.email": "ada@example.org"})

    save(draft, {"contact.email": "ada@"})

    assert draft.owner_email == "ada@example.org"


def test_a_stranger_changes_nothing() -> None:
    call = open_call()
    draft, other = begun(call), begun(call)

    with pytest.raises(Forbidden):
        save(draft, {"project.title": "mine"}, by=Applicant(other.id))

    db.session.expire_all()
    assert "project.title" not in draft.draft


def test_nobody_begins_before_the_opening_or_after_the_closing() -> None:
    call = open_call()

    with pytest.raises(NotOpenYet):
        drafting.start(call, device=DEVICE, locale="de", at=call.opens_at - timedelta(seconds=1))
    with pytest.raises(Closed):
        drafting.start(call, device=DEVICE, locale="de", at=call.closes_at + timedelta(seconds=1))


def test_after_the_minutes_of_grace_nothing_is_written_and_nothing_lost() -> None:
    call = open_call()
    draft = begun(call, {"project.title": "kept"})
    end = call.closes_at + timedelta(minutes=call.grace_minutes)

    with pytest.raises(Closed):
        save(draft, {"project.title": "too late"}, at=end + timedelta(seconds=2))

    db.session.expire_all()
    assert draft.draft["project.title"] == "kept"


def test_within_the_minutes_of_grace_one_can_still_write() -> None:
    call = open_call()
    draft = begun(call)

    save(draft, {"project.title": "just so"}, at=call.closes_at + timedelta(minutes=5))

    assert draft.draft["project.title"] == "just so"


def test_a_deleted_draft_leaves_only_a_record_without_personal_data() -> None:
    draft = begun(open_call(), {"contact.email": "ada@example.org"})
    key = draft.id

    with transaction():
        drafting.delete(draft, by=Applicant(key))

    assert db.session.get(Application, key) is None
    [record] = db.session.scalars(db.select(Deletion))
    assert (record.application_id, record.reference, record.reason) == (key, None, "by_owner")


def test_what_was_sent_cannot_be_deleted_as_a_draft() -> None:
    application = complete(open_call())
    send(application)

    with pytest.raises(Forbidden):
        drafting.delete(application, by=Applicant(application.id))


def test_a_draft_in_a_sent_application_never_touches_what_was_sent() -> None:
    application = complete(open_call())
    version = send(application)
    before = dict(version.answers)

    with time_machine.travel(now() + timedelta(minutes=1)):
        save(application, {"project.title": "A better title"})

    db.session.expire_all()
    assert version.answers == before
    assert application.title == before["project.title"]
