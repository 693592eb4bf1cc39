"""Letters about applications for the office: samples of their words, and one letter to many."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from portal import mail
from portal.applications import reactions
from portal.applications.models import Application
from portal.applications.queries import definition_for, latest
from portal.calls.definition import LetterText
from portal.calls.letterwords import own_words
from portal.calls.wording import plain
from portal.core.actor import Actor
from portal.core.clock import now
from portal.core.i18n import BINDING, format_date, format_moment, in_language
from portal.core.i18n import gettext as _
from portal.mail.letters import ALWAYS
from portal.mail.wording import placeholder_word


def sample(
    application: Application, name: str, language: str, own: LetterText | None
) -> mail.Preview:
    """Return the letter `name` as this application would get it, with words not yet saved.

    What only the moment of writing knows (a date, the text of a case) is a sample.
    """
    definition = definition_for(application)
    given = own or own_words(application.call, name, definition)
    letter = mail.draft(
        name,
        to=reactions.owner(application),
        language=language,
        values=lambda code: _fitting(name, sample_values(application, code)),
        own=given,
        link_key=uuid4(),
        attachments=[uuid4()] if "receipt" in mail.placeholders_of(name) else (),
        reply_to=definition.contact.email,
        from_name=reactions.sender_name(definition),
    )
    return mail.preview(letter)


def _fitting(name: str, values: Mapping[str, str]) -> dict[str, str]:
    """Return the values that the letter knows, and a hint for those it cannot do without."""
    kind = mail.LETTERS[name]
    hints = {one: f"[{placeholder_word(one)}]" for one in kind.required - set(ALWAYS)}
    return {key: value for key, value in (hints | dict(values)).items() if key in kind.placeholders}


def sample_values(application: Application, language: str) -> dict[str, str]:
    """Return a value for every placeholder of every letter of a call, in `language`."""
    definition, moment = definition_for(application), now()
    version = latest(application)
    later = format_date(moment + timedelta(days=14), "long", definition.zone)
    values = reactions.office_values(definition, language)
    if version:
        values |= reactions.confirmation_values(application, version, language)
        values["received"] = (
            "\n".join(
                f"- {mail.escaped(_label(question, language))}"
                for question in reactions.held_about_nominee(definition, version)
            )
            or f"- {_('Name')}"
        )
    return values | {
        "withdrawn": reactions.exact(definition, moment),
        "closed": reactions.exact(definition, application.call.closes_at),
        "expires": format_moment(moment + timedelta(days=7), _("EEEE, d MMMM y, HH:mm"),
                                 definition.zone),
        "code_expires": format_moment(moment, _("HH:mm"), definition.zone),
        "answers": mail.as_answers([(_("Sample question"), _("Sample answer"))]),
        "nominator": _("somebody"),
        "privacy": "https://…",
        "answer_by": later,
        "due": later,
        "award": plain(definition.awards[0].title, language) if definition.awards else "",
        "file": "beispiel.pdf",
        "reason": _("Here stands the reason."),
        "note": _("Here stands the text that you write in each case."),
    }  # fmt: skip


def _label(question: object, language: str) -> str:
    text = getattr(question, "short", None) or getattr(question, "label", None)
    return str((text or {}).get(language) or (text or {}).get(BINDING) or "")


def empty_placeholders(application: Application, name: str, language: str, words: str) -> list[str]:
    """Return the placeholders in `words` that are empty for this application.

    A paragraph with one of them is left out of the letter.
    """
    with in_language(language):
        values = {"name": reactions.owner(application).name}
        values |= sample_values(application, language)
    late = ("link", "links", "code", "receipt")
    used = (one for one in mail.placeholders_in(words) if one not in late)
    return [one for one in used if not values.get(one, "").strip()]


@dataclass(frozen=True)
class Circular:
    """What the office writes to many: German words with placeholders of the letter `circular`."""

    subject: str
    body: str

    @property
    def own(self) -> LetterText:
        """The words as a letter takes them."""
        return LetterText(subject={BINDING: self.subject}, paragraphs={BINDING: self.body})


def circular_preview(application: Application, circular: Circular) -> mail.Preview:
    """Return the letter as the owner of `application` would get it."""
    return sample(application, "circular", BINDING, circular.own)


def write_circular(
    applications: list[Application], circular: Circular, *, by: Actor
) -> tuple[UUID, int]:
    """Write the letter to each owner, held; return the batch and how many letters it has.

    An application without an e-mail address gets none.
    """
    batch, count = uuid4(), 0
    for application in applications:

        def values(language: str, application: Application = application) -> dict[str, str]:
            return _fitting("circular", sample_values(application, language))

        letter = reactions.write(
            application, "circular", values, own=circular.own, hold=True, batch=batch, by=by
        )
        count += letter is not None
    return batch, count
