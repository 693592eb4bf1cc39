"""Writing a draft: begin, save, delete. Raw answers are kept as typed; nothing is cut."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy.orm.attributes import set_committed_value

from portal.applications import keys
from portal.applications.deadline import Closed, NotOpenYet, require_open
from portal.applications.deletions import Deletion
from portal.applications.models import Application
from portal.applications.policy import POLICY, Action
from portal.applications.queries import FileCounts, definition_for
from portal.calls.answers import is_asked
from portal.calls.checks import check
from portal.calls.definition import Definition
from portal.calls.models import Call
from portal.calls.moments import Phase, phase
from portal.calls.queries import definition_of
from portal.core import rows
from portal.core.actor import Actor
from portal.core.clock import now
from portal.core.db import db
from portal.core.text import one_line

KEEP_AFTER_CLOSING = timedelta(days=30)


@dataclass(frozen=True)
class Saved:
    """What became of a save: the new revision, its time, and the answers that came too late.

    `conflicts` maps the key of a question to the answer that stands in the draft; the answer from
    the later window was set aside beside it.
    """

    revision: int
    at: datetime
    conflicts: dict[str, Any] = field(default_factory=dict)


def start(call: Call, *, device: str, locale: str, at: datetime) -> Application:
    """Begin an empty draft that belongs to the browser with the key hash `device`.

    Raises `NotOpenYet` or `Closed` outside of the call's time.
    """
    if phase(call, at) is not Phase.OPEN:
        raise NotOpenYet if phase(call, at) is Phase.BEFORE else Closed
    application = _empty(call, locale, at)
    keys.give_first_device(application, device)
    return application


def begin(call: Call, *, locale: str, at: datetime) -> Application:
    """Return an empty draft that nobody holds a key to yet; the time of the call does not count."""
    return _empty(call, locale, at)


def _empty(call: Call, locale: str, at: datetime) -> Application:
    application = Application(
        id=uuid4(),
        call_id=call.id,
        form_version_id=call.newest_version_id,
        locale=locale,
        created_at=at,
        saved_at=at,
        draft=_prefilled(definition_of(call.newest_version_id)),
    )
    set_committed_value(application, "call", call)
    rows.add(application)
    return application


def _prefilled(definition: Definition) -> dict[str, Any]:
    questions = definition.questions.values()
    return {q.key: q.prefill for q in questions if q.type == "text" and q.prefill}


def save(  # noqa: PLR0913  (who, what, from where and when; each is needed)
    application: Application,
    answers: Mapping[str, Any],
    *,
    by: Actor,
    seen: int,
    window: str,
    at: datetime,
) -> Saved:
    """Keep raw `answers` in the draft.

    seen: the revision that the window showed. window: a random word of that window. An answer that
    another window changed since then is not overwritten: the new one is set aside and named among
    the conflicts, so that the person decides. Saving again with the new revision overwrites.
    Raises `Closed` after the end; `Forbidden` where nothing may be changed any more.
    """
    POLICY.require(by, Action.EDIT, application)
    require_open(application, at)
    conflicts = {}
    draft, marks, aside = dict(application.draft), dict(application.marks), dict(application.aside)
    for key, raw in answers.items():
        if draft.get(key) == raw or (key not in draft and not raw):
            _settle(aside, key, raw)
        elif _changed_elsewhere(marks.get(key), seen, window):
            aside[key] = {"answer": raw, "at": at.isoformat()}
            conflicts[key] = draft.get(key)
        else:
            draft[key] = raw
            _settle(aside, key, raw)
            marks[key] = [application.revision + 1, window, at.isoformat()]
    if draft != application.draft or aside != application.aside:
        application.draft, application.marks, application.aside = draft, marks, aside
        touch(application, at)
        _take_facts(application)
        rows.save(application)
    return Saved(application.revision, application.saved_at, conflicts)


def _settle(aside: dict[str, Any], key: str, raw: Any) -> None:
    """Forget what was set aside if it is what stands in the draft now; else a person decides."""
    if key in aside and aside[key]["answer"] == raw:
        del aside[key]


def take_aside(application: Application, key: str, *, by: Actor, at: datetime) -> None:
    """Put the answer that was set aside into the draft; the one that stood there is set aside."""
    POLICY.require(by, Action.EDIT, application)
    require_open(application, at)
    aside, draft, marks = dict(application.aside), dict(application.draft), dict(application.marks)
    late = aside.pop(key, None)
    if late is None:
        return
    if draft.get(key):
        aside[key] = {"answer": draft[key], "at": at.isoformat()}
    draft[key] = late["answer"]
    marks[key] = [application.revision + 1, "", at.isoformat()]
    application.aside, application.draft, application.marks = aside, draft, marks
    touch(application, at)
    _take_facts(application)


def drop_aside(application: Application, key: str, *, by: Actor, at: datetime) -> None:
    """Forget the answer that was set aside for a question."""
    POLICY.require(by, Action.EDIT, application)
    require_open(application, at)
    application.aside = {k: v for k, v in application.aside.items() if k != key}
    touch(application, at)


def _changed_elsewhere(mark: Any, seen: int, window: str) -> bool:
    """Return whether another window changed the answer after the revision `seen`."""
    return bool(mark) and mark[0] > seen and mark[1] != window


def touch(application: Application, at: datetime) -> None:
    """Note that the draft changed at `at`."""
    application.revision += 1
    application.saved_at = at
    application.warned_at = None
    application.form_version_id = application.call.newest_version_id


def _take_facts(application: Application) -> None:
    """Keep beside the answers what lists and letters need: title and the owner's address."""
    definition = definition_for(application)
    title = one_line(str(application.draft.get(definition.title_key) or ""))[:2000]
    if title != application.title and application.number is None:
        application.title = title
    address = owner_address(definition, application)
    if address and address != application.owner_email:
        application.owner_email = address
        application.owner_confirmed_at = None
        keys.kill_links(application)


def owner_address(definition: Definition, application: Application) -> str:
    """Return the address that owns the draft: the first owner question with a usable answer."""
    draft, files = application.draft, FileCounts(application)
    for key in definition.owner:
        question = definition.questions[key]
        found = check(question, draft.get(key))
        if found.value and is_asked(question, definition, draft, files):
            return str(found.value)
    return ""


def delete(application: Application, *, by: Actor, reason: str = "by_owner") -> list[str]:
    """Delete a draft with everything in it; return the storage keys whose bytes may go.

    A record without personal data stays. Raises `Forbidden` once it was sent.
    """
    POLICY.require(by, Action.DELETE_DRAFT, application)
    doomed = [key for file in application.files for key in stored_keys(file)]
    db.session.add(
        Deletion(
            application_id=application.id,
            call_id=application.call_id,
            reference=application.reference,
            reason=reason,
            by_kind=by.kind,
            at=now(),
        )
    )
    db.session.delete(application)
    return doomed


def stored_keys(file: Any) -> list[str]:
    """Return every storage key that a file uses."""
    copies = [str(key) for key in file.copies.values()]
    return [key for key in (file.received_key, file.stored_key, *copies) if key]
