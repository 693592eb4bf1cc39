"""Places and sums as the votes of a meeting fill them, with what earlier meetings gave."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Protocol
from uuid import UUID

from sqlalchemy import select

from portal.applications.workflow import Status
from portal.calls.definition import Definition
from portal.calls.wording import plain
from portal.core.db import db
from portal.core.i18n import format_number, language
from portal.core.i18n import gettext as _
from portal.scoring.meeting.meeting_models import AgendaItem, Meeting, Motion, Share, Vote

IN_FORCE = (Status.WITH_JURY, Status.SCORED, Status.AWARDED)


class Holding(Protocol):
    """Something that gives a place, or none, to one application."""

    @property
    def award(self) -> int | None:
        """The index of the place."""

    @property
    def amount(self) -> int | None:
        """Whole euros."""

    @property
    def share(self) -> Share | None:
        """How the place is shared, None for one alone."""

    @property
    def part(self) -> bool:
        """Whether the amount was not said, but is an equal part."""


@dataclass(frozen=True)
class Standing:
    """What the votes so far say about one application. motion: place, shortlist or reject.

    award: index of the place. amount: in whole euros, None for an honour without money, and where a
    divided sum would tell of an application that is hidden. share: how the place is shared, None
    for one alone. part: the amount was not said, it is what the division leads to.
    """

    item: AgendaItem
    motion: Motion
    award: int | None
    amount: int | None
    share: Share | None = None
    part: bool = False


@dataclass(frozen=True)
class Prize:
    """One place of the call and who holds it. amount: in whole euros, None for an honour."""

    n: int
    title: str
    amount: int | None
    holders: list[Standing]

    @property
    def waits_for_more(self) -> bool:
        """Whether it shall be shared, and one application alone holds it so far."""
        return len(self.holders) == 1 and self.holders[0].share is not None


def standing(item: AgendaItem, definition: Definition) -> Standing | None:
    """Return what the carried votes of an item lead to; the later one wins, None without any.

    A sum alone changes the amount of the place; a rejection takes the place away. The amount of a
    divided place is still open: it depends on how many share it.
    """
    found: Standing | None = None
    for vote in item.votes:
        if not (vote.counts and vote.carried):
            continue
        if vote.motion is Motion.PLACE and vote.award is not None:
            found = _placed(item, vote, definition)
        elif vote.motion is Motion.SUM:
            before = found or Standing(item, Motion.SUM, None, None)
            found = replace(before, amount=vote.amount, part=False)
        elif vote.motion in (Motion.SHORTLIST, Motion.REJECT):
            found = Standing(item, vote.motion, None, None)
    return found


def _placed(item: AgendaItem, vote: Vote, definition: Definition) -> Standing:
    part = vote.share is Share.SPLIT and vote.amount is None
    amount = vote.amount
    if amount is None and not part and vote.award is not None:
        amount = _usual(definition, vote.award)
    return Standing(item, Motion.PLACE, vote.award, amount, vote.share, part)


def _usual(definition: Definition, award: int) -> int | None:
    return definition.awards[award].amount if award < len(definition.awards) else None


def of_meeting(
    meeting: Meeting, definition: Definition, hidden: Collection[UUID] = ()
) -> list[Standing]:
    """Return what one meeting decided, without the applications in `hidden`."""
    found = (standing(item, definition) for item in meeting.items
             if item.application_id and item.application_id not in hidden)  # fmt: skip
    return [one for one in found if one]


def standings(
    meeting: Meeting, definition: Definition, hidden: Collection[UUID] = ()
) -> list[Standing]:
    """Return what is decided up to this meeting, without the applications in `hidden`.

    Of each application what was said last; what an earlier meeting gave to somebody who has
    withdrawn since is free again.
    """
    found: dict[UUID | None, Standing] = {}
    for before in _before(meeting):
        for one in of_meeting(before, definition, hidden):
            if one.item.application and one.item.application.status in IN_FORCE:
                found[one.item.application_id] = one
    for one in of_meeting(meeting, definition, hidden):
        found[one.item.application_id] = one
    return divided(definition, found.values(), whole=not hidden)


def _before(meeting: Meeting) -> Iterable[Meeting]:
    if meeting.n == 1:
        return []
    rows = select(Meeting).where(Meeting.call_id == meeting.call_id, Meeting.n < meeting.n)
    return db.session.scalars(rows.order_by(Meeting.n))


def divided(
    definition: Definition, found: Collection[Standing], *, whole: bool = True
) -> list[Standing]:
    """Return the same with the sums of divided places; whole: nothing is hidden among them."""
    return [
        replace(one, amount=amount_of(one, definition, found) if whole else None)
        if one.part else one for one in found
    ]  # fmt: skip


def amount_of(one: Holding, definition: Definition, found: Collection[Holding]) -> int | None:
    """Return the sum of one of `found`: as it was said, or its equal part of a divided place.

    Divided is what the call gives for the place and nobody got by name, in whole euros.
    """
    usual = _usual(definition, one.award) if one.award is not None else None
    if not one.part or usual is None:
        return one.amount
    sharing = [other for other in found
               if other.award == one.award and other.share is Share.SPLIT]  # fmt: skip
    said = sum(other.amount or 0 for other in sharing if not other.part)
    return max(0, usual - said) // sum(other.part for other in sharing)


def prizes(definition: Definition, found: Collection[Standing]) -> list[Prize]:
    """Return the places of the call with who holds them."""
    return [
        Prize(n, plain(award.title, language()), award.amount,
              [one for one in found if one.motion is Motion.PLACE and one.award == n])
        for n, award in enumerate(definition.awards)
    ]  # fmt: skip


def left(definition: Definition, found: Collection[Standing]) -> int:
    """Return how many euros are left; below zero where more was given than there is."""
    there = sum(award.amount or 0 for award in definition.awards)
    return there - sum(one.amount or 0 for one in found)


def left_after(definition: Definition, found: Collection[Standing], vote: Vote) -> int:
    """Return how many euros would be left if this vote about a place or a sum is carried."""
    about = vote.item.application_id
    after = [one for one in found if one.item.application_id != about]
    if vote.motion is Motion.PLACE:
        after.append(_placed(vote.item, vote, definition))
    else:
        after.append(Standing(vote.item, Motion.SUM, None, vote.amount))
    return left(definition, divided(definition, after))


def euros(amount: int) -> str:
    """Return an amount in words of the present language, for example 5.000 €."""
    return _("%(amount)s €", amount=format_number(amount))


def place_words(
    definition: Definition, award: int | None, amount: int | None, share: Share | None = None
) -> str:
    """Return a place with its sum, for example "1. Preis (5.000 €)" or "1. Preis, geteilt"."""
    if award is None or award >= len(definition.awards):
        return euros(amount) if amount is not None else ""
    title = plain(definition.awards[award].title, language())
    said = _("%(place)s, shared", place=title) if share else title
    return said if amount is None else f"{said} ({euros(amount)})"
