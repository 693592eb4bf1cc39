"""Sheets that count: sent, taken back until the close, frozen by a conflict, seen by the others."""

from uuid import UUID

from sqlalchemy import func, select

from portal import audit
from portal.applications.check import forwarding
from portal.applications.jury import conflicts
from portal.applications.jury.judging import Juror
from portal.applications.jury.jurysight import newest_n
from portal.applications.models import Application, Version
from portal.core.clock import now
from portal.core.db import db
from portal.core.errors import DomainError
from portal.core.i18n import gettext as _
from portal.core.i18n import ngettext
from portal.scoring.models import Sheet, SheetCopy, SheetState
from portal.scoring.sheet import modes
from portal.scoring.sheet.sheets import Shut, count_of, ids_of, require_open, sheet_of, writable
from portal.scoring.sheet.shelf import Spot


class Unfinished(DomainError):
    """Something is missing before the sheet can be sent; `fields` names it."""

    def __init__(self, message: str, fields: list[str]) -> None:
        super().__init__(message)
        self.fields = fields


def send(juror: Juror, application: Application) -> Sheet:
    """Let the sheet count. Raises `Unfinished` while a number is missing or the budget is spent."""
    sheet = writable(juror, application)
    if sheet.aside:
        raise Unfinished(_("Two of your windows differ. Choose one of the texts first."), [])
    asked = modes.fields(juror.definition, of=count_of(juror))
    if open_fields := modes.missing(asked, sheet.scores):
        names = ", ".join(f.name for f in open_fields)
        raise Unfinished(_("Not scored yet: %(names)s.", names=names),
                         [f.key for f in open_fields])  # fmt: skip
    _within_budget(juror)
    return _sent(juror, sheet, "sheet_send")


def _within_budget(juror: Juror) -> None:
    if juror.definition.jury.mode != "points":
        return
    over = spent(juror) - juror.definition.jury.points
    if over > 0:
        raise Unfinished(
            ngettext("You gave one point too many. Take it from one of the applications.",
                     "You gave %(num)s points too many. Take them from your applications.",
                     over), [modes.POINTS])  # fmt: skip


def spent(juror: Juror) -> int:
    """Return how many points the juror has given so far, in drafts as well."""
    rows = select(Sheet.scores).where(
        Sheet.user_id == juror.user.id,
        Sheet.state != SheetState.FROZEN,
        Sheet.abstained.is_(False),
        Sheet.application_id.in_(ids_of(juror)),
    )
    return sum(int(scores.get(modes.POINTS, 0)) for scores in db.session.scalars(rows))


def abstain(juror: Juror, application: Application) -> Sheet:
    """Send the sheet without scores. What was scored is kept in the draft and does not count."""
    sheet = writable(juror, application)
    sheet.abstained = True
    return _sent(juror, sheet, "sheet_abstain")


def _sent(juror: Juror, sheet: Sheet, what: str) -> Sheet:
    sheet.version_id = db.session.scalar(
        select(Version.id)
        .join(Application, Version.application_id == Application.id)
        .where(Application.id == sheet.application_id, Version.n == newest_n())
    )
    sheet.state, sheet.sent_at = SheetState.SENT, now()
    sheet.revision += 1
    db.session.flush()
    copies = select(func.count()).where(SheetCopy.sheet_id == sheet.id)
    n = (db.session.scalar(copies) or 0) + 1
    db.session.add(
        SheetCopy(sheet_id=sheet.id, n=n, version_id=sheet.version_id, comment=sheet.comment,
                  scores={} if sheet.abstained else dict(sheet.scores),
                  abstained=sheet.abstained, at=sheet.sent_at)
    )  # fmt: skip
    db.session.flush()
    audit.record(juror.user, what, sheet, application=str(sheet.application_id), n=n)
    return sheet


def take_back(juror: Juror, application: Application) -> Sheet:
    """Take a sent sheet back so that it can be changed; until sent again it does not count."""
    require_open(juror, application)
    sheet = sheet_of(juror, application, for_change=True)
    if sheet is None or not sheet.is_sent:
        raise Shut(_("This sheet is not sent."))
    sheet.state, sheet.withdrawn_at, sheet.abstained = SheetState.WITHDRAWN, now(), False
    sheet.revision += 1
    db.session.flush()
    audit.record(juror.user, "sheet_take_back", sheet, application=str(sheet.application_id))
    return sheet


# --- conflicts ------------------------------------------------------------------------------------


def freeze(application_id: UUID, user_id: UUID) -> None:
    """Keep what an excluded juror gave, and keep it out of everything."""
    sheet = _locked(application_id, user_id)
    if sheet and sheet.state is not SheetState.FROZEN:
        sheet.frozen_from, sheet.state = sheet.state.value, SheetState.FROZEN
        sheet.frozen_at = now()
        db.session.flush()


def thaw(application_id: UUID, user_id: UUID) -> None:
    """Let a frozen sheet be what it was, since the chair found no conflict."""
    sheet = _locked(application_id, user_id)
    if sheet and sheet.state is SheetState.FROZEN:
        sheet.state, sheet.frozen_from = SheetState(sheet.frozen_from or "draft"), None
        sheet.frozen_at = None
        db.session.flush()


def _locked(application_id: UUID, user_id: UUID) -> Sheet | None:
    rows = select(Sheet).where(Sheet.application_id == application_id, Sheet.user_id == user_id)
    return db.session.scalar(rows.with_for_update(of=Sheet))


def any_sent(application_id: UUID) -> bool:
    """Return whether somebody has sent a sheet: then the application cannot be recalled."""
    rows = select(Sheet.id).where(
        Sheet.application_id == application_id, Sheet.state == SheetState.SENT
    )
    return db.session.scalar(rows.limit(1)) is not None


def others(juror: Juror, spot: Spot) -> list[Sheet] | None:
    """Return what the others sent for what lies before `juror`; None while that must wait.

    Where the call says so, only who has sent a sheet sees those of the others. Frozen ones are
    never among them.
    """
    is_sent = spot.sheet is not None and spot.sheet.is_sent
    if spot.mine and not is_sent and juror.definition.jury.see_others_after_own:
        return None
    rows = (
        select(Sheet)
        .join(Sheet.user)
        .where(Sheet.application_id == spot.application.id, Sheet.state == SheetState.SENT,
               Sheet.user_id != juror.user.id)
        .order_by(Sheet.sent_at)
    )  # fmt: skip
    return list(db.session.scalars(rows))


def unplaced() -> str:
    """Return what to do about an order with gaps."""
    return _("Give every application a place, or abstain from it, before you send your order.")


# The rooms below do not know sheets; they tell what happens, and ask.
conflicts.WHEN_EXCLUDED.append(freeze)
conflicts.WHEN_LIFTED.append(thaw)
forwarding.IS_SCORED.append(any_sent)
