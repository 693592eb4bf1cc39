"""What the chair does on one page: conflicts found later, deputies, reminders, the close."""

import pytest
from sqlalchemy import select

from portal.applications.jury import conflicts, judging
from portal.applications.jury.judging import Conflict, Tie
from portal.applications.workflow import Status
from portal.audit.models import AuditEntry
from portal.core.db import db, transaction
from portal.mail.models import Letter
from portal.scoring.models import Sheet, SheetState
from portal.scoring.rank import ranking
from portal.scoring.sheet.progress import overview
from tests.jury_house import JuryHouse, score

VOTERS = ("chair", "paula", "ifeoma")


@pytest.fixture
def scored(house: JuryHouse) -> JuryHouse:
    for name in VOTERS:
        house.free(name)
        for n in range(3):
            score(house, name, n)
    return house


def found(house: JuryHouse, name: str = "paula", n: int = 0) -> dict[str, str]:
    """Return the form that notes a conflict of somebody."""
    return {"juror": str(house.user(name).id), "application": str(house.applications[n].id),
            "tie": "relative", "reason": "Steht in der Zeitung"}  # fmt: skip


def readings(house: JuryHouse, n: int = 0) -> int:
    """Return how many sheets of an application count in the ranking of the office."""
    told = ranking.of(house.call, reader=house.user("office"))
    number = house.applications[n].reference
    return next(entry.readings for entry in told.entries if entry.number == number)


@pytest.mark.parametrize(("who", "page"), [("chair", "/jury/chair"), ("office", "/office/jury")])
def test_a_conflict_found_later_freezes_the_sheet_and_takes_it_out(
    scored: JuryHouse, who: str, page: str
) -> None:
    base = f"/{scored.call.slug}{page}"
    before = readings(scored)
    shown = scored.browser(who).get(base).text
    answer = scored.browser(who).post_form(f"{base}/found", found(scored), page=base)
    db.session.expire_all()
    sheet = db.session.scalars(select(Sheet).where(
        Sheet.user_id == scored.user("paula").id,
        Sheet.application_id == scored.applications[0].id)).one()  # fmt: skip
    row = db.session.scalars(select(AuditEntry).where(AuditEntry.what == "conflict_found")).one()

    assert 'id="f-juror"' in shown
    assert answer.status_code == 303
    assert sheet.state is SheetState.FROZEN
    assert sheet.frozen_from == "sent"
    assert (before, readings(scored)) == (3, 2)
    assert (row.actor_key, row.facts["tie"]) == (scored.user(who).key, "relative")
    assert scored.browser("paula").get(scored.at(0)).status_code == 404
    assert "Steht in der Zeitung" in scored.browser(who).get(base).text


def test_the_chair_lifts_it_and_the_sheet_counts_again(scored: JuryHouse) -> None:
    base, chair = f"{scored.path}/chair", scored.browser("chair")
    chair.post_form(f"{base}/found", found(scored), page=base)
    held = db.session.scalars(select(Conflict).where(Conflict.tie != Tie.NONE)).one()
    form = {"conflict": str(held.id), "reason": "Nur der gleiche Name"}
    scored.browser("office").post_form(f"/{scored.call.slug}/office/jury/lift", form,
                                       page=f"/{scored.call.slug}/office/jury")  # fmt: skip
    frozen = readings(scored)
    chair.post_form(f"{base}/lift", form, page=base)

    assert (frozen, readings(scored)) == (2, 3)
    assert scored.browser("paula").get(scored.at(0)).status_code == 200


def test_where_the_chair_is_concerned_the_office_decides(scored: JuryHouse) -> None:
    base = f"/{scored.call.slug}/office/jury"
    own = scored.browser("chair").post_form(f"{scored.path}/chair/found", found(scored, "chair"),
                                            page=f"{scored.path}/chair")  # fmt: skip
    free = judging.kept_out(scored.call)
    scored.browser("office").post_form(f"{base}/found", found(scored, "chair"), page=base)
    held = db.session.scalars(select(Conflict).where(Conflict.tie != Tie.NONE)).one()
    form = {"conflict": str(held.id), "reason": "Geprüft"}
    hidden = scored.browser("chair").post_form(f"{scored.path}/chair/lift", form,
                                               page=f"{scored.path}/chair")  # fmt: skip
    scored.browser("office").post_form(f"{base}/lift", form, page=base)

    assert (own.status_code, free) == (303, set())
    assert hidden.status_code == 404
    assert judging.kept_out(scored.call) == set()


@pytest.mark.parametrize("gap", ["juror", "application", "tie", "reason"])
def test_a_gap_in_the_form_is_told(scored: JuryHouse, gap: str) -> None:
    base, browser = f"{scored.path}/chair", scored.browser("chair")
    answer = browser.post_form(f"{base}/found", found(scored) | {gap: ""}, page=base)

    assert answer.status_code == 303
    assert "und schreiben Sie" in browser.get(base).text
    assert judging.kept_out(scored.call) == set()


def test_nobody_else_gets_to_the_chair(scored: JuryHouse) -> None:
    for name in ("paula", "deputy", "secretary", "office"):
        for go in ("found", "lift", "remind", "close", "deputy", "excuse"):
            answer = scored.browser(name).post_form(f"{scored.path}/chair/{go}", found(scored),
                                                    page="/account")  # fmt: skip
            assert answer.status_code == 404


