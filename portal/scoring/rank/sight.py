"""Who sees which applications in the ranking: decided in the query, never in a page."""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, select

from portal.accounts.models import User
from portal.applications.jury.judging import Juror, is_assigned, is_excluded, visible_to
from portal.applications.jury.jurysight import readable
from portal.applications.models import Application
from portal.applications.workflow import SEEN_BY_JURY, Status
from portal.calls.definition import Definition
from portal.calls.memberships import Role, roles_held
from portal.calls.models import Call
from portal.core.db import db
from portal.core.errors import DomainError, NotFound
from portal.core.i18n import gettext as _
from portal.scoring.models import Sheet, SheetState

Reader = Juror | User  # of the jury, or of the office
STAFF = {Role.OFFICE, Role.READER}
MOST_FILTERS = 3


class Sealed(DomainError):
    """The members see the ranking when scoring is closed."""


class Case(NamedTuple):
    """One application in the ranking; held_back: the reader's own sheet comes first."""

    id: UUID
    reference: str | None
    held_back: bool


def cases(call: Call, reader: Reader) -> list[Case]:
    """Return what `reader` may see, by number; raise `Sealed` or `NotFound`."""
    if isinstance(reader, Juror):
        return _of_juror(reader)
    if not STAFF & roles_held(reader, call.id):
        raise NotFound
    # Who works in the office and sits in the jury as well is kept out by a conflict here too.
    return _rows(_with_jury(call).where(~is_excluded(reader.id)), false())


def all_cases(call: Call) -> list[Case]:
    """Return all applications that are or were with the jury, by number."""
    return _rows(_with_jury(call), false())


def misses_some(call: Call, shown: int) -> bool:
    """Return whether more applications are or were with the jury than the reader is shown."""
    rows = _with_jury(call).with_only_columns(func.count())
    return (db.session.scalar(rows) or 0) > shown


def hides_points(juror: Juror) -> bool:
    """Return whether the juror may not see how many points others gave to one application.

    Added up over all that the juror sees, they would tell what is left for those that are hidden.
    """
    if juror.definition.jury.mode != "points":
        return False
    shown = db.session.scalar(visible_to(juror).with_only_columns(func.count()))
    return misses_some(juror.call, shown or 0)


def _with_jury(call: Call) -> Select[Application]:
    return select(Application).where(
        Application.call_id == call.id, Application.status.in_(SEEN_BY_JURY)
    )


def _of_juror(juror: Juror) -> list[Case]:
    if not juror.oversees:
        _require_shown_to_members(juror)
    waits: ColumnElement[bool] = false()
    if juror.votes and juror.definition.jury.see_others_after_own:
        waits = _own_sheet_waits(juror.user.id)
    return _rows(visible_to(juror), waits)


def may_ask(juror: Juror) -> bool:
    """Return whether there is a ranking for the juror at all, now or after the close."""
    return juror.oversees or juror.definition.jury.ranking_for_members


def _require_shown_to_members(juror: Juror) -> None:
    if not may_ask(juror):
        raise NotFound
    if not is_closed(juror.call):
        raise Sealed(_("The ranking opens when scoring is closed."))


def is_closed(call: Call) -> bool:
    """Return whether scoring has taken place and is closed."""
    rows = select(Application.status).where(
        Application.call_id == call.id, Application.status.in_(SEEN_BY_JURY)
    )
    found = set(db.session.scalars(rows.distinct()))
    return bool(found) and Status.WITH_JURY not in found


def _own_sheet_waits(user_id: UUID) -> ColumnElement[bool]:
    """Return the condition: others' scores of `Application` come after one's own."""
    own = exists().where(
        Sheet.application_id == Application.id,
        Sheet.user_id == user_id,
        Sheet.state == SheetState.SENT,
    )
    return and_(Application.status == Status.WITH_JURY, is_assigned(user_id), ~own)


def _rows(query: Select[Application], waits: ColumnElement[bool]) -> list[Case]:
    told = query.with_only_columns(Application.id, Application.reference, waits)
    return [
        Case(application_id, reference, bool(held_back))
        for application_id, reference, held_back in db.session.execute(
            told.order_by(Application.number)
        )
    ]


def filter_keys(definition: Definition) -> list[str]:
    """Return the choices by which the ranking can be searched: category, district and the like.

    Only what jury and public read, so that a blind call stays blind.
    """
    own = definition.jury.fields
    keys = [q.key for q in readable(definition, definition)
            if q.type in ("choice", "choices") and "public" in q.sees]  # fmt: skip
    return sorted(keys, key=lambda key: key != own)[:MOST_FILTERS]
