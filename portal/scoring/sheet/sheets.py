"""Sheets while they are written: saved as one types, from several windows, and nothing is lost."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from portal.applications.jury.judging import Juror, find, is_answered, scored_by
from portal.applications.models import Application
from portal.applications.workflow import Status
from portal.core.clock import now
from portal.core.db import db
from portal.core.errors import DomainError, NotFound
from portal.core.i18n import gettext as _
from portal.core.text import normalise
from portal.scoring.models import Sheet
from portal.scoring.sheet import modes

LONGEST = 4000
TEXTS = ("comment", "private_note")
SCORE = "score."


class Shut(DomainError):
    """Scoring of this application is closed, or the sheet is sent: nothing can be changed."""


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


def require_open(juror: Juror, application: Application) -> None:
    """Raise `NotFound` unless the juror scores it and answered for it, `Shut` after the end."""
    if find(scored_by(juror).where(is_answered(juror.user.id)), application.id) is None:
        raise NotFound
    if not is_open(application):
        raise Shut(_("Scoring is closed. Your sheet stays as it was."))


def writable(juror: Juror, application: Application) -> Sheet:
    """Return the sheet, begun if need be, locked; raise `NotFound` or `Shut`."""
    require_open(juror, application)
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


def ids_of(juror: Juror) -> Any:
    """Return the query of the ids of what the juror scores."""
    return scored_by(juror).with_only_columns(Application.id)


def count_of(juror: Juror) -> int:
    """Return how many applications the juror scores."""
    return db.session.scalar(select(func.count()).select_from(ids_of(juror).subquery())) or 0
