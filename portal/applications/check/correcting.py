"""The office corrects one answer on the applicant's behalf: old value, new value, reason stay."""

from datetime import datetime
from typing import Any

from portal import audit
from portal.applications import reactions
from portal.applications.drafts.renewing import newest, raw_answers, renew
from portal.applications.models import Application, Reason, Version
from portal.applications.policy import POLICY, Action
from portal.applications.queries import definition_under
from portal.calls.answers import Problem, is_asked, problem_of
from portal.calls.checks import check
from portal.calls.questions import FILE_TYPES, AnyQuestion
from portal.calls.wording import plain
from portal.core.actor import Actor
from portal.core.errors import DomainError
from portal.core.i18n import gettext as _
from portal.core.text import normalise


def correctable(application: Application) -> list[AnyQuestion]:
    """Return the questions whose answers the office may correct.

    Not files, not declarations (nobody declares for another), not the owner's address: that is
    another contact.
    """
    definition = definition_under(newest(application))
    raw = raw_answers(definition, newest(application).answers)
    shut = (*FILE_TYPES, "declaration", "information")
    return [
        question
        for question in definition.questions.values()
        if question.type not in shut
        and question.key not in definition.owner
        and is_asked(question, definition, raw, {})
    ]


def problem(application: Application, key: str, raw: Any) -> Problem | None:
    """Return what is wrong with a corrected answer."""
    definition = definition_under(newest(application))
    answers = {**raw_answers(definition, newest(application).answers), key: raw}
    return problem_of(definition.questions[key], definition, answers, {})


def correct(  # noqa: PLR0913  (who, when and why)
    application: Application, key: str, raw: Any, *, reason: str, by: Actor, at: datetime
) -> Version:
    """Put another answer in the place of one; the owner is told what and why.

    Raises `DomainError` without a reason, with a faulty answer, or if nothing would change.
    """
    POLICY.require(by, Action.CORRECT, application)
    why = normalise(reason).strip()[:4000]
    if not why:
        raise DomainError(_("Write why you correct this. The applicant reads it."))
    question = next((q for q in correctable(application) if q.key == key), None)
    if question is None:
        raise DomainError(_("This answer cannot be corrected here."))
    if found := problem(application, key, raw):
        raise DomainError(found.message)
    before = newest(application)
    answers = {**raw_answers(definition_under(before), before.answers), key: raw}
    value = check(question, raw, answers).value
    if value == before.answers.get(key):
        raise DomainError(_("Nothing would change: this is what the answer says already."))
    version = renew(application, {key: value}, reason=Reason.CORRECT, by=by, at=at, note=why)
    audit.record(by, "correct", application, question=key, version=version.n)
    reactions.write(
        application,
        "correct",
        lambda language: {
            "number": str(application.reference),
            "title": application.title,
            "subject": plain(question.short or question.label, language),
            "note": why,
            "version": str(version.n),
        },
        by=by,
    )
    return version
