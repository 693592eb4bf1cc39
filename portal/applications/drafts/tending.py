"""What time brings to drafts: a reminder, the text sent home after closing, a warning, the end.

One repeating job looks after all calls. Each step is noted on the draft, so it happens once.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, select, update

from portal import mail
from portal.applications import keys, reactions
from portal.applications.drafts import drafting
from portal.applications.drafts.filing import drop_bytes
from portal.applications.models import AccessKey, Application, Purpose
from portal.applications.queries import definition_for, file_counts, locked
from portal.applications.workflow import Status
from portal.calls.answers import asked
from portal.calls.checks import is_empty
from portal.calls.models import Call
from portal.calls.moments import Phase, grace_ends, phase
from portal.calls.reading import raw_words
from portal.calls.wording import plain
from portal.core.actor import System
from portal.core.clock import now
from portal.core.db import db, transaction
from portal.core.i18n import format_moment
from portal.core.i18n import gettext as _
from portal.jobs import renew
from portal.settings import Settings

TENDING = System("tend_drafts")
WARN_BEFORE = timedelta(days=5)
BATCH = 100

_in_use: list[Settings] = []


def use(settings: Settings) -> None:
    """Take the terms from `settings`; called once at start."""
    _in_use[:] = [settings]


def tend() -> None:
    """Do what is due for every draft, each in a transaction of its own (a job handler)."""
    for call_id in list(db.session.scalars(select(Call.id))):
        call = db.session.get_one(Call, call_id)
        for step, due in _steps(call, now()):
            for ids in _batches(call_id, due):
                for application_id in ids:
                    _one(application_id, step)
                renew()


def begin_anew(call: Call) -> None:
    """Let reminder, text sent home, warning and keys of browsers count from a later closing."""
    drafts = (Application.call_id == call.id) & (Application.status == Status.DRAFT)
    done = ("reminded_at", "sent_home_at", "warned_at")
    db.session.execute(update(Application).where(drafts).values(dict.fromkeys(done)))
    lasts = call.closes_at + keys.DEVICE_AFTER_CLOSING
    live = (
        AccessKey.application_id.in_(select(Application.id).where(drafts)),
        AccessKey.purpose == Purpose.DEVICE, AccessKey.expires_at.between(now(), lasts),
    )  # fmt: skip
    db.session.execute(update(AccessKey).where(*live).values(expires_at=lasts))


def _steps(
    call: Call, moment: datetime
) -> list[tuple[Callable[[Application], None], ColumnElement[bool]]]:
    """Return what may be due for drafts of `call` now, with the condition for each."""
    settings = _in_use[0]
    steps: list[tuple[Callable[[Application], None], ColumnElement[bool]]] = []
    soon = moment > call.closes_at - timedelta(days=settings.reminder_days)
    if soon and phase(call, moment) is Phase.OPEN:
        steps.append((remind, Application.reminded_at.is_(None)))
    ended = grace_ends(call)
    over = Application.late_until.is_(None) | (Application.late_until < moment)
    if moment >= ended:
        steps.append((send_home, Application.sent_home_at.is_(None) & over))
    end = ended + timedelta(days=settings.draft_days_after_closing)
    if moment >= end - WARN_BEFORE:
        steps.append((warn, Application.warned_at.is_(None) & over))
    if moment >= end:
        warned = Application.warned_at < moment - WARN_BEFORE + timedelta(hours=1)
        steps.append((expire, warned & over))
    unused = moment - timedelta(days=settings.empty_draft_days)
    empty = (Application.revision == 0) & (Application.saved_at < unused) & over
    steps.append((expire, empty))
    return steps


def _batches(call_id: UUID, due: ColumnElement[bool]) -> Iterator[list[UUID]]:
    """Yield the ids of drafts for which a step is due, a hundred at a time."""
    last: UUID | None = None
    while True:
        query = (
            select(Application.id)
            .where(Application.call_id == call_id, Application.status == Status.DRAFT, due)
            .order_by(Application.id)
            .limit(BATCH)
        )
        ids = list(db.session.scalars(query.where(Application.id > last) if last else query))
        if not ids:
            return
        yield ids
        last = ids[-1]


def _one(application_id: UUID, step: Callable[[Application], None]) -> None:
    with transaction():
        application = locked(application_id)
        if application is not None and application.status is Status.DRAFT:
            step(application)


def remind(application: Application) -> None:
    """Tell the owner that the draft is not sent yet."""
    application.reminded_at = now()
    definition = definition_for(application)
    reactions.write(
        application,
        "reminder",
        lambda _language: {
            "title": application.title or _("Your draft"),
            "closes": reactions.exact(definition, application.call.closes_at),
        },
    )


def send_home(application: Application) -> None:
    """After the end, send the unsent text home; only to an address that was confirmed."""
    application.sent_home_at = now()
    if not application.owner_confirmed_at:
        return
    definition = definition_for(application)
    reactions.write(
        application,
        "unsent_text",
        lambda language: {
            "title": application.title or _("Your draft"),
            "closed": reactions.exact(definition, application.call.closes_at),
            "answers": mail.as_answers(typed(application, language)),
            "last_chance": "",
        },
    )


def typed(application: Application, language: str) -> list[tuple[str, str]]:
    """Return every question and raw answer of the draft in words, unanswered ones left out."""
    definition = definition_for(application)
    return [
        (plain(question.label, language), raw_words(question, application.draft[question.key]))
        for question in asked(definition, application.draft, file_counts(application))
        if not is_empty(application.draft.get(question.key))
    ]


def warn(application: Application) -> None:
    """Tell the owner that the draft will be deleted."""
    application.warned_at = now()
    definition = definition_for(application)
    days = timedelta(days=_in_use[0].draft_days_after_closing)
    end = max(grace_ends(application.call) + days, now() + WARN_BEFORE)
    reactions.write(
        application,
        "draft_expiring",
        lambda _language: {
            "title": application.title or _("Your draft"),
            "expires": format_moment(end, _("d MMMM y"), definition.zone),
        },
    )


def expire(application: Application) -> None:
    """Delete the draft for good."""
    drop_bytes(drafting.delete(application, by=TENDING, reason="expired"))
