"""Rows as CSV, XLSX and JSON. A cell is text, whatever stands in it: nothing is ever a formula."""

import csv
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from portal.core.cells import MARK, RISKY_FIRST, safe
from portal.office.export import extracts
from portal.office.export.extracts import Extract, Item

LONGEST_CELL = 32_767  # of XLSX
WIDE, NARROW = 40, 16


class _Line:
    """A file of one line: keeps what the writer of CSV writes."""

    def __init__(self) -> None:
        self.parts: list[str] = []

    def write(self, text: str) -> None:
        self.parts.append(text)

    def taken(self) -> bytes:
        text, self.parts = "".join(self.parts), []
        return text.encode()


def as_csv(what: Extract, found: Iterable[Item]) -> Iterator[bytes]:
    """Yield a CSV piece by piece: UTF-8 with mark, `;`, one application a row."""
    out = _Line()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    out.write(MARK)
    writer.writerow([safe(head) for head in extracts.heads(what)])
    to_cells = extracts.cells(what)
    for n, item in enumerate(found, 1):
        line = to_cells(item)
        writer.writerow([safe(c) if c and c[0] in RISKY_FIRST else c for c in line])
        if n % 100 == 0:
            yield out.taken()
    yield out.taken()


def as_json(what: Extract, found: Iterable[Item]) -> Iterator[bytes]:
    """Yield a JSON object piece by piece: the questions, then all applications."""
    questions = [{"key": c.key, "label": c.title, "type": c.question.type} for c in what.columns]
    head = json.dumps({"questions": questions}, ensure_ascii=False)
    yield f'{head[:-1]}, "applications": ['.encode()
    between = ""
    for item in found:
        text = json.dumps(extracts.record(item, what.columns), ensure_ascii=False)
        yield f"{between}\n{text}".encode()
        between = ","
    yield b"\n]}\n"


class Sheet:
    """An XLSX file that grows row by row, with little memory; all cells are text."""

    def __init__(self, path: Path, what: Extract, sheet: str) -> None:
        from xlsxwriter import Workbook

        plain = dict.fromkeys(("strings_to_formulas", "strings_to_urls", "strings_to_numbers"),
                              False)  # fmt: skip
        self.book = Workbook(
            str(path), {"constant_memory": True, "tmpdir": str(path.parent), **plain}
        )
        self.sheet = self.book.add_worksheet(re.sub(r"[\[\]:*?/\\']", " ", sheet)[:31])
        self.n = 0
        self.to_cells = extracts.cells(what)
        self._look(what)
        self._write(extracts.heads(what), self.book.add_format({"bold": True, "text_wrap": True}))
        self.top = self.book.add_format({"valign": "top"})

    def _look(self, what: Extract) -> None:
        first = len(extracts.heads(what)) - len(what.columns)
        self.sheet.set_column(0, first - 1, NARROW)
        for n, column in enumerate(what.columns, first):
            long = column.question.type in ("long_text", "text", "choices")
            self.sheet.set_column(n, n, WIDE if long else NARROW)
        self.sheet.freeze_panes(1, 1)
        self.sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})

    def add(self, item: Item) -> None:
        """Write one application below the last."""
        self._write(self.to_cells(item), self.top)

    def _write(self, cells: Iterable[str], look: Any) -> None:
        for n, cell in enumerate(cells):
            if cell:
                self.sheet.write_string(self.n, n, cell[:LONGEST_CELL], look)
        self.n += 1

    def close(self) -> None:
        """Finish the file."""
        self.book.close()
