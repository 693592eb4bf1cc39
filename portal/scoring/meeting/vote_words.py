"""A vote and a conflict in words, for page and minutes alike."""

from portal.applications.jury.judging import Tie
from portal.core.i18n import gettext as _
from portal.scoring.meeting.meeting_models import Choice, Motion, Vote, VoteState

LEGAL = {
    Tie.PARTICIPANT: "§ 20 Abs. 1 Nr. 1 VwVfG",
    Tie.RELATIVE: "§ 20 Abs. 1 Nr. 2 VwVfG",
    Tie.REPRESENTATIVE: "§ 20 Abs. 1 Nr. 3 VwVfG",
    Tie.RELATIVE_OF_REPRESENTATIVE: "§ 20 Abs. 1 Nr. 4 VwVfG",
    Tie.EMPLOYED: "§ 20 Abs. 1 Nr. 5 VwVfG",
    Tie.ADVISED: "§ 20 Abs. 1 Nr. 6 VwVfG",
    Tie.ADVANTAGE: "§ 20 Abs. 1 Satz 2 VwVfG",
    Tie.OTHER: "§ 21 VwVfG",
}


def out_words(one: dict[str, str]) -> str:
    """Return who was kept out of an item, and by which rule."""
    why = LEGAL[Tie(one["tie"])].replace(" ", "\N{NO-BREAK SPACE}")
    if one["left"]:
        return _("%(name)s left the room before the discussion (%(why)s).",
                 name=one["name"], why=why)  # fmt: skip
    return _("%(name)s was not there and took no part (%(why)s).", name=one["name"], why=why)


def stand_in_words(deputy: str, member: str) -> str:
    """Return who votes on an item in place of somebody who is kept out of it."""
    return _("%(deputy)s votes here in place of %(member)s.", deputy=deputy, member=member)


def way_words(vote: Vote) -> str:
    """Return how a vote is held, in words."""
    if vote.hands:
        return _("by show of hands")
    return _("by secret ballot") if vote.secret else _("openly, each by name")


def is_overtaken(vote: Vote) -> bool:
    """Whether a later carried vote on the same application says otherwise about its place."""
    final = (Motion.PLACE, Motion.REJECT)
    if not (vote.counts and vote.carried and vote.motion in final):
        return False
    return any(one.n > vote.n and one.counts and one.carried
               and one.motion in (*final, Motion.SHORTLIST) for one in vote.item.votes)  # fmt: skip


def result_words(vote: Vote) -> str:
    """Return what came out of a vote, in words."""
    if vote.state is VoteState.ANNULLED:
        return _("annulled")
    if vote.carried is None:
        return _("tie, not decided")
    if vote.casting and not is_overtaken(vote):
        return (_("tie; carried by the chair's vote") if vote.casting is Choice.YES
                else _("tie; not carried by the chair's vote"))  # fmt: skip
    if is_overtaken(vote):
        return _("carried, overtaken by a later vote")
    if vote.carried:
        return _("carried")
    return _("tie, not carried") if vote.yes == vote.no else _("not carried")
