"""Sending an application: check, freeze a version, move. A second click gives the same version."""

import hashlib
import json
import secrets
from collections.abc import Collection
from datetime import datetime
from functools import cached_property
from typing import Any, cast
from uuid import uuid4

from sqlalchemy import Table, bindparam, update
from sqlalchemy.orm.attributes import set_committed_value

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
from portal.calls.answers import Judged, Problem, ineligible, judge
from portal.calls.definition import Definition
from portal.calls.models import Call
from portal.calls.queries import fingerprint_of
from portal.core import rows
from portal.core.actor import Actor
from portal.core.clock import now
from portal.core.db import db
from portal.core.errors import DomainError
from portal.core.i18n import gettext as _
from portal.core.text import one_line

# Crockford's base 32: no I, L, O, U, so a code read aloud or typed from paper stays right.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


_CALL = cast("Table", Call.__table__)
_NEXT_NUMBER = (
    update(_CALL)
    .where(_CALL.c.id == bindparam("call_id"))
    .values(last_number=_CALL.c.last_number + 1)
    .returning(_CALL.c.last_number)
)


class Incomplete(DomainError):
    """Something is missing or wrong; `problems` names each with its place."""

    def __init__(self, found: list[Problem]) -> None:
        super().__init__()
        self.problems = found


def what_is_missing(application: Application) -> list[Problem]:
    """Return all that stands between the draft and sending, in the order of the form."""
    return _in_order(application, _judged(application).problems)


def _judged(application: Application) -> Judged:
    draft_files(application)  # loaded first, so that counting them asks nothing more
    counts = file_counts(application)
    return judge(definition_for(application), application.draft, counts)


def _in_order(application: Application, found: list[Problem]) -> list[Problem]:
    """Return what excludes from taking part, then all else that was found, then refused files."""
    definition, files = definition_for(application), draft_files(application)
    if not found and all(file.state is not FileState.REFUSED for file in files):
        return []
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
    sent_before, judged = latest(application), _judged(application)
    content = _Content(application, judged.values)
    if sent_before and not judged.problems and content.sha256 == sent_before.sha256:
        return sent_before
    POLICY.require(by, Action.SEND, application)
    arrival = require_open(application, arrived_at)
    came = entry_of(application) if sent_before is None else None
    arrived_at = came.received_at if came else arrived_at
    problems = _in_order(application, judged.problems)
    if found := [p for p in problems if p.key not in gaps]:
        raise Incomplete(found)
    late = arrival is Arrival.LATE
    version = _freeze(application, content, by=by, arrived_at=arrived_at, late=late)
    if not sent_before:
        number(application, arrived_at)
    move = Move.REVISE if sent_before else Move.SUBMIT
    event = application.make_move(move, by=by, at=arrived_at)
    rows.save(application)
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


class _Content:
    """What would be sent of a draft: cleaned answers and usable files."""

    def __init__(self, application: Application, answers: dict[str, Any]) -> None:
        self.answers = answers
        self.form = application.call.newest_version_id
        self.files = sent_files(application, definition_for(application))

    @cached_property
    def sha256(self) -> str:
        """The fingerprint of the version that would be made."""
        return fingerprint(self.answers, list(map(_facts, self.files)), fingerprint_of(self.form))


def _freeze(
    application: Application, content: _Content, *, by: Actor, arrived_at: datetime, late: bool
) -> Version:
    before = latest(application)
    version = Version(
        id=uuid4(),
        application_id=application.id,
        n=before.n + 1 if before else 1,
        form_version_id=content.form,
        answers=content.answers,
        locale=application.locale,
        reason=Reason.REVISE if before else Reason.SUBMIT,
        arrived_at=arrived_at,
        stored_at=now(),
        late=late,
        by_kind=by.kind,
        by_key=by.key,
        sha256=content.sha256,
        check_code=new_check_code(),
        draft_revision=application.revision,
    )
    rows.add(version)
    rows.insert(VersionFile, *(_frozen(version, f, n) for n, f in enumerate(content.files)))
    earlier = application.versions if before else []
    set_committed_value(application, "versions", [*earlier, version])
    set_committed_value(version, "application", application)
    title = content.answers.get(definition_for(application).title_key)
    application.title = one_line(str(title or ""))[:2000]
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


def _frozen(version: Version, file: File, position: int) -> dict[str, Any]:
    mine = {"version_id": version.id, "file_id": file.id, "position": position}
    return mine | _words(file)


def _words(file: File) -> dict[str, str]:
    return {
        "caption": file.caption, "credit": file.credit, "alt": file.alt, "persons": file.persons
    }  # fmt: skip


def _facts(file: File) -> dict[str, str]:
    mine = {"question": file.key, "name": file.name, "sha256": file.sha256_received}
    return mine | _words(file)


def fingerprint(answers: dict[str, Any], files: list[dict[str, Any]], form: str) -> str:
    """Return the SHA-256 of a version's content as sorted JSON in UTF-8 without blanks."""
    content = {"answers": answers, "files": files, "form": form}
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def new_check_code() -> str:
    """Return a random code like `K7M3-9XQD-24HT`: 60 bits, enough where a hit tells nothing."""
    bits = secrets.randbits(60)
    letters = "".join([ALPHABET[bits >> 5 * n & 31] for n in range(12)])
    return f"{letters[:4]}-{letters[4:8]}-{letters[8:]}"


def number(application: Application, at: datetime) -> None:
    """Give the next number of the call. The row of the call is locked until the commit."""
    given = {"call_id": application.call_id}
    number: int = rows.connection().execute(_NEXT_NUMBER, given).scalar_one()
    application.number = number
    application.reference = f"{application.call.prefix}-{number:04}"
    application.submitted_at = at


def note_consents(application: Application, version: Version) -> None:
    """Keep each consent with the version of its text and the time; a no ends an earlier yes."""
    given: dict[str, Consent] = {}
    if version.n > 1:
        given = {one.kind: one for one in application.consents if one.withdrawn_at is None}
    fresh = []
    for key, kind in definition_under(version).consents:
        answer = version.answers.get(key) or {}
        agreed = answer.get("answer") == "yes"
        earlier = given.get(kind)
        if earlier and (not agreed or earlier.text_version != answer["version"]):
            earlier.withdrawn_at = version.arrived_at
        if agreed and (not earlier or earlier.text_version != answer["version"]):
            fresh.append({"kind": kind, "text_version": answer["version"]})
    common = {
        "application_id": application.id,
        "given_at": version.arrived_at,
        "channel": application.channel,
    }
    rows.insert(Consent, *(common | one for one in fresh))
    if fresh and "consents" in application.__dict__:
        db.session.expire(application, ["consents"])


def is_sent(application: Application) -> bool:
    """Return whether at least one version exists."""
    return application.status is not Status.DRAFT
