"""The stage `submitted`: the complete example applications, sent on the days of an open call."""

import random
from datetime import datetime, timedelta
from io import BytesIO

from portal.applications.drafts import drafting, filing, sending
from portal.applications.models import Application
from portal.calls.models import Call
from portal.calls.queries import call_by_slug
from portal.core.actor import Actor, Applicant
from portal.core.clock import now
from portal.core.db import db, transaction
from portal.core.i18n import gettext as _
from portal.core.i18n import ngettext
from portal.demo.sample import SampleApplication, complete
from portal.demo.samples import make

SLUG = "integrationspreis-2027"
UNFINISHED = 12
Arrivals = list[tuple[SampleApplication, datetime]]


def submitted_stage(seed: int) -> list[str]:
    """Send the 24 complete examples and leave some drafts unsent; return what was done.

    Each is its own transaction, as people come one by one. Receipts and mails are made by the
    worker. Running it again changes nothing.
    """
    call = call_by_slug(SLUG)
    if call.last_number:
        return [_("The example applications are already there.")]
    chance = random.Random(seed)  # noqa: S311  (example data, no secret)
    due = arrivals(call, chance)
    for sample, at in due:
        receive(call, sample, at)
    leave_unsent(call, chance)
    count = len(due)
    return [
        ngettext(
            "%(num)s example application was received; the worker makes its receipt.",
            "%(num)s example applications were received; the worker makes their receipts.",
            count,
        )
    ]


def arrivals(call: Call, chance: random.Random) -> Arrivals:
    """Return the 24 complete examples in their order, each with a moment up to now."""
    moments = sorted(_moment(call, chance) for _sample in complete())
    return list(zip(_in_order(), moments, strict=True))


def _in_order() -> list[SampleApplication]:
    """Return the examples as they came in 2025."""
    last = datetime.max.replace(tzinfo=now().tzinfo)
    return sorted(complete(), key=lambda sample: sample.submitted_at or last)


def _moment(call: Call, chance: random.Random) -> datetime:
    """Return a moment between the opening and now, rather late than early, as people are."""
    span = (now() - call.opens_at).total_seconds()
    return call.opens_at + timedelta(seconds=span * chance.betavariate(2.2, 1.1))


def receive(call: Call, sample: SampleApplication, at: datetime) -> Application:
    """Let one example pass through the use cases that people use, begun an hour before `at`."""
    with transaction():
        application = drafting.start(
            call, device=f"demo-{sample.ref}", locale=sample.locale, at=at - timedelta(hours=1)
        )
    owner = Applicant(application.id)
    fill_in(application, sample, by=owner, at=at)
    with transaction():
        sending.send(application, by=owner, arrived_at=at)
    return application


def fill_in(
    application: Application, sample: SampleApplication, *, by: Actor, at: datetime
) -> None:
    """Put answers and files of an example into a draft."""
    with transaction():
        drafting.save(application, sample.answers, by=by, seen=0, window="demo", at=at)
    for file in sample.files:
        question = filing.question_of(application, file.key)
        incoming = filing.take_in(question, BytesIO(make(file)), file.filename)
        with transaction():
            taken = filing.add(application, question, incoming, by=by, at=at)
            taken.caption, taken.credit, taken.alt = file.caption, file.credit, file.alt
            taken.persons = "" if file.persons is None else "yes" if file.persons else "no"


def leave_unsent(call: Call, chance: random.Random) -> None:
    """Begin some drafts that nobody has sent yet."""
    with transaction():
        for number in range(UNFINISHED):
            at = _moment(call, chance)
            draft = drafting.start(call, device=f"demo-draft-{number}", locale="de", at=at)
            drafting.save(
                draft,
                {"application_type": "self"},
                by=Applicant(draft.id),
                seen=0,
                window="demo",
                at=at,
            )
    db.session.expire_all()
