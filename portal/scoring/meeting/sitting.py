"""What holds for every change of a meeting: it is not closed, and those who follow notice."""

from portal.core.db import db
from portal.core.errors import DomainError
from portal.core.i18n import gettext as _
from portal.scoring.meeting.meeting_models import AgendaItem, ItemState, Meeting


def touch(meeting: Meeting) -> None:
    """Let those who follow notice that something has changed."""
    meeting.revision += 1
    db.session.flush()


def require_unclosed(meeting: Meeting) -> None:
    """Raise `DomainError` when the meeting is over."""
    if meeting.closed_at is not None:
        raise DomainError(_("The meeting is closed. Nothing of it can be changed."))


def require_open(meeting: Meeting) -> None:
    """Raise `DomainError` unless the jury sits."""
    require_unclosed(meeting)
    if meeting.opened_at is None:
        raise DomainError(_("Open the meeting first."))


def item_now(meeting: Meeting) -> AgendaItem | None:
    """Return the item that is under discussion."""
    return next((item for item in meeting.items if item.state is ItemState.OPEN), None)
