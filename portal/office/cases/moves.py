"""The moves that the office can make at one application: their buttons, keys and pages."""

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

from flask import Blueprint, current_app, flash, request
from flask.typing import ResponseReturnValue

from portal.applications.check import forwarding, marking, screening
from portal.applications.jury import assigning
from portal.applications.models import Application
from portal.applications.policy import POLICY
from portal.applications.queries import by_number
from portal.applications.workflow import TRANSITIONS, Move, Status
from portal.core.db import transaction
from portal.core.errors import DomainError
from portal.core.i18n import gettext as _
from portal.office.cases.screening import CASE, REFUSED, checks_of
from portal.office.cases.screening import bp as check_pages
from portal.office.cases.working import Overtaken, back_to, require_same
from portal.office.frame import page
from portal.office.words import move_button
from portal.web.addresses import address
from portal.web.doors import person
from portal.web.rooms import here, work_on

bp = Blueprint("moves", __name__)
Act = Callable[[Application], None]
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
    href = address(endpoint, slug=application.call.slug, application_id=application.id)
    return href, _is_button(endpoint)


@cache
def _is_button(endpoint: str) -> bool:
    rules = current_app.url_map.iter_rules(endpoint)
    return not any("GET" in (rule.methods or ()) for rule in rules)


bp.add_app_template_global(moves_for)


# --- their pages ---------------------------------------------------------------------------------


class Wrong(DomainError):
    """A field of the form that asks for a move needs mending; `field` says which."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def _reason() -> str:
    return request.form.get("reason", "")


def _start(application: Application) -> None:
    screening.start(application, by=person())


def _find_eligible(application: Application) -> None:
    screening.find_eligible(application, by=person(), note=request.form.get("note", ""))


def _forward(application: Application) -> None:
    forwarding.forward(application, by=person())
    assigning.newcomers(application.call, by=person())


def _find_ineligible(application: Application) -> None:
    number = request.form.get("twin", "").strip()
    twin = by_number(application.call, number) if number else None
    if number and twin is None:
        raise Wrong("twin", _("There is no application “%(number)s”.", number=number))
    screening.find_ineligible(
        application, reason=_reason(), by=person(), twin=twin,
        letter=request.form.get("letter", ""),
    )  # fmt: skip


def _with_reason(act: Callable[..., None]) -> Act:
    """Return a move that wants nothing but its reason."""
    return lambda application: act(application, reason=_reason(), by=person())


# Each can be taken back by another move; what cannot asks first. So does finding eligible while
# something of the checklist is open.
WITH_A_BUTTON: dict[Move, Act] = {
    Move.START_SCREENING: _start,
    Move.FIND_ELIGIBLE: _find_eligible,
    Move.FORWARD_TO_JURY: _forward,
}
ASKING_FOR_WORDS: dict[Move, Act] = {
    Move.FIND_INELIGIBLE: _find_ineligible,
    Move.REOPEN: _with_reason(screening.reopen),
    Move.WITHDRAW: _with_reason(screening.withdraw_for),
    Move.RECALL: _with_reason(forwarding.recall),
}


def _said(move: Move) -> str:
    """Return what stands above the next page once a move is made; mostly the page says it."""
    sentences = {
        Move.FIND_ELIGIBLE: _("Eligible. “Open the check again” takes it back."),
        Move.FORWARD_TO_JURY: _(
            "With the jury. You can take it back as long as nobody has scored it."
        ),
        Move.FIND_INELIGIBLE: _(
            "Not eligible. The letter waits under “Letters” until you release it."
        ),
    }
    return sentences.get(move, "")


def _make(move: Move, act: Act, application: Application) -> ResponseReturnValue:
    """Make a move of an application that nobody changed since the page was shown."""
    require_same(application)
    with transaction():
        act(application)
    if sentence := _said(move):
        flash(sentence)
    return back_to(application)


def _is_sure(move: Move, application: Application) -> bool:
    """Return whether a move needs no asking: it was said so, or the checklist is fulfilled."""
    if move is not Move.FIND_ELIGIBLE or request.form.get("sure") == "yes":
        return True
    return not marking.panel(application).open


def _button(move: Move, act: Act) -> None:
    """Open the address behind the button of a move."""

    @work_on(move)
    def view(application: Application) -> ResponseReturnValue:
        require_same(application)
        if not _is_sure(move, application):
            return page(
                f"office/{move}.html", application.call, area="caselist.show",
                application=application, checks=checks_of(application),
            )  # fmt: skip
        return _make(move, act, application)

    check_pages.add_url_rule(f"{CASE}/{move}", str(move), view, methods=["POST"])


def _form(move: Move, act: Act) -> None:
    """Open the page that asks for the words of a move and makes it; a refusal keeps the words."""

    @work_on(move)
    def view(application: Application) -> ResponseReturnValue:
        if request.method != "POST":
            return _ask(move, application)
        try:
            return _make(move, act, application)
        except Overtaken:
            raise
        except DomainError as refused:
            if not refused.message:
                raise
            field = refused.field if isinstance(refused, Wrong) else "reason"
            return _ask(move, application, [(field, refused.message)]), REFUSED

    check_pages.add_url_rule(f"{CASE}/{move}", str(move), view, methods=["GET", "POST"])


def _ask(move: Move, application: Application, errors: list[tuple[str, str]] | None = None) -> str:
    """Show the form of a move; the first time it may be filled by the address (`twin`)."""
    typed = request.form if request.method == "POST" else request.args
    return page(
        f"office/{move}.html", application.call, area="caselist.show", application=application,
        typed=typed, errors=errors or [],
    )  # fmt: skip


for _move, _act in WITH_A_BUTTON.items():
    _button(_move, _act)
for _move, _act in ASKING_FOR_WORDS.items():
    _form(_move, _act)
