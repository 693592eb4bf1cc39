"""A new version of what was sent, made of the newest one and some changed answers."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

from portal.applications import reactions
from portal.applications.drafts.sending import fingerprint, new_check_code, note_consents
from portal.applications.models import Application, File, Reason, Version, VersionFile
from portal.applications.queries import definition_under, latest
from portal.applications.search import indexing
from portal.calls.answers import asked
from portal.calls.definition import Definition
from portal.calls.retyped import raw_of
from portal.core.actor import Actor
from portal.core.clock import now
from portal.core.db import db
from portal.core.text import one_line

WORDS = ("caption", "credit", "alt", "persons")


def newest(application: Application) -> Version:
    """Return the version that counts; `ValueError` before anything was sent."""
    version = latest(application)
    if version is None:
        raise ValueError("nothing was sent")
    return version


def renew(  # noqa: PLR0913  (who, when and why)
    application: Application,
    changes: Mapping[str, Any],
    *,
    reason: Reason,
    by: Actor,
    at: datetime,
    note: str = "",
    files: Iterable[File] | None = None,
) -> Version:
    """Add a version in which the cleaned answers `changes` replace the earlier ones; return it.

    A change to None takes an answer away. files: the files of the new version in their order
    (default: those of the newest version with the words beside them). The form stays the one under
    which the answers were given, and the draft follows, so that nobody sends the old answer again.
    """
    before = newest(application)
    definition = definition_under(before)
    kept = [_same(one) for one in before.files] if files is None else [_of(f) for f in files]
    for position, one in enumerate(kept):
        one.position = position
    answers = _still_asked(definition, {**before.answers, **changes}, kept)
    version = Version(
        id=uuid4(),
        n=before.n + 1,
        form_version_id=before.form_version_id,
        answers=answers,
        locale=application.locale,
        reason=reason,
        arrived_at=at,
        stored_at=now(),
        late=before.late,
        by_kind=by.kind,
        by_key=by.key,
        sha256=fingerprint(answers, [_facts(one) for one in kept], before.form_version.sha256),
        check_code=new_check_code(),
        draft_revision=before.draft_revision,
        note=note,
        files=kept,
    )
    application.versions.append(version)
    application.title = one_line(str(answers.get(definition.title_key) or ""))[:2000]
    _follow(application, definition, changes)
    db.session.flush()
    indexing.note(application, version)
    note_consents(application, version)
    reactions.order_receipt(version, fresh=True)
    return version


def raw_answers(definition: Definition, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answers of a version as a person would have typed them."""
    known = definition.questions
    return {key: raw_of(known[key], value) for key, value in answers.items() if key in known}


def _still_asked(
    definition: Definition, answers: Mapping[str, Any], files: list[VersionFile]
) -> dict[str, Any]:
    given = {key: value for key, value in answers.items() if value is not None}
    counts: dict[str, int] = {}
    for one in files:
        counts[one.file.key] = counts.get(one.file.key, 0) + 1
    keys = {q.key for q in asked(definition, raw_answers(definition, given), counts)}
    return {key: value for key, value in given.items() if key in keys}


def _follow(application: Application, definition: Definition, changes: Mapping[str, Any]) -> None:
    """Let the draft say what the version says."""
    typed = {key: raw_of(definition.questions[key], value) for key, value in changes.items()}
    application.draft = {**application.draft, **typed}
    application.aside = {k: v for k, v in application.aside.items() if k not in changes}


def _same(one: VersionFile) -> VersionFile:
    return VersionFile(file=one.file, **{word: getattr(one, word) for word in WORDS})


def _of(file: File) -> VersionFile:
    return VersionFile(file=file, **{word: getattr(file, word) for word in WORDS})


def _facts(one: VersionFile) -> dict[str, Any]:
    words = {word: getattr(one, word) for word in WORDS}
    return {
        "question": one.file.key, "name": one.file.name, "sha256": one.file.sha256_received, **words
    }  # fmt: skip
