"""The sheet for the train: all of a juror's scores as a workbook to take along."""

from io import BytesIO
from typing import Any

from portal.applications.jury.judging import Juror
from portal.calls.wording import plain
from portal.core.clock import now
from portal.core.i18n import format_moment, language
from portal.core.i18n import gettext as _
from portal.scoring.sheet import modes, shelf
from portal.scoring.sheet.shelf import Line

SHEET = "Bogen"  # the same in each language, so that it is found again
NUMBER, REVISION, COMMENT, NOTE = "number", "revision", "comment", "private_note"
MARK = "portal_jury_sheet"
HEAD_ROW = 4  # from 0; above it stands what to do


def columns(juror: Juror) -> list[tuple[str, str]]:
    """Return key and heading of each column, in order."""
    fields = modes.fields(juror.definition)
    return [
        (NUMBER, _("Number")),
        ("title", _("Title")),
        *((field.key, field.name) for field in fields),
        (COMMENT, _("Comment for the jury")),
        (NOTE, _("Private note")),
        (REVISION, _("State (leave as it is)")),
    ]


def workbook(juror: Juror) -> bytes:
    """Return the juror's readable applications as XLSX, with the scores given so far.

    Whatever somebody typed goes in as text, never as a formula. Numbers outside of the scale are
    refused by the program that opens it as well.
    """
    import xlsxwriter

    out = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
               "strings_to_numbers": False}  # fmt: skip
    with xlsxwriter.Workbook(out, options) as book:
        book.set_custom_property(MARK, str(juror.call.slug))
        book.set_properties({"title": _title(juror)})
        _sheet(book, juror)
        _scale(book, juror)
    return out.getvalue()


def _title(juror: Juror) -> str:
    return f"{plain(juror.definition.title, language())} – {juror.user.called}".replace(
        "\u00ad", ""
    )


def _sheet(book: Any, juror: Juror) -> None:
    page = book.add_worksheet(SHEET)
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    free = book.add_format({"text_wrap": True, "valign": "top", "locked": False})
    page.write_string(0, 0, _title(juror), bold)
    zone = juror.definition.zone
    page.write_string(1, 0, _("As of %(moment)s", moment=format_moment(now(), "d. MMMM y, HH:mm",
                                                                        zone)))  # fmt: skip
    page.write_string(2, 0, _("Fill in the open cells, save, and bring the file back on the page"
                              " “Offline sheet”. Sending is done there."))  # fmt: skip
    keys = columns(juror)
    for n, (_key, heading) in enumerate(keys):
        page.write_string(HEAD_ROW, n, heading, bold)
    lines = own_lines(juror)
    for row, line in enumerate(lines, HEAD_ROW + 1):
        for n, (key, _heading) in enumerate(keys):
            locked = key in (NUMBER, "title", REVISION)
            _cell(page, (row, n), _value(line, key), wrap if locked else free)
    _format(page, juror, len(lines))


def own_lines(juror: Juror) -> list[Line]:
    """Return what the juror may read and scores, by number."""
    found = [spot for spot in shelf.spots(juror) if spot.mine and spot.answered]
    return shelf.lines(juror, found)


def _value(line: Line, key: str) -> Any:
    sheet = line.spot.sheet
    fixed = {NUMBER: line.spot.application.reference, "title": line.title,
             REVISION: sheet.revision if sheet else 0}  # fmt: skip
    if key in fixed:
        return fixed[key]
    if sheet is None:
        return None
    return getattr(sheet, key) if key in (COMMENT, NOTE) else sheet.scores.get(key)


def _cell(page: Any, at: tuple[int, int], value: Any, style: Any) -> None:
    if value is None or value == "":
        page.write_blank(*at, None, style)
    elif isinstance(value, int):
        page.write_number(*at, value, style)
    else:
        page.write_string(*at, str(value), style)


def _format(page: Any, juror: Juror, count: int) -> None:
    """Set widths, keep the head in sight, refuse what the scale has not, lock what is fixed."""
    keys = [key for key, _heading in columns(juror)]
    widths = {NUMBER: 15, "title": 44, COMMENT: 40, NOTE: 40, REVISION: 10}
    for n, key in enumerate(keys):
        page.set_column(n, n, widths.get(key, 16))
    page.freeze_panes(HEAD_ROW + 1, 2)
    page.protect("", {"format_columns": True, "format_rows": True, "sort": False})
    page.set_landscape()
    page.fit_to_pages(1, 0)
    page.repeat_rows(HEAD_ROW)
    for field in modes.fields(juror.definition):
        n = keys.index(field.key)
        rule = {"validate": "integer", "criteria": "between", "minimum": field.low,
                "maximum": field.high, "error_title": field.name[:32],
                "error_message": _("Whole numbers from %(low)s to %(high)s.",
                                   low=field.low, high=field.high)}  # fmt: skip
        page.data_validation(HEAD_ROW + 1, n, HEAD_ROW + max(count, 1), n, rule)


def _scale(book: Any, juror: Juror) -> None:
    page = book.add_worksheet("Skala")
    bold = book.add_format({"bold": True})
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    page.set_column(0, 0, 34)
    page.set_column(1, 20, 26)
    for row, field in enumerate(modes.fields(juror.definition)):
        told = f"{field.name} ({field.weight} %)" if len(field.anchors) else field.name
        page.write_string(row, 0, told, bold)
        for n, step in enumerate(field.steps):
            if field.word(step):
                page.write_string(row, n + 1, f"{step}: {field.word(step)}", wrap)
