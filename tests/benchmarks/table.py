"""What was measured, as a table of Markdown."""

import platform
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple


class Line(NamedTuple):
    """One line of the table; `floor` is the least of the same run that the work could cost.

    target: in the line's unit, 0 for none. times: the target as a multiple of the floor instead,
    for what depends on the machine.
    """

    work: str
    value: float
    unit: str
    target: float = 0
    floor: float | None = None
    times: float = 0


def table(lines: Iterable[Line], floor: str = "") -> None:
    """Print the lines below the name of the machine and the words about the floor."""
    processor = next(
        line.partition(":")[2].strip()
        for line in [*Path("/proc/cpuinfo").read_text().splitlines(), "model name: unknown"]
        if line.startswith("model name")
    )
    load_now = Path("/proc/loadavg").read_text().split()[0]
    print(f"\n{processor}, Python {platform.python_version()}, load {load_now}")
    print(f"floor: {floor}\n")
    print("| work | measured | target | of target | × floor |\n| --- | --- | --- | --- | --- |")
    for line in lines:
        print(_row(line))


def _row(line: Line) -> str:
    over = line.value / line.floor if line.floor else 0
    share = over / line.times if line.times else line.value / line.target if line.target else 0
    target = f"{line.times:.1f} × floor" if line.times else line.target or "–"
    return (
        f"| {line.work} | {line.value:.2f} {line.unit} | {target}"
        f" | {f'{share:.2f}' if share else '–'} | {f'{over:.1f}' if over else '–'} |"
    )
