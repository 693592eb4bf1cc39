"""What a sheet asks for in each mode of a call, and what its numbers come to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from portal.calls.definition import Definition
from portal.calls.wording import Text, plain
from portal.core.errors import DomainError
from portal.core.i18n import gettext as _
from portal.core.i18n import language

RANK, POINTS, VOTE = "rank", "points", "vote"
NO, MAYBE, YES = range(3)


class Odd(DomainError):
    """A number that the scale does not have."""


@dataclass(frozen=True)
class Field:
    """One number of a sheet: scale from `low` to `high`, weight in per cent, anchors in words."""

    key: str
    name: str
    question: str
    weight: int
    low: int
    high: int
    anchors: tuple[str, ...]

    @property
    def steps(self) -> range:
        """Every number that can be given."""
        return range(self.low, self.high + 1)

    def word(self, step: int) -> str:
        """Return the anchor of a step, empty where the call has none."""
        n = step - self.low
        return self.anchors[n] if n < len(self.anchors) else ""


def fields(definition: Definition, *, of: int = 1) -> tuple[Field, ...]:
    """Return the numbers that a sheet asks for; `of`: how many applications a ranking has."""
    mode = definition.jury.mode
    if mode == "weighted":
        low, high = definition.scale
        return tuple(
            Field(c.key, _said(c.name), _said(c.question), c.weight, low, high,
                  tuple(_said(anchor) for anchor in c.anchors))
            for c in definition.criteria
        )  # fmt: skip
    if mode == "points":
        return (Field(POINTS, _("Points"), "", 100, 0, definition.jury.points, ()),)
    if mode == "ranking":
        return (Field(RANK, _("Place"), "", 100, 1, max(1, of), ()),)
    return (Field(VOTE, _("Your vote"), "", 100, NO, YES, (_("No"), _("Maybe"), _("Yes"))),)


def _said(text: Text) -> str:
    return plain(text, language()).replace("\u00ad", "")


def number(raw: Any, field: Field) -> int | None:
    """Return a score that was typed or posted, None where there is none; raise `Odd`.

    Only whole numbers in their plain form: nothing is rounded, cut or guessed.
    """
    if raw is None or (isinstance(raw, str) and not raw.strip()):
        return None
    if isinstance(raw, float) and raw.is_integer():
        raw = int(raw)
    text = raw.strip() if isinstance(raw, str) else str(raw)
    digits = text.isascii() and text.isdecimal() and len(text) < 6 and text == str(int(text))
    if isinstance(raw, bool) or not digits or int(text) not in field.steps:
        raise Odd(
            _(
                "“%(name)s” takes whole numbers from %(low)s to %(high)s.",
                name=field.name,
                low=field.low,
                high=field.high,
            )
        )
    return int(text)


def missing(asked: Iterable[Field], scores: Mapping[str, Any]) -> list[Field]:
    """Return the fields that have no number yet."""
    return [field for field in asked if field.key not in scores]


def parts(asked: Iterable[Field], scores: Mapping[str, Any]) -> tuple[int, int]:
    """Return sum of weight times score, and sum of weights, of what was scored.

    A criterion of weight 0 is told but does not count.
    """
    whole = weights = 0
    for field in asked:
        score = scores.get(field.key)
        if score is not None:
            whole += field.weight * score
            weights += field.weight
    return whole, weights


def total(asked: Iterable[Field], scores: Mapping[str, Any]) -> Fraction | None:
    """Return the weighted mean of what was scored, on the scale itself; None without any score.

    Exact, so that two equal sheets are equal: sum of weight times score over sum of weights.
    """
    whole, weights = parts(asked, scores)
    return Fraction(whole, weights) if weights else None


def is_live(definition: Definition) -> bool:
    """Return whether a sheet shows a sum while one scores."""
    return definition.jury.mode == "weighted"
