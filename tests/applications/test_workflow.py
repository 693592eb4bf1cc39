"""The life of an application, pair by pair."""

from datetime import UTC, datetime

import pytest

from portal.applications.models import Application
from portal.applications.policy import POLICY, Action
from portal.applications.workflow import (
    FINAL,
    TRANSITIONS,
    Move,
    MoveNotPossible,
    Status,
    destination,
)
from portal.core.actor import Applicant, System, Visitor


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("move", Move)
def test_a_move_leads_where_the_table_says_or_nowhere(move: Move, status: Status) -> None:
    if status in TRANSITIONS[move].sources:
        assert destination(move, status) == TRANSITIONS[move].target
    else:
        with pytest.raises(MoveNotPossible):
            destination(move, status)


def test_every_move_has_its_line_in_the_table() -> None:
    assert set(TRANSITIONS) == set(Move)


def test_nothing_leads_out_of_a_final_status() -> None:
    left = {status for one in TRANSITIONS.values() for status in one.sources}

    assert left & FINAL == set()


def test_every_status_can_be_reached_from_a_draft() -> None:
    reached = {Status.DRAFT}
    for _round in Status:
        reached |= {one.target for one in TRANSITIONS.values() if one.sources & reached}

    assert reached == set(Status)


def test_a_move_writes_its_history() -> None:
    at = datetime(2027, 9, 1, 12, tzinfo=UTC)
    application = Application(_status=Status.SUBMITTED)

    application.make_move(Move.START_SCREENING, by=System("test"), at=at, note="now")

    assert application.status is Status.IN_SCREENING
    assert [
        (e.n, e.move, e.source, e.target, e.by_kind, e.by_key, e.at, e.note)
        for e in application.events
    ] == [(1, "start_screening", "submitted", "in_screening", "system", "test", at, "now")]


def test_nobody_writes_the_status_past_its_door() -> None:
    with pytest.raises(AttributeError):
        Application(_status=Status.DRAFT).status = Status.AWARDED  # type: ignore[misc]


OWNER_MAY = {
    Status.DRAFT: {Action.VIEW, Action.EDIT, Action.DELETE_DRAFT, Action.SEND, Move.SUBMIT},
    Status.SUBMITTED: {
        Action.VIEW,
        Action.EDIT,
        Action.SEND,
        Action.WITHDRAW_CONSENT,
        Action.READ_RECEIPT,
        Action.WRITE_MESSAGE,
        Move.REVISE,
        Move.WITHDRAW,
    },
    Status.WITH_JURY: {
        Action.VIEW,
        Action.WITHDRAW_CONSENT,
        Action.READ_RECEIPT,
        Action.WRITE_MESSAGE,
        Move.WITHDRAW,
    },
    Status.WITHDRAWN: {
        Action.VIEW,
        Action.WITHDRAW_CONSENT,
        Action.READ_RECEIPT,
        Action.WRITE_MESSAGE,
    },
}


@pytest.mark.parametrize("status", OWNER_MAY)
def test_the_owner_may_exactly_this(status: Status) -> None:
    application = Application(id=Application.id.default.arg(None), _status=status)
    owner = Applicant(application.id)

    allowed = {action for action in [*Action, *Move] if POLICY.allows(owner, action, application)}

    assert allowed == OWNER_MAY[status]


@pytest.mark.parametrize("status", Status)
def test_a_stranger_may_nothing(status: Status) -> None:
    application = Application(id=Application.id.default.arg(None), _status=status)
    other = Applicant(Application.id.default.arg(None))

    for stranger in (Visitor(), other):
        assert [a for a in [*Action, *Move] if POLICY.allows(stranger, a, application)] == []
