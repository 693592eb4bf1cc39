"""What else happens when an application moves. A reaction only writes rows."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from portal import mail
from portal.applications import keys
from portal.applications.models import Application, Event, Purpose, Version
from portal.applications.queries import definition_for, definition_under, latest
from portal.applications.workflow import Move
from portal.calls.answers import is_asked
from portal.calls.definition import Definition
from portal.calls.letterwords import is_held, own_words
from portal.calls.moments import Phase, phase
from portal.calls.questions import AnyQuestion
from portal.calls.wording import plain
from portal.core.clock import now
from portal.core.i18n import format_moment
from portal.core.i18n import gettext as _
from portal.core.text import one_line
from portal.documents import usecases as documents
from portal.documents.models import Document

Reaction = Callable[[Application, Event], None]
NOMINEE_ANSWER_DAYS = 14


def react(application: Application, event: Event) -> None:
    """Write everything that hangs on the move."""
    for reaction in REACTIONS.get(event.move, ()):
        reaction(application, event)


def confirm(application: Application, event: Event) -> None:
    """Order the receipt and write the confirmation that carries it."""
    version = _latest(application)
    receipt = order_receipt(version, fresh=True)
    write(
        application,
        event.move,
        lambda language: confirmation_values(application, version, language),
        attachments=[receipt.id],
    )


def order_receipt(version: Version, *, fresh: bool = False) -> Document:
    """Order the receipt of a version; each version has one. fresh: the version is made just now."""
    return documents.order(
        "receipt",
        about=version.id,
        number=str(version.application.reference),
        version_n=version.n,
        language=version.locale,
        fresh=fresh,
    )


def confirm_answer(application: Application, event: Event) -> None:
    """Tell the owner that the answer came; a new version brings its receipt."""
    if event.by_kind != "applicant":
        return
    version = _latest(application)
    attached = [order_receipt(version).id] if version.arrived_at == event.at else []
    write(
        application,
        event.move,
        lambda language: (
            confirmation_values(application, version, language)
            | {"arrived": exact(definition_under(version), event.at)}
        ),
        attachments=attached,
    )


def confirmation_values(
    application: Application, version: Version, language: str
) -> dict[str, str]:
    """Return what the confirmation says, in `language`."""
    definition = definition_under(version)
    call = application.call
    changeable = phase(call, now()) is Phase.OPEN
    return {
        "number": str(application.reference),
        "title": application.title,
        "version": str(version.n),
        "arrived": exact(definition, version.arrived_at),
        "late": (
            _("It arrived after the closing time and is marked as late.") if version.late else ""
        ),
        "check_code": version.check_code,
        "steps": _next_steps(definition, language),
        "closes": exact(definition, call.closes_at) if changeable else "",
    }


def exact(definition: Definition, moment: Any) -> str:
    """Return a moment to the second with its zone, in the present language."""
    return format_moment(moment, _("EEEE, d MMMM y, HH:mm:ss (zzzz)"), definition.zone)


def _next_steps(definition: Definition, language: str) -> str:
    coming = [step for step in definition.steps if step.at > now() and step.name != "closes"]
    # A date like "3. Februar" would begin a list inside of the list.
    words = ((mail.escaped(plain(t, language)) for t in (s.when, s.title)) for s in coming)
    return "\n".join(f"- {when}: {title}" for when, title in words)


def confirm_withdrawal(application: Application, event: Event) -> None:
    """Tell the owner that the application was taken back."""
    definition = definition_for(application)
    write(
        application,
        Move.WITHDRAW,
        lambda _language: {
            "number": str(application.reference),
            "title": application.title,
            "withdrawn": exact(definition, event.at),
        },
    )


def write(
    application: Application,
    name: str,
    values: Callable[[str], dict[str, str]],
    **terms: Any,
) -> mail.Letter | None:
    """Write the letter `name` to the owner, with a fresh link; None if no address is known."""
    if not application.owner_email:
        return None
    hold = terms.setdefault("hold", is_held(application.call, name))
    new_link = keys.reserve_link if hold else keys.make_link
    link = new_link(application, application.owner_email)
    return letter(
        application, name, to=owner(application), values=values, link_key=link.id, **terms
    )


def letter(
    application: Application,
    name: str,
    *,
    to: mail.Mailbox,
    values: Callable[[str], dict[str, str]],
    **terms: Any,
) -> mail.Letter:
    """Write the letter `name` about an application to any address, in its language."""
    definition = definition_for(application)
    terms.setdefault("hold", is_held(application.call, name))

    def all_values(language: str) -> dict[str, str]:
        return office_values(definition, language) | values(language)

    return mail.write(
        name,
        to=to,
        language=application.locale,
        values=all_values,
        about=application.id,
        call_id=application.call_id,
        own=terms.pop("own", None) or own_words(application.call, name, definition),
        reply_to=definition.contact.email,
        from_name=sender_name(definition),
        **terms,
    )


def draft(
    application: Application, name: str, values: Callable[[str], dict[str, str]]
) -> mail.Letter:
    """Return the letter that `write` would write to the owner, unstored, for a preview."""
    definition = definition_for(application)
    office = mail.Mailbox(definition.contact.email)
    return mail.draft(
        name,
        to=owner(application) if application.owner_email else office,
        language=application.locale,
        values=lambda language: office_values(definition, language) | values(language),
        own=own_words(application.call, name, definition),
        from_name=sender_name(definition),
        link_key=application.id,  # no key: a sample stands where the link will be
    )


def drop_held(application: Application, name: str) -> None:
    """Cancel letters of this kind that were never released."""
    for one in mail.log_of(application.id):
        if one.name == name and one.state is mail.LetterState.HELD:
            mail.cancel(one)


def sender_name(definition: Definition) -> str:
    """Return who writes the letters of a call, as shown to people; names are not translated."""
    return f"{plain(definition.prize.organiser, 'de')} · {plain(definition.prize.name, 'de')}"


def office_values(definition: Definition, language: str) -> dict[str, str]:
    """Return the values that every letter of a call has."""
    contact = definition.contact
    return {
        "prize": plain(definition.title, language),
        "office": plain(contact.name, language),
        "contact": _(
            "Telephone %(phone)s, e-mail %(email)s", phone=contact.phone, email=contact.email
        ),
    }


def owner(application: Application) -> mail.Mailbox:
    """Return where letters to the owner go, with the person's name as far as it is known."""
    definition = definition_for(application)
    for key in definition.owner:
        question = definition.questions[key]
        if not is_asked(question, definition, application.draft, {}):
            continue
        room = key.rpartition(".")[0]
        parts = (application.draft.get(f"{room}.{part}") for part in ("first_name", "last_name"))
        name = one_line(" ".join(str(part) for part in parts if part))
        return mail.Mailbox(application.owner_email, name)
    return mail.Mailbox(application.owner_email)


