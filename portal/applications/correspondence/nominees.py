"""What a nominated person or group sees and says: that we hold data, and whether they agree."""

from dataclasses import dataclass
from datetime import datetime

from portal import mail
from portal.applications import keys, reactions
from portal.applications.models import AccessKey, Application, Purpose
from portal.applications.queries import definition_for, definition_under, latest
from portal.applications.workflow import Status
from portal.calls.definition import Definition
from portal.calls.wording import Text
from portal.core.errors import DomainError
from portal.core.i18n import BINDING, in_language
from portal.core.i18n import gettext as _

YES, NO = "yes", "no"
# The jury reads only what the nominee did not object to, so the answer counts until then.
CHANGEABLE = frozenset(
    {Status.SUBMITTED, Status.IN_SCREENING, Status.RETURNED, Status.ELIGIBLE, Status.INELIGIBLE}
)


class TooLate(DomainError):
    """The jury has the nomination, or it was taken back; the office can still be told."""


@dataclass(frozen=True)
class Nomination:
    """What the page of the nominee shows: no answers, only title, nominator and kinds of data."""

    application: Application
    definition: Definition
    title: str
    nominator: str
    held: list[Text]
    changeable: bool


def by_word(word: str, at: datetime, *, for_change: bool = False) -> AccessKey | None:
    """Return the living key of a nominee's link, None if it is dead, damaged or of another kind."""
    key = keys.find_link(word, for_change=for_change)
    if key is None or key.purpose is not Purpose.NOMINEE or not keys.is_alive(key, at):
        return None
    return key


def nomination(application: Application) -> Nomination:
    """Return what the nominee may know of what was sent."""
    version = latest(application)
    if version is None:
        raise ValueError("a nomination that was not sent")
    definition = definition_under(version)
    owner_key = next((key for key in definition.owner if key in version.answers), "")
    held = reactions.held_about_nominee(definition, version)
    return Nomination(
        application=application,
        definition=definition,
        title=application.title,
        nominator=reactions.person(version.answers, owner_key),
        held=[question.short or question.label for question in held],
        changeable=application.status in CHANGEABLE,
    )


def answer(application: Application, *, agrees: bool, at: datetime) -> None:
    """Keep the nominee's yes or no with its time; an objection is told to the office by mail.

    Can be changed until the jury gets the nomination, then raises `TooLate`.
    """
    if application.status not in CHANGEABLE:
        raise TooLate(_("The check is over. Write to the office, we take care of it."))
    given = YES if agrees else NO
    changed = application.nominee_answer != given
    application.nominee_answer, application.nominee_answered_at = given, at
    if changed and not agrees:
        _tell_office(application, at)


def _tell_office(application: Application, at: datetime) -> None:
    definition = definition_for(application)
    with in_language(BINDING):
        answered = reactions.exact(definition, at)
    mail.write(
        "nominee_objects",
        to=mail.Mailbox(definition.contact.email),
        language=BINDING,
        values=lambda language: (
            reactions.office_values(definition, language)
            | {
                "number": str(application.reference),
                "title": application.title,
                "answered": answered,
            }
        ),
        about=application.id,
        call_id=application.call_id,
        from_name=reactions.sender_name(definition),
    )
