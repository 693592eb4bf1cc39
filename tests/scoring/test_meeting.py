"""A meeting of the jury: who may vote, when it can decide, what counts, what leaves no trace."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal import mail
from portal.applications.jury import conflicts
from portal.applications.jury.judging import Tie
from portal.applications.workflow import Move, Status
from portal.audit.models import AuditEntry
from portal.core.clock import now
from portal.core.db import db, transaction
from portal.core.errors import DomainError, Forbidden, NotFound
from portal.mail.models import Letter, LetterState
from portal.scoring.meeting import (
    agenda,
    meetings,
    minutes,
    places,
    presence,
    proposing,
    tallying,
    voting,
)
from portal.scoring.meeting.agenda import Overtaken
from portal.scoring.meeting.meeting_models import (
    AgendaItem,
    Ballot,
    Choice,
    ItemState,
    Meeting,
    Motion,
    Vote,
    VoteState,
)
from portal.scoring.meeting.tallying import Hands
from portal.scoring.meeting.voting import Wish
from tests.jury_house import JuryHouse, a_jury_house, score
from tests.people import BY

VOTERS = ("chair", "paula", "ifeoma")
YES, NO, ABSTAIN = Choice.YES, Choice.NO, Choice.ABSTAIN
SHORTLIST = Wish(Motion.SHORTLIST)


@pytest.fixture
def house(app: Flask) -> JuryHouse:
    return a_sitting_house(app)


def a_sitting_house(app: Flask, **jury: Any) -> JuryHouse:
    house = a_jury_house(app, 3, {"quorum": 2, **jury})
    for name in VOTERS:
        house.free(name)
    return house


def close_scoring(house: JuryHouse) -> None:
    with transaction():
        for application in house.applications:
            application.make_move(Move.CLOSE_SCORING, by=BY, at=now())


@transaction()
def a_meeting(house: JuryHouse, here: Sequence[str] = VOTERS) -> Meeting:
    meeting = meetings.call_meeting(house.call, starts_at=now(), place="Rathaus, Raum 2", by=BY)
    for name in here:
        presence.arrive(meeting, house.juror(name), by=BY)
    meetings.open_meeting(meeting, by=BY)
    return meeting


@transaction()
def item_of(house: JuryHouse, meeting: Meeting, n: int = 0) -> AgendaItem:
    ids = {item.application_id: item for item in meeting.items}
    item = ids[house.applications[n].id]
    meetings.begin(item, by=BY)
    return item


@transaction()
def a_vote(item: AgendaItem, wish: Wish = SHORTLIST) -> Vote:
    return voting.open_vote(item, wish, by=BY)


def cast(house: JuryHouse, vote: Vote, **said: Choice) -> None:
    with transaction():
        for name, choice in said.items():
            voting.cast(vote, house.user(name), choice)


@transaction()
def closed(vote: Vote, hands: Hands | None = None) -> Vote:
    tallying.close_vote(vote, by=BY, hands=hands)
    return vote


# --- the agenda -----------------------------------------------------------------------------------


def test_the_agenda_follows_the_ranking_only_when_scoring_is_closed(house: JuryHouse) -> None:
    for n, points in enumerate((2, 5, 3)):
        score(house, "paula", n, points)
    with transaction():
        meeting = meetings.call_meeting(house.call, starts_at=now(), place="Rathaus", by=BY)
    by_number = [item.application_id for item in meeting.items]

    assert by_number == [one.id for one in house.applications]
    with pytest.raises(DomainError, match=r"Bewertung|scoring"):
        agenda.draw(meeting, by=BY)
    close_scoring(house)
    with transaction():
        agenda.draw(meeting, by=BY)

    titles = [house.applications.index(item.application) for item in meeting.items
              if item.application]  # fmt: skip
    assert titles == [1, 2, 0]


def test_items_are_moved_taken_off_put_back_and_added(house: JuryHouse) -> None:
    meeting = a_meeting(house)
    with transaction():
        added = agenda.add_words(meeting, "  Verschiedenes ", by=BY)
        agenda.move(meeting.items[2], up=True, among=meeting.items, by=BY)
        agenda.take_off(meeting.items[0], by=BY)

    assert [item.application_id for item in meeting.items] == [
        house.applications[0].id, house.applications[2].id, house.applications[1].id, None
    ]  # fmt: skip
    assert added.words == "Verschiedenes"
    with pytest.raises(DomainError):
        meetings.begin(meeting.items[0], by=BY)
    with transaction():
        agenda.put_back(meeting.items[0], by=BY)
        meetings.begin(meeting.items[0], by=BY)
    with pytest.raises(DomainError):
        agenda.take_off(meeting.items[0], by=BY)


def test_only_one_item_is_under_discussion(house: JuryHouse) -> None:
    meeting = a_meeting(house)
    first = item_of(house, meeting, 0)
    second = item_of(house, meeting, 1)

    assert (first.state, second.state) == (ItemState.DONE, ItemState.OPEN)
    assert first.ended_at is not None


def test_the_second_writer_of_reasons_is_told_and_loses_nothing(house: JuryHouse) -> None:
    item = item_of(house, a_meeting(house))
    with transaction():
        agenda.write_reasons(item, "Überzeugt durch Breite.", seen=0, by=BY)
    with pytest.raises(Overtaken) as told:
        agenda.write_reasons(item, "Andere Worte.", seen=0, by=BY)

    assert (told.value.given, item.reasons) == ("Andere Worte.", "Überzeugt durch Breite.")


# --- presence and quorum --------------------------------------------------------------------------


def test_below_the_quorum_no_vote_can_be_opened(house: JuryHouse) -> None:
    item = item_of(house, a_meeting(house, ("chair", "secretary", "deputy")))

    with pytest.raises(DomainError, match="2"):
        voting.open_vote(item, SHORTLIST, by=BY)
    with transaction():
        presence.arrive(item.meeting, house.juror("paula"), by=BY)
    assert a_vote(item).entitled == 2


def test_whoever_is_concerned_does_not_count_towards_the_quorum(house: JuryHouse) -> None:
    meeting = a_meeting(house, ("chair", "paula"))
    with transaction():
        conflicts.impose(house.juror("paula"), house.applications[0], Tie.EMPLOYED,
                         by=house.user("office"), words="bekannt geworden")  # fmt: skip
    concerned, other = item_of(house, meeting, 0), None
    with pytest.raises(DomainError):
        voting.open_vote(concerned, SHORTLIST, by=BY)
    other = item_of(house, meeting, 1)

    assert a_vote(other).entitled == 2
    assert [(one["name"], one["tie"], one["left"]) for one in concerned.out] == [
        ("Paula Muster", "employed", True)
    ]


def test_who_votes_in_the_place_of_somebody_excluded_is_named(house: JuryHouse) -> None:
    meeting = a_meeting(house, ("chair", "ifeoma", "paula", "deputy"))
    with transaction():
        conflicts.impose(house.juror("paula"), house.applications[0], Tie.EMPLOYED,
                         by=house.user("office"), words="bekannt geworden")  # fmt: skip
        house.free("deputy")
    concerned = item_of(house, meeting, 0)
    assert presence.stand_ins(concerned) == []
    with transaction():
        conflicts.step_in(house.applications[0], house.juror("deputy"), house.juror("paula"),
                          by=house.user("office"))  # fmt: skip

    assert presence.stand_ins(concerned) == [("Deputy Muster", "Paula Muster")]
    assert presence.stand_ins(item_of(house, meeting, 1)) == []
    said = minutes.content(meeting, frozenset()).items[0].out
    assert said[-1] == "Deputy Muster stimmt hier an Stelle von Paula Muster."


def test_a_call_without_a_number_needs_more_than_half(app: Flask) -> None:
    house = a_jury_house(app, 1, {"quorum": None})

    assert meetings.quorum_of(house.call) == 2


def test_a_deputy_votes_only_for_somebody_who_is_not_there(house: JuryHouse) -> None:
    meeting = a_meeting(house, ("chair", "paula"))
    deputy, ifeoma = house.juror("deputy"), house.juror("ifeoma")
    with pytest.raises(DomainError):
        presence.arrive(meeting, deputy, by=BY, for_whom=house.juror("paula"))
    with transaction():
        presence.arrive(meeting, deputy, by=BY, for_whom=ifeoma)

    assert len(presence.voters(meeting)) == 3
    with pytest.raises(DomainError, match="Ifeoma"):
        presence.arrive(meeting, ifeoma, by=BY)


def test_who_leaves_is_no_longer_counted_and_comes_back_with_a_new_line(house: JuryHouse) -> None:
    meeting = a_meeting(house)
    paula = house.user("paula").id
    with transaction():
        presence.leave(meeting, paula, by=BY)
    assert len(presence.voters(meeting)) == 2
    with pytest.raises(DomainError):
        presence.leave(meeting, paula, by=BY)
    with transaction():
        presence.arrive(meeting, house.juror("paula"), by=BY)

    assert [one.left_at is None for one in meeting.presences if one.user_id == paula] == [
        False, True
    ]  # fmt: skip
    with pytest.raises(DomainError):
        presence.leave(meeting, paula, by=BY, at=now() + timedelta(minutes=5))


# --- votes ----------------------------------------------------------------------------------------


def test_more_yes_than_no_carries_and_abstentions_do_not_count(house: JuryHouse) -> None:
    vote = a_vote(item_of(house, a_meeting(house)))
    cast(house, vote, chair=YES, paula=ABSTAIN, ifeoma=ABSTAIN)

    assert closed(vote).carried is True
    assert (vote.yes, vote.no, vote.abstain) == (1, 0, 2)


def test_a_tie_is_decided_by_the_chair_where_the_call_says_so(house: JuryHouse) -> None:
    meeting = a_meeting(house)
    vote = a_vote(item_of(house, meeting))
    cast(house, vote, chair=NO, paula=YES, ifeoma=ABSTAIN)
    other = a_vote(item_of(house, meeting, 1)) if closed(vote).carried is False else vote
    cast(house, other, chair=YES, paula=NO)

    assert (vote.casting, other.casting) == (NO, None)
    assert (closed(other).carried, other.casting) == (True, YES)


def test_without_a_casting_vote_a_tie_fails(app: Flask) -> None:
    house = a_sitting_house(app, chair_breaks_ties=False)
    vote = a_vote(item_of(house, a_meeting(house)))
    cast(house, vote, chair=YES, paula=NO)

    assert (closed(vote).carried, vote.casting) == (False, None)


def test_a_chair_who_is_not_there_decides_nothing(house: JuryHouse) -> None:
    vote = a_vote(item_of(house, a_meeting(house, ("paula", "ifeoma"))))
    cast(house, vote, paula=YES, ifeoma=NO)

    assert (closed(vote).carried, vote.casting) == (False, None)


def test_a_tie_of_a_secret_vote_waits_for_the_chair_in_person(house: JuryHouse) -> None:
    vote = a_vote(item_of(house, a_meeting(house)), Wish(Motion.SHORTLIST, secret=True))
    cast(house, vote, chair=YES, paula=NO)

    assert closed(vote).state is VoteState.TIED
    with pytest.raises(Forbidden):
        tallying.decide_tie(vote, YES, by=house.user("secretary"))
    with transaction():
        tallying.decide_tie(vote, YES, by=house.user("chair"))
    assert (vote.state, vote.carried, vote.casting) == (VoteState.CLOSED, True, YES)


def test_a_secret_vote_leaves_no_trace_of_who_said_what(house: JuryHouse) -> None:
    vote = a_vote(item_of(house, a_meeting(house)), Wish(Motion.SHORTLIST, secret=True))
    before = len(db.session.scalars(select(AuditEntry)).all())
    cast(house, vote, chair=NO, paula=YES, ifeoma=YES)

    ballots = db.session.scalars(select(Ballot)).all()
    assert [ballot.choice for ballot in ballots] == [None, None, None]
    assert {column.name for column in Ballot.__table__.columns} == {
        "id", "vote_id", "user_id", "choice"
    }  # fmt: skip
    assert len(db.session.scalars(select(AuditEntry)).all()) == before
    assert (closed(vote).yes, vote.no, vote.carried) == (2, 1, True)


@pytest.mark.parametrize("secret", [True, False])
def test_everybody_votes_once(house: JuryHouse, secret: bool) -> None:
    vote = a_vote(item_of(house, a_meeting(house)), Wish(Motion.SHORTLIST, secret=secret))
    cast(house, vote, paula=YES)

    with pytest.raises(DomainError, match=r"schon|already"):
        voting.cast(vote, house.user("paula"), NO)
    assert len(vote.ballots) == 1


def test_who_may_not_vote_cannot(house: JuryHouse) -> None:
    meeting = a_meeting(house, ("chair", "paula", "secretary", "deputy"))
    with transaction():
        conflicts.impose(house.juror("ifeoma"), house.applications[0], Tie.ADVISED,
                         by=house.user("office"), words="hat beraten")  # fmt: skip
        presence.arrive(meeting, house.juror("ifeoma"), by=BY)
    vote = a_vote(item_of(house, meeting))

    for name in ("secretary", "deputy", "office"):
        with pytest.raises(Forbidden):
            voting.cast(vote, house.user(name), YES)
    with pytest.raises(NotFound):
        voting.cast(vote, house.user("ifeoma"), YES)
    with transaction():
        presence.leave(meeting, house.user("paula").id, by=BY)
    with pytest.raises(Forbidden):
        voting.cast(vote, house.user("paula"), YES)


def test_who_has_not_answered_about_conflicts_answers_first(app: Flask) -> None:
    house = a_jury_house(app, 1, {"quorum": 1})
    vote = a_vote(item_of(house, a_meeting(house, ("chair", "paula"))))

    with pytest.raises(DomainError, match=r"conflict|Befangen|befangen|Verbindung"):
        voting.cast(vote, house.user("paula"), YES)
    house.answer("paula", 0)
    cast(house, vote, paula=YES)


def test_hands_are_counted_in_the_room_and_cannot_be_more_than_people(house: JuryHouse) -> None:
    vote = a_vote(item_of(house, a_meeting(house)), Wish(Motion.SHORTLIST, hands=True))

    with pytest.raises(DomainError):
        voting.cast(vote, house.user("paula"), YES)
    with pytest.raises(DomainError, match="3"):
        tallying.close_vote(vote, by=BY, hands=Hands(3, 1, 0))
    assert closed(vote, Hands(2, 1, 0)).carried is True


def test_a_closed_vote_stays_and_a_wrong_one_is_annulled_and_repeated(house: JuryHouse) -> None:
    item = item_of(house, a_meeting(house))
    vote = a_vote(item)
    cast(house, vote, paula=NO, chair=NO)
    closed(vote)
    too_late: list[Callable[[], object]] = [
        lambda: tallying.close_vote(vote, by=BY),
        lambda: voting.cast(vote, house.user("ifeoma"), YES),
        lambda: tallying.annul(vote, reason=" ", by=BY),
    ]
    for act in too_late:
        with pytest.raises(DomainError):
            act()
    with transaction():
        tallying.annul(vote, reason="Frage war unklar", by=BY)
    again = a_vote(item)
    cast(house, again, paula=YES, chair=YES)
    closed(again)

    assert (vote.state, vote.no, again.n, again.carried) == (VoteState.ANNULLED, 2, 2, True)
    found = places.standing(item, house.juror("chair").definition)
    assert found is not None and found.motion is Motion.SHORTLIST


def test_a_vote_with_somebody_who_is_concerned_cannot_be_closed(house: JuryHouse) -> None:
    vote = a_vote(item_of(house, a_meeting(house)))
    cast(house, vote, paula=YES, chair=YES)
    with transaction():
        conflicts.impose(house.juror("paula"), house.applications[0], Tie.RELATIVE,
                         by=house.user("office"), words="Schwester")  # fmt: skip

    with pytest.raises(DomainError):
        tallying.close_vote(vote, by=BY)


# --- places, the end, the proposal ----------------------------------------------------------------


def give(house: JuryHouse, meeting: Meeting, n: int, wish: Wish) -> None:
    vote = a_vote(item_of(house, meeting, n), wish)
    cast(house, vote, chair=YES, paula=YES)
    closed(vote)


def test_places_and_sums_fill_up(house: JuryHouse) -> None:
    meeting, definition = a_meeting(house), house.juror("chair").definition
    give(house, meeting, 0, Wish(Motion.PLACE, award=0))
    give(house, meeting, 1, Wish(Motion.PLACE, award=1, amount=2500))
    found = places.standings(meeting, definition)

    assert places.left(definition, found) == 10_000 - 5000 - 2500
    assert [len(prize.holders) for prize in places.prizes(definition, found)] == [1, 1, 0, 0]


def test_a_motion_has_german_words_whatever_the_language(house: JuryHouse) -> None:
    meeting = a_meeting(house)
    vote = a_vote(item_of(house, meeting), Wish(Motion.PLACE, award=0))

    assert vote.words == "Die Bewerbung erhält: 1. Preis (5.000 €)."


def test_closing_records_the_proposal_and_nothing_changes_afterwards(house: JuryHouse) -> None:
    close_scoring(house)
    meeting = a_meeting(house)
    give(house, meeting, 0, Wish(Motion.PLACE, award=0))
    give(house, meeting, 1, Wish(Motion.SHORTLIST))
    with transaction():
        meetings.close(meeting, by=BY)

    assert [(one.motion, one.award, one.amount) for one in proposing.proposals(house.call)] == [
        (Motion.PLACE, 0, 5000), (Motion.SHORTLIST, None, None)
    ]  # fmt: skip
    assert all(one.left_at == meeting.closed_at for one in meeting.presences)
    for act in (lambda: meetings.begin(meeting.items[2], by=BY),
                lambda: agenda.write_reasons(meeting.items[0], "später", seen=0, by=BY),
                lambda: presence.arrive(meeting, house.juror("deputy"), by=BY),
                lambda: tallying.annul(meeting.items[0].votes[0], reason="x", by=BY)):  # fmt: skip
        with pytest.raises(DomainError, match=r"geschlossen|closed"):
            act()


def test_the_office_carries_the_proposal_out(house: JuryHouse) -> None:
    office = house.user("office")
    meeting = a_meeting(house)
    give(house, meeting, 1, Wish(Motion.PLACE, award=0))
    with transaction():
        meetings.close(meeting, by=BY)
    won = {house.applications[1].id}
    with pytest.raises(DomainError):
        proposing.carry_out(house.call, chosen=won, by=office)
    close_scoring(house)
    with pytest.raises(DomainError):
        proposing.carry_out(house.call, chosen={house.applications[0].id}, by=office)
    with transaction():
        assert proposing.carry_out(house.call, chosen=won, by=office) == (1, 2, [])

    assert [one.status for one in house.applications] == [
        Status.NOT_AWARDED, Status.AWARDED, Status.NOT_AWARDED
    ]  # fmt: skip
    letters = {one.about: one for one in db.session.scalars(
        select(Letter).where(Letter.name.in_(("award", "decline")))
    )}  # fmt: skip
    assert [(letters[one.id].name, letters[one.id].state) for one in house.applications] == [
        ("decline", LetterState.HELD), ("award", LetterState.HELD), ("decline", LetterState.HELD)
    ]  # fmt: skip
    assert "1. Preis (5.000 €)" in mail.preview(letters[house.applications[1].id]).text
