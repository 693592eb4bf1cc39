"""The words of the office for states, moves, channels, colours and short moments."""

from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from babel import Locale
from flask import Blueprint

from portal.applications.models import Channel
from portal.applications.workflow import Move, Status
from portal.calls.definition import Definition
from portal.calls.reading import show
from portal.core.clock import now
from portal.core.i18n import format_date, format_moment, language, locale
from portal.core.i18n import gettext as _

bp = Blueprint("office_words", __name__)


class Mark(NamedTuple):
    """A state as it is shown: a word and the shape beside it (see `components/state.html`)."""

    word: str
    kind: str


SHAPES = {
    Status.IN_SCREENING: "half", Status.RETURNED: "ask", Status.ELIGIBLE: "done",
    Status.INELIGIBLE: "bad", Status.WITH_JURY: "done", Status.SCORED: "done",
    Status.AWARDED: "done", Status.NOT_AWARDED: "done", Status.WITHDRAWN: "bad",
}  # fmt: skip


def status_word(status: Status | str) -> str:
    """Return where an application stands, in a word."""
    return _status_words(language())[Status(status)]


@lru_cache(maxsize=8)
def _status_words(_language: str) -> dict[Status, str]:
    return {
        Status.DRAFT: _("Draft"),
        Status.SUBMITTED: _("New"),
        Status.IN_SCREENING: _("In the check"),
        Status.RETURNED: _("Question open"),
        Status.ELIGIBLE: _("Eligible"),
        Status.INELIGIBLE: _("Not eligible"),
        Status.WITH_JURY: _("With the jury"),
        Status.SCORED: _("Scored"),
        Status.AWARDED: _("Awarded"),
        Status.NOT_AWARDED: _("Took part"),
        Status.WITHDRAWN: _("Withdrawn"),
    }


def state_mark(status: Status, due: date | None, today: date) -> Mark:
    """Return the state of an application; a question of the office tells until when it is open."""
    if status is Status.RETURNED and due:
        if due < today:
            return Mark(_("Question overdue"), "ask")
        return Mark(_("Question until %(day)s", day=short_day(due)), "ask")
    return Mark(status_word(status), SHAPES.get(status, ""))


def move_word(move: Move | str) -> str:
    """Return a move as something that happened."""
    return _move_words(language())[Move(move)]


@lru_cache(maxsize=8)
def _move_words(_language: str) -> dict[Move, str]:
    return {
        Move.SUBMIT: _("Application arrived"),
        Move.REVISE: _("New version arrived"),
        Move.START_SCREENING: _("Check begun"),
        Move.RETURN_FOR_COMPLETION: _("Question asked"),
        Move.COMPLETE: _("Question answered"),
        Move.FIND_ELIGIBLE: _("Found eligible"),
        Move.FIND_INELIGIBLE: _("Found not eligible"),
        Move.REOPEN: _("Check opened again"),
        Move.FORWARD_TO_JURY: _("Forwarded to the jury"),
        Move.RECALL: _("Taken back from the jury"),
        Move.CLOSE_SCORING: _("Scoring closed"),
        Move.REOPEN_SCORING: _("Scoring opened again"),
        Move.AWARD: _("Awarded"),
        Move.DECLINE: _("Not awarded"),
        Move.WITHDRAW: _("Withdrawn"),
    }


def move_button(move: Move | str) -> str:
    """Return a move as something to do."""
    return _move_buttons(language()).get(Move(move)) or move_word(move)


@lru_cache(maxsize=8)
def _move_buttons(_language: str) -> dict[Move, str]:
    return {
        Move.START_SCREENING: _("Begin the check"),
        Move.RETURN_FOR_COMPLETION: _("Ask back"),
        Move.COMPLETE: _("Enter the answer"),
        Move.FIND_ELIGIBLE: _("Find eligible"),
        Move.FIND_INELIGIBLE: _("Not eligible …"),
        Move.REOPEN: _("Open the check again …"),
        Move.FORWARD_TO_JURY: _("Forward to the jury"),
        Move.RECALL: _("Take back from the jury"),
        Move.WITHDRAW: _("Withdraw on behalf …"),
    }


def channel_word(channel: Channel | str) -> str:
    """Return how an application came in."""
    return _channel_words(language())[Channel(channel)]


@lru_cache(maxsize=8)
def _channel_words(_language: str) -> dict[Channel, str]:
    return {
        Channel.WEB: _("online"),
        Channel.PAPER: _("on paper"),
        Channel.EMAIL: _("by e-mail"),
    }


def colour_word(colour: str) -> str:
    """Return the name of a tag's colour."""
    return _colour_words(language()).get(colour, colour)


@lru_cache(maxsize=8)
def _colour_words(_language: str) -> dict[str, str]:
    return {
        "grey": _("grey"), "blue": _("blue"), "green": _("green"), "yellow": _("yellow"),
        "orange": _("orange"), "red": _("red"), "violet": _("violet"),
    }  # fmt: skip


def log_word(what: str) -> str:
    """Return an entry of the log as something that happened to an application."""
    words = {
        "assign": _("Assigned anew"),
        "file_download": _("File downloaded"),
        "link_resend": _("Link sent again"),
        "extend": _("Late link given"),
        "contact_move": _("Contact changed"),
        "export": _("Exported"),
    }
    return words.get(what, what)


def way_word(way: str) -> str:
    """Return how a message came if it did not come by the page, to be put behind the word."""
    words = {"mail": _("came by e-mail"), "phone": _("said by telephone"),
             "post": _("came by post")}  # fmt: skip
    return f" ({words[way]})" if way in words else ""


def show_answer(definition: Definition, key: str, value: Any) -> str:
    """Return a short answer of a form in words."""
    return show(definition.questions[key], value).text


def language_word(code: str) -> str:
    """Return the name of a language in the present one: "Türkisch"."""
    return Locale.parse(code).get_language_name(locale()) or code


def short_day(day: date) -> str:
    """Return day and month as short as they can be read: "23. Sept."."""
    return format_date(day, _("d MMM"))


def short_moment(moment: datetime, zone: str) -> str:
    """Return day and time: "Heute, 10:12", or "3. Aug., 08:40"; the year where it is another."""
    here = now().astimezone(ZoneInfo(zone)).date()
    return _short_moment(moment.replace(second=0, microsecond=0), zone, here, language())


@lru_cache(maxsize=4096)
def _short_moment(moment: datetime, zone: str, here: date, _language: str) -> str:
    day = moment.astimezone(ZoneInfo(zone)).date()
    if day == here:
        return _("Today, %(time)s", time=format_moment(moment, "HH:mm", zone))
    pattern = _("d MMM, HH:mm") if day.year == here.year else _("d MMM y, HH:mm")
    return format_moment(moment, pattern, zone)


bp.add_app_template_global(state_mark)
bp.add_app_template_global(show_answer)
for _word in (status_word, move_word, move_button, channel_word, colour_word,
              language_word, log_word, way_word,             short_day, short_moment):  # fmt: skip
    bp.add_app_template_filter(_word)
