"""Sending an application: check, freeze a version, move. A second click gives the same version."""

import hashlib
import json
import secrets
from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import update

from portal.applications import reactions
from portal.applications.deadline import Arrival, require_open
from portal.applications.models import (
    Application,
    Consent,
    File,
    FileState,
    Reason,
    Version,
    VersionFile,
)
from portal.applications.paperentries import entry_of
from portal.applications.policy import POLICY, Action
from portal.applications.queries import (
    definition_for,
    definition_under,
    draft_files,
    file_counts,
    latest,
)
from portal.applications.search import indexing
from portal.applications.workflow import Move, Status
from portal.calls.answers import Problem, ineligible, problems, values
from portal.calls.definition import Definition
from portal.calls.models import Call, FormVersion
from portal.calls.queries import current_version
from portal.core.actor import Actor
from portal.core.clock import now
from portal.core.db import db
from portal.core.errors import DomainError
from portal.core.i18n import gettext as _
from portal.core.text import one_line

# Crockford's base 32: no I, L, O, U, so a code read aloud or typed from paper stays right.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class Incomplete(DomainError):
    """Something is missing or wrong; `problems` names each with its place."""

    def __init__(self, found: list[Problem]) -> None:
        super().__init__()
        self.problems = found


def what_is_missing(application: Application) -> list[Problem]:
    """Return all that stands between the draft and sending, in the order of the form."""
    definition = definition_for(application)
    files = draft_files(application)  # loaded first, so that counting them asks nothing more
    found = problems(definition, application.draft, file_counts(application))
    excluded = {question.key for question in ineligible(definition, application.draft)}
    refused = [
        Problem(
            file.key, f"file-{file.id}", _("Remove or replace the file “%(file)s”", file=file.name)
        )
        for file in files
        if file.state is FileState.REFUSED and file.key in definition.questions
    ]
    others = [problem for problem in found if problem.key not in excluded]
    exclusions = [problem for problem in found if problem.key in excluded]
    return [*exclusions, *others, *refused]


def send(
    application: Application,
    *,
    by: Actor,
    arrived_at: datetime,
    gaps: Collection[str] = (),
) -> Version:
    """Freeze the draft as a version and return it; the first sending gives the number.

    arrived_at: when handling the request began; it decides whether it is in time (contract of
    the call); of an application on paper when that came. gaps: questions whose answers the office
    lets be missing on paper. What was sent already is not sent twice: the same content returns
    its version. Raises
    `Incomplete`, `Closed`, `Forbidden`.
    """
    sent_before = latest(application)
    if sent_before and _is_unchanged(application, sent_before):
        return sent_before
    POLICY.require(by, Action.SEND, application)
    arrival = require_open(application, arrived_at)
    came = entry_of(application) if sent_before is None else None
    arrived_at = came.received_at if came else arrived_at
    if found := [p for p in what_is_missing(application) if p.key not in gaps]:
        raise Incomplete(found)
    late = arrival is Arrival.LATE
    # Nothing that is read here depends on what is written here, so all is written in one go.
    with db.session.no_autoflush:
        version = _freeze(application, by=by, arrived_at=arrived_at, late=late, gaps=gaps)
        if not sent_before:
            number(application, arrived_at)
        move = Move.REVISE if sent_before else Move.SUBMIT
        event = application.make_move(move, by=by, at=arrived_at)
        indexing.note(application, version)
        note_consents(application, version)
        reactions.react(application, event)
    return version


def withdraw(application: Application, *, by: Actor, at: datetime, note: str = "") -> None:
    """Take the application back. Also possible after closing, until the decision."""
    POLICY.require(by, Move.WITHDRAW, application)
    application.withdrawn_at = at
    event = application.make_move(Move.WITHDRAW, by=by, at=at, note=note)
    db.session.flush()
    reactions.react(application, event)


def withdraw_consent(application: Application, kind: str, *, by: Actor, at: datetime) -> None:
    """End a consent for the future (Art. 7 (3) GDPR); what was sent stays as it was."""
    POLICY.require(by, Action.WITHDRAW_CONSENT, application)
    for consent in application.consents:
        if consent.kind == kind and consent.withdrawn_at is None:
            consent.withdrawn_at = at


