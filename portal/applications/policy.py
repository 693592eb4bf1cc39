"""Who may do what with an application. Read it aloud: that is the rule."""

from enum import StrEnum

from portal.applications.workflow import FINAL, RECEIVED, REVISABLE, Move, Status
from portal.core.policy import Policy, Predicate


class Action(StrEnum):
    """What can be done without changing the status."""

    VIEW = "view"
    EDIT = "edit"
    DELETE_DRAFT = "delete_draft"
    SEND = "send"
    WITHDRAW_CONSENT = "withdraw_consent"
    READ_RECEIPT = "read_receipt"


owns = Predicate(lambda actor, it: actor.kind == "applicant" and actor.key == str(it.id))
is_draft = Predicate(lambda _, it: it.status is Status.DRAFT)
is_received = Predicate(lambda _, it: it.status in RECEIVED)
is_revisable = Predicate(lambda _, it: it.status in REVISABLE)
is_final = Predicate(lambda _, it: it.status in FINAL)
system = Predicate(lambda actor, _: actor.kind == "system")

POLICY = Policy(
    {
        Action.VIEW: owns,
        Action.EDIT: owns & (is_draft | is_revisable),
        Action.DELETE_DRAFT: (owns | system) & is_draft,
        Action.SEND: owns & (is_draft | is_revisable),
        Action.WITHDRAW_CONSENT: owns & is_received,
        Action.READ_RECEIPT: owns & is_received,
        Move.SUBMIT: owns & is_draft,
        Move.REVISE: owns & is_revisable,
        Move.WITHDRAW: owns & is_received & ~is_final,
    }
)
