"""The form: task list, pages of questions, saving with and without script."""

import secrets
from collections.abc import Iterable, Sequence
from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    g,
    jsonify,
    redirect,
    render_template,
    request,
)
from flask.typing import ResponseReturnValue

from portal.applications.deadline import Arrival, Closed, arrival
from portal.applications.drafts import drafting, filing
from portal.applications.drafts.drafting import Saved
from portal.applications.models import Application
from portal.applications.policy import Action
from portal.applications.queries import definition_for, unsent_changes
from portal.applications.reading import entries_of_draft
from portal.applications.workflow import Status
from portal.apply import kept, taking_out, uploading
from portal.apply.access import settings
from portal.apply.fields import fields_of
from portal.apply.outline import Chapter, Outline, Progress
from portal.apply.ways import address, after, place_address
from portal.apply.windows import written_here
from portal.calls.definition import Definition
from portal.calls.posted import raw_answers
from portal.calls.questions import FILE_TYPES, AnyQuestion, Option
from portal.calls.reading import raw_words
from portal.calls.wording import Text
from portal.core.db import db, transaction
from portal.core.i18n import gettext as _
from portal.core.i18n import ngettext
from portal.web.csrf import csrf_token
from portal.web.doors import open_for, person
from portal.web.filters import clock_time
from portal.web.frame import show_call
from portal.web.limits import upload

bp = Blueprint("apply", __name__)
STAYING = {"take", "drop", "add_row", taking_out.REMOVE, taking_out.UNDO}
DOTS = {Progress.DONE: " p-state--done", Progress.HALF: " p-state--half"}


@bp.get("/<slug>/application/<uuid:application_id>")
@open_for(Action.VIEW)
def show(application: Application) -> ResponseReturnValue:
    """Show the task list of a draft, or the state of what was sent."""
    if application.status is not Status.DRAFT:
        return redirect(address("sending.status", application))
    return tasks_page(application)


@bp.get("/<slug>/application/<uuid:application_id>/tasks")
@open_for(Action.VIEW)
def tasks(application: Application) -> ResponseReturnValue:
    """Show the task list, also of a sent application that is being changed."""
    return tasks_page(application)


def tasks_page(application: Application) -> str:
    """Return the task list."""
    changed = bool(application.versions) and unsent_changes(application)
    return page_of("apply/tasks.html", application, outline=Outline(application), changed=changed)


@bp.route(
    "/<slug>/application/<uuid:application_id>/section/<section_key>",
    defaults={"page": 1},
    methods=["GET", "POST"],
)
@bp.route(
    "/<slug>/application/<uuid:application_id>/section/<section_key>/<int:page>",
    methods=["GET", "POST"],
)
@upload
@open_for(Action.VIEW)
def section(application: Application, section_key: str, page: int) -> ResponseReturnValue:
    """Show one page of questions, or keep what was typed in it."""
    if request.method == "POST":
        return _keep(application, section_key, page)
    questions = drafting_form(application, section_key, page)
    outline = Outline(application)
    chapter = outline.chapter(section_key)
    if chapter is None:  # the answers lead elsewhere now, perhaps since another window saved
        return redirect(address("apply.tasks", application))
    values = framed(
        application,
        outline=outline,
        chapter=chapter,
        at=page,
        pages=outline.pages(chapter.section),
        errors=[],
        revision=str(application.revision),
        window=secrets.token_urlsafe(9),
        shut=arrival(application, g.arrived_at) is Arrival.CLOSED,
        has_files=not {question.type for question in questions}.isdisjoint(FILE_TYPES),
    )
    if kept.is_as_for_all(outline, questions):
        return kept.section_page(outline, chapter, page, values)
    checked = request.args.get("check") == "1"
    fields = values["fields"] = fields_of(outline, questions, checked=checked)
    if errors := [(f.anchor, f.problem.message) for f in fields if f.problem]:
        beyond = outline.neighbour(chapter.section, page, 1)
        values |= {"errors": errors, "onward": place_address(application, beyond)}
    return render_template(kept.TEMPLATE, token=csrf_token(), **values)


def page_of(template: str, application: Application, **values: Any) -> str:
    """Return a page about an application, in the frame of its call."""
    return render_template(template, **framed(application, **values))


def framed(application: Application, **values: Any) -> dict[str, Any]:
    """Return what each page about an application needs; put the page into its call's frame."""
    definition = definition_for(application)
    show_call(definition)
    return {
        "application": application,
        "definition": definition,
        "slug": application.call.slug,
        "saved": saved_sentence(application, definition) if application.revision else "",
        **values,
    }


def _keep(application: Application, section_key: str, page: int) -> ResponseReturnValue:
    form = drafting_form(application, section_key, page)
    try:
        with transaction():
            filing.describe(application, request.form, by=person(), at=g.arrived_at)
            saved = _save(application, form)
            _aside_choices(application)
            taking_out.pressed(application)
            outline = Outline(application).looked_at()
    except Closed:
        if _is_script():
            raise
        return _too_late(application, form), 409
    if _is_script():
        return _told(outline, form, saved)
    count, refusals = uploading.take_with_page(application, form)
    if count:
        outline = Outline(application)
    if request.form.get("go") == "upload" and not count:
        flash(uploading.nothing_chosen(), "warning")
    for refusal in refusals:
        flash(refusal, "danger")
    stays = bool(refusals or saved.conflicts or STAYING & request.form.keys())
    return redirect(after(outline, section_key, page, stays=stays), 303)


