"""Dossiers and binders: one dossier cold and cached, a binder of 29 and of 500 applications.

Each application has a photo and two pages of an enclosure or none. CPU seconds of this process and
its render child, and the most memory that either had, are printed by `make bench`.
"""

import os
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from flask import Flask

from portal.app import build
from portal.core.db import db, transaction
from portal.documents import making
from portal.documents.renderer import renderer
from portal.scoring import binders, dossier
from portal.settings import Settings
from tests.benchmarks.meter import cpu
from tests.dossier_house import a_dossier_house, make_binder
from tests.jury_house import JuryHouse

pytestmark = pytest.mark.bench


class Target(NamedTuple):
    """CPU seconds for a binder from nothing and with nothing changed, and megabytes at the most."""

    fresh: float
    again: float
    memory: float


TARGETS = {29: Target(16, 0.9, 300), 500: Target(270, 28, 850)}


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    made = build(Settings(instance=tmp_path / "instance"))
    with made.app_context():
        db.create_all()
        yield made
        db.engine.dispose()
    renderer().close()


def spent(task: Callable[[], Any]) -> tuple[float, float]:
    """Return CPU and wall seconds of a task, the render child included."""
    before, start = cpu(os.getpid()), time.monotonic()
    task()
    return (cpu(os.getpid()) - before) / 1000, time.monotonic() - start


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
    cold, _wall = spent(lambda: making.make(ids[0]))
    warm = min(spent(lambda n=n: making.make(ids[n]))[0] for n in (1, 2))
    application = house.applications[0]
    times = []
    for _round in range(5):
        times.append(spent(lambda: dossier.made(application, juror.definition))[0])
        db.session.rollback()
    print(f"\none dossier: cold {cold:.2f} s, warm {warm:.2f} s, cached {min(times) * 1000:.1f} ms")
    assert warm < 0.9
    assert min(times) < 0.02


@pytest.mark.parametrize("count", TARGETS)
def test_a_binder(app: Flask, count: int) -> None:
    house, target = house_of(app, count), TARGETS[count]
    fresh, fresh_wall = spent(lambda: make_binder(house, "paula"))
    again, again_wall = spent(lambda: make_binder(house, "chair"))
    binder = binders.ready(house.juror("chair"))
    assert binder
    assert len(binder.parts) == count
    held = peak(os.getpid()), peak(renderer().pid)
    print(
        f"\nbinder of {count}, {binder.pages} pages, {binder.files['pdf']['size'] / 1e6:.1f} MB:"
        f" from nothing {fresh:.1f} s CPU ({fresh_wall:.1f} s), nothing changed {again:.2f} s CPU"
        f" ({again_wall:.2f} s); memory {held[0]:.0f} MB, child {held[1]:.0f} MB"
    )
    assert fresh < target.fresh
    assert again < target.again
    assert max(held) < target.memory
