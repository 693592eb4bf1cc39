"""Letters to jurors: what is still open, and where."""

from portal import mail
from portal.applications import keys
from portal.applications.judging import Juror
from portal.applications.reactions import sender_name
from portal.calls.wording import plain
from portal.core.actor import Actor
from portal.core.i18n import gettext as _
from portal.scoring.progress import Person


def remind(person: Person, *, by: Actor) -> mail.Letter:
    """Write to a juror how many sheets and answers about conflicts are missing, with the way there.

    The link leads to the page for those who are signed in; it opens nothing by itself.
    """
    juror = person.juror
    return mail.write(
        "jury_reminder",
        to=mail.Mailbox(juror.user.email, juror.user.name),
        language=juror.user.language,
        values=lambda language: _values(juror, person, language),
        call_id=juror.call.id,
        by=by,
        reply_to=juror.definition.contact.email,
        from_name=sender_name(juror.definition),
    )


def _values(juror: Juror, person: Person, language: str) -> dict[str, str]:
    definition = juror.definition
    title = plain(definition.title, language).replace("\u00ad", "")
    address = keys.absolute(f"/{juror.call.slug}/jury")
    return {
        "prize": title,
        "office": plain(definition.contact.name, language),
        "contact": mail.escaped(definition.contact.email),
        "left": _("%(left)s of %(total)s", left=person.left, total=person.total),
        "jury_page": f"[{_('To the reading room')}]({address})",
    }
