"""More time: a later closing for all, or a personal late link for one."""

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from portal import audit, jobs, mail
from portal.applications import reactions
from portal.applications.deadline import Arrival, arrival
from portal.applications.drafts import tending
from portal.applications.drafts.drafting import begin
from portal.applications.models import Application
from portal.applications.policy import POLICY, Action
from portal.applications.queries import definition_for, locked
from portal.applications.workflow import Status
from portal.calls.memberships import Role, roles_held
from portal.calls.models import Call, FormVersion
from portal.calls.queries import current_version, definition_of
from portal.calls.wording import plain
from portal.core.actor import Actor, System
from portal.core.clock import now
from portal.core.db import db, transaction
from portal.core.errors import DomainError, Forbidden
from portal.core.i18n import LANGUAGES, format_moment, in_language, language
from portal.core.i18n import gettext as _
from portal.core.text import one_line
from portal.jobs import renew

JOB = "tell_extension"
BATCH = 100
LONGEST = timedelta(days=366)
AROUND = 60
GERMAN_DAY = "d. MMMM y"


@dataclass(frozen=True)
class DraftLine:
    """What the office may know of a draft: that it exists, since when, and how to reach it."""

    application: Application
    confirmed: bool
    reachable: bool


def drafts(call: Call) -> list[DraftLine]:
    """Return the drafts of a call, the one saved last first; never what stands in them."""
    rows = (
        select(Application)
        .where(Application.call_id == call.id, Application.status == Status.DRAFT)
        .order_by(Application.saved_at.desc())
        .limit(500)
    )
    return [
        DraftLine(one, one.owner_confirmed_at is not None, bool(one.owner_email))
        for one in db.session.scalars(rows)
    ]


def draft_count(call: Call) -> int:
    """Return how many drafts there are."""
    rows = select(func.count()).select_from(Application)
    counted = rows.where(Application.call_id == call.id, Application.status == Status.DRAFT)
    return db.session.scalar(counted) or 0


def require_office(by: Actor, call: Call) -> None:
    """Raise `Forbidden` unless `by` works in the office of the call."""
    if by.kind != "user" or Role.OFFICE not in roles_held(by, call.id):  # type: ignore[arg-type]
        raise Forbidden


def extend_all(call: Call, closes_at: datetime, *, reason: str, by: Actor) -> FormVersion:
    """Close the call later: a new version of its definition; the owners of drafts get a mail.

    Page, calendar file and form follow at once. The written date of the step "closes" is made anew;
    other texts that name the old day are the office's (see `texts_with_old_day`). Raises
    `DomainError` without a reason or for a moment that is not later than both now and the old one.
    """
    require_office(by, call)
    if not one_line(reason):
        raise DomainError(_("Write why the call closes later."))
    if closes_at <= max(call.closes_at, now()):
        raise DomainError(_("Choose a moment after the present closing and after now."))
    if closes_at > call.closes_at + LONGEST:
        raise DomainError(_("That is more than a year later. Check the date."))
    _require_steps_after(call, closes_at)
    before = call.closes_at
    from portal.calls import loading  # brings the reader of YAML, which no page needs

    loaded = loading.load_data(_moved(call, closes_at), call.slug)
    audit.record(
        by, "extend_call", call, before=before.isoformat(), after=closes_at.isoformat(),
        version=loaded.version.n,
    )  # fmt: skip
    tending.begin_anew(call)
    jobs.enqueue(JOB, call_id=call.id, reason=one_line(reason)[:1000])
    return loaded.version


def _require_steps_after(call: Call, closes_at: datetime) -> None:
    definition = definition_of(current_version(call).id)
    for step in definition.steps:
        if step.name != "closes" and call.closes_at < step.at < closes_at:
            raise DomainError(
                _("“%(step)s” would then lie before the closing. Choose an earlier moment, or move "
                  "that date in the call file first.", step=plain(step.title, language()))
            )  # fmt: skip


def _moved(call: Call, closes_at: datetime) -> dict[str, Any]:
    version = current_version(call)
    definition = definition_of(version.id)
    source = copy.deepcopy(version.source)
    local = definition.local(closes_at)
    source["closes_at"] = local.isoformat()
    for step in source["steps"]:
        if step.get("name") == "closes":
            step["at"] = local.isoformat()
            step["when"] = {code: _written(local, code, definition.zone) for code in step["when"]
                            if code in LANGUAGES} if isinstance(step["when"], dict) else _written(
                                local, "de", definition.zone)  # fmt: skip
    return source


