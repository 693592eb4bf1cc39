"""The formal check of one application: its checklist and the marks on it."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from portal.accounts import queries as people
from portal.applications.check import marking, screening
from portal.applications.check.findings import Alike
from portal.applications.check.marking import Line, MarkedMeanwhile, Panel, Verdict
from portal.applications.models import Application
from portal.applications.policy import Action
from portal.applications.reading import SectionEntries
from portal.applications.workflow import Status
from portal.calls.wording import plain
from portal.core.db import db, transaction
from portal.core.i18n import gettext as _
from portal.core.i18n import language
from portal.office.cases.working import back_to
from portal.office.frame import page
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
