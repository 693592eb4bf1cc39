"""Who holds a place: one application, or several that share it, with the sum divided or whole."""

from datetime import timedelta

import pytest
from flask import Flask

from portal.applications.jury import conflicts
from portal.applications.jury.judging import Tie
from portal.applications.workflow import Move, Status
from portal.core.clock import now
from portal.core.db import db, transaction
from portal.core.errors import DomainError
from portal.scoring.meeting import (
    following,
    meetings,
    minutes,
    places,
    presence,
    proposing,
    sharing,
    tallying,
)
from portal.scoring.meeting.following import Viewer
from portal.scoring.meeting.meeting_models import Meeting, Motion, Share, Vote
from portal.scoring.meeting.voting import Wish
from tests.jury_house import JuryHouse
from tests.people import BY
from tests.scoring.test_meeting import (
    YES,
    a_meeting,
    a_sitting_house,
    a_vote,
    cast,
    close_scoring,
    closed,
    item_of,
)
from tests.scoring.test_meeting import give as vote_for

FIRST, SECOND = Wish(Motion.PLACE, award=0), Wish(Motion.PLACE, award=1)
SPLIT = Wish(Motion.PLACE, award=0, share=Share.SPLIT)
EACH = Wish(Motion.PLACE, award=0, share=Share.EACH)


@pytest.fixture
def house(app: Flask) -> JuryHouse:
    return a_sitting_house(app, shared_places=True)


def sums(house: JuryHouse, meeting: Meeting) -> list[int | None]:
    found = places.standings(meeting, house.juror("chair").definition)
    return [one.amount for one in found]


def test_a_place_that_is_held_cannot_be_voted_on_and_the_sentence_says_why(app: Flask) -> None:
    house = a_sitting_house(app, shared_places=False)
    meeting = a_meeting(house)
    vote_for(house, meeting, 0, FIRST)
    item = item_of(house, meeting, 1)
    with pytest.raises(DomainError) as told:
        a_vote(item, FIRST)
    number = house.applications[0].reference
    assert str(told.value.message).startswith(f"{number} ")
    assert "hat das schon: 1. Preis. Machen Sie den Platz erst frei" in told.value.message
    assert "teilen" not in told.value.message
    with pytest.raises(DomainError, match="kein Platz geteilt"):
        a_vote(item, SPLIT)

    assert db.session.query(Vote).count() == 1
    vote_for(house, meeting, 0, SECOND)  # the first is free again
    vote_for(house, meeting, 1, FIRST)
    assert sums(house, meeting) == [3000, 5000]


def test_a_divided_place_is_voted_on_for_each_that_shares_it(house: JuryHouse) -> None:
    meeting = a_meeting(house)
    vote_for(house, meeting, 0, FIRST)
    for wish in (FIRST, SPLIT):
        with pytest.raises(DomainError, match="Oder lassen Sie beide teilen"):
            a_vote(item_of(house, meeting, 1), wish)
    vote_for(house, meeting, 0, SPLIT)
    assert sums(house, meeting) == [5000]
    with pytest.raises(DomainError, match="geteilt wird"):
        a_vote(item_of(house, meeting, 1), FIRST)
    with pytest.raises(DomainError, match="auf andere Weise geteilt"):
        a_vote(item_of(house, meeting, 1), EACH)
    vote_for(house, meeting, 1, SPLIT)

    assert sums(house, meeting) == [2500, 2500]
    vote_for(house, meeting, 2, SPLIT)
    assert sums(house, meeting) == [1666, 1666, 1666]
    definition = house.juror("chair").definition
    assert places.left(definition, places.standings(meeting, definition)) == 5002


def test_a_sum_that_is_said_leaves_the_rest_to_the_others(house: JuryHouse) -> None:
    meeting = a_meeting(house)
    said = Wish(Motion.PLACE, award=0, share=Share.SPLIT, amount=3000)
    vote_for(house, meeting, 0, said)
    vote_for(house, meeting, 1, SPLIT)

    assert sums(house, meeting) == [3000, 2000]


def test_a_doubled_place_gives_each_the_whole_sum(house: JuryHouse) -> None:
    meeting, definition = a_meeting(house), house.juror("chair").definition
    vote_for(house, meeting, 0, EACH)
    vote = a_vote(item_of(house, meeting, 1), Wish(Motion.PLACE, award=0, share=Share.EACH))
    found = places.standings(meeting, definition)

    assert places.left_after(definition, found, vote) == 0
    assert (
        vote.words == "Die Bewerbung erhält gemeinsam mit anderen: 1. Preis. Sie bekommt 5.000 €."
    )


