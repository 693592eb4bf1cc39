"""What a process and its children have used: CPU time, and memory of their own."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def family(pid: int) -> Iterator[int]:
    """Yield a process and all that descend from it."""
    yield pid
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            yield from family(int(child))


def cpu(*pids: int) -> float:
    """Return the milliseconds of CPU that these families have used, ended children included."""
    return sum(_cpu(one) for pid in pids for one in family(pid))


def _cpu(pid: int) -> float:
    # The scheduler counts nanoseconds for each thread; `stat` adds ended children, in ticks.
    threads = Path(f"/proc/{pid}/task").glob("*/schedstat")
    alive = sum(int(one.read_text().split()[0]) for one in threads) / 1e6
    ended = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[13:15]
    return alive + sum(map(int, ended)) * 1000 / TICKS


def memory(pid: int) -> float:
    """Return the proportional set size of one process in megabytes."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    kilobytes = next(line.split()[1] for line in lines if line.startswith("Pss:"))
    return int(kilobytes) / 1000


def per_turn(task: Callable[[], object], *pids: int, turns: int, rounds: int = 5) -> float:
    """Return the CPU milliseconds of one turn of `task`: the best of some rounds.

    Other programs on the machine only ever add to it.
    """
    task()
    found = []
    for _round in range(rounds):
        before = cpu(*pids)
        for _turn in range(turns):
            task()
        found.append((cpu(*pids) - before) / turns)
    return min(found)
