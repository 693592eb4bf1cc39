"""A whole meeting by its pages: desk, own devices, wall; and what the excluded never see."""

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal.applications.jury import conflicts
from portal.applications.jury.judging import Tie
from portal.applications.workflow import Move, Status
from portal.core.clock import now
from portal.core.db import db, transaction
from portal.mail.models import Letter
from portal.scoring.meeting import minutes
from portal.scoring.meeting.meeting_models import AgendaItem, Meeting, Vote
from tests.jury_house import JuryHouse, a_jury_house
from tests.people import BY
from tests.strict import StrictClient

FORM = "/barriere-melden"  # a page with a form that everybody sees
HIDDEN = ("Titelmarke0", "Namensmarke0")


class Room:
    """The house with its meeting, and what people press in it."""

    def __init__(self, house: JuryHouse) -> None:
        self.house = house
        self.follow = f"{house.path}/meeting"

    @property
    def meeting(self) -> Meeting:
        db.session.rollback()
        return db.session.scalars(select(Meeting)).one()

    @property
    def desk(self) -> str:
        return f"{self.house.path}/meetings/{self.meeting.id}"

    def item(self, n: int) -> AgendaItem:
        wanted = self.house.applications[n].id
        return next(one for one in self.meeting.items if one.application_id == wanted)

    @property
    def vote(self) -> Vote:
        db.session.rollback()
        return db.session.scalars(select(Vote).order_by(Vote.opened_at.desc())).first()  # type: ignore[return-value]

    def press(self, go: str, *, who: str = "secretary", **given: Any) -> str:
        """Press a button of the desk; return the page behind it."""
        browser = self.house.browser(who)
        answer = browser.post_form(f"{self.desk}/{go}", given, page=self.desk)
        assert answer.status_code == 303, answer.text[:2000]
        return browser.get(self.desk).text

    def do(self, who: str, go: str, **given: Any) -> str:
        """Do something on one's own device; return the page behind it."""
        browser = self.house.browser(who)
        answer = browser.post_form(f"{self.desk}/{go}", given, page=self.follow)
        assert answer.status_code == 303
        return browser.get(self.follow).text

    def note(self, n: int, text: str, **given: Any) -> dict[str, Any]:
        """Return what the desk sends with the notes of one application, beside `given`."""
        item = self.item(n)
        return {f"notes-{item.id}": text, "revision": f"{item.id}:{item.reasons_n}", **given}

    def page(self, who: str) -> str:
        answer = self.house.browser(who).get(self.follow)
        assert answer.status_code == 200
        return answer.text

    def call(self, who: str = "office") -> None:
        given = {"day": "3.11.2027", "clock": "16:00", "place": "Rathaus, Raum 2"}
        answer = self.house.browser(who).post_form(
            f"{self.house.path}/meetings", given, page=self.follow
        )
        assert answer.status_code == 303

    def arrive(self, *names: str) -> None:
        for name in names:
            self.press("arrive", juror=str(self.house.user(name).id))

    def begin(self, n: int, who: str = "secretary") -> str:
        return self.press("begin", who=who, item=str(self.item(n).id))

    def open_vote(self, n: int, **given: Any) -> str:
        form = {"item": str(self.item(n).id), "motion": "place", "award": "0", "way": "open"}
        return self.press("vote", **(form | given))

    def cast(self, who: str, choice: str) -> str:
        return self.do(who, "ballot", vote=str(self.vote.id), choice=choice)


@pytest.fixture
def room(app: Flask) -> Room:
    """Return a house where Paula is kept out of the first application."""
    house = a_jury_house(app, 3, {"quorum": 2})
    for name in ("chair", "ifeoma"):
        house.free(name)
    house.answer("paula", 0, Tie.EMPLOYED)
    house.free("paula")
    with transaction():
        for application in house.applications:
            application.make_move(Move.CLOSE_SCORING, by=BY, at=now())
    return Room(house)


def test_a_whole_meeting_is_run_from_the_desk(room: Room) -> None:
    assert "noch keine Sitzung" in room.page("paula")
    room.call()
    assert "Rathaus, Raum 2" in room.page("ifeoma")
    room.press("invite")
    letters = db.session.scalars(select(Letter).where(Letter.name == "meeting_invitation"))
    assert len(letters.all()) == 5
    room.arrive("chair", "secretary")
    room.press("open")
    assert "nicht beschlussfähig" in room.begin(1)
    assert "nicht beschlussfähig" in room.page("chair")
    room.arrive("paula", "ifeoma")

    assert "Titelmarke1" in room.page("paula")
    room.open_vote(1)
    assert "1. Preis (5.000" in room.page("ifeoma")
    assert "gezählt" in room.cast("ifeoma", "yes")
    room.cast("chair", "yes")
    desk = room.press("count", vote=str(room.vote.id))
    assert "angenommen" in desk
    assert "2 Ja, 0 Nein, 0 Enthaltungen" in desk
    assert "5.000" in desk.split('id="h-places"')[1]
    room.press("reasons", **room.note(1, "Wirkt im ganzen Stadtteil."))
    room.press("end", item=str(room.item(1).id))
    room.press("close", sure="yes")

    assert "Sitzung ist zu Ende" in room.page("paula")
    assert room.meeting.closed_at is not None


