"""The stage `jury`: 25 are with the jury, half of the sheets are sent, a meeting is announced."""

from datetime import timedelta
from random import Random

from sqlalchemy import func, select

from portal import jobs
from portal.accounts.models import User
from portal.applications.jury import assigning, conflicts, judging
from portal.applications.jury.judging import Juror, Seat, Tie
from portal.applications.models import Application
from portal.applications.workflow import Status
from portal.calls.models import Call
from portal.core.clock import stopped_at
from portal.core.db import db, transaction
from portal.core.i18n import gettext as _
from portal.core.i18n import in_language
from portal.demo import people, sample
from portal.demo.closed import Tell
from portal.demo.desk import Desk
from portal.demo.forwarded import finish_screening
from portal.demo.opinions import TIED, Opinions
from portal.demo.sample import SampleJuror
from portal.demo.screened import occupied, screened, there
from portal.scoring.meeting import inviting, meetings
from portal.scoring.sheet import pledging, sending, sheets
from portal.scoring.sheet.sheets import Window

DAYS_AGO = 38
WITH_JURY = 25
# By the id of the sample data: on which working day the juror begins, how many sheets are sent,
# how many more are begun. Who sent nothing has answered about conflicts all the same.
PACE = {
    "J1": (14, 25, 0),
    "J2": (15, 12, 1),
    "J3": (16, 13, 2),
    "J4": (14, 25, 0),
    "J5": (17, 12, 0),
    "J6": (18, 12, 1),
    "J7": (19, 0, 0),
    "J8": (14, 0, 0),
    "J9": (15, 1, 0),
}
A_DAY = 3
TIES = {
    "IP-2025-0029": Tie.EMPLOYED,
    "IP-2025-0014": Tie.EMPLOYED,
    "IP-2025-0020": Tie.RELATIVE_OF_REPRESENTATIVE,
}
DEPUTY, ABSENT, CHAIR = ("J9", "J2", "J1")
MEETS_ON = 36  # working days after the closing, so about two weeks from now


def jury_stage(seed: int, tell: Tell) -> list[str]:
    """Build the call whose jury is half through; return how to sign in. Twice is once."""
    call = there()
    if call is None:
        desk = screened(DAYS_AGO, seed, tell)
        finish_screening(desk)
        tell(_("The jury reads …"))
        _judge(desk, Opinions(seed, list(desk.found)))
        jobs.run_due()
    elif with_jury(call) != WITH_JURY:
        raise occupied()
    else:
        tell(_("The example is already there."))
    return people.sign_in_sheet((*people.OFFICE, *people.jury().values()))


def with_jury(call: Call) -> int:
    """Return how many applications of a call are with the jury."""
    rows = select(func.count()).select_from(Application)
    mine = rows.where(Application.call_id == call.id, Application.status == Status.WITH_JURY)
    return db.session.scalar(mine) or 0


def _judge(desk: Desk, opinions: Opinions) -> None:
    with desk.at(12, "15:00"):
        users = {key: _seated(desk.call, person) for key, person in people.jury().items()}
    with desk.at(13, "11:00"):
        assigning.carry_out(desk.call, assigning.plan_all(desk.call), by=desk.selma)
    with desk.at(14, "08:30"):
        deputy, absent = (_juror(desk.call, users[key]) for key in (DEPUTY, ABSENT))
        conflicts.step_in(desk["0029"], deputy, absent, by=desk.selma)
    for member in sample.jury():
        juror = _juror(desk.call, users[member.id])
        _answer(desk, juror, member)
        _score(desk, juror, member.id, opinions)
    _announce(desk, _juror(desk.call, users[CHAIR]))


def _announce(desk: Desk, chair: Juror) -> None:
    """Let the chair call the jury to a meeting that is still to come."""
    with desk.at(23, "10:20"):
        meeting = meetings.call_meeting(
            desk.call, starts_at=desk.days.at(MEETS_ON, "16:00"),
            place="Rathaus am Friedensplatz, Saal Westfalia", by=chair.user,
        )  # fmt: skip
        inviting.invite(meeting, by=chair.user)


def _seated(call: Call, person: people.DemoPerson) -> User:
    user = people.add(person, call)
    db.session.add(Seat(call_id=call.id, user_id=user.id, words=person.seat))
    return user


def _juror(call: Call, user: User) -> Juror:
    return next(one for one in judging.jurors(call) if one.user.id == user.id)


def _answer(desk: Desk, juror: Juror, member: SampleJuror) -> None:
    """Let a juror promise secrecy and answer for every application before reading it."""
    refs = {one.id: ref for ref, one in desk.found.items()}
    with desk.at(PACE[member.id][0], "17:15"):
        pledging.pledge(juror, juror.definition.jury.pledge_version)
        for application in judging.all_of(judging.asked_of(juror)):
            ref = refs[application.id]
            words = member.conflicts.get(ref, "")
            tie = TIES[ref] if words else Tie.NONE
            conflicts.answer(juror, application, tie, by=juror.user, words=words)


def _score(desk: Desk, juror: Juror, key: str, opinions: Opinions) -> None:
    """Let a juror write as many sheets as `PACE` says, some on each evening."""
    first, sent, begun = PACE[key]
    refs = {one.id: ref for ref, one in desk.found.items()}
    mine = [(refs[one.id], one) for one in judging.all_of(judging.scored_by(juror))]
    for n, (ref, application) in enumerate(_in_turn(mine, key)[: sent + begun]):
        evening = desk.days.at(first + n // A_DAY, "18:10") + timedelta(minutes=24 * (n % A_DAY))
        given = dict(opinions.sheet(key, ref))
        if n >= sent:
            given = dict(list(given.items())[:3])
        with stopped_at(evening), in_language("de"), transaction():
            sheets.save(juror, application, given, window=Window("demo"))
            if n < sent:
                sending.send(juror, application)


def _in_turn(mine: list[tuple[str, Application]], key: str) -> list[tuple[str, Application]]:
    """Return the readings of a juror in the order in which they are read."""
    chance = Random(key)  # noqa: S311  (example data, no secret)
    rest = [one for one in mine if one[0] not in TIED]
    chance.shuffle(rest)
    return [one for one in mine if one[0] in TIED] + rest
