"""What stands around the dossiers of a binder: cover, what changed, contents, for whom, when."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select

from portal import storage
from portal.applications.jury import jurysight
from portal.applications.jury.judging import Conflict, Juror, Tie
from portal.applications.models import Application
from portal.core.db import db
from portal.core.i18n import format_date
from portal.core.i18n import gettext as _
from portal.core.text import one_line
from portal.documents import dossier as sheets
from portal.documents.contents import Content
from portal.documents.dossier import BinderContent, BinderContents, BinderLine, Change
from portal.documents.models import Document, DocumentState
from portal.scoring.binder import binders
from portal.scoring.binder import dossier as dossiers
from portal.scoring.binder.binders import BODY, Binder, BinderState
from portal.scoring.binder.dossier import Dossier
from portal.scoring.binder.dossier_content import said, sender_of

Pairs = Mapping[UUID, tuple[Dossier, Document]]


class Part(NamedTuple):
    """One application in a binder; path: None if its dossier could not be made.

    pages: 0 while they were never counted. sha256: of the dossier's bytes.
    """

    application_id: UUID
    dossier_id: UUID
    digest: str
    number: str
    version_n: int
    title: str
    organisation: str
    pages: int
    path: Path | None
    sha256: str


class Frame(NamedTuple):
    """For whom and when a binder is made. It reads nothing from the database any more.

    earlier: the copy that the juror has. tied: what must not be named, for a conflict. kept: the
    bodies of the call that were bound already.
    """

    juror: Juror
    made_at: datetime
    parts: Sequence[Part]
    earlier: Binder | None
    tied: frozenset[UUID]
    waiting: int
    kept: Sequence[dict[str, Any]]


def parts_of(juror: Juror, applications: Sequence[Application], pairs: Pairs) -> list[Part]:
    """Return the parts in the order of `applications`, with the words that the jury may read."""
    definition = juror.definition
    keys = [definition.title_key, *definition.name_keys]
    seen = jurysight.answers_of([a.id for a in applications], keys)
    return [
        _part(
            application,
            pairs[application.id],
            jurysight.title_of(definition, seen[application.id].answers),
            jurysight.name_of(definition, seen[application.id].answers),
        )
        for application in applications
    ]


def _part(
    application: Application, pair: tuple[Dossier, Document], title: str, organisation: str
) -> Part:
    dossier, document = pair
    return Part(
        application_id=application.id,
        dossier_id=dossier.id,
        digest=dossier.digest,
        number=str(application.reference),
        version_n=document.version_n,
        title=title,
        organisation=organisation,
        pages=dossier.pages,
        path=_path(document),
        sha256=document.sha256,
    )


def _path(document: Document) -> Path | None:
    if document.state is not DocumentState.MADE:
        return None
    return storage.store().path(document.storage_key)


def lines(parts: Sequence[Part], front: int) -> list[BinderLine]:
    """Return where each part begins if `front` pages stand before the first."""
    page, found = front + 1, []
    for part in parts:
        held = part.path is not None
        found.append(BinderLine(
            number=part.number,
            title=part.title,
            organisation=part.organisation,
            version_n=part.version_n,
            first_page=page if held else 0,
            pages=part.pages if held else 0,
            note="" if held else _("The dossier could not be made. Read it in the reading room."),
        ))  # fmt: skip
        page += found[-1].pages
    return found


def cover(frame: Frame, front: int) -> Content:
    """Return cover and changes if `front` pages stand before the first dossier."""
    definition = frame.juror.definition
    told = lines(frame.parts, front)
    earlier = frame.earlier
    return sheets.binder(
        BinderContent(
            sender=sender_of(definition),
            call_title=said(definition.title),
            person=one_line(frame.juror.user.called),
            made_at=frame.made_at,
            zone=definition.zone,
            held=sum(line.first_page > 0 for line in told),
            pages=front + sum(line.pages for line in told),
            shuffled=definition.jury.shuffle,
            waiting=frame.waiting,
            earlier_at=earlier.made_at if earlier else None,
            changes=tuple(changes(frame, told)),
        )
    )


def contents(frame: Frame, front: int) -> BinderContents:
    """Return the contents if `front` pages stand before the first dossier."""
    definition = frame.juror.definition
    told = tuple(lines(frame.parts, front))
    return BinderContents(sender_of(definition), said(definition.title), told)


def changes(frame: Frame, told: Sequence[BinderLine]) -> Iterator[Change]:
    """Yield what is different from the juror's copy; what a conflict hides is not named."""
    if frame.earlier is None:
        return
    had = {UUID(part["application"]): part for part in frame.earlier.parts}
    for part, line in zip(frame.parts, told, strict=True):
        was = had.pop(part.application_id, None)
        if was is None or was["digest"] != part.digest:
            kind, before = ("changed", was["version_n"]) if was else ("new", 0)
            yield Change(kind, line.number, line.title, before, line.version_n, line.first_page)
    for application_id, was in had.items():
        if application_id not in frame.tied:
            version = was["version_n"]
            yield Change("gone", was["reference"], was["title"], version, version, 0)


def stamps(frame: Frame) -> Content:
    """Return the words for all pages: for whom, and when; each page names its version itself."""
    definition = frame.juror.definition
    day = format_date(frame.made_at, "long", definition.zone)
    words = _("For %(name)s · %(day)s", name=one_line(frame.juror.user.called), day=day)
    return sheets.stamps(sheets.Stamps(sender_of(definition), words))


def blank_stamps(frame: Frame) -> Content:
    """Return the same for nobody yet, with the digits of page numbers."""
    return sheets.stamps(sheets.Stamps(sender_of(frame.juror.definition)))


def as_kept(frame: Frame, told: Sequence[BinderLine]) -> list[dict[str, Any]]:
    """Return the parts as the row of a binder keeps them."""
    return [
        {
            "application": str(part.application_id),
            "reference": line.number,
            "title": part.title,
            "version_n": part.version_n,
            "digest": part.digest,
            "first_page": line.first_page,
            "pages": line.pages,
        }
        for part, line in zip(frame.parts, told, strict=True)
    ]


def frame_of(juror: Juror, binder: Binder, made_at: datetime) -> tuple[Frame, Pairs]:
    """Return for whom, when and what, as it is now, and the dossiers (ordered if missing)."""
    applications = binders.wanted(juror)
    pairs = dossiers.order(applications, dossiers.states(applications, juror.definition))
    frame = Frame(
        juror=juror,
        made_at=made_at,
        parts=parts_of(juror, applications, pairs),
        earlier=binders.copy_of(juror, binder),
        tied=_tied(juror),
        waiting=binders.waiting(juror),
        kept=_kept(juror),
    )
    return frame, pairs


def _kept(juror: Juror) -> list[dict[str, Any]]:
    rows = select(Binder.files).where(
        Binder.call_id == juror.call.id, Binder.state == BinderState.READY
    )
    return [files[BODY] for files in db.session.scalars(rows) if BODY in files]


def _tied(juror: Juror) -> frozenset[UUID]:
    rows = select(Conflict.application_id).where(
        Conflict.user_id == juror.user.id,
        Conflict.tie != Tie.NONE,
        Conflict.lifted_at.is_(None),
    )
    return frozenset(db.session.scalars(rows))
