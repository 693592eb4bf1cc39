"""Inviting the jury to a meeting: time, place and the way to the agenda.

VwVfG § 90 (1): a committee can decide only if all its members were invited.
"""

from datetime import datetime
from functools import partial

from portal import audit, mail
from portal.applications import keys
from portal.applications.jury.judging import Juror
from portal.calls.wording import plain
from portal.core.actor import Actor
from portal.core.clock import now
from portal.core.errors import DomainError
from portal.core.i18n import format_moment
from portal.core.i18n import gettext as _
from portal.scoring.letters import write_to
from portal.scoring.meeting import presence
from portal.scoring.meeting.meeting_models import Meeting
from portal.scoring.meeting.sitting import require_unclosed, touch


def invite(meeting: Meeting, *, by: Actor) -> int:
    """Write to everybody in the jury, deputies too; return to how many. Again after a change.

    Raises `DomainError` once the meeting is open.
    """
    require_unclosed(meeting)
    if meeting.opened_at is not None:
        raise DomainError(_("The meeting is open already."))
    people = presence.jury(meeting)
    for juror in people:
        write_to(juror, "meeting_invitation", partial(_values, juror, meeting), by=by)
    meeting.invited_at = now()
    touch(meeting)
    audit.record(by, "meeting_invite", meeting, letters=len(people))
    return len(people)


def _values(juror: Juror, meeting: Meeting, language: str) -> dict[str, str]:
    definition = juror.definition
    address = keys.absolute(f"/{juror.call.slug}/jury/meeting")
    when = when_words(meeting.starts_at, definition.zone)
    return {
        "prize": plain(definition.title, language).replace("\u00ad", ""),
        "office": plain(definition.contact.name, language),
        "contact": mail.escaped(definition.contact.email),
        "contents": _("%(when)s, %(place)s", when=when, place=meeting.place),
        "jury_page": f"[{_('To the meeting')}]({address})",
    }


def when_words(moment: datetime, zone: str) -> str:
    """Return day and time of a meeting in words."""
    day = format_moment(moment, "EEEE, d. MMMM y", zone)
    return _("%(day)s, at %(time)s", day=day, time=format_moment(moment, "HH:mm", zone))
