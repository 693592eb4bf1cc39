"""Answering a question of the office: typed answers are kept, sent ones make a new version."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from portal.applications import reactions
from portal.applications.check.inquiries import Inquiry, open_one
from portal.applications.correspondence import messages
from portal.applications.drafts import writing
from portal.applications.drafts.filing import Incoming
from portal.applications.drafts.renewing import WORDS, newest, raw_answers, renew
from portal.applications.drafts.sending import Incomplete
from portal.applications.models import Application, File, FileState, Reason, Version
from portal.applications.policy import POLICY, Action
from portal.applications.queries import definition_under, draft_files
from portal.applications.workflow import Move, Status
from portal.calls.answers import Problem, problem_of
from portal.calls.checks import check
from portal.calls.questions import FILE_TYPES
from portal.core.actor import Actor
from portal.core.errors import DomainError, Forbidden
from portal.core.i18n import gettext as _
from portal.core.text import normalise


def answerable(application: Application, at: datetime) -> Inquiry | None:
    """Return the question that the owner may answer at `at`.

    The due date closes nothing by itself; but who has answered may add something only until then.
    """
    inquiry = open_one(application)
    if inquiry is None:
        return None
    if application.status is Status.RETURNED:
        return inquiry
    day = definition_under(newest(application)).local(at).date()
    still = application.status is Status.IN_SCREENING and day <= inquiry.due
    return inquiry if still else None


def require_answerable(application: Application, by: Actor, at: datetime) -> Inquiry:
    """Return the question that `by` may answer; raise `Forbidden`."""
    POLICY.require(by, Action.ANSWER, application)
    inquiry = answerable(application, at)
    if inquiry is None:
        raise Forbidden(_("This question is closed. Write to us if you want to add something."))
    return inquiry


def save(
    application: Application,
    answers: Mapping[str, Any],
    note: str | None,
    *,
    by: Actor,
    at: datetime,
) -> Inquiry:
    """Keep raw answers to the opened questions, unsent; others are left alone."""
    inquiry = require_answerable(application, by, at)
    mine = {key: raw for key, raw in answers.items() if key in inquiry.questions}
    inquiry.answers = {**inquiry.answers, **mine}
    if note is not None:
        inquiry.note = normalise(note)[:8000]
    inquiry.revision, inquiry.saved_at = inquiry.revision + 1, at
    return inquiry


def what_is_wrong(application: Application, inquiry: Inquiry) -> list[Problem]:
    """Return what stands between the typed answers and sending them."""
    definition = definition_under(newest(application))
    raw = {**raw_answers(definition, newest(application).answers), **inquiry.answers}
    counts: dict[str, int] = {}
    for file in draft_files(application):
        if file.state is not FileState.REFUSED:
            counts[file.key] = counts.get(file.key, 0) + 1
    found = (
        problem_of(definition.questions[key], definition, raw, counts) for key in inquiry.questions
    )
    return [problem for problem in found if problem]


def answer(
    application: Application, *, by: Actor, at: datetime, files: Sequence[Incoming] = ()
) -> Version | None:
    """Send the typed answers: a new version, the check goes on. A message alone is an answer too.

    files: of the message. Return the new version, None if only a message was sent. Raises
    `Incomplete` for what must be mended, `DomainError` if nothing was said at all.
    """
    inquiry = require_answerable(application, by, at)
    if found := what_is_wrong(application, inquiry):
        raise Incomplete(found)
    changes, kept = _changes(newest(application), inquiry), _files(application, inquiry)
    said = inquiry.note.strip() or (_("See the files.") if files else "")
    changed = bool(changes) or _differ(application, kept)
    if not changed and not said:
        raise DomainError(_("Nothing was changed or written yet. Change an answer or write to us."))
    version = None
    if changed:
        version = renew(application, changes, reason=Reason.COMPLETE, by=by, at=at, files=kept)
        version.draft_revision = _draft_of(application, inquiry, version)
    if said:
        messages.write(application, said, by=by, files=files, quiet=True)
    inquiry.answered_at, inquiry.note = at, ""
    event = application.make_move(Move.COMPLETE, by=by, at=at, note=said[:4000])
    reactions.react(application, event)
    messages.tell_office(application, "answer_arrived", said or _("The answers were changed."))
    return version


def _draft_of(application: Application, inquiry: Inquiry, version: Version) -> int:
    """Return which revision of the draft the version holds; files were changed in the draft."""
    return version.draft_revision if inquiry.draft_differs else application.revision


def _differ(application: Application, kept: list[File]) -> bool:
    """Return whether the files, or the words beside them, are others than those that were sent."""
    sent = [(one.file_id, *(getattr(one, w) for w in WORDS)) for one in newest(application).files]
    return sent != [(file.id, *(getattr(file, w) for w in WORDS)) for file in kept]


def _changes(before: Version, inquiry: Inquiry) -> dict[str, Any]:
    """Return the cleaned answers to the opened questions that differ from what was sent."""
    definition = definition_under(before)
    raw = {**raw_answers(definition, before.answers), **inquiry.answers}
    found = {
        key: check(definition.questions[key], raw.get(key), raw).value
        for key in inquiry.questions
        if definition.questions[key].type not in (*FILE_TYPES, "information")
    }
    return {key: value for key, value in found.items() if value != before.answers.get(key)}


def _files(application: Application, inquiry: Inquiry) -> list[File]:
    """Return the files of the new version: of opened questions those there now, else as sent."""
    definition = definition_under(newest(application))
    opened = {k for k in inquiry.questions if definition.questions[k].type in FILE_TYPES}
    sent = [one.file for one in newest(application).files if one.file.key not in opened]
    fresh = [
        file
        for file in draft_files(application)
        if file.key in opened and file.state is not FileState.REFUSED
    ]
    order = {question.key: n for n, question in enumerate(definition.file_questions)}
    return sorted([*sent, *fresh], key=lambda f: (order.get(f.key, 99), f.position, f.created_at))


def _opened(application: Application, at: datetime) -> set[str]:
    inquiry = answerable(application, at)
    return set(inquiry.questions) if inquiry else set()


writing.OPENED.append(_opened)
