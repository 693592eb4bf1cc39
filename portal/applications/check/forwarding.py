"""Handing the eligible ones to the jury after a look at what is open; and taking them back."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from portal import audit, mail
from portal.applications.check import findings, marking
from portal.applications.check.marking import CheckMark
from portal.applications.correspondence import messages
from portal.applications.drafts.renewing import newest
from portal.applications.jury import redacting
from portal.applications.jury.redacting import Redaction
from portal.applications.models import Application, FileState, Version
from portal.applications.policy import POLICY
from portal.applications.queries import definition_under
from portal.applications.workflow import Move, Status
from portal.calls.models import Call
from portal.calls.wording import plain
from portal.core.actor import Actor
from portal.core.clock import now
from portal.core.db import db
from portal.core.errors import DomainError
from portal.core.i18n import gettext as _
from portal.core.i18n import language, ngettext
from portal.core.text import normalise

# The room of scores says whether somebody has sent a score for an application.
IS_SCORED: list[Callable[[UUID], bool]] = []


@dataclass(frozen=True)
class OpenPoint:
    """Something that is not settled. `stops`: it must be settled before the jury reads."""

    what: str
    stops: bool = False


@dataclass(frozen=True)
class Candidate:
    """An eligible application with what is still open."""

    application: Application
    points: list[OpenPoint]

    @property
    def may_go(self) -> bool:
        """Whether nothing stops it."""
        return not any(point.stops for point in self.points)


@dataclass(frozen=True)
class _Around:
    """What stands beside several applications, by id, loaded with one query each."""

    marks: dict[UUID, list[CheckMark]]
    twins: dict[UUID, list[Application]]
    redactions: dict[UUID, list[Redaction]]
    held: dict[UUID, int]
    unread: dict[UUID, int]


def _around(ids: Collection[UUID]) -> _Around:
    return _Around(
        marks=marking.marks_on(ids),
        twins=findings.twins_of(ids),
        redactions=redacting.active_on(ids),
        held=mail.held_about(ids),
        unread=messages.unread_on(ids),
    )


def candidates(call: Call) -> list[Candidate]:
    """Return the eligible applications of a call by number, each with its open points.

    The number of statements does not depend on how many there are.
    """
    rows = (
        select(Application)
        .where(Application.call_id == call.id, Application.status == Status.ELIGIBLE)
        .options(selectinload(Application.versions).selectinload(Version.files))
        .order_by(Application.number)
    )
    found = db.session.scalars(rows).all()
    around = _around([one.id for one in found])
    return [Candidate(one, _points(one, around)) for one in found]


def open_points(application: Application) -> list[OpenPoint]:
    """Return what is still open before the jury gets the application."""
    return _points(application, _around([application.id]))


def _points(application: Application, around: _Around) -> list[OpenPoint]:
    return [
        *_nominee(application),
        *_files(application),
        *_checks(application, around),
        *_redactions(application, around),
        *_letters(around.held.get(application.id, 0)),
        *_unread(around.unread.get(application.id, 0)),
    ]


def _nominee(application: Application) -> list[OpenPoint]:
    key = definition_under(newest(application)).nominee_agrees_key
    if not key or key not in newest(application).answers:
        return []
    if application.nominee_answer == "no":
        return [OpenPoint(_("The nominee objects. It must not go to the jury."), stops=True)]
    agreed = newest(application).answers[key] == "yes" or application.nominee_answer == "yes"
    return [] if agreed else [OpenPoint(_("The nominee has not agreed yet."), stops=True)]


def _files(application: Application) -> list[OpenPoint]:
    files = [one.file for one in newest(application).files]
    waiting = sum(file.state is FileState.CHECKING for file in files)
    unscanned = sum(f.scan == "not_scanned" for f in files if f.state is FileState.READY)
    points = []
    if waiting:
        words = ngettext("%(num)s file is still being checked.",
                         "%(num)s files are still being checked.", waiting)  # fmt: skip
        points.append(OpenPoint(words, stops=True))
    if unscanned:
        points.append(
            OpenPoint(
                ngettext(
                    "%(num)s file was not scanned.", "%(num)s files were not scanned.", unscanned
                )
            )
        )
    return points


def _checks(application: Application, around: _Around) -> list[OpenPoint]:
    panel = marking.panel(
        application,
        marks=around.marks.get(application.id, []),
        twins=around.twins.get(application.id, []),
    )
    names = [plain(line.item.text, language()) for line in panel.open]
    return [OpenPoint(_("Formal check open: %(names)s", names=", ".join(names)))] if names else []


def _redactions(application: Application, around: _Around) -> list[OpenPoint]:
    lost = redacting.lost(application, around.redactions.get(application.id, []))
    if not lost:
        return []
    return [
        OpenPoint(
            ngettext(
                "%(num)s blacked out passage is no longer in the newest version.",
                "%(num)s blacked out passages are no longer in the newest version.",
                len(lost),
            )
        )
    ]


def _letters(held: int) -> list[OpenPoint]:
    if not held:
        return []
    return [
        OpenPoint(
            ngettext(
                "%(num)s letter waits to be released.", "%(num)s letters wait to be released.", held
            )
        )
    ]


def _unread(count: int) -> list[OpenPoint]:
    if not count:
        return []
    return [
        OpenPoint(ngettext("%(num)s message is unread.", "%(num)s messages are unread.", count))
    ]


def forward(application: Application, *, by: Actor, note: str = "") -> None:
    """Hand an eligible application to the jury; raise `DomainError` if something stops it."""
    POLICY.require(by, Move.FORWARD_TO_JURY, application)
    if stops := [point.what for point in open_points(application) if point.stops]:
        raise DomainError(" ".join(stops))
    application.make_move(Move.FORWARD_TO_JURY, by=by, at=now(), note=normalise(note)[:4000])
    audit.record(by, Move.FORWARD_TO_JURY, application)


def recall(application: Application, *, by: Actor, reason: str) -> None:
    """Take an application back from the jury as long as no one has scored it."""
    POLICY.require(by, Move.RECALL, application)
    why = normalise(reason).strip()[:4000]
    if not why:
        raise DomainError(_("Write why it is taken back from the jury."))
    if any(is_scored(application.id) for is_scored in IS_SCORED):
        raise DomainError(_("Somebody has scored it already. It stays with the jury."))
    application.make_move(Move.RECALL, by=by, at=now(), note=why)
    audit.record(by, Move.RECALL, application)


def with_jury(call: Call) -> Sequence[Application]:
    """Return the applications that the jury has and nobody scored to the end, by number."""
    rows = select(Application).where(
        Application.call_id == call.id, Application.status == Status.WITH_JURY
    )
    return db.session.scalars(rows.order_by(Application.number)).all()