def _is_script() -> bool:
    return request.accept_mimetypes.best == "application/json"


def _too_late(application: Application, form: Iterable[AnyQuestion]) -> str:
    """Return the page of the closed call, with what was typed in this very moment."""
    db.session.refresh(application)
    answers = written_here(application, raw_answers(form, request.form), request.form, "")
    typed = [(q, raw_words(q, answers[q.key])) for q in form if answers.get(q.key)]
    return closed_page(application, typed)


def closed_page(application: Application, typed: Sequence[tuple[AnyQuestion, str]] = ()) -> str:
    """Return the page that says that nothing more is taken, with everything that was typed."""
    return page_of(
        "apply/closed.html",
        application,
        sections=entries_of_draft(application),
        typed=typed,
        days=settings().draft_days_after_closing,
    )


def _save(application: Application, form: Iterable[AnyQuestion]) -> Saved:
    answers = raw_answers(form, request.form)
    if (key := request.form.get("add_row")) in answers:
        answers[str(key)] = [*(answers[str(key)] or [{}]), {}]
    window = request.form.get("window", "")[:40]
    return drafting.save(
        application,
        written_here(application, answers, request.form, window),
        by=person(),
        seen=request.form.get("revision", 0, int),
        window=window,
        at=g.arrived_at,
    )


def drafting_form(application: Application, section_key: str, page: int) -> tuple[AnyQuestion, ...]:
    """Return the questions of a page; 404 if the form has no such page."""
    found = definition_for(application).section_by_key.get(section_key)
    if found is None or not 1 <= page <= len(found.pages):
        abort(404)
    return found.pages[page - 1]


def _aside_choices(application: Application) -> None:
    """Do what the buttons beside an answer from another window ask for."""
    if key := request.form.get("take"):
        drafting.take_aside(application, key, by=person(), at=g.arrived_at)
    if key := request.form.get("drop"):
        drafting.drop_aside(application, key, by=person(), at=g.arrived_at)


def _told(outline: Outline, questions: Iterable[AnyQuestion], saved: Saved) -> Response:
    """Answer a save by script: the revision, the sentence, what is asked now, what collided."""
    return jsonify(
        revision=saved.revision,
        sentence=saved_sentence(outline.application, outline.definition),
        asked=[question.key for question in questions if outline.asks(question)],
        conflicts=list(saved.conflicts),
        conflict_sentence=_(
            "This answer was changed in another window. Reload the page to see both texts."
        ),
    )


def saved_sentence(application: Application, definition: Definition) -> str:
    """Return when the draft was saved last, in words."""
    return _("Saved at %(time)s", time=clock_time(application.saved_at, definition.zone))


@bp.get("/<slug>/application/<uuid:application_id>/not-eligible/<key>")
@open_for(Action.VIEW)
def not_eligible(application: Application, key: str) -> ResponseReturnValue:
    """Explain kindly why a project cannot take part, and what can be done instead."""
    outline = Outline(application)
    question = outline.definition.questions.get(key)
    if question is None or question.type != "yes_no" or not question.otherwise:
        abort(404)
    place = outline.place_of(key)
    return page_of(
        "apply/not_eligible.html",
        application,
        outline=outline,
        question=question,
        change=place_address(application, place, anchor=key),
        onward=place_address(application, outline.neighbour(*place, 1)),
    )


@bp.app_template_filter("pairs")
def pairs(options: Iterable[Option]) -> list[tuple[str, Text, Text | None]]:
    """Return options as the macros of choices take them: value, words, hint."""
    return [(option.value, option.label, option.help) for option in options]


@bp.app_template_filter("short_pairs")
def short_pairs(options: Iterable[Option]) -> list[tuple[str, Text]]:
    """Return options as the macro of a select takes them: value and words."""
    return [(option.value, option.label) for option in options]


@bp.app_template_global("dot")
def dot(progress: Progress) -> str:
    """Return the class of the dot before a section."""
    return DOTS.get(progress, "")


@bp.app_template_global("progress_word")
def progress_word(chapter: Chapter) -> str:
    """Return how far a section is, in a word."""
    return {
        Progress.DONE: _("Done"),
        Progress.HALF: _("In progress"),
        Progress.NOT_BEGUN: _("Not yet begun"),
        Progress.OPTIONAL: _("Optional"),
    }[chapter.progress]


@bp.app_template_global("chapter_note")
def chapter_note(chapter: Chapter) -> str:
    """Return what a section holds: how many questions, how many are answered or must be."""
    if chapter.answered and not chapter.is_ready:
        return _("%(done)s of %(all)s questions answered", done=chapter.answered, all=chapter.asked)
    if not chapter.required and chapter.progress is not Progress.OPTIONAL:
        return _("Optional")
    if 0 < chapter.required < chapter.asked and not chapter.answered:
        return ngettext(
            "%(num)s question, %(required)s of them required",
            "%(num)s questions, %(required)s of them required",
            chapter.asked,
            required=chapter.required,
        )
    return ngettext("%(num)s question", "%(num)s questions", chapter.asked)
