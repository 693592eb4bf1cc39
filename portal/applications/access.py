"""Ways back to an application: a mailed link with a code, a dead link made anew, another device."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from portal import jobs, mail
from portal.applications import keys, reactions
from portal.applications.models import AccessKey, Application, Purpose
from portal.applications.queries import definition_for, owned_by
from portal.calls.letterwords import own_words
from portal.calls.models import Call
from portal.core.clock import now
from portal.core.db import db, transaction
from portal.core.i18n import format_moment, in_language
from portal.core.i18n import gettext as _

JOB = "send_links"
MOST_LINKS = 20


def ask_for_links(call: Call, email: str, *, browser: str, language: str) -> None:
    """Order one mail with a link for each application that `email` owns, and a code.

    Whether there is one is looked up by the worker, so that the request does the same work, takes
    the same time and says the same for every address. browser: the key hash the code is bound to.
    """
    jobs.enqueue(JOB, call_id=call.id, email=email, browser=browser, language=language)


def send_links(call_id: str, email: str, browser: str, language: str) -> None:
    """Write the mail that `ask_for_links` ordered (a job handler); none to an unknown address."""
    with transaction():
        call = db.session.get(Call, UUID(call_id))
        owned = owned_by(email, call)[:MOST_LINKS] if call else []
        if owned:
            write_links(owned, language=language, browser=browser)


def write_links(
    applications: Sequence[Application], *, language: str, browser: str = ""
) -> mail.Letter:
    """Write one mail to the owner of all `applications` with a fresh link for each.

    browser: if given, a code that opens all of them in that browser stands in the same mail.
    """
    address = applications[0].owner_email
    links = [(one, keys.make_link(one, address)) for one in applications]
    code = keys.make_code(applications, address, browser) if browser else None
    with in_language(language):
        titled = [(_named(one), key.id) for one, key in links]
    ways: dict[str, Any] = {"link_key": links[0][1].id} if len(links) == 1 else {"links": titled}
    definition = definition_for(applications[0])
    return mail.write(
        "link",
        to=mail.Mailbox(address),
        language=language,
        values=lambda spoken: _values(applications, links[0][1], code, spoken),
        about=applications[0].id,
        call_id=applications[0].call_id,
        own=own_words(applications[0].call, "link", definition),
        reply_to=definition.contact.email,
        from_name=reactions.sender_name(definition),
        code_key=code.id if code else None,
        **ways,
    )


def _named(application: Application) -> str:
    title = application.title or _("Your draft")
    return f"{title} ({application.reference})" if application.reference else title


def _values(
    applications: Sequence[Application], link: AccessKey, code: AccessKey | None, language: str
) -> dict[str, str]:
    definition = definition_for(applications[0])
    values = reactions.office_values(definition, language)
    values["expires"] = moment(link, definition.zone)
    if len(applications) == 1:
        values["title"] = _named(applications[0])
    if code:
        values["code_expires"] = format_moment(code.expires_at, _("HH:mm"), definition.zone)
    return values


def moment(key: AccessKey, zone: str) -> str:
    """Return until when a key lives, in the present language."""
    return format_moment(key.expires_at, _("EEEE, d MMMM y, HH:mm"), zone)


def send_link_again(key: AccessKey) -> bool:
    """Mail a new link to the address of a dead one; return whether a mail was written.

    An address that no longer owns the application gets nothing; a key that was no mailed link has
    no address to write to. A link that lives needs no other.
    """
    application = key.application
    if key.purpose is not Purpose.LINK or keys.is_alive(key, now()):
        return False
    if not key.email or key.email.lower() != application.owner_email.lower():
        return False
    write_links([application], language=application.locale)
    return True


def hand_over(application: Application) -> tuple[str, timedelta]:
    """Return an address that opens the application elsewhere once, and how long it lives."""
    key = keys.make_link(application, "", purpose=Purpose.HANDOVER)
    db.session.flush()
    return str(keys.link_of(key.id)), timedelta(minutes=keys.HANDOVER_MINUTES)
