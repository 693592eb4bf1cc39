"""The formal check of one application: its checklist and the marks on it."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from portal.accounts import queries as people
from portal.applications.check import marking, screening
from portal.applications.check.findings import Alike
from portal.applications.check.marking import Line, MarkedMeanwhile, Panel, Verdict
from portal.applications.drafts.renewing import newest
from portal.applications.models import Application
from portal.applications.policy import Action
from portal.applications.reading import SectionEntries
from portal.applications.workflow import Status
from portal.calls.queries import definition_of
from portal.calls.wording import plain
from portal.core.db import db, transaction
from portal.core.i18n import gettext as _
from portal.core.i18n import language
from portal.office.cases.answers import evidence_of, lines_of
from portal.office.cases.working import back_to
from portal.office.frame import page
from portal.web.doors import person
from portal.web.filters import said
from portal.web.rooms import work_on
from portal.web.touch import witness

bp = Blueprint("screening", __name__)
bp.add_app_template_global(lines_of, "answer_lines")
bp.add_app_template_global(evidence_of, "answer_evidence")
CASE = "/<slug>/office/applications/<uuid:application_id>"
REFUSED = 422
KINDS = {Verdict.OK: "done", Verdict.NO: "bad", Verdict.QUESTION: "ask", None: ""}


class Point(NamedTuple):
    """An item of a checklist in words of one language: its name as HTML and bare, and its help."""

    text: Markup
    bare: str
    help: Markup


class Checks(NamedTuple):
    """The panel with the names of those who marked, by id.

    points: the items in words, by key. form: the version of the form behind the evidence.
    """

    panel: Panel
    names: dict[str, str]
    points: dict[str, Point]
    form: UUID


def checks_of(
    application: Application,
    *,
    twins: Sequence[Alike] | None = None,
    parts: list[SectionEntries] | None = None,
) -> Checks:
    """Return the checklist of an application for `office/checks.html`; see `marking.panel`."""
    panel = marking.panel(application, twins=twins, parts=parts)
    ids = {UUID(line.mark.by_key) for line in panel.lines if line.mark}
    names = {str(key): name for key, name in people.names_of(ids).items()}
    points = _points(application.call.newest_version_id, language())
    return Checks(panel, names, points, newest(application).form_version_id)


@lru_cache(maxsize=64)
def _points(form_version_id: UUID, _language: str) -> dict[str, Point]:
    return {
        one.key: Point(said(one.text), plain(one.text, language()), said(one.help or ""))
        for one in definition_of(form_version_id).checks
    }


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
    return _verdicts(language())[line.verdict]


@lru_cache(maxsize=8)
def _verdicts(_language: str) -> dict[Verdict | None, tuple[str, str]]:
    words = {
        Verdict.OK: _("fulfilled"),
        Verdict.NO: _("not fulfilled"),
        Verdict.QUESTION: _("in question"),
        None: _("open"),
    }
    return {verdict: (words[verdict], KINDS[verdict]) for verdict in words}


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
