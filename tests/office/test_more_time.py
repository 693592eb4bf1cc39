"""A later closing: everything that tells or keeps a date follows from it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from portal import mail
from portal.applications import keys
from portal.applications.check import extending
from portal.applications.deadline import Arrival, arrival
from portal.applications.drafts import tending
from portal.applications.models import Application, Purpose
from portal.calls.models import Call
from portal.core.clock import now, stopped_at
from portal.core.db import db, transaction
from portal.core.i18n import format_moment, in_language
from tests.apply_way import Applicant
from tests.drafts import SLUG, begun
from tests.strict import StrictClient, check_page, words_of

TYPED = {"contact.email": "w@example.org", "application_type": "self", "project.title": "Wartet"}


def extended(call: Call, people: Any, days: int) -> None:
    with transaction():
        later = call.closes_at + timedelta(days=days)
        extending.extend_all(call, later, reason="Sturm", by=people("office").user)


def written(call: Call) -> str:
    with in_language("de"):
        return format_moment(call.closes_at, "d. MMMM", "Europe/Berlin")


def test_every_page_and_the_calendar_name_the_new_day(
    app: Any, browser: Callable[[str], StrictClient], call: Call, people: Any
) -> None:
    writes, office, visitor = Applicant(app, SLUG), browser("office"), browser("")
    writes.start()
    pages: list[Callable[[], Any]] = [
        lambda: writes.get(writes.address), lambda: visitor.get(f"/{SLUG}"),
        lambda: office.get(f"/{SLUG}/office/deadline"), lambda: office.get(f"/{SLUG}/office"),
    ]  # fmt: skip
    before = written(call)
    assert [one().status_code for one in pages] == [200] * len(pages)
    assert [before in words_of(check_page(one())) for one in pages] == [True] * len(pages)
    seen, last = call.closes_at.isoformat(), (call.closes_at + timedelta(days=7)).date()
    asked = {"seen": seen, "closes_day": last.isoformat(), "reason": "Sturm"}
    assert office.post_form(f"/{SLUG}/office/deadline", asked).status_code == 303
    after = written(call)

    assert after != before
    said = [words_of(check_page(one())) for one in pages]
    assert [(before in one, after in one) for one in said] == [(False, True)] * len(pages)
    calendar = visitor.get(f"/{SLUG}/deadline.ics").text
    assert calendar.count(f"DTSTART:{call.closes_at:%Y%m%dT%H%M%SZ}") == 1


def test_what_was_late_is_in_time_and_the_grace_comes_after(call: Call, people: Any) -> None:
    draft, old = begun(call, TYPED), call.closes_at
    extended(call, people, 7)
    grace = timedelta(minutes=call.grace_minutes)

    assert arrival(draft, old + timedelta(days=1)) is Arrival.IN_TIME
    assert arrival(draft, call.closes_at + grace / 2) is Arrival.LATE
    assert arrival(draft, call.closes_at + grace + timedelta(minutes=1)) is Arrival.CLOSED


def test_terms_of_drafts_begin_anew(call: Call, people: Any) -> None:
    draft, old = begun(call, TYPED), call.closes_at
    with transaction():
        draft.reminded_at = draft.sent_home_at = draft.warned_at = now()
    extended(call, people, 14)
    db.session.refresh(draft)

    assert (draft.reminded_at, draft.sent_home_at, draft.warned_at) == (None, None, None)
    (device,) = [key for key in draft.keys if key.purpose is Purpose.DEVICE]
    assert device.expires_at == call.closes_at + keys.DEVICE_AFTER_CLOSING
    with stopped_at(old + timedelta(days=5)):
        tending.tend()
    assert names() == []
    with stopped_at(call.closes_at - timedelta(days=1)):
        tending.tend()
    assert names() == ["reminder"]


def test_a_draft_with_a_late_link_stays_as_long_as_the_link(call: Call, people: Any) -> None:
    draft, old = begun(call, TYPED), call.closes_at
    until = old + timedelta(days=200)
    with transaction():
        extending.extend_one(draft, until, reason="krank", by=people("office").user)
    for days in (1, 100, 199):
        with stopped_at(old + timedelta(days=days)):
            tending.tend()
    assert "draft_expires" not in names()
    assert db.session.get(Application, draft.id) is not None
    for days in (201, 220):
        with stopped_at(old + timedelta(days=days)):
            tending.tend()

    db.session.expire_all()
    assert db.session.get(Application, draft.id) is None


def names() -> list[str]:
    return [one.name for one in db.session.query(mail.Letter).order_by(mail.Letter.created_at)]
