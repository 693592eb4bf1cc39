"""Who may do what with an application. Read it aloud: that is the rule."""

from enum import StrEnum
from typing import Any

from sqlalchemy import select

from portal.applications.workflow import FINAL, RECEIVED, REVISABLE, Move, Status
from portal.calls.memberships import Function, Membership, Role, roles_held
from portal.core.db import db
from portal.core.policy import Policy, Predicate


class Action(StrEnum):
    """What can be done without changing the status."""

    VIEW = "view"
    EDIT = "edit"
    DELETE_DRAFT = "delete_draft"
    SEND = "send"
    WITHDRAW_CONSENT = "withdraw_consent"
    READ_RECEIPT = "read_receipt"
    ANSWER = "answer"
    WRITE_MESSAGE = "write_message"
    # The office, besides its moves.
    SEE = "see"
    WORK = "work"
    CORRECT = "correct"
    ENTER_ON_PAPER = "enter_on_paper"
    EXTEND = "extend"
    RESEND_LINK = "resend_link"


owns = Predicate(lambda actor, it: actor.kind == "applicant" and actor.key == str(it.id))
is_draft = Predicate(lambda _, it: it.status is Status.DRAFT)
is_received = Predicate(lambda _, it: it.status in RECEIVED)
is_revisable = Predicate(lambda _, it: it.status in REVISABLE)
is_final = Predicate(lambda _, it: it.status in FINAL)
is_asked = Predicate(
    lambda _, it: (
        it.status is Status.RETURNED or (it.status is Status.IN_SCREENING and it.due is not None)
    )
)


def _holds(*roles: Role) -> Predicate:
    """Return whether the actor is a user with one of `roles` in the application's call."""

    def check(actor: Any, it: Any) -> bool:
        return actor.kind == "user" and bool(roles_held(actor, it.call_id) & set(roles))

    return Predicate(check)


def _chairs(actor: Any, it: Any) -> bool:
    """Return whether the actor chairs the jury of the application's call."""
    if actor.kind != "user" or Role.JUROR not in roles_held(actor, it.call_id):
        return False
    rows = select(Membership.id).where(
        Membership.user_id == actor.id,
        Membership.call_id == it.call_id,
        Membership.function == Function.CHAIR,
    )
    return db.session.scalar(rows) is not None


is_office = _holds(Role.OFFICE)
is_staff = _holds(Role.OFFICE, Role.READER)
chairs = Predicate(_chairs)
came_on_paper = Predicate(lambda _, it: it.channel in ("paper", "email"))
enters_paper = is_office & is_draft & came_on_paper
system = Predicate(lambda actor, _: actor.kind == "system")

POLICY = Policy(
    {
        Action.VIEW: owns | enters_paper,
        Action.ANSWER: owns & is_asked,
        Action.WRITE_MESSAGE: (owns & is_received) | (is_office & is_received),
        Action.SEE: is_staff & (is_received | came_on_paper),
        Action.WORK: is_office & is_received,
        Action.CORRECT: is_office & is_received & ~is_final,
        Action.ENTER_ON_PAPER: is_office & came_on_paper,
        Action.EXTEND: is_office,
        Action.RESEND_LINK: is_office,
        Action.EDIT: (owns & (is_draft | is_revisable)) | enters_paper,
        Action.DELETE_DRAFT: ((owns | system) & is_draft) | enters_paper,
        Action.SEND: (owns & (is_draft | is_revisable)) | enters_paper,
        Action.WITHDRAW_CONSENT: owns & is_received,
        Action.READ_RECEIPT: owns & is_received,
        Move.SUBMIT: (owns & is_draft) | enters_paper,
        Move.REVISE: owns & is_revisable,
        Move.WITHDRAW: (owns | is_office) & is_received & ~is_final,
        Move.START_SCREENING: is_office,
        Move.RETURN_FOR_COMPLETION: is_office,
        Move.COMPLETE: (owns | is_office) & is_asked,
        Move.FIND_ELIGIBLE: is_office,
        Move.FIND_INELIGIBLE: is_office,
        Move.REOPEN: is_office,
        Move.FORWARD_TO_JURY: is_office,
        Move.RECALL: is_office,
        Move.CLOSE_SCORING: is_office | chairs,
        Move.REOPEN_SCORING: is_office,
        Move.AWARD: is_office,
        Move.DECLINE: is_office,
    }
)
