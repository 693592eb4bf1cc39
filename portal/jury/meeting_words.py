"""Words of the meeting for templates."""

from datetime import datetime

from flask import Flask

from portal.applications.jury import conflicts
from portal.applications.jury.judging import Tie
from portal.core.clock import now
from portal.core.i18n import format_moment
from portal.core.i18n import gettext as _
from portal.scoring.meeting.inviting import when_words
from portal.scoring.meeting.meeting_models import AgendaItem, ItemState
from portal.scoring.meeting.places import euros
from portal.scoring.meeting.vote_words import result_words, way_words

SECONDS_OF_AN_HOUR = 3600


def item_state(item: AgendaItem) -> str:
    """Return where an item stands (a Jinja filter)."""
    waiting = _("not discussed") if item.meeting.closed_at else _("to come")
    return {
        ItemState.WAITING: waiting,
        ItemState.OPEN: _("under discussion"),
        ItemState.DONE: _("done"),
        ItemState.OFF: _("off the agenda"),
    }[item.state]


def since(moment: datetime) -> str:
    """Return how long ago a moment was, as a clock: 4:07 or 1:12:45 (a Jinja filter)."""
    seconds = max(0, int((now() - moment).total_seconds()))
    hours, rest = divmod(seconds, SECONDS_OF_AN_HOUR)
    minutes, seconds = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def clock(moment: datetime, zone: str) -> str:
    """Return hour and minute of a moment (a Jinja filter)."""
    return format_moment(moment, "HH:mm", zone)


def ties_of(only_conflicts: bool) -> list[tuple[str, str]]:
    """Return the answers about conflicts, without "none" where it was given (a Jinja global)."""
    words = conflicts.tie_words()
    return [(tie.value, words[tie]) for tie in Tie if not (only_conflicts and tie is Tie.NONE)]


def init(app: Flask) -> None:
    """Make the words known to templates."""
    app.jinja_env.filters.update(
        item_state=item_state, since=since, euros=euros, vote_result=result_words,
        vote_way=way_words, clock=clock, meeting_time=when_words,
    )  # fmt: skip
    app.jinja_env.globals["ties_of"] = ties_of
