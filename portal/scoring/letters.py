"""Letters to jurors: what is still open, and where."""

from collections.abc import Callable, Collection, Iterable

from portal import mail
from portal.applications import keys
from portal.applications.jury.judging import Juror
from portal.applications.reactions import sender_name
from portal.calls.wording import plain
from portal.core.actor import Actor, System
from portal.core.errors import DomainError
from portal.core.i18n import gettext as _
from portal.core.i18n import ngettext
from portal.mail.wording import leaving
from portal.scoring.binder.binders import Binder
from portal.scoring.sheet.progress import Person


def write_to(
    juror: Juror, name: str, values: Callable[[str], dict[str, str]], *, by: Actor
) -> mail.Letter:
    """Write the letter `name` of the juror's call to the juror, in the juror's language.

    `values` gives what fills its placeholders, in the language it is asked for.
    """
    return mail.write(
        name,
        to=mail.Mailbox(juror.user.email, juror.user.name),
        language=juror.user.language,
        values=values,
        call_id=juror.call.id,
        by=by,
        reply_to=juror.definition.contact.email,
        from_name=sender_name(juror.definition),
    )


def remind(person: Person, *, by: Actor) -> mail.Letter:
    """Write to a juror how many sheets and answers about conflicts are missing, with the way there.

    The link leads to the page for those who are signed in; it opens nothing by itself.
    """
    juror = person.juror
    return write_to(
        juror, "jury_reminder", lambda language: _values(juror, person, language), by=by
    )


def remind_chosen(people: Iterable[Person], chosen: Collection[str], *, by: Actor) -> int:
    """Remind those of `people` whose id is among `chosen`; return how many.

    Who has nothing left to do, or whose term has ended, is left out. Raises `DomainError` if nobody
    remains.
    """
    found = [one for one in people if str(one.juror.user.id) in chosen and one.may_be_reminded]
    if not found:
        raise DomainError(_("Choose somebody who still has something to do."))
    for one in found:
        remind(one, by=by)
    return len(found)


def reminded_words(count: int) -> str:
    """Return what happened, in words."""
    return leaving(
        ngettext("One reminder is on its way.", "%(num)s reminders are on their way.", count)
    )


def readings(juror: Juror, count: int) -> mail.Letter:
    """Tell a juror how many applications are new; the link leads to the page, and opens nothing."""
    return write_to(
        juror,
        "jury_readings",
        lambda language: _reading_values(juror, count, language),
        by=System("tell_jury"),
    )


def _reading_values(juror: Juror, count: int, language: str) -> dict[str, str]:
    address = keys.absolute(f"/{juror.call.slug}/jury")
    return _of_call(juror, language) | {
        "contents": ngettext("one application", "%(num)s applications", count),
        "jury_page": f"[{_('To the reading room')}]({address})",
    }


def dossier_ready(juror: Juror, binder: Binder) -> mail.Letter:
    """Tell a juror that the binder is there; the link leads to the page, never to the file."""
    return write_to(
        juror,
        "dossier_ready",
        lambda language: _binder_values(juror, binder, language),
        by=System("make_binder"),
    )


def _binder_values(juror: Juror, binder: Binder, language: str) -> dict[str, str]:
    address = keys.absolute(f"/{juror.call.slug}/jury/dossier")
    applications = ngettext("one application", "%(num)s applications", len(binder.parts))
    pages = ngettext("one page", "%(num)s pages", binder.pages)
    return _of_call(juror, language) | {
        "contents": f"{applications}, {pages}",
        "jury_page": f"[{_('To my dossiers')}]({address})",
    }


def _of_call(juror: Juror, language: str) -> dict[str, str]:
    definition = juror.definition
    return {
        "prize": plain(definition.title, language).replace("\u00ad", ""),
        "office": plain(definition.contact.name, language),
        "contact": mail.escaped(definition.contact.email),
    }


def _values(juror: Juror, person: Person, language: str) -> dict[str, str]:
    address = keys.absolute(f"/{juror.call.slug}/jury")
    return _of_call(juror, language) | {
        "left": _("%(left)s of %(total)s", left=person.left, total=person.total),
        "jury_page": f"[{_('To the reading room')}]({address})",
    }
