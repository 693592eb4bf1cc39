"""Harsh and lenient jurors levelled: how the means would be if all had the same standard."""

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from itertools import product
from math import lcm, sqrt

from portal.scoring.rank.marks import Marks

DIGITS = 9  # of standard scores, which are no fractions: noise must not part what is equal
FEWEST = 2  # marks of a juror below which nothing is known about the width of the scale in use


def leniency(found: Marks, jurors: int) -> list[Fraction | None] | None:
    """Return by how much each juror gives more than the others for the same applications.

    In marks, not divided by the unit; None for who gave none. The model says that a mark is the
    worth of the application plus the leniency of the juror plus chance, solved exactly by least
    squares (two-way layout without interaction, unequal numbers: Scheffé, The Analysis of Variance,
    1959, chapter 4), so it is fair to a juror who had the better applications to read. None
    altogether where the readings fall into groups without a common juror: then nothing can be said.
    """
    active = [j for j in range(jurors) if any(j in row for row in found.rows)]
    if not active:
        return None
    solution = _solve(*_equations(found, active))
    if solution is None:
        return None
    effects = [*solution, Fraction(0)]
    counts = [sum(j in row for row in found.rows) for j in active]
    middle = sum((c * e for c, e in zip(counts, effects, strict=True)), Fraction(0)) / sum(counts)
    level = {j: effect - middle for j, effect in zip(active, effects, strict=True)}
    return [level.get(j) for j in range(jurors)]


def _equations(found: Marks, active: Sequence[int]) -> tuple[list[list[int]], list[int]]:
    """Return the equations for all jurors but the last, who is the measure, in whole numbers.

    What applications are worth is taken out beforehand, so that there is one unknown for each juror
    and not one for each application.
    """
    place = {j: n for n, j in enumerate(active[:-1])}
    common = lcm(*range(1, max(map(len, found.rows)) + 1))
    left = [[0] * len(place) for _j in place]
    right = [0] * len(place)
    for row in found.rows:
        share = sum(row.values()) * (common // len(row)) if row else 0
        for j, mark in row.items():
            if j in place:
                right[place[j]] += common * mark - share
    for readers, times in Counter(tuple(sorted(row)) for row in found.rows if row).items():
        known = [place[j] for j in readers if j in place]
        part = times * (common // len(readers))
        for a, b in product(known, known):
            left[a][b] += times * common * (a == b) - part
    return left, right


def _solve(left: list[list[int]], right: list[int]) -> list[Fraction] | None:
    """Return the exact solution of whole equations, None where there is more than one.

    Elimination without fractions (Bareiss, Mathematics of Computation 22, 1968).
    """
    rows = [[*coefficients, value] for coefficients, value in zip(left, right, strict=True)]
    size, before = len(rows), 1
    for k in range(size):
        pivot = next((i for i in range(k, size) if rows[i][k]), None)
        if pivot is None:
            return None
        rows[k], rows[pivot] = rows[pivot], rows[k]
        for i in range(k + 1, size):
            rows[i] = [(rows[i][c] * rows[k][k] - rows[i][k] * rows[k][c]) // before
                       for c in range(size + 1)]  # fmt: skip
        before = rows[k][k]
    found = [Fraction(0)] * size
    for k in reversed(range(size)):
        rest = sum((rows[k][c] * found[c] for c in range(k + 1, size)), Fraction(0))
        found[k] = (rows[k][size] - rest) / rows[k][k]
    return found


def levelled(found: Marks, level: Sequence[Fraction | None]) -> list[int | None]:
    """Return the means without the leniency of those who read, as numbers that compare exactly."""
    common = lcm(*(one.denominator for one in level if one is not None))
    whole = [0 if one is None else int(one * common) for one in level]
    counts = lcm(*range(1, max(map(len, found.rows), default=0) + 1))
    return [
        (sum(row.values()) * common - sum(whole[j] for j in row)) * (counts // len(row))
        if row else None
        for row in found.rows
    ]  # fmt: skip


def standardised(found: Marks, jurors: int) -> list[float | None]:
    """Return the mean of standard scores: each mark by its distance from its juror's mean.

    Measured in standard deviations of that juror (McCall, How to Measure in Education, 1922), so
    that neither a high standard nor a wide use of the scale weighs more. A juror with a single
    mark, or with one mark for all, tells nothing apart and counts 0 everywhere. With few sheets a
    juror's mean and deviation are themselves uncertain: a look from the side, not a correction.
    """
    scale = [_mean_and_width([row[j] for row in found.rows if j in row]) for j in range(jurors)]
    return [
        round(sum((mark - scale[j][0]) / scale[j][1] for j, mark in row.items()) / len(row), DIGITS)
        if row else None
        for row in found.rows
    ]  # fmt: skip


def _mean_and_width(given: Sequence[int]) -> tuple[float, float]:
    n = len(given)
    if n < FEWEST:
        return (given[0] if given else 0.0), 1.0
    mean = sum(given) / n
    squares = n * sum(mark * mark for mark in given) - sum(given) ** 2
    return mean, sqrt(squares / (n * (n - 1))) or 1.0