def test_the_excluded_juror_meets_nothing_of_the_hidden_application(room: Room) -> None:
    room.call()
    room.arrive("chair", "secretary", "paula", "ifeoma")
    room.press("open")
    room.begin(0)
    room.open_vote(0, words="Streng geheime Antragsworte")
    browser = room.house.browser("paula")
    during = pages_of(room, browser)

    assert "an dem Sie nicht mitwirken" in during
    given = {"vote": str(room.vote.id), "choice": "yes"}
    assert browser.post_form(f"{room.desk}/ballot", given, page=FORM).status_code == 404
    for name in ("chair", "ifeoma"):
        room.cast(name, "yes")
    room.press("count", vote=str(room.vote.id))
    room.press("reasons", **room.note(0, "Geheime Gründe."))
    room.press("end", item=str(room.item(0).id))
    after = pages_of(room, browser)
    room.press("close", sure="yes")
    closed = pages_of(room, browser)

    number = str(room.house.applications[0].reference)
    for text in (during, after, closed):
        for secret in (*HIDDEN, number, "Antragsworte", "Geheime", "5.000&nbsp;€ übrig"):
            assert secret not in text, secret
        assert str(room.item(0).id) not in text
    assert "noch nicht vergeben" not in after
    assert "Titelmarke0" in room.page("ifeoma")


def pages_of(room: Room, browser: StrictClient) -> str:
    pages = [room.follow, f"{room.desk}/wall", f"{room.desk}/state", room.house.path]
    return "\n".join(browser.get(page).text for page in pages)


def test_the_wall_names_who_must_leave_and_shows_the_item_in_large(room: Room) -> None:
    room.call()
    room.arrive("chair", "secretary", "paula", "ifeoma")
    room.press("open")
    room.begin(0)
    wall = room.house.browser("secretary").get(f"{room.desk}/wall").text

    assert "Titelmarke0" in wall
    assert "Paula Muster" in wall
    assert re.search(r'<meta http-equiv="refresh"', wall)
    assert "Titelmarke1" not in wall
    room.press("end", item=str(room.item(0).id))
    assert "Titelmarke" not in room.house.browser("secretary").get(f"{room.desk}/wall").text


def test_a_chair_with_a_conflict_neither_sees_nor_runs_the_item(room: Room) -> None:
    with transaction():
        conflicts.impose(room.house.juror("chair"), room.house.applications[2], Tie.RELATIVE,
                         by=room.house.user("office"), words="Schwester")  # fmt: skip
    room.call()
    room.arrive("chair", "secretary", "paula", "ifeoma")
    room.press("open")
    chair = room.house.browser("chair")
    hidden = str(room.item(2).id)
    assert "Titelmarke2" not in chair.get(room.desk).text
    assert (
        chair.post_form(f"{room.desk}/begin", {"item": hidden}, page=room.desk).status_code == 404
    )
    room.begin(2)
    desk = room.press("begin", who="chair", item=str(room.item(1).id))

    assert "Warten Sie" in desk
    assert "Titelmarke2" not in desk
    assert "Titelmarke2" in room.house.browser("secretary").get(room.desk).text


def test_members_follow_and_only_chair_secretary_and_office_run_it(room: Room) -> None:
    room.call()
    for name in ("chair", "secretary", "office"):
        assert room.house.browser(name).get(room.desk).status_code == 200
    for name in ("paula", "ifeoma", "deputy", "reader"):
        browser = room.house.browser(name)
        assert browser.get(room.desk).status_code == 404
        assert browser.get(room.follow).status_code == 200
        assert browser.post_form(f"{room.desk}/open", page=FORM).status_code == 404
    assert room.house.browser("other").get(room.follow).status_code == 404
    assert room.house.browser("nobody").get(room.follow).status_code == 303


