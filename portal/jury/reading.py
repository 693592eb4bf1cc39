"""One application beside the juror's sheet: saved while one scores, sent, taken back."""

import secrets
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any, cast

from babel.numbers import format_decimal
from flask import Blueprint, flash, get_flashed_messages, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.applications.jury.judging import Juror
from portal.applications.jury.jurysight import reading_of
from portal.core.db import transaction
from portal.core.errors import DomainError
from portal.core.i18n import gettext as _
from portal.core.i18n import locale
from portal.jury.frame import href_of, page
from portal.scoring.rank import sight
from portal.scoring.sheet import modes, ordering, sending, sheets, shelf
from portal.scoring.sheet.sheets import Saved, Window
from portal.scoring.sheet.shelf import Spot
from portal.web.doors import person
from portal.web.filters import clock_time
from portal.web.jury import case_page, laid_out
from portal.web.touch import witness

bp = Blueprint("reading", __name__)
WRONG, STALE = 422, 409
KINDS = ("info", "success", "warning", "danger")
IN_SHEET = "sheet-"  # before the kind of what is told beside the buttons of the sheet


@bp.get("/<slug>/jury/applications/<uuid:application_id>")
@case_page()
def show(juror: Juror, spot: Spot) -> ResponseReturnValue:
    """Show the application and the sheet; who looked at it stands in the log."""
    witness(person(), "jury_read", spot.application, version=spot.version.n)
    return _page(juror, spot)


def _page(juror: Juror, spot: Spot, **more: Any) -> str:
    found = laid_out()
    before, after = shelf.neighbours(found, spot.application.id)
    done, total = shelf.progress(found)
    asked = modes.fields(juror.definition, of=total)
    values = sheets.values_of(spot.sheet) if spot.sheet else {}
    told = cast("list[tuple[str, str]]", get_flashed_messages(with_categories=True))
    in_sheet = [(kind.removeprefix(IN_SHEET), said) for kind, said in told if IN_SHEET in kind]
    shown: dict[str, Any] = {"fault": "", "given": values} | more
    return page(
        "jury/reading.html",
        juror,
        spot=spot,
        sheet=spot.sheet,
        reading=reading_of(spot.application, juror.definition, spot.version),
        before=before,
        after=after,
        next_spot=shelf.next_spot(found, spot.application.id),
        done=done,
        total=total,
        fields=asked,
        mean=modes.total(asked, spot.sheet.scores) if spot.sheet else None,
        is_open=sheets.is_open(spot.application),
        others=sending.others(juror, spot),
        hides_points=sight.hides_points(juror),
        spent=sending.spent(juror) if juror.definition.jury.mode == "points" else 0,
        saved=_saved_words(juror, spot),
        sheet_told=in_sheet,
        page_told=[(kind if kind in KINDS else "success", said)
                   for kind, said in told if IN_SHEET not in kind],
        missing=_missing(spot, asked) if "danger" in dict(in_sheet) else (),
        window=secrets.token_urlsafe(9),
        limit=sheets.LONGEST,
        aside=_aside(spot, asked),
        errors=[("sheet", shown["fault"])] if shown["fault"] else [],
        **shown,
    )  # fmt: skip


def _missing(spot: Spot, asked: tuple[modes.Field, ...]) -> tuple[str, ...]:
    return tuple(f.key for f in modes.missing(asked, spot.sheet.scores if spot.sheet else {}))


def _saved_words(juror: Juror, spot: Spot) -> str:
    if spot.sheet is None:
        return ""
    return _("Saved at %(time)s", time=clock_time(spot.sheet.saved_at, juror.definition.zone))


def _aside(spot: Spot, asked: tuple[modes.Field, ...]) -> list[tuple[str, str, str]]:
    """Return what came too late from another window: field, its name, what was typed there."""
    names = {sheets.SCORE + f.key: f.name for f in asked}
    names |= {"comment": _("Comment for the jury"), "private_note": _("Private note")}
    kept = spot.sheet.aside if spot.sheet else {}
    return [(key, names[key], str(value)) for key, value in kept.items() if key in names]


