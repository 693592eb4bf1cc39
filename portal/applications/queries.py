"""Reading applications. Each function costs a constant number of statements."""

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cached_property
from uuid import UUID

from sqlalchemy import bindparam, exists, func, inspect, select
from sqlalchemy.orm import joinedload, lazyload, with_expression

from portal.applications.models import (
    AccessKey,
    Application,
    File,
    FileState,
    Purpose,
    Version,
)
from portal.applications.workflow import Status
from portal.calls.definition import Definition
from portal.calls.models import Call
from portal.calls.queries import definition_of
from portal.core.clock import now
from portal.core.db import db

# These stand on each page of form or office. Made once, they cost half: SQLAlchemy knows them by
# heart.
_HELD = (
    select(Application)
    .join(AccessKey)
    .where(
        Application.id == bindparam("application_id"),
        AccessKey.purpose == Purpose.DEVICE,
        AccessKey.hash == bindparam("device"),
        AccessKey.expires_at > bindparam("moment"),
    )
)
_HAS_FILES = exists().where(File.application_id == Application.id)
_HELD_TO_READ = _HELD.options(with_expression(Application.has_files, _HAS_FILES))
_HELD_FOR_CHANGE = _HELD.with_for_update(of=Application)
_IN_CALL = (
    select(Application)
    .options(lazyload(Application.call))  # the caller has it
    .where(
        Application.id == bindparam("application_id"), Application.call_id == bindparam("call_id")
    )
)
_IN_CALL_FOR_CHANGE = _IN_CALL.with_for_update(of=Application)
_ANEW = (
    select(Application)
    .where(Application.id == bindparam("application_id"))
    .with_for_update(of=Application)
    .execution_options(populate_existing=True)
)
_FILE_STATES = select(File.key, File.state).where(
    File.application_id == bindparam("application_id"), File.removed_at.is_(None)
)


def held_by(device: str, application_id: UUID, *, for_change: bool = False) -> Application | None:
    """Return the application if the browser with this key hash holds a key to it.

    for_change locks the row, so that two requests that change it come one after the other.
    """
    if not device:
        return None
    query = _HELD_FOR_CHANGE if for_change else _HELD_TO_READ
    given = {"application_id": application_id, "device": device, "moment": now()}
    return db.session.scalar(query, given)


def in_call(call: Call, application_id: UUID, *, for_change: bool = False) -> Application | None:
    """Return an application of `call`; for_change locks its row."""
    query = _IN_CALL_FOR_CHANGE if for_change else _IN_CALL
    return db.session.scalar(query, {"application_id": application_id, "call_id": call.id})


def by_number(call: Call, typed: str) -> Application | None:
    """Return the received application of `call` with this number: `IP-2027-0004`, or only `4`."""
    digits = typed.strip().rpartition("-")[2]
    if not digits.isascii() or not digits.isdecimal() or len(digits) > 9:
        return None
    query = select(Application).where(
        Application.call_id == call.id, Application.number == int(digits)
    )
    return db.session.scalar(query)


def locked(application_id: UUID) -> Application | None:
    """Return an application with its row locked until the commit, for jobs that change it."""
    query = select(Application).where(Application.id == application_id)
    return db.session.scalar(query.with_for_update(of=Application))


def anew(application: Application) -> Application | None:
    """Return an application as it stands now, with its row locked; None if it is gone."""
    return db.session.scalar(_ANEW, {"application_id": application.id})


def on_device(device: str, call: Call) -> list[Application]:
    """Return the applications to `call` that this browser holds keys to, the latest first."""
    if not device:
        return []
    query = (
        select(Application)
        .join(AccessKey)
        .where(
            Application.call_id == call.id,
            AccessKey.purpose == Purpose.DEVICE,
            AccessKey.hash == device,
            AccessKey.expires_at > now(),
        )
        .order_by(Application.saved_at.desc())
    )
    return list(db.session.scalars(query))


def owned_by(address: str, call: Call) -> list[Application]:
    """Return the applications to `call` whose owner is `address` (any case), the latest first."""
    query = (
        select(Application)
        .where(
            Application.call_id == call.id,
            func.lower(Application.owner_email) == address.lower(),
            Application.owner_email != "",
        )
        .order_by(Application.saved_at.desc())
    )
    return list(db.session.scalars(query))


def definition_for(application: Application) -> Definition:
    """Return the definition under which a draft is written: always the call's newest."""
    return definition_of(application.call.newest_version_id)


def definition_under(version: Version) -> Definition:
    """Return the definition under which a version was sent."""
    return definition_of(version.form_version_id)


def draft_files(application: Application) -> list[File]:
    """Return the files of the draft, question by question in their order."""
    return [file for file in application.files if file.removed_at is None]


class FileCounts(Mapping[str, int]):
    """How many usable files each question of a draft has; read when the first is asked for."""

    def __init__(self, application: Application) -> None:
        self._application = application

    @cached_property
    def _counts(self) -> Counter[str]:
        return file_counts(self._application)

    def __getitem__(self, key: str) -> int:
        """Return the number for one question, 0 where it has no file."""
        return self._counts[key]

    def __iter__(self) -> Iterator[str]:
        """Yield the questions with files."""
        return iter(self._counts)

    def __len__(self) -> int:
        """Return how many questions have files."""
        return len(self._counts)


def file_counts(application: Application) -> Counter[str]:
    """Return how many usable files each file question of the draft has."""
    states = file_states(application)
    return Counter(key for key, state in states if state is not FileState.REFUSED)


def file_states(application: Application) -> list[tuple[str, FileState]]:
    """Return question and state of each file of the draft, without loading the files for it."""
    if application.has_files is False:
        return []
    if "files" in inspect(application).unloaded:
        rows = db.session.execute(_FILE_STATES, {"application_id": application.id})
        return [(key, state) for key, state in rows]
    return [(file.key, file.state) for file in draft_files(application)]


def latest(application: Application) -> Version | None:
    """Return the version that counts; a draft has none, and nothing is asked."""
    if application.status is Status.DRAFT:
        return None
    return application.versions[-1] if application.versions else None


def by_check_code(code: str) -> Version | None:
    """Return the version that bears this check code."""
    return db.session.scalar(
        select(Version).options(joinedload(Version.application)).where(Version.check_code == code)
    )


def drafts_of(call: Call) -> list[UUID]:
    """Return the ids of all drafts of a call."""
    query = select(Application.id).where(
        Application.call_id == call.id, Application.status == Status.DRAFT
    )
    return list(db.session.scalars(query))


def unsent_changes(application: Application) -> bool:
    """Return whether the draft of a sent application differs from what was sent."""
    version = latest(application)
    return version is not None and application.revision > version.draft_revision


def fresh_by_call(call_ids: list[UUID]) -> dict[UUID, int]:
    """Return how many applications of each call nobody of the office has begun to check."""
    rows = select(Application.call_id, func.count()).group_by(Application.call_id)
    fresh = rows.where(Application.call_id.in_(call_ids), Application.status == Status.SUBMITTED)
    found = db.session.execute(fresh) if call_ids else ()
    return {call_id: int(number) for call_id, number in found}
