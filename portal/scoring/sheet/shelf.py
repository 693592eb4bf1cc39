"""What lies before one juror: every application the juror may know of, and what to read next."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select

from portal.applications.jury.judging import Juror, is_answered, is_assigned, visible_to
from portal.applications.jury.jurysight import (
    VersionFacts,
    answers_of,
    name_of,
    newest_n,
    title_of,
)
from portal.applications.models import Application, Version
from portal.calls.questions import AnyQuestion
from portal.calls.reading import show
from portal.core.db import db
from portal.core.text import one_line
from portal.scoring.models import Sheet, SheetState


@dataclass(frozen=True)
class Spot:
    """One application before a juror. mine: the juror gives a sheet. readings: sheets sent by all.

    sheet: the juror's own, None while nothing was written.
    """

    application: Application
    version: VersionFacts
    mine: bool
    answered: bool
    readings: int
    sheet: Sheet | None

    @property
    def state(self) -> str:
        """Where the juror stands with it: ask look open begun back sent abstained.

        ask: the question about conflicts comes first. look: to be read, without a sheet. back: the
        sheet was taken back.
        """
        if not self.answered:
            return "ask"
        if not self.mine:
            return "look"
        if self.sheet is None:
            return "open"
        if self.sheet.is_sent:
            return "abstained" if self.sheet.abstained else "sent"
        return "back" if self.sheet.state is SheetState.WITHDRAWN else "begun"

    @property
    def done(self) -> bool:
        """Whether the juror has nothing left to do here."""
        return self.state in ("sent", "abstained", "look")

    @property
    def changed_since(self) -> bool:
        """Whether the application has a newer version than the one the sheet was sent for."""
        sheet = self.sheet
        return bool(sheet and sheet.version_id and sheet.version_id != self.version.id)


@dataclass(frozen=True)
class Line:
    """A spot with the words that the jury may read."""

    spot: Spot
    title: str
    organisation: str
    tags: tuple[str, ...] = ()


def spots(juror: Juror) -> list[Spot]:
    """Return everything that `juror` may know of, by number, in one statement."""
    sent = (
        select(func.count())
        .select_from(Sheet)
        .where(Sheet.application_id == Application.id, Sheet.state == SheetState.SENT)
        .correlate(Application)
        .scalar_subquery()
    )
    rows = (
        visible_to(juror)
        .join(Version, (Version.application_id == Application.id) & (Version.n == newest_n()))
        .outerjoin(
            Sheet, (Sheet.application_id == Application.id) & (Sheet.user_id == juror.user.id)
        )
        .add_columns(
            Version.id, Version.form_version_id, Version.n, Version.stored_at,
            is_assigned(juror.user.id), is_answered(juror.user.id), sent, Sheet,
        )
        .order_by(Application.number)
    )  # fmt: skip
    return [
        Spot(row[0], VersionFacts(*row[1:5]), juror.votes and bool(row[5]), *row[6:9])
        for row in db.session.execute(rows)
    ]


def lines(juror: Juror, found: Collection[Spot]) -> list[Line]:
    """Return the words to these spots, in two statements."""
    definition = juror.definition
    field = definition.questions.get(definition.jury.fields or "")
    keys = [definition.title_key, *definition.name_keys, *([field.key] if field else [])]
    seen = answers_of([spot.application.id for spot in found], keys)
    return [
        Line(
            spot=spot,
            title=title_of(definition, seen[spot.application.id].answers),
            organisation=name_of(definition, seen[spot.application.id].answers),
            tags=_tags(field, seen[spot.application.id].answers),
        )
        for spot in found
    ]


def _tags(field: AnyQuestion | None, answers: dict[str, object]) -> tuple[str, ...]:
    if field is None:
        return ()
    shown = show(field, answers.get(field.key))
    return tuple(shown.entries) or ((shown.text,) if shown.kind == "short" else ())


def next_spot(found: Collection[Spot], after: UUID | None = None) -> Spot | None:
    """Return what to read next: of what is not done the one with the fewest readings.

    after: the application one comes from, which is left out.
    """
    left = [one for one in found if one.mine and not one.done and one.application.id != after]
    return min(left, key=lambda o: (o.readings, o.application.number or 0), default=None)


def progress(found: Collection[Spot]) -> tuple[int, int]:
    """Return how many sheets are sent, and how many there are to send."""
    mine = [spot for spot in found if spot.mine]
    return sum(spot.done for spot in mine), len(mine)


def neighbours(found: list[Spot], application_id: UUID) -> tuple[Spot | None, Spot | None]:
    """Return the ones before and after an application in the order of numbers."""
    at = next(n for n, spot in enumerate(found) if spot.application.id == application_id)
    return found[at - 1] if at else None, found[at + 1] if at + 1 < len(found) else None


def search(found: Collection[Line], q: str, state: str) -> list[Line]:
    """Return the lines with all words of `q` in number, title or organisation, and this state."""
    words = one_line(q).casefold().split()
    return [one for one in found if state in ("", one.spot.state) and _fits(one, words)]


def _fits(line: Line, words: list[str]) -> bool:
    number = line.spot.application.reference
    told = f"{number} {line.title} {line.organisation} {' '.join(line.tags)}".casefold()
    return all(word in told for word in words)
