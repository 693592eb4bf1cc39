"""What documents cost beside bare ones of the same fonts, measured by turns in one run."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

import pytest
from flask import Flask
from pikepdf import Pdf

from portal.core.i18n import in_language
from portal.demo.sample import complete
from portal.documents.contents import Content, Entry, Section
from portal.documents.receipt import receipt
from portal.documents.renderer import Renderer
from tests.benchmarks.bare import picture
from tests.benchmarks.meter import cpu
from tests.benchmarks.table import Line, table
from tests.documents.contents_of_samples import receipt_of
from tests.documents.dossiers import content as dossier
from tests.documents.dossiers import entry, photo

pytestmark = pytest.mark.bench
ROUNDS = 12
TEXT = "Nachbarinnen und Nachbarn lernen zusammen Deutsch, kochen und gärtnern. "


class Work(NamedTuple):
    """A document, the bare one beside it, and the multiple of it that is aimed for."""

    name: str
    content: Content
    bare: str
    times: float


class Bare:
    """A process that makes bare documents."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.benchmarks.bare"]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def make(self, name: str) -> int:
        """Return the number of pages."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(f"{name}\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())


@pytest.fixture
def bare() -> Iterator[Bare]:
    made = Bare()
    yield made
    made.process.kill()
    made.process.wait()


@pytest.fixture
def child() -> Iterator[Renderer]:
    made = Renderer(documents=1000)
    yield made
    made.close()


def works(folder: Path) -> list[Work]:
    """Return what is measured; aimed for are 0.07 s where a bare one takes 0.044, 0.25 to 0.22."""
    with in_language("de"):
        full = receipt_of(complete()[0])
        answers = (Entry("Titel", {"kind": "short", "text": full.title}),
                   Entry("Stadtbezirk", {"kind": "short", "text": "Scharnhorst"}),
                   Entry("Kurzbeschreibung", {"kind": "long", "text": TEXT * 4}))  # fmt: skip
        short = replace(
            full,
            sections=(Section("Das Projekt", answers),),
            files=(),
            declarations=full.declarations[:2],
        )
        receipts = receipt(short), receipt(full)
    pictures = {f"photo{n}": picture() for n in (1, 2)}
    entries = (
        entry("Beschreibung", f"{TEXT * 6}\n\n" * 6, "long"),
        entry("Funktion", "Vorsitz"),
    )
    photos = (photo(1), photo(2))
    whole = dossier(folder, None, pictures, photos=photos, measures=(), entries=entries)
    return [
        Work("receipt, short", receipts[0], "receipt", 0.07 / 0.044),
        Work("receipt, whole form", receipts[1], "receipt", 0.07 / 0.044),
        Work("dossier, 2 photos", whole, "dossier", 0.25 / 0.22),
    ]


def spent(task: Callable[[], object], pid: int) -> float:
    """Return the CPU milliseconds of a process for a task."""
    before = cpu(pid)
    task()
    return cpu(pid) - before


def test_documents_beside_bare_ones(
    app: Flask, bare: Bare, child: Renderer, tmp_path: Path
) -> None:
    """Print the table: it asserts no time."""
    lines = []
    for work in works(tmp_path):
        with Pdf.open(BytesIO(child.render(work.content, "de"))) as pdf:
            pages = len(pdf.pages)
        bare_pages = bare.make(work.bare)
        assert child.pid
        turns = [
            (spent(lambda w=work: child.render(w.content, "de"), child.pid),
             spent(lambda w=work: bare.make(w.bare), bare.process.pid))
            for _round in range(ROUNDS)
        ]  # fmt: skip
        ours, least = map(min, zip(*turns, strict=True))
        name = f"{work.name}, {pages} pages beside {bare_pages}"
        lines.append(Line(name, ours, "ms", floor=least, times=work.times))
    lines.append(first_document())
    table(lines, "a bare document of WeasyPrint with the same fonts")


def first_document() -> Line:
    """Measure what a new child costs: its imports, and its first document."""
    with in_language("de"):
        content = receipt(receipt_of(complete()[0]))
    child = Renderer()
    child.render(content, "de")
    assert child.pid
    used = cpu(child.pid)
    child.close()
    return Line("a new child and its first receipt", used, "ms")
