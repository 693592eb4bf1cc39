"""The start page of the office: what waits, the dates of the call, how applications came in."""

from typing import Any, NamedTuple
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from portal import mail
from portal.applications.desk import caring, counting, today
from portal.applications.desk.counting import Counts
from portal.applications.desk.listing import Filters, choices_of, options_of
from portal.applications.desk.narrowing import Scope
from portal.applications.models import Application, Channel
from portal.applications.queries import in_call
from portal.applications.workflow import Status
from portal.calls.definition import Definition
from portal.calls.models import Call
from portal.calls.moments import Phase, phase, remaining
from portal.core.clock import now
from portal.core.db import db, transaction
from portal.core.i18n import gettext as _
from portal.feedback.models import BarrierReport
from portal.mail.models import LetterState
from portal.office.charts import Bars, bars, columns
from portal.office.frame import page
from portal.office.keeping import kept
from portal.office.lists.caselist import definition_now, scope_of
from portal.office.lists.filtering import label_of, words_of
from portal.office.words import channel_word
from portal.web.rooms import here, open_to

bp = Blueprint("desk", __name__)
FEWEST_OPTIONS = 4
MOST_PICTURES = 3


class Task(NamedTuple):
    """Something that waits: how many, what, where it leads, and whether it is urgent."""

    number: int
    what: str
    href: str
    urgent: bool = False


@bp.get("/<slug>/office")
@open_to("office", "reader")
def show(call: Call) -> ResponseReturnValue:
    """Show what waits for the person and how the call stands."""
    definition = definition_now(call)
    scope = scope_of(call, definition)
    counts = counting.counts(scope)
    tasks = _tasks(call, scope, counts)
    first = definition.local(call.opens_at).date()
    last = min(definition.local(call.closes_at).date(), scope.today)
    return page(
        "office/desk.html", call, area="desk.show", counts=counts,
        tasks=[task for task in tasks if task.number],
        mentions=caring.mentions_of(here().user, call.id),
        standing=_standing(counts),
        mine=Task(counts.mine, _("Mine"), _listed(call, Filters(clerk="me"))),
        days=kept(call.id, f"days {last}", lambda: columns(
            today.days(scope, first, max(first, last)))),
        pictures=_pictures(call, definition, scope), steps=_steps(definition),
        drafts=today.drafts(scope) if counts.drafts else [], left=_left(call, definition),
        is_open=phase(call, now()) is Phase.OPEN, is_before=phase(call, now()) is Phase.BEFORE,
    )  # fmt: skip


def _standing(counts: Counts) -> list[tuple[Status, str]]:
    """Return the states after the check that have any application; if none has, the first."""
    words = {
        Status.ELIGIBLE: _("eligible"),
        Status.WITH_JURY: _("with the jury"),
        Status.SCORED: _("scored"),
        Status.AWARDED: _("awarded"),
        Status.NOT_AWARDED: _("without a prize"),
    }
    taken = [(status, word) for status, word in words.items() if counts.by_status[status]]
    return taken or [(Status.ELIGIBLE, words[Status.ELIGIBLE])]


def _listed(call: Call, filters: Filters) -> str:
    query = filters.query()
    return url_for("caselist.show", slug=call.slug) + (f"?{query}" if query else "")


def _tasks(call: Call, scope: Scope, counts: Counts) -> list[Task]:
    waits = today.waiting(scope)
    files = kept(call.id, "files", lambda: today.unchecked_files(scope))
    letters = mail.counts(call.id)
    reports, late_reports = _reports()
    outbox = url_for("outbox.show", slug=call.slug)
    doubles = url_for("duplicates.show", slug=call.slug)
    return [
        Task(counts.overdue, _("questions overdue"), _listed(call, Filters(inquiry="overdue")),
             urgent=True),
        Task(waits.answered, _("questions answered"), _listed(call, Filters(inquiry="answered"))),
        Task(waits.unread, _("unread messages"), _listed(call, Filters(unread=True))),
        Task(counts.by_status[Status.SUBMITTED], _("new"),
             _listed(call, Filters(status=Status.SUBMITTED))),
        Task(counts.unassigned, _("without clerk"), _listed(call, Filters(clerk="none"))),
        Task(waits.doubles, _("perhaps doubles"), doubles),
        Task(letters[LetterState.FAILED], _("letters that could not be sent"),
             f"{outbox}?state=failed", urgent=True),
        Task(letters[LetterState.HELD], _("letters that wait for release"), f"{outbox}?state=held"),
        Task(files, _("files not yet checked or not scanned"),
             _listed(call, Filters())),
        Task(reports, _("reports of barriers without an answer"), "/barriere-melden",
             urgent=bool(late_reports)),
    ]  # fmt: skip


def _reports() -> tuple[int, int]:
    """Return how many reports of barriers wait for an answer, and how many for too long."""
    open_ones = select(
        func.count(), func.count().filter(BarrierReport.answer_due_at < now())
    ).where(BarrierReport.answered_at.is_(None))
    row = db.session.execute(open_ones).one()
    return row[0], row[1]


def _left(call: Call, definition: Definition) -> str:
    return remaining(call, now(), definition.timezone)


def _steps(definition: Definition) -> list[tuple[Any, Any, str]]:
    """Return the dates of the call: when, what, and `is-done`, `is-now` or empty."""
    moment = now()
    coming = [step for step in definition.steps if step.at > moment]
    return [
        (step.when, step.title,
         "is-done" if step.at <= moment else "is-now" if [step] == coming[:1] else "")
        for step in definition.steps
    ]  # fmt: skip


def _pictures(call: Call, definition: Definition, scope: Scope) -> list[Bars]:
    """Return the pictures of the questions that tell most: those with many answers, for juries."""
    asked = [
        q for q in choices_of(definition)
        if q.type == "choices" and "public" in q.sees and len(options_of(q)) >= FEWEST_OPTIONS
    ][:MOST_PICTURES]  # fmt: skip
    keys = [q.key for q in asked]
    numbers = kept(call.id, "answers", lambda: today.by_answers(scope, keys))
    made = [
        bars(label_of(q), [
            (words_of(q, value), numbers[q.key].get(value, 0),
             _listed(call, Filters(answers={q.key: value})))
            for value in options_of(q)
        ])
        for q in asked
    ]  # fmt: skip
    by_channel = kept(call.id, "channels", lambda: today.by_channel(scope))
    channels = [
        (channel_word(one), by_channel.get(one, 0), _listed(call, Filters(channel=one)))
        for one in Channel
    ]
    return [*made, bars(_("Channel"), channels)]


@bp.post("/<slug>/office/drafts/<uuid:application_id>/link")
@open_to("office")
def resend(call: Call, application_id: UUID) -> ResponseReturnValue:
    """Mail the owner of a draft a new link; nobody here sees the address or the draft."""
    application: Application | None = in_call(call, application_id, for_change=True)
    if application is None or application.status is not Status.DRAFT:
        abort(404)
    with transaction():
        today.resend_link(application, by=here().user)
    flash(_("A new link is on its way to the person who writes this draft."))
    return redirect(url_for(".show", slug=call.slug) + "#drafts", 303)
