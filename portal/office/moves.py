"""The moves that the office can make at one application, with their pages and keys."""

from typing import NamedTuple

from flask import Blueprint, current_app, url_for

from portal.applications.models import Application
from portal.applications.policy import POLICY
from portal.applications.workflow import TRANSITIONS, Move, Status
from portal.office.words import move_button
from portal.web.rooms import here

bp = Blueprint("moves", __name__)
# What the office decides at an application; the other moves are made elsewhere.
NEXT = (
    Move.FIND_ELIGIBLE, Move.START_SCREENING, Move.FORWARD_TO_JURY, Move.RETURN_FOR_COMPLETION,
    Move.FIND_INELIGIBLE, Move.REOPEN, Move.RECALL,
)  # fmt: skip
SELDOM = (Move.WITHDRAW,)  # not a step of the check: it stands with what else can be done
KEYS = {Move.FIND_ELIGIBLE: "z", Move.RETURN_FOR_COMPLETION: "r", Move.START_SCREENING: "b",
        Move.FORWARD_TO_JURY: "w"}  # fmt: skip
# A decision about a new application begins its check by itself.
BEGINNING = {Move.FIND_ELIGIBLE, Move.FIND_INELIGIBLE, Move.RETURN_FOR_COMPLETION}


class Step(NamedTuple):
    """A move that can be made now: its button, where it leads, how, and its key."""

    move: Move
    label: str
    href: str
    posts: bool
    key: str


def possible(move: Move, status: Status) -> bool:
    """Return whether the office can make `move` from `status`."""
    if status is Status.SUBMITTED and move in BEGINNING:
        return True
    return status in TRANSITIONS[move].sources


def moves_for(application: Application, *, seldom: bool = False) -> list[Step]:
    """Return the next moves that table and policy allow and that have a page (a Jinja global).

    seldom: those instead that are no step of the check.
    """
    by = here().user
    return [
        Step(move, move_button(move), *_address(application, move), KEYS.get(move, ""))
        for move in (SELDOM if seldom else NEXT)
        if possible(move, application.status)
        and POLICY.allows(by, move, application)
        and f"screening.{move}" in current_app.view_functions
    ]


def _address(application: Application, move: Move) -> tuple[str, bool]:
    """Return the page of a move, and whether it has none and is a mere button."""
    endpoint = f"screening.{move}"
    methods: set[str] = set()
    for rule in current_app.url_map.iter_rules(endpoint):
        methods |= rule.methods or set()
    href = url_for(endpoint, slug=application.call.slug, application_id=application.id)
    return href, "GET" not in methods


bp.add_app_template_global(moves_for)
