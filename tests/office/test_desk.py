"""The desk: what waits, how applications came in, drafts that nobody reads."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from portal.applications.check import screening
from portal.applications.correspondence import messages
from portal.applications.desk import caring, today
from portal.applications.desk.narrowing import Scope
from portal.applications.desk.today import Day
from portal.applications.models import Application, Channel, File
from portal.applications.workflow import Move
from portal.calls.models import Call
from portal.core.actor import Applicant
from portal.core.clock import now
from portal.core.db import db, transaction
from portal.core.errors import DomainError
from portal.feedback.models import BarrierReport
from portal.office.charts import bars, columns
from tests.drafts import begun
from tests.office.counting import statements
from tests.offices import eligible, received
from tests.strict import StrictClient, check_page, text_of, words_of

DESK = "/integrationspreis-2027/office"


@pytest.fixture
def scope(call: Call, people: Any) -> Scope:
    return Scope(call.id, people("office").user.id, "Europe/Berlin")


def test_an_empty_desk_says_so(browser: Callable[[str], StrictClient], call: Call) -> None:
    page = text_of(browser("office").get(DESK))

    assert "p-tiles" not in page
    assert "p-begun" not in page


def test_everything_that_waits_stands_there_with_its_list(
    browser: Callable[[str], StrictClient], call: Call, people: Any
) -> None:
    by = people("office").user
    one, two = received(call), received(call)
    with transaction():
        screening.start(one, by=by)
        one.due = now().date() - timedelta(days=3)
        one.make_move(Move.RETURN_FOR_COMPLETION, by=by, at=now())
        caring.assign(two, by, by=by)
        db.session.execute(update(File).values(scan="not_scanned"))
        report = BarrierReport(page="", report="x", language="de", created_at=now())
        report.answer_due_at, report.result_due_at = now(), now() + timedelta(1)
        db.session.add(report)
    html = text_of(browser("office").get(DESK))

    for query in ("inquiry=overdue", "status=submitted", "clerk=none", "clerk=me"):
        assert f'href="{DESK}/applications?{query}"' in html
    assert html.count('class="is-urgent"') == 2


def test_who_is_with_the_jury_is_counted_there(
    browser: Callable[[str], StrictClient], call: Call, people: Any
) -> None:
    by = people("office").user
    first, _second = eligible(call, by), eligible(call, by)
    with transaction():
        first.make_move(Move.FORWARD_TO_JURY, by=by, at=now())
    words = words_of(check_page(browser("office").get(DESK)))

    assert re.search(r"zugelassen\s*1\s*bei der Jury\s*1", words)


def test_days_are_counted_where_the_call_is(call: Call, scope: Scope) -> None:
    late = datetime(2027, 7, 1, 22, 30, tzinfo=UTC)  # half past midnight on 2 July in Dortmund
    winter = datetime(2027, 7, 1, 21, 30, tzinfo=UTC)
    first, second = received(call), received(call)
    with transaction():
        for one, moment in ((first, late), (second, winter)):
            one.created_at = one.submitted_at = moment
    counted = today.days(scope, date(2027, 7, 1), date(2027, 7, 3))

    assert counted == [
        Day(date(2027, 7, 1), 1, 1), Day(date(2027, 7, 2), 1, 1), Day(date(2027, 7, 3), 0, 0),
    ]  # fmt: skip


def test_answers_and_channels_are_counted(call: Call, scope: Scope) -> None:
    received(call, {"project.districts": ["eving", "hoerde"]})
    paper = received(call, {"project.districts": ["eving"]})
    with transaction():
        paper.channel = Channel.PAPER

    assert today.by_answers(scope, ["project.districts"]) == {
        "project.districts": {"eving": 2, "hoerde": 1}
    }
    assert today.by_channel(scope) == {Channel.WEB: 1, Channel.PAPER: 1}


def test_a_picture_is_as_high_as_its_highest_day() -> None:
    day = date(2027, 7, 1)
    shown = columns([Day(day, 4, 1), Day(day + timedelta(1), 0, 2)])

    assert [(one.begun, one.arrived) for one in shown.columns] == [(100, 25), (0, 50)]
    assert (shown.begun, shown.arrived, shown.busiest) == (4, 3, Day(day + timedelta(1), 0, 2))
    assert columns([]).columns == []
    assert [bar.percent for bar in bars("x", [("a", 2, ""), ("b", 1, ""), ("c", 0, "")]).bars] == [
        100, 50, 0,
    ]  # fmt: skip


def test_of_drafts_only_times_are_shown(browser: Callable[[str], StrictClient], call: Call) -> None:
    begun(call, {"project.title": "Streng geheim", "contact.email": "geheim@example.org"})
    page = words_of(check_page(browser("office").get(DESK)))

    assert "geheim" not in page.lower()


def test_a_draft_without_address_gets_no_letter(call: Call, people: Any) -> None:
    draft = begun(call)

    with pytest.raises(DomainError):
        today.resend_link(draft, by=people("office").user)


def test_the_desk_costs_the_same_with_2_and_with_12(
    browser: Callable[[str], StrictClient], call: Call
) -> None:
    anna = browser("office")
    received(call)
    begun(call, device="a" * 64)
    anna.get(DESK)
    with statements() as few:
        anna.get(DESK)
    for n in range(10):
        received(call)
        begun(call, device=f"{n:064d}")
    with statements() as many:
        anna.get(DESK)

    assert len(few) == len(many) <= 12
    assert db.session.query(Application).count() == 22


def test_messages_of_applicants_wait_until_somebody_reads_them(
    browser: Callable[[str], StrictClient], call: Call, scope: Scope, people: Any
) -> None:
    asked, quiet = received(call), received(call)
    with transaction():
        for words in ("Ist der Plan angekommen?", "Noch eine Frage."):
            messages.write(asked, words, by=Applicant(asked.id))
        messages.write(quiet, "Guten Tag.", by=people("office").user)
    address = f"{DESK}/applications?unread=1"
    page = browser("office").get(DESK)
    listed = words_of(check_page(browser("office").get(address)))

    assert today.waiting(scope).unread == 2
    assert "2 ungelesene Nachrichten" in words_of(check_page(page))
    assert f'href="{address}"' in page.text
    assert asked.reference in listed and quiet.reference not in listed
    with transaction():
        messages.read(asked, by=people("office").user)
    assert today.waiting(scope).unread == 0


def test_what_cannot_be_undone_asks_first(
    browser: Callable[[str], StrictClient], call: Call, people: Any
) -> None:
    anna, by, it = browser("office"), people("office").user, received(call)
    with transaction():
        caring.write_note(it, "Weg damit", by=by)
    wish = {"name": "Meine", "query": "status=eligible"}
    view = anna.post_form(f"{DESK}/applications/views", wish, page=f"{DESK}/applications")
    anna.post_form(f"{DESK}/exports/tokens", {"name": "Netz", "scope": "jury"})
    anna.post_form(f"{DESK}/exports/new/files", page=f"{DESK}/exports/tokens")
    pages = (view.location, f"{DESK}/applications/{it.id}", f"{DESK}/exports/tokens",
             f"{DESK}/exports")  # fmt: skip
    asked: dict[str, bool] = {}
    for address in pages:
        root = check_page(anna.get(address))
        behind = set(root.findall(".//details[@class='p-more p-sure']//form"))
        for form in root.findall(".//form[@action]"):
            last = form.get("action", "").rpartition("/")[2]
            if last in ("delete", "drop", "revoke") and "/tags/" not in form.get("action", ""):
                asked[address] = form in behind

    assert asked == dict.fromkeys(pages, True)