def tell_nominee(application: Application, _event: Event) -> None:
    """Inform a nominated person or group (Art. 14 GDPR), at once if they know of it already.

    If the nominator says that they do not know yet, the letter waits for the office.
    """
    definition = definition_for(application)
    version = _latest(application)
    agrees_key, address_key = definition.nominee_agrees_key, definition.nominee_email_key
    if not agrees_key or agrees_key not in version.answers or version.n > 1:
        return
    address = version.answers.get(address_key or "")
    if not address:
        return
    link = keys.make_link(application, str(address), purpose=Purpose.NOMINEE)
    letter(
        application,
        "nominee_information",
        to=mail.Mailbox(str(address), person(version.answers, address_key or "")),
        values=lambda language: _nominee_values(application, version, language),
        link_key=link.id,
        hold=version.answers[agrees_key] != "yes",
    )


def _nominee_values(application: Application, version: Version, language: str) -> dict[str, str]:
    definition = definition_under(version)
    owner_key = next(key for key in definition.owner if key in version.answers)
    answer_by = now() + timedelta(days=NOMINEE_ANSWER_DAYS)
    held = held_about_nominee(definition, version)
    return {
        "title": application.title,
        "nominator": person(version.answers, owner_key) or _("somebody"),
        "received": "\n".join(f"- {plain(q.short or q.label, language)}" for q in held),
        "privacy": keys.absolute(f"/{application.call.slug}/privacy"),
        "answer_by": format_moment(answer_by, _("d MMMM y"), definition.zone),
    }


def held_about_nominee(definition: Definition, version: Version) -> list[AnyQuestion]:
    """Return the answered questions about the nominee: those beside the e-mail address."""
    room = (definition.nominee_email_key or "").rpartition(".")[0]
    return [definition.questions[k] for k in version.answers if k.rpartition(".")[0] == room]


def person(answers: Any, address_key: str) -> str:
    """Return the name that stands beside the address `address_key`, empty if none does."""
    room = address_key.rpartition(".")[0]
    parts = (answers.get(f"{room}.{part}") for part in ("first_name", "last_name"))
    return one_line(" ".join(str(part) for part in parts if part))


def _latest(application: Application) -> Version:
    version = latest(application)
    if version is None:
        raise ValueError("nothing was sent yet")
    return version


REACTIONS: dict[Move, tuple[Reaction, ...]] = {
    Move.SUBMIT: (confirm, tell_nominee),
    Move.REVISE: (confirm,),
    Move.COMPLETE: (confirm_answer,),
    Move.WITHDRAW: (confirm_withdrawal,),
}
