"""The list: filters, sorting, pages, views, and what it costs."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal.applications.check import screening
from portal.applications.desk import alongside, caring, counting, finding
from portal.applications.desk.listing import COLUMNS, Filters, parse
from portal.applications.desk.narrowing import Scope
from portal.applications.desk_models import SavedView
from portal.applications.models import Application, Channel
from portal.applications.queries import definition_for
from portal.applications.search import searching
from portal.applications.workflow import Move
from portal.calls.models import Call
from portal.core.clock import now
from portal.core.db import db, transaction
from tests.drafts import complete
from tests.office.counting import statements
from tests.offices import received
from tests.strict import StrictClient, check_page, text_of, words_of

LIST = "/integrationspreis-2027/office/applications"


@pytest.fixture
def scope(call: Call, people: Any) -> Scope:
    return Scope(call.id, people("office").user.id, "Europe/Berlin")


def titles(scope: Scope, **wanted: Any) -> list[str]:
    filters = Filters(**{"sort": "number", "descending": False, **wanted})
    listed = finding.page_of(scope, filters)
    assert listed.total == finding.count(scope, filters) == len(finding.ids_of(scope, filters))
    return [row.title for row in listed.rows]


@pytest.fixture
def three(call: Call, people: Any) -> list[Application]:
    """Return three received applications that differ in everything a list filters by."""
    by = people("office").user
    made = [
        received(call, {"project.title": "Äpfel", "project.districts": ["hoerde"]}),
        received(call, {"project.title": "Birnen", "applicant.name": "Zebra e. V."}),
        received(call, {"project.title": "Zitronen", "project.districts": ["hoerde", "eving"]}),
    ]
    with transaction():
        caring.assign(made[0], by, by=by)
        caring.tag(made[1], caring.tag_called(call.id, "Bildrechte offen", "red"), by=by)
        made[2].channel = Channel.PAPER
        screening.start(made[1], by=by)
        made[1].due = now().date() - timedelta(days=2)
        made[1].make_move(Move.RETURN_FOR_COMPLETION, by=by, at=now())
        searching.note_checks(made[0].id, undecided=2, total=9)
        searching.note_checks(made[1].id, undecided=0, total=9)
    return made


def test_each_filter_lets_the_right_ones_through(scope: Scope, three: list[Application]) -> None:
    tag = str(caring.tag_called(scope.call_id, "BILDRECHTE  offen").id)

    assert titles(scope) == ["Äpfel", "Birnen", "Zitronen"]
    assert titles(scope, status="submitted") == ["Äpfel", "Zitronen"]
    assert titles(scope, clerk="me") == ["Äpfel"]
    assert titles(scope, clerk=str(scope.user_id)) == ["Äpfel"]
    assert titles(scope, clerk="none") == ["Birnen", "Zitronen"]
    assert titles(scope, tag=tag) == ["Birnen"]
    assert titles(scope, channel="paper") == ["Zitronen"]
    assert titles(scope, inquiry="open") == ["Birnen"]
    assert titles(scope, inquiry="overdue") == ["Birnen"]
    assert titles(scope, inquiry="answered") == []
    assert titles(scope, answers={"project.districts": "hoerde"}) == ["Äpfel", "Zitronen"]
    assert titles(scope, checks="none") == ["Zitronen"]
    assert titles(scope, checks="open") == ["Äpfel"]
    assert titles(scope, checks="done") == ["Birnen"]
    assert titles(scope, q="zeb", status="returned") == ["Birnen"]
    assert titles(scope, late=True) == []
    assert titles(scope, double=True) == []


def test_an_answered_question_is_found(scope: Scope, three: list[Application], people: Any) -> None:
    with transaction():
        three[1].make_move(Move.COMPLETE, by=people("office").user, at=now())

    assert titles(scope, inquiry="answered") == ["Birnen"]


@pytest.mark.parametrize("sort", ["number", "arrived", "title", "name", "state", "clerk", "due"])
def test_every_sorting_leads_through_the_same_list_both_ways(
    scope: Scope, three: list[Application], sort: str
) -> None:
    up, down = Filters(sort=sort, descending=False), Filters(sort=sort, descending=True)
    ids = finding.ids_of(scope, up)

    assert ids == finding.ids_of(scope, down)[::-1]
    for filters, order in ((up, ids), (down, ids[::-1])):
        for place, one in enumerate(order, start=1):
            application = db.session.get_one(Application, one)
            digest = searching.digest_of(one)
            assert digest is not None
            beside = alongside.neighbours(scope, filters, application, digest)
            assert (beside.place, beside.total) == (place, 3)
            assert beside.before == (order[place - 2] if place > 1 else None)
            assert beside.after == (order[place] if place < 3 else None)


def test_words_sort_without_regard_to_accents(scope: Scope, three: list[Application]) -> None:
    assert titles(scope, sort="title") == ["Äpfel", "Birnen", "Zitronen"]


def test_what_nobody_knows_in_an_address_is_left_out(three: list[Application]) -> None:
    definition = definition_for(three[0])
    odd = [("status", "draft"), ("clerk", "x"), ("tag", "1"), ("sort", "password"), ("page", "-3"),
           ("a.project.title", "x"), ("a.project.districts", "atlantis"), ("col", "draft"),
           ("channel", "'"), ("checks", "all")]  # fmt: skip

    assert parse(odd, definition) == Filters()


def test_filters_survive_the_way_through_an_address(three: list[Application]) -> None:
    filters = Filters(q="Äpfel & Birnen", status="submitted", clerk="me", late=True,
                      answers={"project.districts": "hoerde"}, sort="name", descending=False,
                      columns=("number", "project.districts"))  # fmt: skip

    assert parse(filters.pairs(), definition_for(three[0])) == filters


def test_counts_tell_states_and_clerks(scope: Scope, three: list[Application], call: Call) -> None:
    complete(call)
    counts = counting.counts(scope)

    assert (counts.received, counts.drafts, counts.mine, counts.unassigned, counts.overdue) == (
        3, 1, 1, 2, 1,
    )  # fmt: skip


def test_the_page_shows_rows_hits_and_chips(
    browser: Callable[[str], StrictClient], three: list[Application]
) -> None:
    page = words_of(check_page(browser("office").get(f"{LIST}?q=zeb")))

    assert "Zebra e. V." in page
    html = text_of(browser("office").get(f"{LIST}?q=zeb&col=tags&col=project.districts&col=checks"))
    assert "<mark>Zebra</mark>" in html
    assert "Bildrechte offen" in html
    assert "Äpfel" not in html


def test_each_row_has_a_cell_for_each_column(
    browser: Callable[[str], StrictClient], three: list[Application]
) -> None:
    columns = "&".join(f"col={name}" for name in (*COLUMNS, "project.districts"))

    table = check_page(browser("office").get(f"{LIST}?{columns}")).find(".//table")

    assert table is not None
    heads = len(table.findall("./thead/tr/*"))
    rows = table.findall("./tbody/tr")
    assert [len(row.findall("./*")) for row in rows] == [heads] * 3
    told = "".join(table.itertext())
    assert "Eving" in told
    assert "<td" not in told


def test_a_page_past_the_end_shows_the_last_one(scope: Scope, three: list[Application]) -> None:
    listed = finding.page_of(scope, Filters(page=9))

    assert (len(listed.rows), listed.page, listed.pages, listed.total) == (3, 1, 1, 3)


def test_empty_lists_say_what_to_do(browser: Callable[[str], StrictClient], call: Call) -> None:
    nobody = browser("office").get(LIST)
    received(call)
    none_fits = browser("office").get(f"{LIST}?q=qqqqqq")

    assert "p-list" not in text_of(nobody)
    assert f'href="{LIST}"' in text_of(none_fits)


def test_a_saved_view_has_its_own_address(
    browser: Callable[[str], StrictClient], three: list[Application], people: Any
) -> None:
    anna = browser("office")
    query = "clerk=none&sort=title&a.project.districts=hoerde&nonsense=1"
    saved = anna.post_form(f"{LIST}/views", {"name": "Hörde offen", "query": query,
                                            "shared": "yes"}, page=LIST)  # fmt: skip
    view = db.session.scalars(select(SavedView)).one()

    assert saved.location == f"{LIST}/views/{view.id}"
    assert view.query == "clerk=none&a.project.districts=hoerde&sort=title"
    shown = text_of(browser("reader").get(saved.location))
    assert "Zitronen" in shown
    assert "Birnen" not in shown
    assert browser("stranger").get(saved.location).status_code == 404
    refused = browser("reader").post_form(f"{saved.location}/delete", page="/account")
    assert refused.status_code == 403
    assert db.session.scalars(select(SavedView)).one() == view
    anna.post_form(f"{saved.location}/delete", page=saved.location)
    assert db.session.scalars(select(SavedView)).all() == []
    assert anna.get(saved.location).status_code == 404


def test_the_view_to_print_holds_all_rows_of_the_filter(
    browser: Callable[[str], StrictClient], three: list[Application], call: Call
) -> None:
    for _n in range(50):
        received(call)
    anna = browser("office")

    page = check_page(anna.get(LIST))
    printed = check_page(anna.get(f"{LIST}?print=1&page=2"))
    hoerde = text_of(anna.get(f"{LIST}?print=1&a.project.districts=hoerde"))

    assert len(page.findall(".//a[@data-row]")) == 50
    assert len(printed.findall(".//a[@data-row]")) == 53
    assert printed.find(".//form[@id='bulk']") is None
    assert "Zitronen" in hoerde
    assert "Birnen" not in hoerde


def test_a_reader_shares_no_view(
    browser: Callable[[str], StrictClient], three: list[Application]
) -> None:
    browser("reader").post_form(f"{LIST}/views", {"name": "Meine", "query": "", "shared": "yes"},
                                page=LIST)  # fmt: skip

    assert db.session.scalars(select(SavedView)).one().shared is False


def test_the_list_costs_the_same_with_3_and_with_30(
    app: Flask, browser: Callable[[str], StrictClient], three: list[Application], call: Call
) -> None:
    anna = browser("office")
    few, many = [], []
    addresses = (LIST, f"{LIST}?q=projekt", f"{LIST}?a.project.districts=hoerde&sort=name")
    for address in addresses:
        anna.get(address)
        with statements() as seen:
            assert anna.get(address).status_code == 200
        few.append(len(seen))
    for _n in range(27):
        received(call)
    for address in addresses:
        with statements() as seen:
            assert anna.get(address).status_code == 200
        many.append(len(seen))

    assert few == many
    assert max(many) <= 6
