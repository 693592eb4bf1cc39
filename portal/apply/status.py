"""The page of a sent application: its state in the applicant's words, and what comes next."""

from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from flask import g

from portal.applications.check.completing import answerable
from portal.applications.check.findings import sent_last
from portal.applications.correspondence import announcing, messages
from portal.applications.deadline import Arrival, arrival
from portal.applications.differences import Difference, differences
from portal.applications.models import Application, Reason, Version
from portal.applications.policy import POLICY, Action
from portal.applications.queries import definition_for, definition_under, latest, unsent_changes
from portal.applications.workflow import Move, Status
from portal.calls.definition import Definition, Step
from portal.calls.wording import plain
from portal.core.i18n import gettext as _
from portal.core.i18n import language
from portal.web.doors import person


@dataclass(frozen=True)
class StepLine:
    """One step of the way as the applicant sees it: `is-done`, `is-now` or to come."""

    when: str
    title: str
    text: str
    state: str

    @property
    def as_item(self) -> tuple[str, str, str, str]:
        """The step as the macro of steps takes it."""
        return self.when, self.title, self.text, self.state


def words_of(status: Status) -> tuple[str, str]:
    """Return the state in the applicant's words: a short title and a sentence.

    Until the decision is announced, everything between receipt and decision reads alike.
    """
    if status is Status.SUBMITTED:
        return _("Received"), _("Your application has arrived. We check it after the closing time.")
    if status is Status.RETURNED:
        return _("We have a question"), _("Something is missing. You can answer on this page.")
    if status is Status.WITHDRAWN:
        return _("Withdrawn"), _("You took your application back. It no longer takes part.")
    if status is Status.AWARDED:
        return _("Awarded"), _("Congratulations! Your project wins a prize. We wrote to you.")
    if status is Status.NOT_AWARDED:
        return _("Decided"), _("The jury has decided. This time it was not a prize.")
    if status is Status.DRAFT:
        return _("Draft"), _("Not sent yet. Only you can read it.")
    if status in (Status.IN_SCREENING, Status.INELIGIBLE, Status.ELIGIBLE):
        return _("In the check"), _("We check whether everything is there. If not, we ask you.")
    return _("With the jury"), _("The jury reads and decides. You do not have to do anything.")


def _told(application: Application) -> tuple[str, str]:
    """Return the state in words; a decision only from the moment at which its letter has left."""
    if announcing.is_kept_back(application):
        return _("Result follows"), _(
            "The jury has decided. We write to you about it. You do not have to do anything."
        )
    return words_of(application.status)


def steps_of(definition: Definition, moment: datetime) -> list[StepLine]:
    """Return the steps of the call with what is past, present and to come."""
    code = language()
    present = next((step for step in definition.steps if step.at > moment), None)

    def state(step: Step) -> str:
        if step is present:
            return "is-now"
        return "is-done" if step.at <= moment else ""

    return [
        StepLine(plain(s.when, code), plain(s.title, code), plain(s.text, code), state(s))
        for s in definition.steps
    ]


def corrections(application: Application) -> list[tuple[Version, list[Difference]]]:
    """Return what the office corrected, the newest first: the version and old and new answer."""
    pairs = list(pairwise(application.versions))
    return [
        (after, differences(before, after))
        for before, after in reversed(pairs)
        if after.reason is Reason.CORRECT
    ]


def facts_of(application: Application) -> dict[str, Any]:
    """Return what the page of a sent application shows."""
    version = latest(application)
    if version is None:
        raise ValueError("nothing was sent")
    title, sentence = _told(application)
    open_now = arrival(application, g.arrived_at) in (Arrival.IN_TIME, Arrival.LATE)
    may = {
        "change": open_now and POLICY.allows(person(), Action.EDIT, application),
        "withdraw": POLICY.allows(person(), Move.WITHDRAW, application),
    }
    definition = definition_under(version)
    return {
        "version": version,
        "sent": sent_last(application),
        "versions": list(reversed(application.versions)),
        "state": title,
        "sentence": sentence,
        "steps": steps_of(definition_for(application), g.arrived_at),
        "changed": unsent_changes(application),
        "inquiry": answerable(application, g.arrived_at),
        "message_count": len(messages.thread(application)),
        "unread": messages.unread(application, by_office=False),
        "corrections": corrections(application),
        "may": may,
        "consents": [
            (consent, question)
            for consent in application.consents
            if consent.withdrawn_at is None
            for question in definition.questions.values()
            if getattr(question, "consent", None) == consent.kind
        ],
    }
