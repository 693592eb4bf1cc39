"""Actions on many applications: a registry, a preview of each, the run, and the way back.

A room registers its actions when it is imported; each acts on one application at a time, behind a
savepoint of its own, so one refusal stops only that one.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from portal import audit
from portal.accounts.models import User
from portal.applications.desk_models import BulkRun
from portal.applications.models import Application
from portal.applications.queries import in_call
from portal.applications.workflow import MoveNotPossible
from portal.calls.models import Call
from portal.core.clock import now
from portal.core.db import db
from portal.core.errors import DomainError, Forbidden, NotFound
from portal.core.i18n import gettext as _

MOST = 2000  # one action on more would hold the database for too long
UNDO_FOR = timedelta(hours=24)
Wish = dict[str, str]
LEAVE_OUT = "leave_out"  # the wish that leaves out what something speaks against
Doubts = dict[UUID, list[tuple[str, str]]]


@dataclass(frozen=True)
class Field:
    """What an action asks: a select with `options`, or a line of text without any."""

    name: str
    label: str
    options: list[tuple[str, str]] = field(default_factory=list)
    required: bool = True


@dataclass(frozen=True)
class Bulk:
    """An action on many.

    label: its button, in the present language. fields: what it asks first, for a call. preview:
    why one application is left out, empty if it is not. run: does it with one application and
    returns what `undo` needs (JSON), None if nothing changed. undo: None if there is no way back.
    leads_to: an action that has pages of its own; the chosen ids or the list's query go there.
    doubts: what speaks against it though it can be done, by application, each in a few words and
    the shape that stands before them; with the wish `LEAVE_OUT` `preview` must refuse these.
    """

    name: str
    label: Callable[[], str]
    preview: Callable[[Application, Wish, User], str]
    run: Callable[[Application, Wish, User], Any]
    undo: Callable[[Application, Any, User], None] | None = None
    fields: Callable[[Call], list[Field]] = lambda _call: []
    leads_to: str = ""
    doubts: Callable[[Sequence[Application]], Doubts] = lambda _found: {}


BULKS: dict[str, Bulk] = {}


def register(
    name: str,
    label: Callable[[], str],
    preview: Callable[[Application, Wish, User], str],
    run: Callable[[Application, Wish, User], Any],
    undo: Callable[[Application, Any, User], None] | None = None,
    **more: Any,
) -> None:
    """Offer an action on many under `name`; see `Bulk` for what each part does."""
    BULKS[name] = Bulk(name, label, preview, run, undo, **more)


def register_page(name: str, label: Callable[[], str], endpoint: str) -> None:
    """Offer an action that has pages of its own.

    The page at `endpoint` gets `slug` and, in the query, either `id` (several) or the query of the
    list, marked by `of=list`.
    """
    BULKS[name] = Bulk(name, label, lambda *_: "", lambda *_: None, leads_to=endpoint)


@dataclass
class Plan:
    """What would happen: `able` in order, `unable` with a sentence why not.

    doubted: those of the able that something speaks against, with what it is.
    """

    able: list[Application] = field(default_factory=list)
    unable: list[tuple[Application, str]] = field(default_factory=list)
    doubted: list[tuple[Application, list[tuple[str, str]]]] = field(default_factory=list)

    @property
    def sure(self) -> list[Application]:
        """Those of the able that nothing speaks against."""
        doubted = {one.id for one, _points in self.doubted}
        return [one for one in self.able if one.id not in doubted]


def plan(bulk: Bulk, found: Iterable[Application], wish: Wish, by: User) -> Plan:
    """Return what `bulk` would do with each of `found`."""
    made = Plan()
    for application in found:
        why = bulk.preview(application, wish, by)
        if why:
            made.unable.append((application, why))
        else:
            made.able.append(application)
    doubts = bulk.doubts(made.able)
    made.doubted = [(one, doubts[one.id]) for one in made.able if one.id in doubts]
    return made


def applications_of(call: Call, ids: Sequence[UUID]) -> list[Application]:
    """Return the applications of `call` among `ids`, in that order."""
    if len(ids) > MOST:
        raise DomainError(_("Choose at most %(num)s applications at once.", num=MOST))
    rows = select(Application).where(Application.call_id == call.id, Application.id.in_(ids))
    found = {one.id: one for one in db.session.scalars(rows)}
    return [found[one] for one in dict.fromkeys(ids) if one in found]


@dataclass
class Done:
    """What a run did, and what it left out with a sentence why."""

    run: BulkRun
    changed: int = 0
    refused: list[tuple[Application, str]] = field(default_factory=list)


def do(bulk: Bulk, call: Call, ids: Sequence[UUID], wish: Wish, by: User) -> Done:
    """Do it with each application that can; keep how it was before."""
    run = BulkRun(call_id=call.id, by_id=by.id, name=bulk.name, wish=dict(wish), before={},
                  left_out={})  # fmt: skip
    done = Done(run)
    for application in applications_of(call, ids):
        locked = in_call(call, application.id, for_change=True)
        if locked is None:
            continue
        try:
            with db.session.begin_nested():
                before = _once(bulk, locked, wish, by)
        except DomainError as refused:
            db.session.refresh(locked)
            done.refused.append((locked, sentence(refused)))
            run.left_out[str(locked.id)] = sentence(refused)
            continue
        if before is not None:
            run.before[str(locked.id)] = before
    done.changed = len(run.before)
    db.session.add(run)
    db.session.flush()
    audit.record(by, "bulk", run, name=bulk.name, changed=done.changed)
    return done


def _once(bulk: Bulk, application: Application, wish: Wish, by: User) -> Any:
    why = bulk.preview(application, wish, by)
    if why:
        raise DomainError(why)
    return bulk.run(application, wish, by)


def sentence(refused: DomainError) -> str:
    """Return why something was refused, also where the error has no words of its own."""
    if isinstance(refused, MoveNotPossible):
        return _("This is not possible any more: the application has moved on.")
    return refused.message or _("You may not do this with this application.")


def run_of(call: Call, run_id: UUID, by: User) -> BulkRun:
    """Return an own run of the last day; raise `NotFound`."""
    run = db.session.get(BulkRun, run_id)
    if run is None or run.call_id != call.id or run.by_id != by.id:
        raise NotFound
    return run


def can_undo(run: BulkRun) -> bool:
    """Return whether there is a way back from `run`."""
    bulk = BULKS.get(run.name)
    return bool(
        bulk and bulk.undo and run.before and run.undone_at is None and now() - run.at < UNDO_FOR
    )


def undo(call: Call, run: BulkRun, by: User) -> Done:
    """Take a run back where nobody changed the same thing since."""
    bulk = BULKS[run.name]
    if not can_undo(run) or bulk.undo is None:
        raise Forbidden
    done = Done(run)
    for key, before in run.before.items():
        application = in_call(call, UUID(key), for_change=True)
        if application is None:
            continue
        try:
            with db.session.begin_nested():
                bulk.undo(application, before, by)
        except DomainError as refused:
            db.session.refresh(application)
            done.refused.append((application, sentence(refused)))
        else:
            done.changed += 1
    run.undone_at = now()
    audit.record(by, "bulk_undo", run, name=run.name, changed=done.changed)
    return done
