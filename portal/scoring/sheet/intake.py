"""A filled-in workbook comes back: each row is taken, or it is said why not."""

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from portal.applications.jury.judging import Juror
from portal.core.errors import DomainError
from portal.core.i18n import gettext as _
from portal.core.text import normalise, one_line
from portal.scoring.sheet import modes, offline, sheets
from portal.scoring.sheet.offline import COMMENT, NOTE, NUMBER, REVISION
from portal.scoring.sheet.sheets import SCORE, Window
from portal.scoring.sheet.shelf import Line

LARGEST = 2_000_000  # bytes as it comes
SWOLLEN = 20_000_000  # bytes unpacked
MOST_PARTS = 200
MOST_ROWS = 2_000
DECLARED = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)


class NoWorkbook(DomainError):
    """This is not the file that we gave out."""


@dataclass
class Row:
    """What became of a row: `taken`, `same`, or `refused` with what to do about it."""

    n: int
    number: str
    state: str = "same"
    faults: list[str] = field(default_factory=list)


def take(juror: Juror, content: bytes) -> list[Row]:
    """Take the rows of a workbook into the juror's drafts; a row with a fault changes nothing.

    Empty cells leave what is there. Raises `NoWorkbook` where the file as a whole does not fit.
    """
    known = {line.spot.application.reference: line for line in offline.own_lines(juror)}
    results, seen = [], set()
    for n, cells in _rows(juror, content):
        number = one_line(str(cells.get(NUMBER) or ""))[:40]
        if not number and all(value in (None, "") for value in cells.values()):
            continue
        row = Row(n, number)
        results.append(row)
        line = known.get(number)
        if number in seen:
            _refuse(row, _("This number stands here twice. Keep one of the rows."))
        elif line is None:
            _refuse(row, _("This number is not among your applications."))
        else:
            _take_row(juror, line, cells, row)
        seen.add(number)
    if not results:
        raise NoWorkbook(_("There is no row with a number in this file."))
    return results


def _refuse(row: Row, *faults: str) -> None:
    row.state = "refused"
    row.faults.extend(faults)


def _take_row(juror: Juror, line: Line, cells: dict[str, Any], row: Row) -> None:
    given = _given(juror, cells, row)
    if row.faults:
        row.state = "refused"
        return
    there = sheets.values_of(line.spot.sheet) if line.spot.sheet else {}
    changed = {name: value for name, value in given.items() if there.get(name) != value}
    if not changed:
        return
    seen = cells.get(REVISION)
    window = Window("xlsx", seen if type(seen) is int and seen >= 0 else 0)
    try:
        saved = sheets.save(juror, line.spot.application, changed, window=window)
    except DomainError as fault:
        _refuse(row, fault.message or _("This application cannot be scored any more."))
        return
    if saved.conflicts:
        _refuse(row, _("You changed this online meanwhile. Both stand there; choose one."))
    else:
        row.state = "taken"


def _given(juror: Juror, cells: dict[str, Any], row: Row) -> dict[str, Any]:
    """Return what a row says by the names of the form; note what does not fit."""
    given: dict[str, Any] = {}
    for one in modes.fields(juror.definition):
        if isinstance(cells.get(one.key), _Formula):
            row.faults.append(_("“%(name)s” holds a formula. Write the number.", name=one.name))
            continue
        try:
            if (value := modes.number(cells.get(one.key), one)) is not None:
                given[SCORE + one.key] = value
        except modes.Odd as fault:
            row.faults.append(fault.message)
    for name in (COMMENT, NOTE):
        value = cells.get(name)
        if value in (None, ""):
            continue
        text = str(value)
        if len(text) > sheets.LONGEST:
            row.faults.append(_("Shorten your text to %(limit)s characters.",
                                limit=sheets.LONGEST))  # fmt: skip
        given[name] = normalise(text)
    return given


class _Formula(str):
    """The text of a cell that holds a formula."""

    __slots__ = ()


def _rows(juror: Juror, content: bytes) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield number and cells by column of each row below the head."""
    _require_harmless(content)
    page = _page(content)
    keys = {heading: key for key, heading in offline.columns(juror)}
    places: dict[int, str] = {}
    for n, cells in enumerate(page.iter_rows(max_row=MOST_ROWS), 1):
        if not places:
            found = {i: keys[str(c.value)] for i, c in enumerate(cells) if str(c.value) in keys}
            if NUMBER in found.values():
                places = _complete(juror, found)
            continue
        yield n, {key: _read(cells[i]) for i, key in places.items() if i < len(cells)}
    if not places:
        raise NoWorkbook(_("The line with the headings is missing. Use the file from this page."))


def _complete(juror: Juror, found: dict[int, str]) -> dict[int, str]:
    gone = [heading for key, heading in offline.columns(juror)
            if key not in found.values() and key not in ("title", COMMENT, NOTE)]  # fmt: skip
    if gone:
        raise NoWorkbook(_("These columns are missing: %(names)s. Use the file from this page.",
                           names=", ".join(gone)))  # fmt: skip
    return found


def _read(cell: Any) -> Any:
    return _Formula(cell.value) if getattr(cell, "data_type", "") == "f" else cell.value


def _require_harmless(content: bytes) -> None:
    """Refuse what is no XLSX, swells, or declares entities, before a library reads it."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as packed:
            parts = packed.infolist()
            whole = sum(part.file_size for part in parts)
            if len(content) > LARGEST or whole > SWOLLEN or len(parts) > MOST_PARTS:
                raise NoWorkbook(_("This file is too large for a sheet."))
            if any(DECLARED.search(packed.read(part)) for part in parts
                   if part.filename.endswith((".xml", ".rels"))):  # fmt: skip
                raise NoWorkbook(_no_workbook())
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, EOFError) as error:
        raise NoWorkbook(_no_workbook()) from error


def _page(content: bytes) -> Any:
    from openpyxl import load_workbook

    try:
        book = load_workbook(BytesIO(content), read_only=True, data_only=False, keep_links=False)
    except Exception as error:  # a broken file raises whatever it likes
        raise NoWorkbook(_no_workbook()) from error
    if offline.SHEET not in book.sheetnames:
        raise NoWorkbook(_no_workbook())
    return book[offline.SHEET]


def _no_workbook() -> str:
    return _("We cannot read this file. Save it as an Excel workbook (.xlsx) and try again.")