def test_the_second_writer_of_notes_keeps_the_text(room: Room) -> None:
    room.call()
    room.arrive("chair", "secretary", "ifeoma")
    room.press("open")
    room.begin(1)
    late = room.note(1, "Zu spät getippt.")
    room.press("reasons", **room.note(1, "Zuerst gespeichert."))
    browser = room.house.browser("office")
    answer = browser.post_form(f"{room.desk}/reasons", late, page=room.desk)

    assert answer.status_code == 422
    assert "Zuerst gespeichert." in answer.text
    assert "Zu spät getippt." in answer.text


def test_whoever_has_not_answered_is_asked_before_voting(app: Flask) -> None:
    room = Room(a_jury_house(app, 1, {"quorum": 1}))
    room.call()
    room.arrive("paula", "ifeoma")
    room.press("open")
    room.begin(0)
    room.open_vote(0)

    assert "beantworten Sie" in room.page("paula").lower() or "Frage" in room.page("paula")
    assert "befangen" in room.cast("paula", "yes").lower()
    room.do("paula", "declare", item=str(room.item(0).id), tie="none")
    assert "gezählt" in room.cast("paula", "yes")
    page = room.do("ifeoma", "declare", item=str(room.item(0).id), tie="employed")
    assert "an dem Sie nicht mitwirken" in page
    assert "Titelmarke0" not in page


def test_the_office_carries_out_what_the_jury_proposes(room: Room) -> None:
    room.call()
    room.arrive("chair", "secretary", "ifeoma")
    room.press("open")
    room.begin(1)
    room.open_vote(1)
    room.cast("chair", "yes")
    room.press("count", vote=str(room.vote.id))
    room.press("close", sure="yes")
    office = room.house.browser("office")
    page = f"/{room.house.call.slug}/office/jury/proposal"
    assert "1. Preis (5.000" in office.get(page).text
    assert room.house.browser("reader").post_form(page, {}, page=FORM).status_code in (
        403,
        404,
    )
    won = str(room.house.applications[1].id)
    office.post_form(page, {"awarded": won})
    assert room.house.applications[1].status is Status.SCORED
    office.post_form(page, {"awarded": won, "sure": "yes"})

    db.session.expire_all()
    assert [one.status for one in room.house.applications] == [
        Status.NOT_AWARDED, Status.AWARDED, Status.NOT_AWARDED
    ]  # fmt: skip


def test_every_button_of_the_desk_saves_the_notes_along(room: Room) -> None:
    room.call()
    room.arrive("chair", "secretary", "ifeoma")
    room.press("open")
    desk = room.begin(1)
    form = desk.split('id="desk"')[1].split("</form>")[0]
    assert desk.count("<form") == desk.split("<main")[0].count("<form") + 1
    acts = "vote begin end reasons arrive leave add up down off draw draft leave_for close"
    for go in acts.split():
        assert f'/{go}"' in form, go
    assert re.search(r"<a [^>]*href", form) is None  # nothing leads away without saving

    room.open_vote(1, **room.note(1, "Erst der Anfang."))
    assert room.item(1).reasons == "Erst der Anfang."
    room.press("annul", **room.note(1, "Dann mehr."), vote=str(room.vote.id))
    assert room.vote.state == "open"  # it was refused without a reason: the notes stay all the same
    assert room.item(1).reasons == "Dann mehr."
    room.press("annul", vote=str(room.vote.id), **{f"reason-{room.vote.id}": "Zu früh"})
    deputy = str(room.house.user("deputy").id)
    room.press("arrive", **room.note(1, "Nach der Ankunft."), juror=deputy)
    assert room.item(1).reasons == "Nach der Ankunft."
    room.press("draft", **room.note(1, "Im Entwurf."))
    assert room.item(1).reasons == "Im Entwurf."
    room.press("begin", **room.note(1, "Am Ende."), item=str(room.item(2).id))

    assert room.item(1).reasons == "Am Ende."
    assert room.item(2).state == "open"


def test_the_ways_to_other_pages_save_the_notes_before_they_lead_there(room: Room) -> None:
    room.call()
    room.arrive("chair", "secretary", "ifeoma")
    room.press("open")
    room.begin(1)
    browser = room.house.browser("secretary")
    ways = {"wall": f"{room.desk}/wall", "own": room.follow, "minutes": f"{room.desk}/minutes.pdf",
            "desk": room.desk, "https://evil.example": room.desk}  # fmt: skip
    for way, goal in ways.items():
        given = room.note(1, f"Vor {way[:5]}", way=way)
        answer = browser.post_form(f"{room.desk}/leave_for", given, page=room.desk)
        assert (answer.status_code, answer.location) == (303, goal)
        assert room.item(1).reasons == f"Vor {way[:5]}"


