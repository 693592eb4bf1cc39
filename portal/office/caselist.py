"""The list of applications: columns, filters, search, sorting, saved views."""

from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.applications import caring, counting, finding, furniture
from portal.applications.counting import Counts
from portal.applications.finding import Row, Scope
from portal.applications.furniture import Furniture, View
from portal.applications.listing import (
    ANSWER,
    COLUMNS,
    STATUSES,
    Filters,
    choices_of,
    options_of,
    parse,
    shown_columns,
)
from portal.applications.models import Channel
from portal.applications.workflow import Status
from portal.calls.definition import Definition
from portal.calls.models import Call
from portal.calls.queries import definition_of
from portal.calls.questions import AnyQuestion
from portal.calls.reading import option_words, yes_or_no
from portal.calls.wording import plain
from portal.core.db import transaction
from portal.core.i18n import gettext as _
from portal.core.i18n import language
from portal.office.frame import page
from portal.office.words import channel_word, status_word
from portal.web.rooms import here, open_to

bp = Blueprint("caselist", __name__)
STAFF = ("office", "reader")
INLINE = 2  # how many filters of answers stand beside the search; the others are one click away


class Chip(NamedTuple):
    """A list with one click: its name, how many it has, its query."""

    name: str
    number: int
    query: str
    current: bool


class Chosen(NamedTuple):
    """A select of the filter form."""

    name: str
    label: str
    options: list[tuple[str, str]]
    value: str


class Asked(NamedTuple):
    """A question with fixed answers in words of one language."""

    key: str
    label: str
    options: list[tuple[str, str]]


def scope_of(call: Call, definition: Definition) -> Scope:
    """Return whose list this request shows."""
    return Scope(call.id, here().user.id, definition.zone)


def definition_now(call: Call) -> Definition:
    """Return the newest definition of a call."""
    return definition_of(call.newest_version_id)


@bp.get("/<slug>/office/applications")
@open_to(*STAFF)
def show(call: Call) -> ResponseReturnValue:
    """Show the list as the address asks for it."""
    return _list(call, None)


@bp.get("/<slug>/office/applications/views/<uuid:view_id>")
@open_to(*STAFF)
def view(call: Call, view_id: UUID) -> ResponseReturnValue:
    """Show a saved view under its own address."""
    return _list(call, view_id)


def _list(call: Call, view_id: UUID | None) -> ResponseReturnValue:
    definition = definition_now(call)
    scope = scope_of(call, definition)
    around = furniture.around_list(scope)
    saved = _saved(around, view_id)
    filters = parse(_wanted(saved), definition)
    columns = shown_columns(filters, definition)
    found = finding.page_of(scope, filters, columns)
    counts = counting.counts(scope)
    return page(
        "office/caselist.html", call, area="caselist.show", filters=filters, columns=columns,
        found=found, counts=counts, around=around, saved=saved, today=scope.today,
        chips=_chips(filters, counts, saved), me=scope.user_id,
        selects=_selects(call, filters, around), names=_names(call, definition),
        words={one.key: dict(one.options) for one in asked_in(call) if one.key in columns},
        case_query=_case_query(filters, found.page),
        actions=_actions(), address=url_for("caselist.show", slug=call.slug),
    )  # fmt: skip


def _wanted(saved: View | None) -> list[tuple[str, str]]:
    given = list(request.args.items(multi=True))
    if saved is None:
        return given
    return parse_qsl(saved.query) + [pair for pair in given if pair[0] == "page"]


def _saved(around: Furniture, view_id: UUID | None) -> View | None:
    if view_id is None:
        return None
    return next((one for one in around.views if one.id == view_id), None) or abort(404)


def _actions() -> list[Any]:
    from portal.office import bulk

    return bulk.actions()


def _case_query(filters: Filters, number: int) -> str:
    """Return what an application's address carries, so that it knows the list it came from."""
    pairs = [pair for pair in filters.pairs(paged=False) if pair[0] != "col"]
    return urlencode(pairs)


def _chips(filters: Filters, counts: Counts, saved: View | None) -> list[Chip]:
    new = counts.by_status[Status.SUBMITTED]
    lists = [
        (_("All"), counts.received, Filters()),
        (_("New"), new, Filters(status=Status.SUBMITTED)),
        (_("Mine"), counts.mine, Filters(clerk="me")),
        (_("Question open"), counts.by_status[Status.RETURNED], Filters(inquiry="open")),
        (_("Overdue"), counts.overdue, Filters(inquiry="overdue")),
        (_("Without clerk"), counts.unassigned, Filters(clerk="none")),
    ]
    current = [pair for pair in filters.pairs(paged=False) if pair[0] not in ("sort", "col")]
    return [
        Chip(name, count, one.query(), saved is None and one.pairs() == current)
        for name, count, one in lists
    ]