def _written(moment: datetime, code: str, zone: str) -> str:
    with in_language(code):
        return format_moment(moment, _("d MMMM y, HH:mm"), zone)


def texts_with_old_day(call: Call, closes_at: datetime) -> list[str]:
    """Return sentences of the call that name the day of `closes_at`, without the steps."""
    definition = definition_of(current_version(call).id)
    with in_language("de"):
        day = format_moment(closes_at, GERMAN_DAY, definition.zone)
    source = {k: v for k, v in current_version(call).source.items() if k != "steps"}
    return [_around(text, day) for text in _texts(source) if day in text]


def _around(text: str, day: str) -> str:
    """Return the words around a day in a long text."""
    place = text.index(day)
    start, end = max(0, place - AROUND), place + len(day) + AROUND
    words = " ".join(text[start:end].split())
    return f"{'… ' if start else ''}{words}{' …' if end < len(text) else ''}"


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)


def tell(call_id: str, reason: str) -> None:
    """Write to the owners of all drafts that the call closes later (a job handler)."""
    last: UUID | None = None
    while ids := _batch(UUID(call_id), last):
        for application_id in ids:
            with transaction():
                application = locked(application_id)
                if application is not None and application.status is Status.DRAFT:
                    _tell_one(application, reason)
        last = ids[-1]
        renew()


def _batch(call_id: UUID, last: UUID | None) -> list[UUID]:
    rows = select(Application.id).where(
        Application.call_id == call_id,
        Application.status == Status.DRAFT,
        Application.owner_email != "",
    )
    later = rows.where(Application.id > last) if last else rows
    return list(db.session.scalars(later.order_by(Application.id).limit(BATCH)))


def _tell_one(application: Application, reason: str) -> None:
    definition = definition_for(application)
    closes = application.call.closes_at
    told = [one for one in mail.log_of(application.id) if one.name == "closes_later"]
    if told and told[-1].created_at > current_version(application.call).created_at:
        return  # a job that runs twice writes once
    reactions.write(
        application,
        "closes_later",
        lambda _language: {
            "title": application.title or _("Your draft"),
            "closes": reactions.exact(definition, closes),
            "note": reason,
        },
        by=System(JOB),
    )


def extend_one(application: Application, until: datetime, *, reason: str, by: Actor) -> None:
    """Let one owner send until `until` with a personal link; what comes then is marked as late.

    For drafts of any address. Raises `DomainError` without reason, address, or for a past moment.
    """
    POLICY.require(by, Action.EXTEND, application)
    why = _reason(reason)
    _require_later(application.call, until)
    if application.status is not Status.DRAFT:
        raise DomainError(_("This application was sent already. Ask back instead."))
    if not application.owner_email:
        raise DomainError(_("No address is known for this draft. Send a late link to an address."))
    application.late_until = until
    audit.record(by, "late_link", application, until=until.isoformat())
    _write_late_link(application, why, by)


def invite_late(  # noqa: PLR0913  (who, when and why)
    call: Call, email: str, until: datetime, *, reason: str, by: Actor, language: str = "de"
) -> Application:
    """Begin an empty application for an address, with a personal late link; return it."""
    require_office(by, call)
    why = _reason(reason)
    _require_later(call, until)
    try:
        address = mail.Mailbox(email.strip()).address
    except ValueError as error:
        raise DomainError(_("Enter an e-mail address, like name@example.org")) from error
    application = begin(call, locale=language, at=now())
    application.owner_email, application.late_until = address, until
    db.session.flush()
    audit.record(by, "late_link", application, until=until.isoformat())
    _write_late_link(application, why, by)
    return application


def _reason(reason: str) -> str:
    why = one_line(reason)[:1000]
    if not why:
        raise DomainError(_("Write why this person gets more time."))
    return why


def _require_later(call: Call, until: datetime) -> None:
    if until <= max(now(), call.closes_at):
        raise DomainError(_("Choose a moment after the closing and after now."))
    if until > call.closes_at + LONGEST:
        raise DomainError(_("That is more than a year later. Check the date."))


def _write_late_link(application: Application, why: str, by: Actor) -> None:
    definition = definition_for(application)
    until = application.late_until
    reactions.write(
        application,
        "late_link",
        lambda language: {
            "title": application.title or plain(definition.title, language),
            "closes": reactions.exact(definition, until),
            "note": why,
        },
        by=by,
    )


def is_late_link(application: Application) -> bool:
    """Return whether the application can be sent now only by its personal extension."""
    return application.late_until is not None and arrival(application, now()) is Arrival.LATE
