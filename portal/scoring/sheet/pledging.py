"""The promise of secrecy and fairness, asked before anything else opens."""

from sqlalchemy import select

from portal import audit
from portal.applications.jury.judging import Juror
from portal.core.clock import now
from portal.core.db import db
from portal.core.errors import DomainError
from portal.core.i18n import gettext as _
from portal.scoring.models import Pledge


def pledge_of(juror: Juror) -> Pledge | None:
    """Return the juror's promise to the text as it stands today, None while there is none."""
    return db.session.scalar(
        select(Pledge).where(
            Pledge.call_id == juror.call.id,
            Pledge.user_id == juror.user.id,
            Pledge.text_version == juror.definition.jury.pledge_version,
        )
    )


def pledge(juror: Juror, seen: str) -> Pledge:
    """Keep the promise with the version of its text and the time; twice is once.

    seen: the version that the page showed; `DomainError` if the text changed meanwhile.
    """
    version = juror.definition.jury.pledge_version
    if seen != version:
        raise DomainError(_("The text has changed meanwhile. Read it once more."))
    found = pledge_of(juror)
    if found:
        return found
    found = Pledge(call_id=juror.call.id, user_id=juror.user.id, text_version=version, at=now())
    db.session.add(found)
    db.session.flush()
    audit.record(juror.user, "pledge", juror.call, version=version)
    return found


def pledges(call_id: object) -> dict[object, Pledge]:
    """Return the newest promise of everybody in a call, by the person's id."""
    rows = select(Pledge).where(Pledge.call_id == call_id).order_by(Pledge.at)
    return {row.user_id: row for row in db.session.scalars(rows)}
