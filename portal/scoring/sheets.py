"""Sheets: written as one types, sent, taken back, frozen by a conflict. Nothing typed is lost."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from portal import audit
from portal.applications.judging import Juror, find, scored_by, visible_to
from portal.applications.jurysight import newest_n
from portal.applications.models import Application, Version
from portal.applications.workflow import Status
from portal.core.clock import now
from portal.core.db import db
from portal.core.errors import DomainError, NotFound
from portal.core.i18n import gettext as _
from portal.core.i18n import ngettext
from portal.core.text import normalise
from portal.scoring import modes
from portal.scoring.models import Sheet, SheetCopy, SheetState

LONGEST = 4000
TEXTS = ("comment", "private_note")
SCORE = "score."


class Shut(DomainError):
    """Scoring of this application is closed, or the sheet is sent: nothing can be changed."""


class Unfinished(DomainError):
    """Something is missing before the sheet can be sent; `fields` names it."""

    def __init__(self, message: str, fields: list[str]) -> None:
        super().__init__(message)
        self.fields = fields


class TooLong(DomainError):
    """A text is longer than it may be; it stays in the browser until it is shorter."""


@dataclass(frozen=True)
class Saved:
    """What became of a save. `conflicts`: fields that another window changed meanwhile."""

    revision: int
    at: datetime
    conflicts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Window:
    """Where something was typed: a random word of the window and the revision that it showed."""

    word: str = ""
    seen: int = 0


def sheet_of(juror: Juror, application: Application, *, for_change: bool = False) -> Sheet | None:
    """Return the juror's sheet of an application, None while nothing was written."""
    rows = select(Sheet).where(
        Sheet.application_id == application.id, Sheet.user_id == juror.user.id
    )
    return db.session.scalar(rows.with_for_update(of=Sheet) if for_change else rows)


def is_open(application: Application) -> bool:
    """Return whether sheets of an application can be changed."""
    return application.status is Status.WITH_JURY


def writable(juror: Juror, application: Application) -> Sheet:
    """Return the sheet, begun if need be, locked; raise `NotFound` or `Shut`."""
    if find(scored_by(juror), application.id) is None:
        raise NotFound
    if not is_open(application):
        raise Shut(_("Scoring is closed. Your sheet stays as it was."))
    sheet = sheet_of(juror, application, for_change=True)
    if sheet is None:
        sheet = Sheet(application_id=application.id, user_id=juror.user.id, scores={}, marks={},
                      aside={}, revision=0, begun_at=now())  # fmt: skip
        db.session.add(sheet)
        db.session.flush()
    if not sheet.is_writable:
        raise Shut(_("This sheet is sent. Take it back before you change it."))
    return sheet


# --- writing --------------------------------------------------------------------------------------


def save(
    juror: Juror, application: Application, given: Mapping[str, Any], *, window: Window
) -> Saved:
    """Keep what was typed: scores as `score.<field>`, `comment`, `private_note`; the rest stays.

    A field that another window changed since then is not overwritten; what came too late is set
    aside and shown beside it. Raises `Odd` for a number outside of the scale, `TooLong`, `Shut`.
    """
    wanted = _cleaned(juror, given)
    sheet = writable(juror, application)
    return _keep(sheet, wanted, window)


def _cleaned(juror: Juror, given: Mapping[str, Any]) -> dict[str, Any]:
    of = count_of(juror) if juror.definition.jury.mode == "ranking" else 1
    wanted: dict[str, Any] = {
        SCORE + f.key: modes.number(given[SCORE + f.key], f)
        for f in modes.fields(juror.definition, of=of)
        if SCORE + f.key in given
    }
    for name in TEXTS:
        if name in given:
            wanted[name] = normalise(str(given[name]))
            if len(wanted[name]) > LONGEST:
                raise TooLong(_("Shorten your text to %(limit)s characters.", limit=LONGEST))
    return wanted


def _keep(sheet: Sheet, wanted: dict[str, Any], window: Window) -> Saved:
    there, conflicts = values_of(sheet), {}
    marks, aside = dict(sheet.marks), dict(sheet.aside)
    changed = {}
    for name, value in wanted.items():
        if there.get(name) == value or (name not in there and value in (None, "")):
            if aside.get(name) == value:
                del aside[name]
        elif (mark := marks.get(name)) and mark[0] > window.seen and mark[1] != window.word:
            aside[name] = value
            conflicts[name] = there.get(name)
        else:
            changed[name] = value
            aside.pop(name, None)
            marks[name] = [sheet.revision + 1, window.word]
    if changed or aside != sheet.aside:
        _write(sheet, changed)
        sheet.marks, sheet.aside = marks, aside
        sheet.revision += 1
        sheet.saved_at = now()
        db.session.flush()
    return Saved(sheet.revision, sheet.saved_at, conflicts)


def values_of(sheet: Sheet) -> dict[str, Any]:
    """Return what stands in a sheet by the names of its form."""
    scores = {SCORE + key: value for key, value in sheet.scores.items()}
    return scores | {name: getattr(sheet, name) for name in TEXTS if getattr(sheet, name)}


def _write(sheet: Sheet, changed: dict[str, Any]) -> None:
    scores = dict(sheet.scores)
    for name, value in changed.items():
        if name in TEXTS:
            setattr(sheet, name, value)
        elif value is None:
            scores.pop(name.removeprefix(SCORE), None)
        else:
            scores[name.removeprefix(SCORE)] = value
    sheet.scores = scores


def settle(juror: Juror, application: Application, name: str, *, take: bool) -> None:
    """Decide about what was set aside: take it in place of what stands there, or forget it."""
    sheet = writable(juror, application)
    aside = dict(sheet.aside)
    if name not in aside:
        return
    value = aside.pop(name)
    sheet.aside = aside
    if take:
        _write(sheet, {name: value})
        sheet.marks = {**sheet.marks, name: [sheet.revision + 1, ""]}
    sheet.revision += 1
    sheet.saved_at = now()
    db.session.flush()


# --- sending --------------------------------------------------------------------------------------


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
        Sheet.application_id.in_(_ids(juror)),
    )
    return sum(int(scores.get(modes.POINTS, 0)) for scores in db.session.scalars(rows))


def _ids(juror: Juror) -> Any:
    return scored_by(juror).with_only_columns(Application.id)


def count_of(juror: Juror) -> int:
    """Return how many applications the juror scores."""
    return db.session.scalar(select(func.count()).select_from(_ids(juror).subquery())) or 0


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
    """Take a sent sheet back so that it can be changed; until it is sent again it does not count."""
    if find(scored_by(juror), application.id) is None:
        raise NotFound
    if not is_open(application):
        raise Shut(_("Scoring is closed. Your sheet stays as it was."))
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


def others(juror: Juror, application: Application, own: Sheet | None) -> list[Sheet] | None:
    """Return what the others sent, None while the juror may not see it yet.

    Where the call says so, only who has sent a sheet sees those of the others. Frozen ones are
    never among them.
    """
    if find(visible_to(juror), application.id) is None:
        raise NotFound
    waits = juror.definition.jury.see_others_after_own and not (own and own.is_sent)
    if waits and find(scored_by(juror), application.id) is not None:
        return None
    rows = (
        select(Sheet)
        .join(Sheet.user)
        .where(Sheet.application_id == application.id, Sheet.state == SheetState.SENT,
               Sheet.user_id != juror.user.id)
        .order_by(Sheet.sent_at)
    )  # fmt: skip
    return list(db.session.scalars(rows))
