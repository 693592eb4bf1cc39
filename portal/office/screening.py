"""The formal check: marks of the checklist and the moves of one application."""

from collections.abc import Callable, Sequence
from typing import NamedTuple
from uuid import UUID

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue

from portal.accounts import queries as people
from portal.applications import assigning, forwarding, marking, screening
from portal.applications.findings import Alike
from portal.applications.marking import Line, MarkedMeanwhile, Panel, Verdict
from portal.applications.models import Application
from portal.applications.policy import Action
from portal.applications.queries import by_number
from portal.applications.reading import SectionEntries
from portal.applications.workflow import Move, Status
from portal.calls.wording import plain
from portal.core.db import db, transaction
from portal.core.errors import DomainError
from portal.core.i18n import gettext as _
from portal.core.i18n import language
from portal.office.frame import page
from portal.office.working import Overtaken, back_to, require_same
from portal.web.doors import person
from portal.web.rooms import work_on
from portal.web.touch import witness

bp = Blueprint("screening", __name__)
CASE = "/<slug>/office/applications/<uuid:application_id>"
REFUSED = 422
KINDS = {Verdict.OK: "done", Verdict.NO: "bad", Verdict.QUESTION: "ask", None: ""}


class Checks(NamedTuple):
    """The panel with the names of those who marked, by id."""

    panel: Panel
    names: dict[str, str]


def checks_of(
    application: Application,
    *,
    twins: Sequence[Alike] | None = None,
    parts: list[SectionEntries] | None = None,
) -> Checks:
    """Return the checklist of an application for `office/checks.html`; see `marking.panel`."""
    panel = marking.panel(application, twins=twins, parts=parts)
    ids = {UUID(line.mark.by_key) for line in panel.lines if line.mark}
    return Checks(panel, {str(key): name for key, name in people.names_of(ids).items()})


@bp.app_template_global("still_open")
def still_open(checks: Checks) -> str:
    """Return what of the checklist is not fulfilled yet, as the bar of the next step tells it."""
    return ", ".join(plain(line.item.text, language()) for line in checks.panel.open)


@bp.app_template_global("not_fulfilled")
def not_fulfilled(checks: Checks) -> str:
    """Return which points of the checklist are marked as not fulfilled, in words."""
    failed = [line for line in checks.panel.lines if line.verdict is Verdict.NO]
    return ", ".join(plain(line.item.text, language()) for line in failed)


@bp.app_template_global("why_ineligible")
def why_ineligible(application: Application) -> screening.Ineligibility | None:
    """Return why an application is not eligible, None for any other."""
    if application.status is not Status.INELIGIBLE:
        return None
    return screening.why_ineligible(application)


@bp.app_template_global("check_mark")
def check_mark(line: Line) -> tuple[str, str]:
    """Return the word for an item's verdict and the shape beside it."""
    words = {
        Verdict.OK: _("fulfilled"),
        Verdict.NO: _("not fulfilled"),
        Verdict.QUESTION: _("in question"),
        None: _("open"),
    }
    return words[line.verdict], KINDS[line.verdict]


@bp.get(f"{CASE}/check")
@work_on(Action.WORK)
def check(application: Application) -> ResponseReturnValue:
    """Show the checklist of one application on a page of its own."""
    witness(person(), "application_view", application)
    area = "caselist.show"
    return page(
        "office/check.html", application.call, area=area, application=application,
        checks=checks_of(application),
    )  # fmt: skip


@bp.post(f"{CASE}/check/<item>")
@work_on(Action.WORK)
def mark(application: Application, item: str) -> ResponseReturnValue:
    """Mark one item; pressing the present mark again takes it back."""
    wanted = request.form.get("verdict", "")
    verdict = Verdict(wanted) if wanted in set(Verdict) else None
    try:
        with transaction():
            marking.mark(
                application, item, verdict, by=person(), note=request.form.get("note", ""),
                seen=request.form.get("seen", 0, int),
            )  # fmt: skip
    except MarkedMeanwhile as other:
        db.session.rollback()
        shown = page(
            "office/marked.html", application.call, application=application, item=item,
            theirs=other.mark, wanted=wanted, note=request.form.get("note", ""),
            name=people.names_of({UUID(other.mark.by_key)}),
        )  # fmt: skip
        return shown, 409
    return back_to(application, f"check-{item}")


# --- moves --------------------------------------------------------------------------------------


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


def _reopen(application: Application) -> None:
    screening.reopen(application, reason=_reason(), by=person())


def _withdraw(application: Application) -> None:
    screening.withdraw_for(application, reason=_reason(), by=person())


def _recall(application: Application) -> None:
    forwarding.recall(application, reason=_reason(), by=person())


Act = Callable[[Application], None]
# Each can be taken back by another move; what cannot asks first. So does finding eligible while
# something of the checklist is open.
WITH_A_BUTTON: dict[Move, Act] = {
    Move.START_SCREENING: _start,
    Move.FIND_ELIGIBLE: _find_eligible,
    Move.FORWARD_TO_JURY: _forward,
}
ASKING_FOR_WORDS: dict[Move, Act] = {
    Move.FIND_INELIGIBLE: _find_ineligible,
    Move.REOPEN: _reopen,
    Move.WITHDRAW: _withdraw,
    Move.RECALL: _recall,
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

    bp.add_url_rule(f"{CASE}/{move}", str(move), view, methods=["POST"])


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

    bp.add_url_rule(f"{CASE}/{move}", str(move), view, methods=["GET", "POST"])


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
