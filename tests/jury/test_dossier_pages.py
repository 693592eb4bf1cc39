"""The pages of dossiers: made by a button, fetched by their juror alone, followed by the office."""

import pytest
from flask import Flask

from portal.applications.jury import redacting
from portal.applications.jury.judging import Tie
from portal.applications.workflow import Move
from portal.audit.models import AuditEntry
from portal.calls import memberships
from portal.calls.memberships import Role
from portal.core.clock import now
from portal.core.db import db, transaction
from portal.scoring.binder import binders
from portal.scoring.binder.binders import Binder, BinderState
from tests.dossier_house import a_dossier_house, make_binder, work
from tests.jury_house import JuryHouse, a_jury_house
from tests.people import BY, a_person
from tests.statements import counted

PEOPLE = ("nobody", "office", "reader", "admin", "other", "chair", "paula", "deputy", "secretary")
STATUS = {"y": 200, "n": 404, "r": 303}


def audited(what: str) -> list[AuditEntry]:
    db.session.rollback()
    return list(db.session.scalars(db.select(AuditEntry).where(AuditEntry.what == what)))


def test_each_page_of_dossiers_opens_to_its_own_people_only(house: JuryHouse) -> None:
    house.free("paula")
    pages = {
        f"{house.path}/dossier": "rnnnnyyyy",
        f"{house.path}/dossier/state": "rnnnnyyyy",
        f"{house.path}/dossier/binder.pdf": "rnnnnnnnn",
        f"{house.path}/dossier/binder.exe": "rnnnnnnnn",
        f"/{house.call.slug}/office/dossiers": "ryynnnnnn",
    }
    found = {page: [house.browser(name).get(page).status_code for name in PEOPLE]
             for page in pages}  # fmt: skip
    assert found == {page: [STATUS[one] for one in who] for page, who in pages.items()}


def test_a_juror_orders_a_binder_and_sees_how_far_it_is(house: JuryHouse) -> None:
    house.free("paula")
    browser = house.browser("paula")
    assert "Mappe erstellen" in browser.get(f"{house.path}/dossier").text
    answer = browser.post_form(f"{house.path}/dossier", {})
    assert (answer.status_code, answer.location) == (303, f"{house.path}/dossier")
    page = browser.get(f"{house.path}/dossier").text
    assert "0 von 3 Dossiers" in page
    assert "Mappe erstellen" not in page
    state = browser.get(f"{house.path}/dossier/state").json
    assert state == {"state": "ordered", "done": 0, "total": 3}
    browser.post_form(f"{house.path}/dossier", {}, page="/account")
    assert db.session.scalar(db.select(db.func.count()).select_from(Binder)) == 1


def test_there_is_no_binder_before_the_answers(house: JuryHouse) -> None:
    page = house.browser("paula").get(f"{house.path}/dossier").text
    assert "3 Bewerbungen warten" in page
    assert "Mappe erstellen" not in page
    answer = house.browser("paula").post_form(f"{house.path}/dossier", {}, page="/account")
    assert answer.status_code == 409


