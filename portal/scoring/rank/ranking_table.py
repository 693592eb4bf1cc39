"""The ranking as a table to take along: CSV and XLSX, text never a formula."""

import csv
from io import BytesIO, StringIO
from typing import Any

from portal.calls.wording import plain
from portal.core.cells import MARK, safe
from portal.core.clock import now
from portal.core.i18n import format_moment, language
from portal.core.i18n import gettext as _
from portal.scoring.rank.ranking_words import decimal, explained, mean_word, way_word
from portal.scoring.rank.standing import Line, Report

Cell = str | int | float | None
HEAD_ROW = 3  # from 0


def heads(of: Report) -> list[str]:
    """Return the headings."""
    return [
        _("Place"), _("Number"), _("Title"), _("Organisation"), mean_word(of.ranking), _("Spread"),
        _("Sheets"), _("Abstained"), _("Missing"), _("Excused"), _("Best place"), _("Worst place"),
        *(way_word(of.ranking, way) for way in of.ways),
    ]  # fmt: skip


def rows(of: Report) -> list[list[Cell]]:
    """Return a row for each application that fits the wish, on all pages."""
    return [_cells(of.line(n)) for n in of.found]


def _cells(line: Line) -> list[Cell]:
    one, span = line.entry, line.span
    return [
        one.rank, one.number, one.title, one.organisation,
        None if one.mean is None else round(float(one.mean), 4),
        None if one.spread is None else round(one.spread, 4),
        one.readings, one.abstained, one.missing, one.excused,
        span.low if span else None, span.high if span else None, *line.ranks,
    ]  # fmt: skip


def as_csv(of: Report) -> bytes:
    """Return a CSV: UTF-8 with mark, `;`, numbers as the present language writes them."""
    out = StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow([safe(head) for head in heads(of)])
    for row in rows(of):
        writer.writerow([_text(cell) for cell in row])
    return (MARK + out.getvalue()).encode()


def _text(cell: Cell) -> str:
    if isinstance(cell, float):
        return decimal(cell)
    return "" if cell is None else safe(cell) if isinstance(cell, str) else str(cell)


def as_xlsx(of: Report) -> bytes:
    """Return a workbook: the table, and how each figure is computed."""
    import xlsxwriter

    out = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
               "strings_to_numbers": False}  # fmt: skip
    with xlsxwriter.Workbook(out, options) as book:
        _table(book, of)
        _rules(book, of)
    return out.getvalue()


def _table(book: Any, of: Report) -> None:
    page = book.add_worksheet(_("Ranking"))
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    number = book.add_format({"num_format": "0.00", "valign": "top"})
    definition = of.ranking.definition
    page.write_string(0, 0, plain(definition.title, language()).replace("\u00ad", ""), bold)
    moment = format_moment(now(), "d. MMMM y, HH:mm", definition.zone)
    page.write_string(1, 0, _("As of %(moment)s", moment=moment))
    for n, head in enumerate(heads(of)):
        page.write_string(HEAD_ROW, n, head, bold)
    for row, cells in enumerate(rows(of), HEAD_ROW + 1):
        for n, cell in enumerate(cells):
            if isinstance(cell, str):
                page.write_string(row, n, cell, wrap)
            elif cell is not None:
                page.write_number(row, n, cell, number if isinstance(cell, float) else wrap)
    page.set_column(1, 1, 14)
    page.set_column(2, 3, 40)
    page.set_column(4, 4 + len(of.ways) + 8, 12)
    page.freeze_panes(HEAD_ROW + 1, 3)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    page.repeat_rows(HEAD_ROW)


def _rules(book: Any, of: Report) -> None:
    page = book.add_worksheet(_("How it is counted"))
    bold = book.add_format({"bold": True, "valign": "top"})
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    page.set_column(0, 0, 32)
    page.set_column(1, 1, 90)
    page.write_string(0, 0, _("The place is an aid. The jury decides."), bold)
    for n, (what, how) in enumerate(explained(of.ranking), 2):
        page.write_string(n, 0, what, bold)
        page.write_string(n, 1, how, wrap)