def test_the_chair_reminds_and_closes_when_nothing_is_missing(house: JuryHouse) -> None:
    base, browser = f"{house.path}/chair", house.browser("chair")
    for name in VOTERS:
        house.free(name)
    early = browser.post_form(f"{base}/close", {}, page=base)
    told = browser.get(base).text
    browser.post_form(f"{base}/remind", {"juror": str(house.user("paula").id)}, page=base)
    for name in VOTERS:
        for n in range(3):
            score(house, name, n)
    browser.post_form(f"{base}/close", {}, page=base)
    db.session.expire_all()

    assert early.status_code == 303
    assert "9 Bögen fehlen" in told
    letter = db.session.scalars(select(Letter).where(Letter.name == "jury_reminder")).one()
    assert letter.to_address == "paula@example.org"
    assert {one.status for one in house.applications} == {Status.SCORED}


def test_a_chair_kept_out_learns_no_number_at_the_close(house: JuryHouse) -> None:
    house.answer("chair", 0, Tie.RELATIVE)
    for name in VOTERS:
        house.free(name)
        for n in (1, 2):
            score(house, name, n)
    base, browser = f"{house.path}/chair", house.browser("chair")
    browser.post_form(f"{base}/close", {}, page=base)
    told = browser.get(base).text
    for name in ("paula", "ifeoma"):
        score(house, name, 0)
    browser.post_form(f"{base}/close", {}, page=base)
    closed = browser.get(base).text
    db.session.expire_all()

    assert "Das Büro schließt die Bewertung" in told
    assert "Die Bewertung ist geschlossen" in closed
    assert "3 Bewerbungen" not in closed
    assert {one.status for one in house.applications} == {Status.SCORED}


@pytest.mark.parametrize(("who", "page"), [("chair", "/jury/chair"), ("office", "/office/jury")])
def test_a_deputy_reads_for_who_is_away(house: JuryHouse, who: str, page: str) -> None:
    house.free("chair")
    base = f"/{house.call.slug}{page}"
    pair = f"{house.applications[1].id}.{house.user('paula').id}"
    form = {"pair": pair, "deputy": str(house.user("deputy").id)}
    answer = house.browser(who).post_form(f"{base}/deputy", form, page=base)

    assert answer.status_code == 303
    assert house.browser("deputy").get(house.at(1, "/conflict")).status_code == 200
    assert house.browser("deputy").get(house.at(0, "/conflict")).status_code == 404


@pytest.mark.parametrize(("who", "page"), [("chair", "/jury/chair"), ("office", "/office/jury")])
def test_all_sheets_of_one_person_are_excused_with_one_tick(
    house: JuryHouse, who: str, page: str
) -> None:
    for one in ("chair", "paula", "ifeoma"):
        house.free(one)
    base, browser = f"/{house.call.slug}{page}", house.browser(who)
    paula, missing = house.user("paula").id, overview(house.call).missing
    refused = browser.post_form(f"{base}/excuse", {"whole": str(paula)}, page=base)
    told = browser.get(refused.location).text

    browser.post_form(f"{base}/excuse", {"whole": str(paula), "reason": "Krank."}, page=base)
    left = overview(house.call).missing
    browser.post_form(f"{base}/excuse", {"whole": "all", "reason": "Alle."}, page=base)

    assert refused.location.endswith("#missing")
    assert 'id="missing" open' in told
    assert told.count("Schreiben Sie") >= 2
    assert left == [one for one in missing if one[1].user.id != paula]
    assert len(left) < len(missing)
    assert overview(house.call).missing == []


@pytest.mark.parametrize(("who", "page"), [("chair", "/jury/chair"), ("office", "/office/jury")])
def test_no_deputy_is_offered_where_one_reads_already(
    house: JuryHouse, who: str, page: str
) -> None:
    house.free("chair")
    with transaction():
        application, paula = house.applications[0], house.juror("paula")
        conflicts.answer(paula, application, Tie.EMPLOYED, by=paula.user)
    base, browser = f"/{house.call.slug}{page}", house.browser(who)
    offered = browser.get(base).text
    with transaction():
        conflicts.step_in(application, house.juror("deputy"), paula, by=house.user("office"))
    told = browser.get(base).text

    names = [f"<bdi>{house.user(name).called}</bdi>" for name in ("deputy", "paula")]
    assert 'id="dep-' in offered
    assert 'id="dep-' not in told
    assert f"{names[0]} liest statt {names[1]}." in told


def test_each_name_in_a_line_keeps_its_own_direction(house: JuryHouse) -> None:
    for one in ("chair", "paula", "ifeoma"):
        house.free(one)
    html = house.browser("office").get(f"/{house.call.slug}/office/jury").text
    names = [one.user.called for one in overview(house.call).cases[0].waiting]

    assert len(names) > 1
    assert ", ".join(f"<bdi>{name}</bdi>" for name in names) in html
    assert f"&#x2068;{house.applications[0].reference}&#x2069; · &#x2068;" in html


def test_the_office_finds_one_thing_to_do_next(house: JuryHouse) -> None:
    base = f"/{house.call.slug}/office/jury"
    office = house.browser("office")
    first = office.get(base).text
    for name in VOTERS:
        house.free(name)
        for n in range(3):
            score(house, name, n)
    ready = office.get(base).text
    office.post_form(f"{base}/close", page=base)
    closed = office.get(base).text

    words = ("Rangliste", "Bewertung schließen", "Vorschlag")
    for page, word in zip((first, ready, closed), words, strict=True):
        [after] = page.split("kern-btn--primary")[1:]
        assert f">{word}</span>" in after[:200]
