"""Actions on many: a preview first, then the run, then the way back."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from portal.applications.check import marking, screening
from portal.applications.check.marking import Verdict
from portal.applications.desk import bulks, caring, finding
from portal.applications.desk.bulks import BULKS
from portal.applications.desk.listing import Filters
from portal.applications.desk.narrowing import Scope
from portal.applications.desk_models import ApplicationTag, BulkRun
from portal.applications.models import Application
from portal.applications.workflow import Status
from portal.calls.models import Call
from portal.core.clock import now
from portal.core.db import db, transaction
from portal.core.errors import DomainError, NotFound
from tests.offices import received
from tests.statements import counted
from tests.strict import StrictClient, check_page, text_of, words_of

OFFICE = "/integrationspreis-2027/office"
LIST = f"{OFFICE}/applications"
TITLES = ("Amsel", "Xylofon", "Drossel")


@pytest.fixture
def three(call: Call) -> list[Application]:
    return [received(call, {"project.title": title}) for title in TITLES]


def ids(found: list[Application]) -> list[str]:
    return [str(one.id) for one in found]


def states(found: list[Application]) -> list[Status]:
    return [db.session.get_one(Application, one.id, populate_existing=True).status
            for one in found]  # fmt: skip


def test_a_preview_says_what_happens_to_which(
    browser: Callable[[str], StrictClient], three: list[Application], people: Any
) -> None:
    with transaction():
        screening.find_eligible(three[1], by=people("office").user)
    anna = browser("office")
    answer = anna.post_form(
        f"{OFFICE}/bulk", {"action": "find_eligible", "id": ids(three)}, page=LIST
    )
    page = words_of(check_page(answer))

    assert text_of(answer).count('name="id"') == 2
    assert page.index("Drossel") < page.index("Xylofon")
    assert states(three) == [Status.SUBMITTED, Status.ELIGIBLE, Status.SUBMITTED]


@pytest.fixture
def checked(three: list[Application], people: Any) -> list[Application]:
    """Fulfil everything that the portal cannot find by itself, but in the second."""
    with transaction():
        for one in (three[0], three[2]):
            for line in marking.panel(one).open:
                marking.mark(one, line.item.key, Verdict.OK, by=people("office").user)
    return three


def find_eligible(anna: StrictClient, found: list[Application], **more: str) -> Any:
    form = {"action": "find_eligible", "id": ids(found)} | more
    return anna.post_form(f"{OFFICE}/bulk/run", form, page=LIST)


def test_a_preview_names_who_has_which_points_open(
    browser: Callable[[str], StrictClient], checked: list[Application]
) -> None:
    form = {"action": "find_eligible", "id": ids(checked)}
    page = check_page(browser("office").post_form(f"{OFFICE}/bulk", form, page=LIST))

    doubted, sure = (
        words_of(part) for part in page.iter("section")
        if part.get("aria-labelledby") in ("doubted", "able")
    )  # fmt: skip
    points = [f"{line.item.text['de']}: " for line in marking.panel(checked[1]).open]
    assert points
    assert [point for point in points if point not in doubted] == []
    assert [title for title in TITLES if title in doubted] == ["Xylofon"]
    assert [title for title in TITLES if title in sure] == ["Amsel", "Drossel"]
    tick = next(node for node in page.iter("input") if node.get("id") == "leave_out")
    assert tick.get("checked") is not None


def test_those_with_open_points_stay_and_the_result_says_why(
    browser: Callable[[str], StrictClient], checked: list[Application]
) -> None:
    anna = browser("office")
    done = find_eligible(anna, checked, leave_out="yes")
    page = check_page(anna.get(done.location))

    parts = {part.get("aria-labelledby"): words_of(part) for part in page.iter("section")}
    assert states(checked) == [Status.ELIGIBLE, Status.SUBMITTED, Status.ELIGIBLE]
    assert [title for title in TITLES if title in parts["changed"]] == ["Amsel", "Drossel"]
    assert [title for title in TITLES if title in parts["left"]] == ["Xylofon"]
    assert marking.panel(checked[1]).open[0].item.text["de"] in parts["left"]


def test_without_the_tick_all_are_found_eligible(
    browser: Callable[[str], StrictClient], checked: list[Application]
) -> None:
    find_eligible(browser("office"), checked)

    assert states(checked) == [Status.ELIGIBLE] * 3


def test_what_opens_after_the_preview_is_left_out(
    browser: Callable[[str], StrictClient], checked: list[Application], people: Any
) -> None:
    anna, sure = browser("office"), [checked[0], checked[2]]
    form = {"action": "find_eligible", "id": ids(sure)}
    page = check_page(anna.post_form(f"{OFFICE}/bulk", form, page=LIST))
    hidden = {node.get("name"): node.get("value") for node in page.iter("input")}
    item, by = marking.items_of(sure[0])[0].key, people("office").user
    assert by.key  # loaded again after the request
    with transaction():
        marking.mark(sure[0], item, Verdict.NO, by=by)

    find_eligible(anna, sure, leave_out=hidden["leave_out"])

    assert states(sure) == [Status.SUBMITTED, Status.ELIGIBLE]


def test_asking_for_open_points_costs_the_same_for_many(
    three: list[Application],
) -> None:
    keys = [one.id for one in three]

    def asked(count: int) -> int:
        db.session.expire_all()
        with counted() as statements:
            marking.open_on(keys[:count])
        return len(statements)

    assert asked(3) == asked(1)


def test_assigning_many_can_be_taken_back(
    browser: Callable[[str], StrictClient], three: list[Application], people: Any
) -> None:
    me = str(people("office").user.id)
    anna = browser("office")
    form = {"action": "assign", "id": ids(three), "clerk": me}
    done = anna.post_form(f"{OFFICE}/bulk/run", form, page=LIST)
    clerks = select(Application.clerk_id)

    assert {str(one) for one in db.session.scalars(clerks)} == {me}
    with transaction():
        caring.assign(db.session.get_one(Application, three[2].id), None,
                      by=people("office").user)  # fmt: skip
    assert "Amsel" in text_of(anna.get(done.location))
    anna.post_form(f"{done.location}/undo", page=done.location)
    assert set(db.session.scalars(clerks)) == {None}
    assert anna.post_form(f"{done.location}/undo", page=LIST).status_code == 409


def test_undo_leaves_what_somebody_changed_since(
    three: list[Application], call: Call, people: Any
) -> None:
    by = people("office").user
    chosen = [one.id for one in three]
    with transaction():
        done = bulks.do(BULKS["assign"], call, chosen, {"clerk": str(by.id)}, by)
    with transaction():
        caring.assign(three[0], None, by=by)
    with transaction():
        back = bulks.undo(call, done.run, by)

    assert (back.changed, [one.title for one, _why in back.refused]) == (2, ["Amsel"])


def test_tags_go_on_and_off_many(three: list[Application], call: Call, people: Any) -> None:
    by = people("office").user
    tagged = select(ApplicationTag.application_id)
    with transaction():
        first = caring.tag_called(call.id, "Jugend")
        caring.tag(three[0], first, by=by)
        done = bulks.do(BULKS["tag"], call, [one.id for one in three], {"tag": "jugend"}, by)
    assert done.changed == 2
    assert len(db.session.scalars(tagged).all()) == 3
    with transaction():
        bulks.undo(call, done.run, by)
    assert db.session.scalars(tagged).all() == [three[0].id]
    with transaction():
        off = bulks.do(BULKS["untag"], call, [one.id for one in three],
                       {"tag": str(first.id)}, by)  # fmt: skip
    assert (off.changed, db.session.scalars(tagged).all()) == (1, [])
    with transaction():
        bulks.undo(call, off.run, by)
    assert db.session.scalars(tagged).all() == [three[0].id]


def test_a_move_of_many_goes_through_its_use_case_and_back(
    three: list[Application], call: Call, people: Any
) -> None:
    by = people("office").user
    chosen = [one.id for one in three]
    with transaction():
        done = bulks.do(BULKS["start_screening"], call, chosen[:2], {}, by)
    assert (done.changed, bulks.can_undo(done.run)) == (2, False)
    with transaction():
        found = bulks.do(BULKS["find_eligible"], call, chosen[:2], {}, by)
    assert states(three) == [Status.ELIGIBLE, Status.ELIGIBLE, Status.SUBMITTED]
    assert [event.move for event in three[0].events][-1] == "find_eligible"
    with transaction():
        bulks.undo(call, found.run, by)
    assert states(three) == [Status.IN_SCREENING, Status.IN_SCREENING, Status.SUBMITTED]


def test_all_of_a_list_can_be_chosen(
    browser: Callable[[str], StrictClient], three: list[Application]
) -> None:
    form = {"action": "tag", "all": "yes", "query": "q=xylo&sort=number"}
    answer = browser("office").post_form(f"{OFFICE}/bulk", form, page=LIST)

    assert text_of(answer).count('name="id"') == 1
    assert str(three[1].id) in text_of(answer)


def test_what_is_missing_is_asked_again(
    browser: Callable[[str], StrictClient], three: list[Application]
) -> None:
    anna = browser("office")
    empty = anna.post_form(f"{OFFICE}/bulk", {"action": "tag"}, page=LIST)
    no_tag = anna.post_form(
        f"{OFFICE}/bulk/run", {"action": "tag", "id": ids(three), "tag": " "}, page=LIST
    )
    odd = anna.post_form(
        f"{OFFICE}/bulk/run", {"action": "assign", "id": ids(three), "clerk": "x"}, page=LIST
    )
    unknown = anna.post_form(f"{OFFICE}/bulk", {"action": "delete", "id": ids(three)}, page=LIST)

    assert empty.location == LIST
    assert (no_tag.status_code, odd.status_code, unknown.status_code) == (422, 422, 404)
    assert text_of(no_tag).count('name="id"') == 3
    assert db.session.scalars(select(BulkRun)).all() == []


def test_nobody_takes_back_the_run_of_another_or_of_last_week(
    three: list[Application], call: Call, people: Any
) -> None:
    by = people("office").user
    with transaction():
        done = bulks.do(BULKS["tag"], call, [three[0].id], {"tag": "Rot"}, by)

    with pytest.raises(NotFound):
        bulks.run_of(call, done.run.id, people("reader").user)
    with time_machine.travel(now() + timedelta(hours=25)):
        assert not bulks.can_undo(done.run)
    assert bulks.can_undo(done.run)


def test_too_many_at_once_are_refused(app: Flask, call: Call) -> None:
    from uuid import uuid4

    with pytest.raises(DomainError):
        bulks.applications_of(call, [uuid4() for _n in range(bulks.MOST + 1)])


def test_ids_of_a_list_come_in_its_order(three: list[Application], call: Call, people: Any) -> None:
    scope = Scope(call.id, people("office").user.id, "Europe/Berlin")
    found = finding.ids_of(scope, Filters(sort="title", descending=False))

    assert found == [three[0].id, three[2].id, three[1].id]
