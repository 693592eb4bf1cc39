"""The order of a juror where a call asks for a ranking: one list, moved step by step."""

from typing import NamedTuple

from sqlalchemy import select

from portal.applications.jury.judging import Juror, all_of, is_answered, scored_by
from portal.applications.models import Application
from portal.core.clock import now
from portal.core.db import db
from portal.core.errors import NotFound
from portal.scoring.models import Sheet, SheetState
from portal.scoring.sheet import modes, sending
from portal.scoring.sheet.sheets import is_open, writable


class Place(NamedTuple):
    """One application in a juror's order; sheet: None while nothing was written."""

    application: Application
    sheet: Sheet | None

    @property
    def rank(self) -> int | None:
        """The place from 1, None while it has none; an abstention has none."""
        if self.sheet is None or self.sheet.abstained:
            return None
        return self.sheet.scores.get(modes.RANK)


def order_of(juror: Juror) -> list[Place]:
    """Return what the juror puts in order: placed ones first, then the others by number."""
    sheets = {
        sheet.application_id: sheet
        for sheet in db.session.scalars(
            select(Sheet).where(Sheet.user_id == juror.user.id, Sheet.state != SheetState.FROZEN)
        )
    }
    readable = all_of(scored_by(juror).where(is_answered(juror.user.id)))
    places = [Place(a, sheets.get(a.id)) for a in readable]
    return sorted(places, key=lambda p: (p.rank is None, p.rank or 0, p.application.number or 0))


def move(juror: Juror, application: Application, *, steps: int) -> None:
    """Move an application up (negative) or down in the order; one without a place goes to its end.

    All places are numbered anew from 1. Raises `NotFound`, `Shut`.
    """
    places = order_of(juror)
    ranked = [place.application for place in places if place.rank is not None]
    here = next((p.application for p in places if p.application.id == application.id), None)
    if here is None:
        raise NotFound
    if here in ranked:
        at = ranked.index(here)
        ranked.remove(here)
        ranked.insert(min(max(0, at + steps), len(ranked)), here)
    else:
        ranked.append(here)
    for rank, one in enumerate(ranked, 1):
        _place(juror, one, rank)


def _place(juror: Juror, application: Application, rank: int) -> None:
    sheet = writable(juror, application)
    if sheet.scores.get(modes.RANK) != rank:
        sheet.scores = {**sheet.scores, modes.RANK: rank}
        sheet.revision += 1
        sheet.saved_at = now()
    db.session.flush()


def send_order(juror: Juror) -> int:
    """Send all sheets of the order at once; return how many. Raises `Unfinished` at a gap."""
    places = [p for p in order_of(juror) if is_open(p.application)]
    if any(p.rank is None and not (p.sheet and p.sheet.is_sent) for p in places):
        raise sending.Unfinished(sending.unplaced(), [modes.RANK])
    waiting = [p for p in places if p.sheet and p.sheet.is_writable]
    for place in waiting:
        sending.send(juror, place.application)
    return len(waiting)


def take_back_order(juror: Juror) -> int:
    """Take all sent sheets of the order back; return how many."""
    sent = [p for p in order_of(juror) if p.sheet and p.sheet.is_sent and is_open(p.application)]
    for place in sent:
        sending.take_back(juror, place.application)
    return len(sent)
