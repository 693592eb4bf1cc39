"""What the buttons of the desk do: each takes the meeting as the person sees it.

What the person is kept out of does not exist here either: its items and votes answer 404.
"""

from collections.abc import Callable
from typing import NamedTuple
from uuid import UUID

from flask import abort, request

from portal.applications.jury.judging import Juror
from portal.core.errors import DomainError
from portal.core.i18n import gettext as _
from portal.core.i18n import ngettext
from portal.jury.meeting_form import clock_today, starts_at, whole
from portal.mail import wording
from portal.scoring.meeting import (
    agenda,
    inviting,
    meetings,
    minutes,
    presence,
    tallying,
    vote_words,
    voting,
)
from portal.scoring.meeting.following import View
from portal.scoring.meeting.meeting_models import AgendaItem, Choice, Motion, Share, Vote
from portal.scoring.meeting.tallying import Hands
from portal.scoring.meeting.voting import Wish
from portal.web.doors import person


class Doing(NamedTuple):
    """What a button does, the part of the page it leads back to; whole: with the whole agenda."""

    run: Callable[[View], str]
    to: str
    whole: bool = False


def _form(name: str) -> str:
    return request.form.get(name, "")


def _uuid(name: str) -> UUID:
    try:
        return UUID(_form(name))
    except ValueError:
        abort(404)


def _item(view: View, name: str = "item") -> AgendaItem:
    found = agenda.find(view.meeting, _uuid(name))
    return found if view.sees(found) else abort(404)


def _vote(view: View) -> Vote:
    found = voting.find(view.meeting, _uuid("vote"))
    return found if view.sees(found.item) else abort(404)


def _juror(view: View, name: str) -> Juror:
    user_id = _uuid(name)
    found = (one for one in presence.jury(view.meeting) if one.user.id == user_id)
    return next(found, None) or abort(404)


# --- the meeting ----------------------------------------------------------------------------------


def _change(view: View) -> str:
    meetings.change(view.meeting, starts_at=starts_at(view.meeting.call, request.form),
                    place=_form("place"), by=person())  # fmt: skip
    return _("Time and place are changed.")


def _invite(view: View) -> str:
    count = inviting.invite(view.meeting, by=person())
    told = ngettext("One invitation is on its way.", "%(num)s invitations are on their way.", count)
    return wording.leaving(told, view.definition.zone)


def _open(view: View) -> str:
    meetings.open_meeting(view.meeting, by=person())
    return _("The meeting is open.")


def _close(view: View) -> str:
    if _form("sure") != "yes":
        raise DomainError(_("Tick the sentence above the button. Then close the meeting."))
    if view.is_hidden_now:
        raise DomainError(_("Wait until the item that you take no part in is over."))
    if view.left is not None and view.left < 0 and _form("over") != str(-view.left):
        raise DomainError(_("Tick that more is given than there is. Or annul a vote first."))
    meetings.close(view.meeting, by=person(), hidden=view.hidden)
    return _("The meeting is closed. The minutes are being made.")


# --- the agenda -----------------------------------------------------------------------------------


def _draw(view: View) -> str:
    agenda.draw(view.meeting, by=person())
    return _("The agenda follows the ranking now.")


def _add(view: View) -> str:
    agenda.add_words(view.meeting, _form("item_words"), by=person())
    return _("The item is on the agenda.")


def _up(view: View) -> str:
    agenda.move(_item(view), up=True, among=view.items, by=person())
    return _("The agenda is changed.")


def _down(view: View) -> str:
    agenda.move(_item(view), up=False, among=view.items, by=person())
    return _("The agenda is changed.")


def _off(view: View) -> str:
    agenda.take_off(_item(view), by=person())
    return _("The item is off the agenda.")


def _back(view: View) -> str:
    agenda.put_back(_item(view), by=person())
    return _("The item is on the agenda.")


def _begin(view: View) -> str:
    item = _item(view)
    if view.is_hidden_now:
        raise DomainError(_("Wait until the item that you take no part in is over."))
    meetings.begin(item, by=person())
    return _("This item is on the wall now.")