@bp.post("/<slug>/jury/applications/<uuid:application_id>")
@case_page()
def change(juror: Juror, spot: Spot) -> ResponseReturnValue:
    """Do what the pressed button says; a script only saves and is told so as JSON."""
    by_script = request.accept_mimetypes.best == "application/json"
    go = "save" if by_script else request.form.get("go", "save")
    try:
        with transaction():
            saved = _done(juror, spot, go)
    except DomainError as fault:
        if not fault.message:
            raise
        return _refused(juror, spot, fault, by_script=by_script)
    if by_script:
        return jsonify(
            revision=saved.revision,
            sentence=_("Saved at %(time)s", time=clock_time(saved.at, juror.definition.zone)),
            asked=[],
            conflicts=list(saved.conflicts),
            conflict_sentence=_(
                "Another window of yours changed this. Reload the page to see both."
            ),
        )
    return redirect(_onward(juror, spot, go, saved), 303)


def _done(juror: Juror, spot: Spot, go: str) -> Saved:
    if go == "take_back":
        sheet = sending.take_back(juror, spot.application)
        return Saved(sheet.revision, sheet.saved_at)
    window = Window(request.form.get("window", "")[:40], request.form.get("revision", 0, int))
    saved = sheets.save(juror, spot.application, request.form, window=window)
    if take := request.form.get("take"):
        sheets.settle(juror, spot.application, take, take=True)
    if drop := request.form.get("drop"):
        sheets.settle(juror, spot.application, drop, take=False)
    if saved.conflicts:
        return saved
    if go == "send":
        _send(juror, spot)
    if go == "abstain":
        sending.abstain(juror, spot.application)
    return saved


def _send(juror: Juror, spot: Spot) -> None:
    """Send; a refusal must not undo what was saved, so it is only noted for the answer."""
    try:
        sending.send(juror, spot.application)
    except sending.Unfinished as fault:
        flash(fault.message, IN_SHEET + "danger")


def _refused(
    juror: Juror, spot: Spot, fault: DomainError, *, by_script: bool
) -> ResponseReturnValue:
    status = STALE if isinstance(fault, sheets.Shut) else WRONG
    if by_script:
        return jsonify(error=fault.message), status
    return _page(juror, spot, fault=fault.message, given=request.form), status


def _onward(juror: Juror, spot: Spot, go: str, saved: Saved) -> str:
    """Return the same page at its sheet, and where the button did something, at what is told of it.

    The fragment is always named: a browser would keep the old one and stay where it was.
    """
    here = href_of(spot, juror)
    if saved.conflicts:
        words = _("Another window of yours changed this meanwhile. Both stand below.")
        flash(words, IN_SHEET + "warning")
        return f"{here}#told"
    told = {
        "abstain": _("You abstain. Until the close you can take that back."),
        "take_back": _("Your sheet is back. It counts again when you send it."),
        "send": _("Your sheet is sent. Until the close you can take it back."),
    }
    sheet = sheets.sheet_of(juror, spot.application)
    if go in told and (go != "send" or (sheet and sheet.is_sent)):
        flash(told[go], IN_SHEET + "success")
    return f"{here}#{'told' if go in told else 'sheet'}"


@bp.post("/<slug>/jury/applications/<uuid:application_id>/place")
@case_page()
def place(juror: Juror, spot: Spot) -> ResponseReturnValue:
    """Put the application at the end of the juror's order."""
    with transaction():
        ordering.move(juror, spot.application, steps=0)
    return redirect(url_for("order.show", slug=juror.call.slug), 303)


@bp.app_template_global("mean_words")
def mean_words(mean: Fraction) -> str:
    """Return a mean with two decimals, rounded half up as people do it by hand."""
    hundredths = (mean * 200 + 1) // 2
    return format_decimal(Decimal(int(hundredths)) / 100, format="0.00", locale=locale())


@bp.app_template_global("given_count")
def given_count(asked: tuple[modes.Field, ...], given: Mapping[str, Any]) -> int:
    """Return how many lines of the form have a number."""
    return sum(given.get(sheets.SCORE + field.key) not in (None, "") for field in asked)
