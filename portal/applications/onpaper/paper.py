"""Applications on paper or by e-mail: the office enters them and can hand them over."""

import secrets
from datetime import datetime
from uuid import uuid4

from sqlalchemy import select

from portal import audit
from portal.applications import keys
from portal.applications.drafts import filing, sending
from portal.applications.drafts.drafting import begin
from portal.applications.drafts.filing import Incoming
from portal.applications.models import (
    AccessKey,
    Application,
    Channel,
    File,
    Purpose,
    Version,
)
from portal.applications.paperentries import SCAN_KEY, PaperEntry, entry_of
from portal.applications.policy import POLICY, Action
from portal.applications.queries import definition_for, draft_files
from portal.applications.workflow import Status
from portal.calls.answers import Problem
from portal.calls.checks import is_empty
from portal.calls.memberships import Role, roles_held
from portal.calls.models import Call
from portal.calls.moments import Phase, phase
from portal.core.actor import Actor
from portal.core.clock import now
from portal.core.db import db
from portal.core.errors import DomainError, Forbidden
from portal.core.i18n import BINDING
from portal.core.i18n import gettext as _
from portal.core.text import normalise, one_line

SCANS = ("pdf", "jpeg", "png")
BLOCKS = (0, 4, 8)


def enter(
    call: Call, channel: Channel, *, received_at: datetime, note: str, by: Actor
) -> Application:
    """Begin an application that came otherwise; return the draft that the office fills in.

    received_at: when it came (the stamp of the post room, the time of the mail). Raises
    `DomainError` for a moment in the future or before the call, or without a note.
    """
    if Role.OFFICE not in roles_held(by, call.id):  # type: ignore[arg-type]
        raise Forbidden
    if channel is Channel.WEB:
        raise ValueError("the web has its own door")
    if received_at > now():
        raise DomainError(_("The day lies in the future. Write when the application came."))
    if phase(call, received_at) is Phase.BEFORE:
        raise DomainError(_("The call was not open then. Check day and time."))
    if not one_line(note):
        raise DomainError(_("Write how you know when it came, for example “stamp of the post”."))
    application = begin(call, locale=BINDING, at=now())
    application.channel = channel
    db.session.add(PaperEntry(
        application_id=application.id, received_at=received_at, note=one_line(note)[:1000],
        entered_by=by.key,
    ))  # fmt: skip
    db.session.flush()
    audit.record(by, "enter_paper", application, channel=channel.value)
    return application


def unfinished(call: Call) -> list[Application]:
    """Return what the office has begun to enter and not taken in, the newest first."""
    rows = select(Application).where(
        Application.call_id == call.id,
        Application.status == Status.DRAFT,
        Application.channel != Channel.WEB,
    )
    return list(db.session.scalars(rows.order_by(Application.created_at.desc())))


def entry(application: Application) -> PaperEntry:
    """Return the facts of the paper; `ValueError` for an application from the web."""
    found = entry_of(application)
    if found is None:
        raise ValueError("this did not come on paper")
    return found


def take_scan(file: object, filename: str) -> Incoming:
    """Check the head of a scan and store it, as `filing.take_in` does."""
    return filing.take(file, filename, kinds=SCANS)  # type: ignore[arg-type]


def add_scan(application: Application, incoming: Incoming, *, by: Actor) -> File:
    """Attach the scan of the paper; the office alone sees it."""
    POLICY.require(by, Action.ENTER_ON_PAPER, application)
    return filing.keep(application, SCAN_KEY, incoming, at=now())


def scans(application: Application) -> list[File]:
    """Return the scans of the paper."""
    return [file for file in draft_files(application) if file.key == SCAN_KEY]


def gaps(application: Application) -> tuple[list[Problem], list[Problem]]:
    """Return what is missing and may stay so on paper, and what has to be mended first.

    An answer that is there but does not fit (too long, no number) was mistyped or has to be asked
    for; the title must be there, since the application is called by it.
    """
    definition = definition_for(application)
    missing: list[Problem] = []
    wrong: list[Problem] = []
    for problem in sending.what_is_missing(application):
        empty = is_empty(application.draft.get(problem.key)) and problem.key == problem.anchor
        may = empty and problem.key != definition.title_key
        (missing if may else wrong).append(problem)
    return missing, wrong


def send(application: Application, *, by: Actor, gap_note: str = "") -> Version:
    """Take the entered application in; its arrival is that of the paper.

    Missing answers need a note; they stay open points of the formal check. Raises `Incomplete` for
    what must be mended, `DomainError` without the note.
    """
    POLICY.require(by, Action.SEND, application)
    missing, wrong = gaps(application)
    if wrong:
        raise sending.Incomplete(wrong)
    facts = entry(application)
    if missing and not one_line(gap_note):
        raise DomainError(_("Write why the application is taken in although something is missing."))
    facts.gaps = [problem.key for problem in missing]
    facts.gap_note = normalise(gap_note).strip()[:2000] if missing else ""
    version = sending.send(
        application, by=by, arrived_at=facts.received_at, gaps=frozenset(facts.gaps)
    )
    audit.record(by, "submit_paper", application, gaps=len(facts.gaps))
    return version


# --- the letter with a code -------------------------------------------------------------------


def hand_over(application: Application, until: datetime, *, by: Actor) -> AccessKey:
    """Make the code with which the applicant opens the application until `until`; return its key.

    An older code of the application dies. The key knows the code by the secret only.
    """
    POLICY.require(by, Action.RESEND_LINK, application)
    if until <= now():
        raise DomainError(_("Choose a day after today."))
    keys.kill_links(application, Purpose.PAPER)
    key = AccessKey(
        id=uuid4(), purpose=Purpose.PAPER, nonce=secrets.token_urlsafe(16), expires_at=until
    )
    key.hash = keys.hash_of(code(key))
    application.keys.append(key)
    db.session.flush()
    audit.record(by, "paper_code", application, until=until.date().isoformat())
    return key


def code(key: AccessKey) -> str:
    """Return the 12 characters of a paper key, like `K7M3-9XQD-24HT`: 60 bits."""
    number = int(keys.derived(key), 16)
    letters = "".join(sending.ALPHABET[(number >> (5 * n)) & 31] for n in range(12))
    return "-".join(letters[n : n + 4] for n in BLOCKS)


def live_key(application: Application, at: datetime) -> AccessKey | None:
    """Return the code that can be printed and typed now, None if there is none."""
    alive = [k for k in application.keys if k.purpose is Purpose.PAPER and at < k.expires_at]
    return alive[-1] if alive else None


def open_code(call: Call, typed: str, device: str, at: datetime) -> Application | None:
    """Give the browser `device` the application whose code was typed; None if it fits none.

    Blanks, hyphens and case do not count; O, I and L are read as 0 and 1. A code on paper may be
    typed again until its date.
    """
    key = db.session.scalar(
        select(AccessKey)
        .join(Application)
        .where(
            Application.call_id == call.id,
            AccessKey.purpose == Purpose.PAPER,
            AccessKey.hash == keys.hash_of(_tidy(typed)),
            AccessKey.expires_at > at,
        )
        .with_for_update(of=AccessKey)
    )
    if key is None:
        return None
    key.used_at = key.used_at or at
    keys.give_device(key.application, device)
    return key.application


def _tidy(typed: str) -> str:
    letters = normalise(typed).upper().translate(str.maketrans("OIL", "011"))
    bare = "".join(c for c in letters if c in sending.ALPHABET)[:12]
    return "-".join(bare[n : n + 4] for n in BLOCKS)
