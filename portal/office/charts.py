"""Pictures of numbers as shapes: columns of days, bars of answers; the template draws them."""

from dataclasses import dataclass
from datetime import date

from portal.applications.desk.today import Day

WIDTH, HEIGHT = 520, 100
MOST_BARS = 16


@dataclass(frozen=True)
class Column:
    """One day of a picture; sizes in units of its view box."""

    day: date
    x: float
    width: float
    begun: float
    arrived: float


@dataclass(frozen=True)
class Columns:
    """Days side by side. `most` is the number that fills the height; `ticks` name some days."""

    columns: list[Column]
    days: list[Day]
    most: int
    busiest: Day | None

    @property
    def begun(self) -> int:
        """How many drafts were begun in all."""
        return sum(day.begun for day in self.days)

    @property
    def arrived(self) -> int:
        """How many applications arrived in all."""
        return sum(day.arrived for day in self.days)

    @property
    def told(self) -> list[Day]:
        """The days on which anything happened, for the table."""
        return [day for day in self.days if day.begun or day.arrived]


def columns(days: list[Day]) -> Columns:
    """Return the picture of `days`: each column as high as its number, the highest fills all."""
    most = max((max(day.begun, day.arrived) for day in days), default=0)
    step = WIDTH / max(len(days), 1)
    scale = HEIGHT / max(most, 1)
    made = [
        Column(day.day, round(n * step, 2), round(step * 0.8, 2), round(day.begun * scale, 2),
               round(day.arrived * scale, 2))
        for n, day in enumerate(days)
    ]  # fmt: skip
    busiest = max(days, key=lambda day: day.arrived, default=None)
    return Columns(made, days, most, busiest if busiest and busiest.arrived else None)


@dataclass(frozen=True)
class Bar:
    """One answer: its word, how often, its length in percent of the longest, where it leads."""

    word: str
    number: int
    percent: float
    query: str


@dataclass(frozen=True)
class Bars:
    """Answers to one question, in the form's order."""

    title: str
    bars: list[Bar]


def bars(title: str, numbers: list[tuple[str, int, str]]) -> Bars:
    """Return the picture of (word, number, query) in the order given; zeros are told as well."""
    longest = max((number for _word, number, _query in numbers), default=0)
    return Bars(
        title,
        [Bar(word, number, round(100 * number / max(longest, 1), 2), query)
         for word, number, query in numbers[:MOST_BARS]],
    )  # fmt: skip
