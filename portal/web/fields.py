"""One question of a form, ready to be shown: words, present answer, problem."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from portal.calls.answers import Problem
from portal.calls.checks import amount
from portal.calls.posted import PARTS
from portal.calls.questions import AnyQuestion, Column
from portal.calls.reading import money
from portal.core.i18n import format_number
from portal.core.text import length

COUNTED_FROM = 150  # shorter lines have room for what people write
TRACE_BYTES = 6  # two answers to one question that look alike by chance are rarer than a lost line


def trace(raw: Any) -> str:
    """Return a short mark of an answer as it was shown; nothing can be read from it."""
    bare = raw or ""
    if isinstance(raw, dict):
        bare = {name: value for name, value in sorted(raw.items()) if value} or ""
    text = json.dumps(bare, ensure_ascii=False, sort_keys=True)
    return hashlib.blake2s(text.encode(), digest_size=TRACE_BYTES).hexdigest()


@dataclass(frozen=True)
class Aside:
    """An answer from another window that came too late, in words, with its time."""

    words: str
    at: datetime


@dataclass(frozen=True)
class Field:
    """What the template needs for one question.

    raw: the answer of the draft as typed. count: its length in code points. problem: what to mend,
    shown only where somebody asked for the check. is_asked: whether the answers lead here; other
    fields of the page are in the page but hidden, so that a choice can open them.
    """

    question: AnyQuestion
    raw: Any
    is_asked: bool
    problem: Problem | None = None
    aside: Aside | None = None

    @property
    def key(self) -> str:
        """The question's key, which is the name of the field."""
        return self.question.key

    @property
    def id(self) -> str:
        """The id of the (first) control, also the anchor of the question."""
        if self.question.type == "rows":
            return f"{self.key}.0.{self.question.columns[0].key}"
        parts = PARTS.get(self.question.type)
        return f"{self.key}.{parts[0]}" if parts else self.key

    @property
    def trace(self) -> str:
        """A mark of the answer as shown, sent back with the page."""
        return trace(self.raw)

    @property
    def anchor(self) -> str:
        """The id of the control to which a problem leads: a group cannot take the focus."""
        told = self.problem.anchor if self.problem else ""
        return told if told != self.key else self.id

    @property
    def count(self) -> int:
        """How many code points were typed."""
        return length(self.raw) if isinstance(self.raw, str) else 0

    @property
    def limit(self) -> int | None:
        """How many code points may be sent, None where nothing is counted."""
        if self.question.type == "long_text":
            return self.question.max
        counted = self.question.type == "text" and self.question.max >= COUNTED_FROM
        return self.question.max if counted else None  # type: ignore[union-attr]

    def part(self, name: str) -> str:
        """Return one part of a composite answer, for example the month."""
        return str(self.raw.get(name) or "") if isinstance(self.raw, dict) else ""

    def is_chosen(self, value: str) -> bool:
        """Return whether an option is chosen."""
        return value in self.raw if isinstance(self.raw, list) else self.raw == value

    @property
    def rows(self) -> list[dict[str, str]]:
        """The rows of a table, at least as many as must be filled in."""
        given = (
            [row for row in self.raw if isinstance(row, dict)] if isinstance(self.raw, list) else []
        )
        least = max(self.question.min_rows, 1)  # type: ignore[union-attr]
        return given + [{}] * max(0, least - len(given))

    def sum_of(self, column: Column) -> str:
        """Return the sum of a column of a table as far as it can be read, in words."""
        numbers = [amount(str(row.get(column.key) or "0")) or Decimal(0) for row in self.rows]
        total = sum(numbers, Decimal(0))
        return money(str(total)) if column.type == "money" else format_number(int(total))