def _is_unchanged(application: Application, version: Version) -> bool:
    definition = definition_for(application)
    counts = file_counts(application)
    if problems(definition, application.draft, counts):
        return False
    answers = values(definition, application.draft, counts)
    form = current_version(application.call)
    return _fingerprint_of_draft(application, definition, answers, form) == version.sha256


def _freeze(
    application: Application,
    *,
    by: Actor,
    arrived_at: datetime,
    late: bool,
    gaps: Collection[str],
) -> Version:
    definition = definition_for(application)
    answers = values(definition, application.draft, file_counts(application), gaps)
    form = current_version(application.call)
    version = Version(
        id=uuid4(),
        n=len(application.versions) + 1,
        form_version_id=form.id,
        answers=answers,
        locale=application.locale,
        reason=Reason.REVISE if application.versions else Reason.SUBMIT,
        arrived_at=arrived_at,
        stored_at=now(),
        late=late,
        by_kind=by.kind,
        by_key=by.key,
        sha256=_fingerprint_of_draft(application, definition, answers, form),
        check_code=new_check_code(),
        draft_revision=application.revision,
        files=[_frozen(file, n) for n, file in enumerate(sent_files(application, definition))],
    )
    application.versions.append(version)
    application.title = one_line(str(answers.get(definition.title_key) or ""))[:2000]
    return version


def sent_files(application: Application, definition: Definition) -> list[File]:
    """Return the files that a sending takes along: usable ones of questions that are asked."""
    order = {question.key: n for n, question in enumerate(definition.file_questions)}
    usable = [
        file
        for file in draft_files(application)
        if file.state is not FileState.REFUSED and file.key in order
    ]
    return sorted(usable, key=lambda file: (order[file.key], file.position, file.created_at))


def _frozen(file: File, position: int) -> VersionFile:
    return VersionFile(
        file=file,
        position=position,
        caption=file.caption,
        credit=file.credit,
        alt=file.alt,
        persons=file.persons,
    )


def _fingerprint_of_draft(
    application: Application, definition: Definition, answers: dict[str, Any], form: FormVersion
) -> str:
    files = [
        {
            "question": file.key,
            "name": file.name,
            "sha256": file.sha256_received,
            "caption": file.caption,
            "credit": file.credit,
            "alt": file.alt,
            "persons": file.persons,
        }
        for file in sent_files(application, definition)
    ]
    return fingerprint(answers, files, form.sha256)


def fingerprint(answers: dict[str, Any], files: list[dict[str, Any]], form: str) -> str:
    """Return the SHA-256 of a version's content as sorted JSON in UTF-8 without blanks."""
    content = {"answers": answers, "files": files, "form": form}
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def new_check_code() -> str:
    """Return a random code like `K7M3-9XQD-24HT`: 60 bits, enough where a hit tells nothing."""
    letters = "".join(secrets.choice(ALPHABET) for _n in range(12))
    return "-".join(letters[n : n + 4] for n in (0, 4, 8))


def number(application: Application, at: datetime) -> None:
    """Give the next number of the call. The row of the call is locked until the commit."""
    number = db.session.execute(
        update(Call)
        .where(Call.id == application.call_id)
        .values(last_number=Call.last_number + 1)
        .returning(Call.last_number)
        .execution_options(synchronize_session=False)
    ).scalar_one()
    application.number = number
    application.reference = f"{application.call.prefix}-{number:04}"
    application.submitted_at = at


def note_consents(application: Application, version: Version) -> None:
    """Keep each consent with the version of its text and the time; a no ends an earlier yes."""
    definition = definition_under(version)
    given = {one.kind: one for one in application.consents if one.withdrawn_at is None}
    for question in definition.questions.values():
        kind = getattr(question, "consent", None)
        if not kind:
            continue
        answer = version.answers.get(question.key) or {}
        agreed = answer.get("answer") == "yes"
        earlier = given.get(kind)
        if earlier and (not agreed or earlier.text_version != answer["version"]):
            earlier.withdrawn_at = version.arrived_at
        if agreed and (not earlier or earlier.text_version != answer["version"]):
            application.consents.append(
                Consent(
                    kind=kind,
                    text_version=answer["version"],
                    given_at=version.arrived_at,
                    channel=application.channel,
                )
            )


def is_sent(application: Application) -> bool:
    """Return whether at least one version exists."""
    return application.status is not Status.DRAFT
