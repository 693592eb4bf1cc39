"""The actions on many that the list itself has: assign, tag, untag, and the moves of the check."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from portal.accounts import queries as people
from portal.accounts.models import User
from portal.applications.check import marking, screening
from portal.applications.check.marking import Line
from portal.applications.desk import caring
from portal.applications.desk.bulks import LEAVE_OUT, Doubts, Field, Wish, register
from portal.applications.desk_models import Tag
from portal.applications.models import Application
from portal.applications.policy import POLICY, Action
from portal.applications.workflow import Move
from portal.calls.models import Call
from portal.calls.wording import plain
from portal.core.db import db
from portal.core.errors import DomainError
from portal.core.i18n import gettext as _
from portal.core.i18n import language
from portal.office.cases.moves import possible
from portal.office.cases.screening import check_mark
from portal.office.words import status_word

NOBODY = "nobody"


def _may(application: Application, action: Any, by: User) -> str:
    if POLICY.allows(by, action, application):
        return ""
    return _("You may not do this with this application.")


# --- assign ------------------------------------------------------------------------------------


def _clerks(call: Call) -> list[Field]:
    options = [(str(user.id), user.called) for user in caring.clerks_of(call)]
    return [Field("clerk", _("Who looks after them?"), [*options, (NOBODY, _("nobody"))])]


def _clerk(wish: Wish) -> User | None:
    chosen = wish.get("clerk", "")
    return None if chosen in ("", NOBODY) else people.by_id(UUID(chosen))


def _cannot_assign(application: Application, wish: Wish, by: User) -> str:
    wanted = wish.get("clerk", "").replace(NOBODY, "")
    if wish.get("clerk") and str(application.clerk_id or "") == wanted:
        return _("It is so already.")
    return _may(application, Action.WORK, by)


def _assign(application: Application, wish: Wish, by: User) -> Any:
    before = str(application.clerk_id or "")
    caring.assign(application, _clerk(wish), by=by)
    return {"before": before, "after": str(application.clerk_id or "")}


def _unassign(application: Application, before: Any, by: User) -> None:
    if str(application.clerk_id or "") != before["after"]:
        raise DomainError(_("Somebody has assigned it anew since."))
    clerk = people.by_id(UUID(before["before"])) if before["before"] else None
    caring.assign(application, clerk, by=by)


# --- tags --------------------------------------------------------------------------------------


def _any_tag(_call: Call) -> list[Field]:
    return [Field("tag", _("Tag (a known one or a new word)"))]


def _known_tags(call: Call) -> list[Field]:
    tags = db.session.scalars(select(Tag).where(Tag.call_id == call.id).order_by(Tag.name))
    return [Field("tag", _("Which tag comes off?"), [(str(one.id), one.name) for one in tags])]


def _cannot_tag(application: Application, _wish: Wish, by: User) -> str:
    return _may(application, Action.WORK, by)


def _tag(application: Application, wish: Wish, by: User) -> Any:
    one = caring.tag_called(application.call_id, wish.get("tag", ""))
    return str(one.id) if caring.tag(application, one, by=by) else None


def _untag(application: Application, wish: Wish, by: User) -> Any:
    chosen = wish.get("tag", "")
    return chosen if chosen and caring.untag(application, UUID(chosen), by=by) else None


def _tag_off(application: Application, tag_id: Any, by: User) -> None:
    caring.untag(application, UUID(tag_id), by=by)


def _tag_on(application: Application, tag_id: Any, by: User) -> None:
    one = db.session.get(Tag, UUID(tag_id))
    if one is None:
        raise DomainError(_("There is no such tag any more."))
    caring.tag(application, one, by=by)


# --- moves -------------------------------------------------------------------------------------


def _cannot_move(move: Move, application: Application, by: User) -> str:
    if not possible(move, application.status):
        return _("Not from the state “%(state)s”.", state=status_word(application.status))
    return _may(application, move, by)


def _start(application: Application, _wish: Wish, by: User) -> Any:
    screening.start(application, by=by)
    return True


def _open_points(found: Sequence[Application]) -> Doubts:
    """Return what of the checklists is open, as "Acts in Dortmund: in question" and its shape."""
    points = marking.open_on([one.id for one in found])
    return {key: [_point(line) for line in lines] for key, lines in points.items()}


def _point(line: Line) -> tuple[str, str]:
    word, kind = check_mark(line)
    return f"{plain(line.item.text, language())}: {word}", kind


def _cannot_find_eligible(application: Application, wish: Wish, by: User) -> str:
    why = _cannot_move(Move.FIND_ELIGIBLE, application, by)
    if why or not wish.get(LEAVE_OUT):
        return why
    points = _open_points([application]).get(application.id, [])
    return "; ".join(words for words, _kind in points)


def _find_eligible(application: Application, wish: Wish, by: User) -> Any:
    screening.find_eligible(application, by=by, note=wish.get("note", ""))
    return True


def _reopen(application: Application, _before: Any, by: User) -> None:
    screening.reopen(application, reason=_("A decision about many was taken back."), by=by)


def _note(_call: Call) -> list[Field]:
    return [Field("note", _("Note for the office (optional)"), required=False)]


register("assign", lambda: _("Assign"), _cannot_assign, _assign, _unassign, fields=_clerks)
register("tag", lambda: _("Tag"), _cannot_tag, _tag, _tag_off, fields=_any_tag)
register("untag", lambda: _("Take a tag off"), _cannot_tag, _untag, _tag_on, fields=_known_tags)
register("start_screening", lambda: _("Begin the check"),
         lambda it, _wish, by: _cannot_move(Move.START_SCREENING, it, by), _start)  # fmt: skip
register("find_eligible", lambda: _("Find eligible"), _cannot_find_eligible, _find_eligible,
         _reopen, fields=_note, doubts=_open_points)  # fmt: skip
