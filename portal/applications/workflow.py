"""The life of an application: one table of moves. Nothing else writes down what leads where."""

from dataclasses import dataclass
from enum import StrEnum

from portal.core.errors import DomainError


class Status(StrEnum):
    """Where an application stands. Published and archived are dates, deleted is a record."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    IN_SCREENING = "in_screening"
    RETURNED = "returned"
    ELIGIBLE = "eligible"
    INELIGIBLE = "ineligible"
    WITH_JURY = "with_jury"
    SCORED = "scored"
    AWARDED = "awarded"
    NOT_AWARDED = "not_awarded"
    WITHDRAWN = "withdrawn"


class Move(StrEnum):
    """What can be done so that the status changes; letters and events bear the same word."""

    SUBMIT = "submit"
    REVISE = "revise"
    START_SCREENING = "start_screening"
    RETURN_FOR_COMPLETION = "return_for_completion"
    COMPLETE = "complete"
    FIND_ELIGIBLE = "find_eligible"
    FIND_INELIGIBLE = "find_ineligible"
    REOPEN = "reopen"
    FORWARD_TO_JURY = "forward_to_jury"
    RECALL = "recall"
    CLOSE_SCORING = "close_scoring"
    REOPEN_SCORING = "reopen_scoring"
    AWARD = "award"
    DECLINE = "decline"
    WITHDRAW = "withdraw"


class MoveNotPossible(DomainError):
    """The table has no such move from this status."""

    def __init__(self, move: Move, status: Status) -> None:
        super().__init__()
        self.move = move
        self.status = status


@dataclass(frozen=True)
class Transition:
    """From any of `sources` to `target`."""

    sources: frozenset[Status]
    target: Status


def _from(*sources: Status, to: Status) -> Transition:
    return Transition(frozenset(sources), to)


FINAL = frozenset({Status.AWARDED, Status.NOT_AWARDED, Status.WITHDRAWN})
SEEN_BY_JURY = frozenset({Status.WITH_JURY, Status.SCORED, Status.AWARDED, Status.NOT_AWARDED})
REVISABLE = frozenset({Status.SUBMITTED, Status.IN_SCREENING})
RECEIVED = frozenset(Status) - {Status.DRAFT}

TRANSITIONS: dict[Move, Transition] = {
    Move.SUBMIT: _from(Status.DRAFT, to=Status.SUBMITTED),
    Move.REVISE: _from(*REVISABLE, to=Status.SUBMITTED),
    Move.START_SCREENING: _from(Status.SUBMITTED, to=Status.IN_SCREENING),
    Move.RETURN_FOR_COMPLETION: _from(Status.IN_SCREENING, to=Status.RETURNED),
    # Whoever answered may add something until the due date.
    Move.COMPLETE: _from(Status.RETURNED, Status.IN_SCREENING, to=Status.IN_SCREENING),
    Move.FIND_ELIGIBLE: _from(Status.IN_SCREENING, to=Status.ELIGIBLE),
    Move.FIND_INELIGIBLE: _from(Status.IN_SCREENING, to=Status.INELIGIBLE),
    Move.REOPEN: _from(Status.ELIGIBLE, Status.INELIGIBLE, to=Status.IN_SCREENING),
    Move.FORWARD_TO_JURY: _from(Status.ELIGIBLE, to=Status.WITH_JURY),
    Move.RECALL: _from(Status.WITH_JURY, to=Status.ELIGIBLE),
    Move.CLOSE_SCORING: _from(Status.WITH_JURY, to=Status.SCORED),
    Move.REOPEN_SCORING: _from(Status.SCORED, to=Status.WITH_JURY),
    Move.AWARD: _from(Status.SCORED, to=Status.AWARDED),
    Move.DECLINE: _from(Status.SCORED, to=Status.NOT_AWARDED),
    Move.WITHDRAW: _from(*(RECEIVED - FINAL), to=Status.WITHDRAWN),
}


def destination(move: Move, status: Status) -> Status:
    """Return where `move` leads from `status`; raise `MoveNotPossible` if nowhere."""
    transition = TRANSITIONS[move]
    if status not in transition.sources:
        raise MoveNotPossible(move, status)
    return transition.target
