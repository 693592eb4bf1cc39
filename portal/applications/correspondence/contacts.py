"""Another contact: a new address owns the application, everything that opened it before is dead."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete

from portal import audit, mail
from portal.applications import reactions
from portal.applications.drafts.renewing import renew
from portal.applications.models import AccessKey, Application, Purpose, Reason
from portal.applications.onpaper import codeletter
from portal.applications.policy import POLICY, Action
from portal.applications.queries import definition_for, latest
from portal.calls.answers import is_asked
from portal.core.actor import Actor
from portal.core.db import db
from portal.core.errors import DomainError
from portal.core.i18n import gettext as _
from portal.core.text import normalise, one_line


@dataclass(frozen=True)
class Contact:
    """The new owner; names may stay empty where the form asks for none."""

    email: str
    first_name: str = ""
    last_name: str = ""


def owner_key(application: Application) -> str:
    """Return the question that holds the owner's address in this application."""
    definition = definition_for(application)
    for key in definition.owner:
        if is_asked(definition.questions[key], definition, application.draft, {}):
            return key
    return definition.owner[-1]


def move(application: Application, to: Contact, *, reason: str, by: Actor, at: datetime) -> None:
    """Give the application to another contact and write to both.

    The answers with the contact's address and name change with it, as a correction of the office.
    Raises `DomainError` for an address that is none or the same, or without a reason.
    """
    POLICY.require(by, Action.EXTEND, application)
    why = normalise(reason).strip()[:4000]
    if not why:
        raise DomainError(_("Write why the contact changes."))
    try:
        address = mail.Mailbox(to.email.strip()).address
    except ValueError as error:
        raise DomainError(_("Enter an e-mail address, like name@example.org")) from error
    if address.lower() == application.owner_email.lower():
        raise DomainError(_("This address owns the application already."))
    before = application.owner_email
    _tell_old(application, by)
    _rewrite(application, address, to, why, by=by, at=at)
    application.owner_email, application.owner_confirmed_at = address, None
    _end_keys(application)
    audit.record(by, "move_contact", application, had_address=bool(before))
    reactions.write(
        application, "contact_new",
        lambda _language: {"number": _number(application), "title": _title(application)}, by=by,
    )  # fmt: skip


def _rewrite(  # noqa: PLR0913  (who, when and why)
    application: Application, address: str, to: Contact, why: str, *, by: Actor, at: datetime
) -> None:
    key = owner_key(application)
    room = key.rpartition(".")[0]
    known = definition_for(application).questions
    names = {f"{room}.first_name": to.first_name, f"{room}.last_name": to.last_name}
    changes = {key: address} | {
        k: one_line(v)[:80] for k, v in names.items() if k in known and v.strip()
    }
    if latest(application):
        renew(application, changes, reason=Reason.CORRECT, by=by, at=at, note=why)
    else:
        application.draft = {**application.draft, **changes}


def _end_keys(application: Application) -> None:
    """End links, codes and browsers of the old contact; a nominee's link stays."""
    db.session.flush()
    codeletter.forget(application)
    ended = (Purpose.DEVICE, Purpose.LINK, Purpose.CODE, Purpose.HANDOVER, Purpose.PAPER)
    db.session.execute(
        delete(AccessKey)
        .where(AccessKey.application_id == application.id, AccessKey.purpose.in_(ended))
        .execution_options(synchronize_session="fetch")
    )
    db.session.expire(application, ["keys"])


def _tell_old(application: Application, by: Actor) -> None:
    """Write to the address that owned it; the letter has no link."""
    if not application.owner_email:
        return
    reactions.letter(
        application, "contact_moved", to=reactions.owner(application),
        values=lambda _language: {"number": _number(application), "title": _title(application)},
        by=by,
    )  # fmt: skip


def _number(application: Application) -> str:
    return application.reference or _("not sent yet")


def _title(application: Application) -> str:
    return application.title or _("Your draft")
