"""What time brings to drafts: reminded once, sent home after the end, warned, deleted."""

from datetime import timedelta

import pytest
import time_machine

from portal.applications.deletions import Deletion
from portal.applications.drafts import tending
from portal.applications.models import Application
from portal.calls.models import Call
from portal.calls.moments import grace_ends
from portal.core.clock import now
from portal.core.db import db, transaction
from portal.mail import Letter
from tests.drafts import begun, complete, open_call, send

pytestmark = pytest.mark.usefixtures("app")
ADDRESS = {
    "application_type": "self",
    "contact.email": "ada@example.org",
    "project.title": "Gartenzaun",
    "project.goals": "Miteinander *reden*",
}


def letters() -> list[tuple[str, str]]:
    """Return name and address of every letter, in the order they were written."""
    rows = db.session.execute(db.select(Letter.name, Letter.to_address).order_by(Letter.created_at))
    return [tuple(row) for row in rows]


def tend(call: Call, **after_closing: float) -> None:
    """Let the job run so long after the closing."""
    with time_machine.travel(call.closes_at + timedelta(**after_closing), tick=False):
        tending.tend()


def test_a_draft_is_reminded_once_before_the_closing() -> None:
    call = open_call()
    begun(call, ADDRESS)

    tend(call, days=-2)
    tend(call, days=-1)

    assert letters() == [("reminder", "ada@example.org")]


def test_long_before_the_closing_nobody_is_reminded() -> None:
    call = open_call()
    begun(call, ADDRESS)

    tend(call, days=-10)

    assert letters() == []


def test_a_sent_application_is_not_reminded() -> None:
    call = open_call()
    send(complete(call))

    tend(call, days=-1)

    assert [name for name, _to in letters()] == ["submit"]


def test_after_the_end_the_unsent_text_goes_home_to_a_confirmed_address() -> None:
    call = open_call()
    draft = begun(call, ADDRESS)
    with transaction():
        draft.owner_confirmed_at = now()

    tend(call, hours=1)
    tend(call, hours=2)

    [letter] = db.session.scalars(db.select(Letter))
    assert (letter.name, letter.to_address) == ("unsent_text", "ada@example.org")
    assert "Gartenzaun" in letter.body
    assert "Miteinander" in letter.body


def test_within_the_minutes_of_grace_nothing_goes_home_yet() -> None:
    call = open_call()
    draft = begun(call, ADDRESS)
    with transaction():
        draft.owner_confirmed_at = now()

    tend(call, minutes=5)

    assert letters() == []


def test_an_address_that_nobody_confirmed_gets_no_text() -> None:
    call = open_call()
    begun(call, ADDRESS)

    tend(call, hours=1)

    assert letters() == []


def test_a_draft_is_warned_and_deleted_thirty_days_after_the_end() -> None:
    call = open_call()
    key = begun(call, ADDRESS).id

    tend(call, days=26)
    assert [name for name, _to in letters()][-1] == "draft_expiring"
    tend(call, days=30, hours=-1)
    assert db.session.get(Application, key) is not None
    tend(call, days=31)

    db.session.expire_all()
    assert db.session.get(Application, key) is None
    [record] = db.session.scalars(db.select(Deletion))
    assert (record.application_id, record.reason) == (key, "expired")


def test_no_draft_is_deleted_without_a_warning_some_days_before() -> None:
    call = open_call()
    key = begun(call, ADDRESS).id

    tend(call, days=40)

    assert db.session.get(Application, key) is not None
    assert [name for name, _to in letters()][-1] == "draft_expiring"


def test_an_empty_draft_goes_after_seven_days() -> None:
    call = open_call()
    empty = begun(call).id
    written = begun(call, ADDRESS).id

    with time_machine.travel(now() + timedelta(days=8), tick=False):
        tending.tend()

    db.session.expire_all()
    assert db.session.get(Application, empty) is None
    assert db.session.get(Application, written) is not None


def test_the_end_is_counted_from_the_minutes_of_grace() -> None:
    call = open_call()

    assert grace_ends(call) - call.closes_at == timedelta(minutes=10)
