"""Dossiers and binders: one dossier cold and cached, a binder of 29 and of 500 applications.

Each application has a photo and two pages of an enclosure or none. Measured is the CPU time of this
process and its render child, and the most memory that a child had. The floor of the same run joins
the pages of the same dossiers by pikepdf and nothing else: no tags, no name, no page number, no
cover, no ZIP. Targets are multiples of it, since seconds depend on the machine.
"""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from flask import Flask
from pikepdf import Pdf

from portal import storage
from portal.app import build
from portal.applications.jury import redacting
from portal.core.db import db, transaction
from portal.documents import making
from portal.documents.models import Document
from portal.documents.renderer import renderer
from portal.scoring.binder import binders, dossier
from portal.settings import Settings
from tests.benchmarks.meter import cpu
from tests.benchmarks.table import Line, table
from tests.dossier_house import a_dossier_house, make_binder
from tests.jury_house import JuryHouse

pytestmark = [
    pytest.mark.bench,
    pytest.mark.filterwarnings("ignore::pikepdf.PageCopyWarning"),  # of the floor
]
MEGABYTES = 300


class Target(NamedTuple):
    """How many times the floor a binder may cost, from nothing and with nothing changed.

    The seconds that were asked for, by those of joining where they were set.
    """

    fresh: float
    again: float


TARGETS = {29: Target(7 / 0.06, 0.2 / 0.06), 500: Target(170 / 1.1, 3 / 1.1)}


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    made = build(Settings(instance=tmp_path / "instance"))
    with made.app_context():
        db.create_all()
        yield made
        db.engine.dispose()
    renderer().close()


def spent(task: Callable[[], Any]) -> float:
    """Return the CPU seconds of a task, the render child included."""
    before = cpu(os.getpid())
    task()
    return (cpu(os.getpid()) - before) / 1000


def peak(pid: int | None) -> float:
    """Return the most megabytes that a process ever held."""
    found = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) / 1000 if found else 0


def house_of(app: Flask, count: int) -> JuryHouse:
    made = a_dossier_house(app, count)
    for name in ("paula", "chair"):
        made.free(name)
    return made


def test_one_dossier(app: Flask) -> None:
    house = house_of(app, 3)
    juror = house.juror("paula")
    with transaction():
        wanted = binders.wanted(juror)
        found = dossier.order(wanted, dossier.states(wanted, juror.definition))
        ids = [str(document.id) for _row, document in found.values()]
    cold = spent(lambda: making.make(ids[0]))
    warm = min(spent(lambda n=n: making.make(ids[n])) for n in (1, 2))
    application = house.applications[0]
    times = []
    for _round in range(5):
        times.append(spent(lambda: dossier.made(application, juror.definition)))
        db.session.rollback()
    table([
        Line("one dossier, cold", cold, "s"),
        Line("… warm", warm, "s", 0.25),
        Line("… made already", min(times) * 1000, "ms"),
    ])  # fmt: skip
    assert dossier.made(application, juror.definition)


@pytest.mark.parametrize("count", TARGETS)
def test_a_binder(app: Flask, count: int, tmp_path: Path) -> None:
    house, target = house_of(app, count), TARGETS[count]
    fresh = spent(lambda: make_binder(house, "paula"))
    held = peak(renderer().pid)
    again = spent(lambda: make_binder(house, "chair"))
    same = spent(lambda: make_binder(house, "chair"))
    first, second = (binders.ready(house.juror(name)) for name in ("paula", "chair"))
    assert first
    assert second
    shared = second.files[binders.BODY]
    assert first.files[binders.BODY] == shared
    floor = min(spent(lambda: join(dossiers_of(second), tmp_path)) for _round in range(3))
    with transaction():
        office = house.user("office")
        redacting.hide_passage(house.applications[1], "Projekt", reason="x", by=office)
    changed = spent(lambda: make_binder(house, "chair"))
    held = max(held, peak(renderer().pid))
    table([
        Line(f"binder of {count}, {second.pages} pages, from nothing", fresh, "s", 0, floor,
             target.fresh),
        Line("… another juror, nothing changed", again, "s", 0, floor, target.again),
        Line("… the same juror, nothing changed", same, "s", 0, floor, target.again),
        Line("… one dossier changed, its own layout included", changed, "s", 0, floor),
        Line("… the most memory of the render child", held, "MB", MEGABYTES),
    ], f"CPU s: joining {floor:.3f}")  # fmt: skip
    assert len(second.parts) == count
    last = binders.ready(house.juror("chair"))
    assert last
    assert [part["application"] for part in last.parts] == [p["application"] for p in second.parts]
    assert last.files[binders.BODY]["digest"] != shared["digest"]


def dossiers_of(binder: binders.Binder) -> list[Path]:
    """Return the dossiers that are in a binder."""
    rows = (
        db.select(Document.storage_key)
        .join(dossier.Dossier, dossier.Dossier.id == Document.about)
        .where(dossier.Dossier.digest.in_([part["digest"] for part in binder.parts]))
    )
    return [storage.store().path(key) for key in db.session.scalars(rows)]


def join(paths: list[Path], folder: Path) -> None:
    """Put the pages of PDFs one behind the other."""
    with ExitStack() as stack:
        book = Pdf.new()
        for path in paths:
            book.pages.extend(stack.enter_context(Pdf.open(path)).pages)
        book.save(folder / "joined.pdf")