def test_a_script_saves_the_notes_while_one_types_and_is_told_what_changed(room: Room) -> None:
    room.call()
    room.arrive("chair", "secretary", "ifeoma")
    room.press("open")
    desk = room.begin(1)
    shown = re.search(r'data-state="(\w+)"', desk)
    browser = room.house.browser("secretary")
    late = room.note(1, "Zu spät.")
    given = room.note(1, "Beim Tippen.", sure="yes")
    headers = {"Origin": "https://127.0.0.1", "Accept": "application/json"}
    said = browser.post_form(f"{room.desk}/close", given, page=room.desk, headers=headers).json
    again = browser.post_form(f"{room.desk}/reasons", late, page=room.desk, headers=headers).json

    assert room.item(1).reasons == "Beim Tippen."
    assert shown
    assert (said["was"], said["conflicts"]) == (shown[1], [])
    assert said["revision"] == f"{room.item(1).id}:1"
    assert said["state"] == browser.get(f"{room.desk}/state").json["state"]
    assert again["conflicts"] == [str(room.item(1).id)]
    assert room.meeting.closed_at is None  # a script only saves


def test_notes_that_were_overtaken_stop_the_other_button_and_are_shown(room: Room) -> None:
    room.call()
    room.arrive("chair", "secretary", "ifeoma")
    room.press("open")
    room.begin(1)
    late = room.note(1, "Zu spät getippt.", item=str(room.item(1).id))
    room.press("reasons", **room.note(1, "Zuerst gespeichert."))
    answer = room.house.browser("office").post_form(f"{room.desk}/end", late, page=room.desk)

    assert answer.status_code == 422
    assert "Zuerst gespeichert." in answer.text
    assert "Zu spät getippt." in answer.text
    assert room.item(1).state == "open"


def test_a_long_agenda_is_folded_to_the_last_the_present_and_the_next_item(app: Flask) -> None:
    house = a_jury_house(app, 8, {"quorum": 1})
    house.free("chair")
    room = Room(house)
    room.call()
    room.arrive("chair", "secretary")
    assert "is-far" not in room.house.browser("secretary").get(room.desk).text
    room.press("open")
    desk = room.begin(3)
    far = re.findall(r'<li class="([^"]*)">', desk.split('class="p-agenda"')[1])
    onward = desk.split("p-onward")[1].split("</div>")[0]

    assert ["is-far" in one for one in far[:8]] == [True, True, False, False, False, *[True] * 3]
    assert "Alle 8 Punkte zeigen" in desk
    assert re.findall(r"(?:Weiter mit|Zurück zu): \S+", onward) == [
        f"Weiter mit: {house.applications[4].reference}",
        f"Zurück zu: {house.applications[2].reference}",
    ]  # fmt: skip
    browser = room.house.browser("secretary")
    moved = browser.post_form(f"{room.desk}/down", {"item": str(room.item(5).id)}, page=room.desk)
    assert moved.location.endswith("?all=yes#agenda")
    assert 'data-kept-open="all" open>' in browser.get(f"{room.desk}?all=yes").text


def test_who_is_there_is_folded_during_the_meeting_but_not_after_noting_somebody(
    room: Room,
) -> None:
    room.call()
    browser, unfolded = room.house.browser("secretary"), 'data-kept-open="room" open>'
    before = browser.get(room.desk).text
    room.arrive("chair", "ifeoma")
    desk = room.press("open")
    given = {"juror": str(room.house.user("paula").id)}
    noted = browser.post_form(f"{room.desk}/arrive", given, page=room.desk)

    assert (unfolded in before, unfolded in desk) == (True, False)
    assert re.search(r"2 von \d+ sind da", desk)
    assert noted.location.endswith("?room=yes#presence")
    assert unfolded in browser.get(noted.location).text


def test_without_a_script_the_notes_can_be_saved_from_everywhere_on_the_desk(room: Room) -> None:
    room.call()
    room.arrive("chair", "ifeoma")
    bar = room.press("open").split("<noscript>")[1].split("</noscript>")[0]

    assert "Links oben und unten speichern nicht" in bar
    assert f'formaction="{room.desk}/reasons"' in bar


def test_the_desk_is_named_by_the_state_of_the_meeting(room: Room) -> None:
    room.call()
    room.arrive("chair", "ifeoma")
    for go, name in (("", "vorbereiten"), ("open", "leiten"), ("close", "nachlesen")):
        if go:
            room.press(go, sure="yes")
        desk = room.house.browser("chair").get(room.desk).text
        assert re.search(r"<h1[^>]*>([^<]+)", desk)[1] == f"Sitzung {name}"  # type: ignore[index]
        assert f"Sitzung {name}" in room.page("chair")