def _selects(call: Call, filters: Filters, around: Furniture) -> list[list[Chosen]]:
    """Return the selects beside the search, and those one click away."""
    status = [(one.value, status_word(one)) for one in STATUSES]
    clerks = [("me", _("me")), ("none", _("nobody"))]
    clerks += [(str(one.id), one.name) for one in around.clerks]
    answers = [_answer_select(one, filters) for one in asked_in(call)]
    first = [
        Chosen("status", _("State"), status, filters.status),
        *answers[:INLINE],
        Chosen("clerk", _("Clerk"), clerks, filters.clerk),
    ]
    return [first, [*_more(filters, around), *answers[INLINE:]]]


def _more(filters: Filters, around: Furniture) -> list[Chosen]:
    tags = [(str(tag.id), tag.name) for tag in around.tags.values()]
    inquiries = [("open", _("open")), ("overdue", _("overdue")), ("answered", _("answered"))]
    checks = [("none", _("not begun")), ("open", _("points open")), ("done", _("all decided"))]
    return [
        Chosen("tag", _("Tag"), tags, filters.tag),
        Chosen("inquiry", _("Question of the office"), inquiries, filters.inquiry),
        Chosen("checks", _("Formal check"), checks, filters.checks),
        Chosen("channel", _("Channel"), [(c.value, channel_word(c)) for c in Channel],
               filters.channel),
    ]  # fmt: skip


def _rank(question: AnyQuestion) -> tuple[bool, bool]:
    """Sort the questions that tell most about a project first: several answers, seen by juries."""
    return (
        "public" not in question.sees,
        question.type != "choices",
    )


def _answer_select(asked: Asked, filters: Filters) -> Chosen:
    value = filters.answers.get(asked.key, "")
    return Chosen(ANSWER + asked.key, asked.label, asked.options, value)


def asked_in(call: Call) -> list[Asked]:
    """Return the questions with fixed answers; those that tell most of a project come first."""
    return _asked(call.newest_version_id, language())


@lru_cache(maxsize=64)
def _asked(form_version_id: UUID, _language: str) -> list[Asked]:
    return [
        Asked(q.key, label_of(q), [(value, words_of(q, value)) for value in options_of(q)])
        for q in sorted(choices_of(definition_of(form_version_id)), key=_rank)
    ]


def label_of(question: AnyQuestion) -> str:
    """Return a question as the head of a column."""
    return plain(question.short or question.label, language())


def words_of(question: AnyQuestion, value: str) -> str:
    """Return one fixed answer in words."""
    if question.type != "yes_no":
        return option_words(question, value)
    own = {"yes": question.yes, "no": question.no, "neither": question.neither}[value]
    return plain(own, language()) or yes_or_no(value)


def _names(call: Call, definition: Definition) -> dict[str, str]:
    """Return the heads of all columns that can be shown."""
    fixed = {
        "number": _("No."), "arrived": _("Arrived"), "state": _("State"), "clerk": _("Clerk"),
        "tags": _("Tags"), "channel": _("Channel"), "language": _("Language"),
        "due": _("Answer due"), "checks": _("Check"),
    }  # fmt: skip
    found = {name: fixed[name] for name in COLUMNS}
    labels = {one.key: one.label for one in asked_in(call)}
    return found | {key: labels[key] for key in definition.questions if key in labels}


def answers_in(row: Row, key: str, words: dict[str, dict[str, str]]) -> str:
    """Return the chosen answers of a row to one question, in words and in the form's order."""
    chosen = row.answers.get(key, ())
    return ", ".join(word for value, word in words[key].items() if value in chosen)


bp.add_app_template_global(answers_in)


@bp.post("/<slug>/office/applications/views")
@open_to(*STAFF)
def save(call: Call) -> ResponseReturnValue:
    """Save the list that is shown under a name."""
    query = parse(parse_qsl(request.form.get("query", "")), definition_now(call)).query()
    with transaction():
        made = caring.save_view(
            call, request.form.get("name", ""), query,
            shared=request.form.get("shared") == "yes", by=here().user,
        )  # fmt: skip
    flash(_("The view “%(name)s” is saved.", name=made.name))
    return redirect(url_for(".view", slug=call.slug, view_id=made.id), 303)


@bp.post("/<slug>/office/applications/views/<uuid:view_id>/delete")
@open_to(*STAFF)
def forget(call: Call, view_id: UUID) -> ResponseReturnValue:
    """Delete an own view."""
    with transaction():
        caring.delete_view(call, view_id, by=here().user)
    flash(_("The view is deleted."))
    return redirect(url_for(".show", slug=call.slug), 303)