@pytest.mark.pdf
class TestMade:
    """With a binder that was made."""

    @pytest.fixture
    def house(self, app: Flask) -> JuryHouse:
        made = a_dossier_house(app, 2)
        made.free("paula")
        make_binder(made, "paula")
        return made

    def test_its_juror_fetches_it_and_the_log_knows(self, house: JuryHouse) -> None:
        browser = house.browser("paula")
        for kind, head in (("pdf", b"%PDF"), ("zip", b"PK")):
            answer = browser.get(f"{house.path}/dossier/binder.{kind}")
            assert answer.status_code == 200
            assert answer.data.startswith(head)
            assert answer.headers["Content-Disposition"].startswith("attachment")
            assert answer.headers["Cache-Control"].startswith("no-store")
        seen = audited("binder_download")
        assert [entry.facts["kind"] for entry in seen] == ["pdf", "zip"]
        assert {entry.actor_key for entry in seen} == {house.user("paula").key}

    def test_nobody_else_gets_it(self, house: JuryHouse) -> None:
        for name in ("office", "reader", "chair", "secretary", "other", "admin"):
            assert house.browser(name).get(f"{house.path}/dossier/binder.pdf").status_code == 404
        assert audited("binder_download") == []

    def test_an_outdated_one_is_not_handed_out(self, house: JuryHouse) -> None:
        with transaction():
            office = house.user("office")
            redacting.hide_passage(house.applications[0], "Projekt", reason="x", by=office)
        browser = house.browser("paula")
        answer = browser.get(f"{house.path}/dossier/binder.pdf")
        assert (answer.status_code, answer.location) == (303, f"{house.path}/dossier")
        page = browser.get(f"{house.path}/dossier").text
        assert "hat sich etwas geändert" in page
        assert "herunterladen" not in page
        assert audited("binder_download") == []

    def test_a_single_dossier_opens_only_to_who_reads_it(self, house: JuryHouse) -> None:
        house.answer("chair", 0, Tie.RELATIVE, "Bruder")
        address = house.at(0, "/dossier.pdf")
        answer = house.browser("paula").get(address)
        assert answer.status_code == 200
        assert answer.data.startswith(b"%PDF")
        assert house.browser("chair").get(address).status_code == 404
        assert house.browser("office").get(address).status_code == 404
        assert len(audited("dossier_download")) == 1

    def test_after_the_close_there_is_nothing(self, house: JuryHouse) -> None:
        with transaction():
            for application in house.applications:
                application.make_move(Move.CLOSE_SCORING, by=BY, at=now())
        browser = house.browser("paula")
        assert browser.get(f"{house.path}/dossier/binder.pdf").status_code == 303
        assert browser.get(house.at(0, "/dossier.pdf")).status_code == 404
        assert "Mappen gibt es nicht mehr" in browser.get(f"{house.path}/dossier").text

    def test_the_office_makes_them_for_all_and_sees_each(self, house: JuryHouse) -> None:
        house.free("chair")
        browser, address = house.browser("office"), f"/{house.call.slug}/office/dossiers"
        refused = house.browser("reader").post_form(address, {}, page="/account")
        assert refused.status_code in (403, 404)
        answer = browser.post_form(address, {})
        assert answer.status_code == 303
        ordered = db.session.scalars(
            db.select(Binder).where(Binder.state == BinderState.ORDERED)
        ).all()
        assert {one.user_id for one in ordered} == {house.user("chair").id}
        page = browser.get(address).text
        assert "fertig" in page
        assert "noch nicht erstellt" in page
        state = browser.get(f"{address}/{ordered[0].id}/state").json
        assert state == {"state": "ordered", "done": 0, "total": 2}
        work(ordered[0])
        assert binders.ready(house.juror("chair")) is not None


def test_the_office_is_told_where_nothing_is_scored(app: Flask) -> None:
    house = a_jury_house(app, 1)
    with transaction():
        house.applications[0].make_move(Move.CLOSE_SCORING, by=BY, at=now())
    page = house.browser("office").get(f"/{house.call.slug}/office/dossiers").text
    assert "darum gibt es keine Mappen" in page


@pytest.mark.parametrize("more", [0, 6])
def test_the_page_of_the_office_asks_as_often_for_one_juror_as_for_many(
    app: Flask, more: int
) -> None:
    house = a_jury_house(app, 2)
    with transaction():
        for n in range(more):
            someone = a_person(f"more{n}@example.org", name=f"More {n}").user
            memberships.give(someone, house.call, Role.JUROR, by=BY)
    house.assign_all()
    browser, page = house.browser("office"), f"/{house.call.slug}/office/dossiers"
    browser.get(page)

    with counted() as seen:
        shown = browser.get(page).text

    assert shown.count("noch nicht erstellt") == 5 + more
    assert len(seen) <= 10, "\n".join(seen)
