"""Whether a place is free: it goes to one application, or to several where all of them share it.

Each application decides about itself alone: whoever is kept out of one of those that share a place
takes part in the votes on the others. So the first holder's vote is repeated with "shared", and
nobody's sum changes without a vote of those who may vote on it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from portal.calls.definition import Definition
from portal.calls.queries import definition_of
from portal.core.errors import DomainError
from portal.core.i18n import gettext as _
from portal.scoring.meeting import places
from portal.scoring.meeting.following import names_of
from portal.scoring.meeting.meeting_models import AgendaItem, Meeting, Share, Vote
from portal.scoring.meeting.places import Holding, Standing


def clashes(found: Iterable[Holding]) -> set[int]:
    """Return the places that several hold without sharing them in one way."""
    ways = defaultdict(list)
    for one in found:
        if one.award is not None:
            ways[one.award].append(one.share)
    return {award for award, said in ways.items() if len(said) > 1 and not _agree(said)}


def _agree(said: Sequence[Share | None]) -> bool:
    return None not in said and len(set(said)) == 1


def require_free(
    item: AgendaItem, award: int, share: Share | None, *, hidden: Collection[UUID] = ()
) -> None:
    """Raise `DomainError` with what to do where this application cannot get this place.

    hidden: applications that whoever runs the meeting may not know of; they are looked at when the
    meeting is closed.
    """
    definition = definition_of(item.meeting.call.newest_version_id)
    if share and not definition.jury.shared_places:
        raise DomainError(_("This call does not let a place be shared."))
    found = places.standings(item.meeting, definition, hidden)
    others = [one for one in found
              if one.award == award and one.item.application_id != item.application_id]  # fmt: skip
    if others and not _agree([share, *(one.share for one in others)]):
        raise DomainError(_what_to_do(definition, award, share, others))


def require_still_free(vote: Vote, hidden: Collection[UUID] = ()) -> None:
    """Do the same for a vote that was opened and is about to be carried."""
    if vote.award is not None:
        require_free(vote.item, vote.award, vote.share, hidden=hidden)


def _what_to_do(
    definition: Definition, award: int, share: Share | None, others: Sequence[Standing]
) -> str:
    place = places.place_words(definition, award, None)
    said = _("%(names)s has this already: %(place)s.", names=_called(definition, others),
             place=place)  # fmt: skip
    if share and others[0].share:
        return said + " " + _("The place is shared there in another way. Choose the same way here.")
    free = _("Free it first: take up that item again and vote on something else for it.")
    if not definition.jury.shared_places:
        return f"{said} {free}"
    if others[0].share:
        return said + " " + _("It is shared there. Choose here how it is shared, too.")
    both = _("Or let both share it: vote there again that the place is shared, then do so here.")
    return f"{said} {free} {both}"


def _called(definition: Definition, found: Sequence[Standing]) -> str:
    ids = [one.item.application_id for one in found if one.item.application_id]
    return "; ".join(f"{name.number} {name.title}" for name in names_of(ids, definition).values())


def require_settled(meeting: Meeting, *, hidden: Collection[UUID] = ()) -> None:
    """Raise `DomainError` where the meeting cannot be closed, since a place is given twice.

    hidden: applications that whoever closes it may not know of; of those nothing is told.
    """
    definition = definition_of(meeting.call.newest_version_id)
    seen = places.standings(meeting, definition, hidden)
    for award in sorted(clashes(seen)):
        holders = [one for one in seen if one.award == award]
        raise DomainError(
            _("%(place)s is given more than once: %(names)s. Take one of these items up again and"
              " vote once more, then close the meeting.",
              place=places.place_words(definition, award, None),
              names=_called(definition, holders))
        )  # fmt: skip
    if hidden and clashes(places.standings(meeting, definition)):
        raise DomainError(
            _("You take no part in some items, so somebody who does has to close this meeting:"
              " the chair, the secretary or the office.")
        )  # fmt: skip