def test_more_money_than_there_is_is_told_and_ticked_before_the_close(room: Room) -> None:
    room.call()
    room.arrive("chair", "secretary", "ifeoma")
    room.press("open")
    room.begin(1)
    desk = room.open_vote(1, amount="30000")
    over = re.search(r"Wird das angenommen, sind (\S+?)\s€ mehr vergeben als vorhanden", desk)
    assert over
    for name in ("chair", "ifeoma"):
        room.cast(name, "yes")
    desk = room.press("count", vote=str(room.vote.id))
    tick = re.search(r'name="over" value="(\d+)"', desk)
    assert tick
    assert f"{int(tick[1]):,}".replace(",", ".") == over[1]
    assert "mehr vergeben ist als vorhanden" in room.press("close", sure="yes")
    assert not room.meeting.closed_at
    room.press("close", sure="yes", over=tick[1])

    assert room.meeting.closed_at
    with transaction():
        said = minutes.content(room.meeting, frozenset())
    assert (said.left, said.over) == ("", f"{over[1]} €")


def test_what_was_not_discussed_is_counted_before_the_close_and_named_after_it(room: Room) -> None:
    room.call()
    room.arrive("chair", "secretary", "ifeoma")
    room.press("open")
    room.begin(1)
    desk = room.press("end", item=str(room.item(1).id))
    assert "2 Punkte sind nicht beraten" in desk
    assert "Alles ist entschieden" not in desk
    closed = room.press("close", sure="yes")

    assert closed.count("nicht beraten") == 2
    assert "steht bevor" not in closed
    whole = minutes.content(room.meeting, frozenset())
    without = minutes.content(room.meeting, frozenset({room.house.applications[0].id}))
    assert ["Titelmarke0" in one for one in whole.waiting].count(True) == 1
    assert len(whole.waiting) == 2
    assert ["Titelmarke2" in one for one in without.waiting] == [True]


def test_before_the_meeting_the_desk_tells_how_many_sheets_are_missing(app: Flask) -> None:
    room = Room(a_jury_house(app, 2, {"quorum": 1}))
    room.call()
    office = room.house.browser("office").get(room.desk).text
    chair = room.house.browser("chair").get(room.desk).text
    assert "6 Bögen fehlen noch" in office
    assert f'href="/{room.house.call.slug}/office/jury"' in office
    assert f'href="{room.house.path}/chair"' in chair.split("noch nicht geschlossen")[1]
    with transaction():
        for application in room.house.applications:
            application.make_move(Move.CLOSE_SCORING, by=BY, at=now())

    assert "noch nicht geschlossen" not in room.house.browser("office").get(room.desk).text


def test_a_place_that_somebody_has_is_refused_and_an_overtaken_vote_is_marked(room: Room) -> None:
    room.call()
    room.arrive("chair", "secretary", "ifeoma")
    room.press("open")
    for n, award in ((1, "0"), (2, "1"), (2, "2")):
        room.begin(n)
        room.open_vote(n, award=award)
        for name in ("chair", "ifeoma"):
            room.cast(name, "yes")
        desk = room.press("count", vote=str(room.vote.id))
    refused = room.open_vote(2, award="0")

    assert "Titelmarke1 Projekt hat das schon: 1. Preis. Machen Sie den Platz erst frei:" in refused
    assert len(room.item(2).votes) == 2
    assert desk.count("durch spätere Abstimmung überholt") == 1
    said = [vote.result for item in minutes.content(room.meeting, frozenset()).items
            for vote in item.votes]  # fmt: skip
    assert said == ["angenommen", "angenommen, durch spätere Abstimmung überholt", "angenommen"]


def test_a_shared_place_is_voted_on_at_the_desk_and_its_parts_are_shown(app: Flask) -> None:
    house = a_jury_house(app, 2, {"quorum": 2, "shared_places": True})
    house.free("chair")
    house.free("ifeoma")
    room = Room(house)
    room.call()
    room.arrive("chair", "secretary", "ifeoma")
    room.press("open")
    for n in (0, 1):
        assert 'name="share"' in room.begin(n)
        room.open_vote(n, share="split")
        for name in ("chair", "ifeoma"):
            room.cast(name, "yes")
        desk = room.press("count", vote=str(room.vote.id))

    filled = desk.split('id="h-places"')[1].split("</section>")[0]
    assert filled.count("<span>geteilt</span>") == 2
    assert filled.count("2.500") == 2
    assert "mehr als einmal" not in filled
