"""The dossier of an application: what it is made of, and when it has to be made anew.

Page and dossier come from one reading view. A fingerprint over everything that goes into it decides
whether a finished dossier is still right; nothing else does.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from portal.applications.jury import jurysight
from portal.applications.models import Application, File, Version, VersionFile
from portal.calls.definition import Definition
from portal.core.db import Model, db
from portal.core.i18n import BINDING
from portal.documents import usecases as documents
from portal.documents.models import Document
from portal.documents.templates import version_of

KIND = "dossier"
# What of a call is seen in a dossier, or decides what is seen.
OF_CALL = {"prize", "title", "zone", "contact", "criteria", "scale", "jury", "title_key",
           "name_keys"}  # fmt: skip


class Dossier(Model):
    """A dossier in one state; its PDF is the document about it. pages: 0 until it was counted."""

    __tablename__ = "dossier"
    __table_args__ = (UniqueConstraint("version_id", "digest"),)

    application_id: Mapped[UUID] = mapped_column(
        ForeignKey("application.id", ondelete="CASCADE"), index=True
    )
    version_id: Mapped[UUID] = mapped_column(ForeignKey("version.id", ondelete="CASCADE"))
    digest: Mapped[str] = mapped_column(String(64))
    pages: Mapped[int] = mapped_column(default=0)


class State(NamedTuple):
    """Which dossier is right for an application today."""

    version_id: UUID
    version_n: int
    digest: str


def states(applications: Sequence[Application], newest: Definition) -> dict[UUID, State]:
    """Return the state of each dossier by application, in three statements for any number."""
    return states_of([application.id for application in applications], newest)


def states_of(ids: Sequence[UUID], newest: Definition) -> dict[UUID, State]:
    """Return the state of each dossier by the application's id."""
    versions = db.session.execute(
        select(Application.id, Version.id, Version.n, Version.form_version_id)
        .join(Version, (Version.application_id == Application.id)
              & (Version.n == jurysight.newest_n()))
        .where(Application.id.in_(ids))
    ).all()  # fmt: skip
    files = _files([row[1] for row in versions])
    black = jurysight.blacked_out(ids)
    call = _of_call(newest) + version_of(KIND)
    found = {}
    for application_id, version_id, n, form_id in versions:
        hidden = sorted(str(row.id) for row in black.get(application_id, ()))
        digest = _digest(call, version_id, form_id, files.get(version_id, []), hidden)
        found[application_id] = State(version_id, n, digest)
    return found


def _files(version_ids: list[UUID]) -> dict[UUID, list[Any]]:
    rows = (
        select(VersionFile.version_id, File.id, File.state, File.sha256_stored)
        .join(File, File.id == VersionFile.file_id)
        .where(VersionFile.version_id.in_(version_ids))
        .order_by(VersionFile.version_id, VersionFile.position)
    )
    found: dict[UUID, list[Any]] = {}
    for version_id, *facts in db.session.execute(rows):
        found.setdefault(version_id, []).append([str(fact) for fact in facts])
    return found


def _digest(*parts: Any) -> str:
    return sha256(json.dumps(parts, default=str).encode()).hexdigest()


def _of_call(newest: Definition) -> str:
    return sha256(newest.model_dump_json(include=OF_CALL).encode()).hexdigest()


def order(
    applications: Sequence[Application], found: dict[UUID, State]
) -> dict[UUID, tuple[Dossier, Document]]:
    """Return the dossier of each application, ordered in the caller's transaction where missing."""
    there = _there([state.version_id for state in found.values()])
    return {
        application.id: there.get((state.version_id, state.digest)) or _add(application, state)
        for application in applications
        if (state := found.get(application.id))
    }


def _there(version_ids: Iterable[UUID]) -> dict[tuple[UUID, str], tuple[Dossier, Document]]:
    rows = (
        select(Dossier, Document)
        .join(Document, (Document.about == Dossier.id) & (Document.kind == KIND))
        .where(Dossier.version_id.in_(list(version_ids)))
    )
    return {
        (row[0].version_id, row[0].digest): (row[0], row[1]) for row in db.session.execute(rows)
    }


def _add(application: Application, state: State) -> tuple[Dossier, Document]:
    dossier = Dossier(
        application_id=application.id, version_id=state.version_id, digest=state.digest
    )
    db.session.add(dossier)
    db.session.flush()
    document = documents.order(
        KIND,
        about=dossier.id,
        number=str(application.reference),
        version_n=state.version_n,
        language=BINDING,
    )
    return dossier, document


def made(application: Application, newest: Definition) -> Document | None:
    """Return the dossier as it must be today, None while it was not ordered."""
    state = states([application], newest).get(application.id)
    pair = _there([state.version_id]).get((state.version_id, state.digest)) if state else None
    return pair[1] if pair else None


def forget_lost() -> None:
    """Delete the documents of dossiers that went with their application."""
    lost = select(Document).where(Document.kind == KIND, Document.about.not_in(select(Dossier.id)))
    for document in db.session.scalars(lost):
        documents.forget(document.about)


def forget_outdated(keep: Mapping[UUID, str]) -> None:
    """Delete the rows of dossiers in other states; `sweep` removes the bytes.

    keep: the digest that is right by application.
    """
    for dossier in db.session.scalars(select(Dossier).where(Dossier.application_id.in_(keep))):
        if dossier.digest != keep[dossier.application_id]:
            documents.forget(dossier.id)
            db.session.delete(dossier)
