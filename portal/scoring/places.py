"""Places and sums as the votes of a meeting fill them."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from portal.calls.definition import Definition
from portal.calls.wording import plain
from portal.core.i18n import format_number, language
from portal.core.i18n import gettext as _
from portal.scoring.meeting_models import AgendaItem, Meeting, Motion, Vote


@dataclass(frozen=True)
class Standing:
    """What the votes so far say about one application. motion: place, shortlist or reject.

    award: index of the place. amount: in whole euros, None for an honour without money.
    """

    item: AgendaItem
    motion: Motion
    award: int | None
    amount: int | None


@dataclass(frozen=True)
class Prize:
    """One place of the call: who holds it. twice: more than one does."""

    n: int
    title: str
    amount: int | None
    holders: list[Standing]

    @property
    def twice(self) -> bool:
        """Whether it was given more than once."""
        return len(self.holders) > 1


def standing(item: AgendaItem, definition: Definition) -> Standing | None:
    """Return what the carried votes of an item lead to; the later one wins, None without any.

    A sum alone changes the amount of the place; a rejection takes the place away.
    """
    motion, award, amount = None, None, None
    for vote in item.votes:
        if not (vote.counts and vote.carried):
            continue
        if vote.motion is Motion.PLACE and vote.award is not None:
            motion, award = Motion.PLACE, vote.award
            amount = vote.amount if vote.amount is not None else _usual(definition, award)
        elif vote.motion is Motion.SUM:
            motion, amount = motion or Motion.SUM, vote.amount
        elif vote.motion in (Motion.SHORTLIST, Motion.REJECT):
            motion, award, amount = vote.motion, None, None
    return Standing(item, motion, award, amount) if motion else None


def _usual(definition: Definition, award: int) -> int | None:
    return definition.awards[award].amount if award < len(definition.awards) else None


def standings(
    meeting: Meeting, definition: Definition, hidden: Collection[UUID] = ()
) -> list[Standing]:
    """Return what is decided, without the applications in `hidden`."""
    found = (standing(item, definition) for item in meeting.items
             if item.application_id and item.application_id not in hidden)  # fmt: skip
    return [one for one in found if one]


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
    amount = vote.amount
    if vote.motion is Motion.PLACE and vote.award is not None and amount is None:
        amount = _usual(definition, vote.award)
    others = [one for one in found if one.item.id != vote.item_id]
    return left(definition, others) - (amount or 0)


def twice(found: Collection[Standing]) -> set[int]:
    """Return the places that were given more than once."""
    count = Counter(one.award for one in found if one.award is not None)
    return {award for award, times in count.items() if times > 1}


def euros(amount: int) -> str:
    """Return an amount in words of the present language, for example 5.000 €."""
    return _("%(amount)s €", amount=format_number(amount))


def place_words(definition: Definition, award: int | None, amount: int | None) -> str:
    """Return a place with its sum, for example "1. Preis (5.000 €)"."""
    if award is None or award >= len(definition.awards):
        return euros(amount) if amount is not None else ""
    title = plain(definition.awards[award].title, language())
    return title if amount is None else f"{title} ({euros(amount)})"