def test_what_a_divided_vote_would_leave_counts_the_smaller_parts(house: JuryHouse) -> None:
    meeting, definition = a_meeting(house), house.juror("chair").definition
    vote_for(house, meeting, 0, SPLIT)
    vote = a_vote(item_of(house, meeting, 1), SPLIT)

    assert places.left_after(definition, places.standings(meeting, definition), vote) == 5000
    assert vote.words.endswith("1. Preis. Die Summe von 5.000 € wird gleich aufgeteilt.")


def test_a_place_given_twice_by_an_annulled_vote_stops_the_close(house: JuryHouse) -> None:
    close_scoring(house)
    meeting = a_meeting(house)
    _give_twice(house, meeting)
    with pytest.raises(DomainError, match=r"1\. Preis ist mehrfach vergeben"):
        meetings.close(meeting, by=BY)
    with pytest.raises(DomainError) as told:
        meetings.close(meeting, by=BY, hidden={house.applications[0].id})

    assert "Preis" not in told.value.message
    assert house.applications[0].reference not in told.value.message
    vote_for(house, meeting, 1, SECOND)
    with transaction():
        meetings.close(meeting, by=BY)
    assert meeting.closed_at is not None


def _give_twice(house: JuryHouse, meeting: Meeting) -> None:
    """Give the first place to one, free it, give it to another, and annul what freed it."""
    vote_for(house, meeting, 0, FIRST)
    vote_for(house, meeting, 0, Wish(Motion.REJECT))
    vote_for(house, meeting, 1, FIRST)
    with transaction():
        item = next(one for one in meeting.items
                    if one.application_id == house.applications[0].id)  # fmt: skip
        tallying.annul(item.votes[-1], reason="Falsch gezählt", by=BY)


def test_a_later_meeting_knows_what_an_earlier_one_gave(house: JuryHouse) -> None:
    close_scoring(house)
    first = a_meeting(house)
    vote_for(house, first, 0, SPLIT)
    with transaction():
        meetings.close(first, by=BY)
    second = a_meeting(house)
    with pytest.raises(DomainError, match="geteilt wird"):
        a_vote(item_of(house, second, 1), FIRST)
    vote_for(house, second, 1, SPLIT)

    assert sums(house, second) == [2500, 2500]
    assert [one.sum for one in minutes.content(second, frozenset()).result] == ["2.500 €"] * 2
    with transaction():
        meetings.close(second, by=BY)
    said = proposing.words(house.call, proposing.proposals(house.call))
    assert list(said.values()) == ["1. Preis, geteilt (2.500 €)"] * 2
    chosen = {one.id for one in house.applications[:2]}
    with transaction():
        assert proposing.carry_out(house.call, chosen=chosen, by=house.user("office")) == (2, 1, [])


def test_who_has_withdrawn_holds_no_place_any_more(house: JuryHouse) -> None:
    close_scoring(house)
    first = a_meeting(house)
    vote_for(house, first, 0, SPLIT)
    vote_for(house, first, 1, SPLIT)
    with transaction():
        meetings.close(first, by=BY)
        house.applications[0].withdrawn_at = now()
        house.applications[0].make_move(Move.WITHDRAW, by=BY, at=now())

    assert house.applications[0].status is Status.WITHDRAWN
    assert sums(house, a_meeting(house)) == [5000]
    said = proposing.words(house.call, proposing.proposals(house.call))
    assert "1. Preis, geteilt (5.000 €)" in said.values()


def test_what_is_given_twice_is_not_carried_out(house: JuryHouse) -> None:
    close_scoring(house)
    meeting = a_meeting(house)
    _give_twice(house, meeting)
    with transaction():  # as an older version of the portal closed it
        meeting.closed_at = now() + timedelta(seconds=1)
        proposing.record(meeting)
    chosen = {one.id for one in house.applications[:2]}

    assert proposing.plan(house.call).twice == ["1. Preis"]
    with pytest.raises(DomainError, match=r"Mehrfach vergeben: 1\. Preis\."):
        proposing.carry_out(house.call, chosen=chosen, by=house.user("office"))


def test_whoever_is_kept_out_of_one_learns_neither_that_it_shares_nor_the_part(
    house: JuryHouse,
) -> None:
    meeting = a_meeting(house)
    with transaction():
        conflicts.impose(house.juror("chair"), house.applications[0], Tie.RELATIVE,
                         by=house.user("office"), words="Schwester")  # fmt: skip
        presence.arrive(meeting, house.juror("secretary"), by=BY)
    for n in (0, 1):
        vote = a_vote(item_of(house, meeting, n), SPLIT)
        cast(house, vote, paula=YES, ifeoma=YES)
        closed(vote)
    juror = house.juror("chair")
    view = following.view(meeting, Viewer(juror.user, juror.call, juror))

    assert [one.amount for one in view.standings] == [None]
    assert view.left is None
    sharing.require_free(item_of(house, meeting, 2), 1, None, hidden=view.hidden)