def _end(view: View) -> str:
    meetings.end(_item(view), by=person())
    return _("This item is over.")


def _reasons(view: View) -> str:
    return _("The notes are saved.")


def _draft(view: View) -> str:
    minutes.order(view)
    return _("The minutes are being made. Look again in a moment.")


# --- presence -------------------------------------------------------------------------------------


def _arrive(view: View) -> str:
    juror = _juror(view, "juror")
    member = f"for-{juror.user.id}"
    for_whom = _juror(view, member) if _form(member) else None
    at = clock_today(view.meeting.call, _form(f"clock-{juror.user.id}"))
    presence.arrive(view.meeting, juror, by=person(), at=at, for_whom=for_whom)
    return _("%(name)s is there.", name=juror.user.called)


def _leave(view: View) -> str:
    user_id = _uuid("juror")
    at = clock_today(view.meeting.call, _form(f"clock-{user_id}"))
    one = presence.leave(view.meeting, user_id, by=person(), at=at)
    return _("%(name)s has left.", name=one.name)


# --- votes ----------------------------------------------------------------------------------------


def _vote_open(view: View) -> str:
    motion, way = _form("motion"), _form("way")
    if motion not in set(Motion):
        raise DomainError(_("Choose what is voted on."))
    if way not in ("open", "secret", "hands"):
        raise DomainError(_("Choose how to vote."))
    place = motion == Motion.PLACE
    share = _form("share") if place else ""
    wish = Wish(
        Motion(motion), words=_form("words"), amount=whole(_form("amount")),
        award=whole(_form("award")) if place else None,
        share=Share(share) if share in set(Share) else None,
        secret=way == "secret", hands=way == "hands",
    )  # fmt: skip
    voting.open_vote(_item(view), wish, by=person(), hidden=view.hidden)
    return _("The vote is open.")


def _count(view: View) -> str:
    vote = _vote(view)
    tallying.close_vote(vote, by=person(), hands=_hands() if vote.hands else None,
                        hidden=view.hidden)  # fmt: skip
    return _("The vote is closed: %(result)s.", result=vote_words.result_words(vote))


def _hands() -> Hands:
    yes, no, abstain = (whole(_form(name)) for name in ("yes", "no", "abstain"))
    if yes is None and no is None:
        raise DomainError(_("Write how many said yes, how many no, and how many abstained."))
    said = _form("casting")
    return Hands(yes or 0, no or 0, abstain or 0, Choice(said) if said in set(Choice) else None)


def _casting(view: View) -> str:
    said = _form("choice")
    if said not in set(Choice):
        raise DomainError(_("Choose yes, no or abstention."))
    tallying.decide_tie(_vote(view), Choice(said), by=person(), hidden=view.hidden)
    return _("The tie is decided.")


def _annul(view: View) -> str:
    vote = _vote(view)
    tallying.annul(vote, reason=_form(f"reason-{vote.id}"), by=person())
    return _("The vote is annulled. It can be repeated.")


DOING = {
    "change": Doing(_change, "meeting"), "invite": Doing(_invite, "meeting"),
    "open": Doing(_open, "meeting"), "close": Doing(_close, "meeting"),
    "draw": Doing(_draw, "agenda", whole=True), "add": Doing(_add, "agenda", whole=True),
    "up": Doing(_up, "agenda", whole=True), "down": Doing(_down, "agenda", whole=True),
    "off": Doing(_off, "agenda", whole=True), "back": Doing(_back, "agenda", whole=True),
    "begin": Doing(_begin, "now"), "end": Doing(_end, "agenda"),
    "reasons": Doing(_reasons, "now"), "draft": Doing(_draft, "end"),
    "arrive": Doing(_arrive, "presence"), "leave": Doing(_leave, "presence"),
    "vote": Doing(_vote_open, "now"), "count": Doing(_count, "now"),
    "decide": Doing(_casting, "now"), "annul": Doing(_annul, "now"),
}  # fmt: skip
