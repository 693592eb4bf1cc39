"""Blacking out for the jury: passages, photos, pages; with who, why and undo."""

from typing import NamedTuple
from uuid import UUID

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue

from portal.accounts import queries as people
from portal.applications.drafts.renewing import newest
from portal.applications.jury import redacting
from portal.applications.jury.redacting import Piece, Redaction
from portal.applications.models import Application, VersionFile
from portal.applications.policy import POLICY, Action
from portal.applications.queries import definition_under
from portal.applications.reading import entries_of_version
from portal.calls.questions import AnyQuestion
from portal.core.db import transaction
from portal.core.errors import DomainError
from portal.core.i18n import gettext as _
from portal.office.cases.screening import CASE, REFUSED, bp
from portal.office.cases.working import way
from portal.office.frame import page
from portal.web.doors import person
from portal.web.rooms import work_on
from portal.web.touch import witness


class Answer(NamedTuple):
    """An answer as the jury will see it: lines, each cut at what is hidden."""

    question: AnyQuestion
    lines: list[list[Piece]]


class Picture(NamedTuple):
    """A file as the jury will see it: hidden as a whole, or some of its pages."""

    kept: VersionFile
    is_photo: bool
    hidden: Redaction | None
    pages: dict[int, Redaction | None]


@bp.get(f"{CASE}/black-out")
@work_on(Action.SEE)
def black_out(application: Application) -> ResponseReturnValue:
    """Show what the jury will see, with black bars."""
    witness(person(), "application_view", application)
    return _page(application)


def _page(application: Application, errors: list[tuple[str, str]] | None = None) -> str:
    rows = redacting.active(application)
    every = redacting.all_of(application)
    ids = {UUID(key) for row in every for key in (row.by_key, row.lifted_by) if key}
    return page(
        "office/black_out.html", application.call, area="caselist.show", application=application,
        answers=_answers(application, rows), pictures=_pictures(application, rows), rows=rows,
        lifted=[row for row in every if row.lifted_at], lost=redacting.lost(application),
        names={str(key): name for key, name in people.names_of(ids).items()},
        errors=errors or [], typed=request.form,
        labels=definition_under(newest(application)).questions,
        may_black=POLICY.allows(person(), Action.WORK, application),
    )  # fmt: skip


def _answers(application: Application, rows: list[Redaction]) -> list[Answer]:
    """Return the answers that the jury may read at all, in the order of the form."""
    version = newest(application)
    seen = {question.key for question in definition_under(version).seen_by("jury")}
    found = []
    for part in entries_of_version(version):
        for entry in part.entries:
            if entry.question.key not in seen or entry.files or entry.shown.kind == "missing":
                continue
            texts = entry.shown.entries or [entry.shown.text]
            mine = redacting.rows_for(rows, entry.question.key)
            lines = [redacting.pieces(text, mine) for text in texts if text]
            found.append(Answer(entry.question, lines))
    return [one for one in found if one.lines]


def _pictures(application: Application, rows: list[Redaction]) -> list[Picture]:
    version = newest(application)
    definition = definition_under(version)
    seen = {question.key for question in definition.seen_by("jury")}
    return [
        Picture(
            kept=kept,
            is_photo=definition.questions[kept.file.key].type == "photos",
            hidden=_row(rows, kept, None),
            pages={n: _row(rows, kept, n) for n in range(1, (kept.file.pages or 0) + 1)},
        )
        for kept in version.files
        if kept.file.key in seen
    ]


def _row(rows: list[Redaction], kept: VersionFile, page_n: int | None) -> Redaction | None:
    return next((r for r in rows if r.file_id == kept.file_id and r.page == page_n), None)


@bp.post(f"{CASE}/black-out")
@work_on(Action.WORK)
def hide(application: Application) -> ResponseReturnValue:
    """Black out a passage, a photo or a page."""
    reason = request.form.get("reason", "")
    file_id = request.form.get("file", type=UUID)
    try:
        with transaction():
            if file_id:
                redacting.hide_file(
                    application, file_id, reason=reason, by=person(),
                    page=request.form.get("page", type=int),
                )  # fmt: skip
            else:
                redacting.hide_passage(
                    application, request.form.get("passage", ""), reason=reason, by=person(),
                    key=request.form.get("key", ""),
                )  # fmt: skip
    except DomainError as refused:
        if not refused.message:
            raise
        field = "passage" if not file_id and request.form.get("reason", "").strip() else "reason"
        return _page(application, [(field, refused.message)]), REFUSED
    flash(_("Blacked out for the jury. What was sent stays as it is."))
    return redirect(way("screening.black_out", application), 303)


@bp.post(f"{CASE}/black-out/<uuid:redaction_id>/lift")
@work_on(Action.WORK)
def lift(application: Application, redaction_id: UUID) -> ResponseReturnValue:
    """Let the jury see it again."""
    with transaction():
        redacting.lift(application, redaction_id, by=person())
    flash(_("The jury sees it again."))
    return redirect(way("screening.black_out", application), 303)
