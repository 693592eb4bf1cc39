"""What the page of a call shows at a moment, in the present language."""

from datetime import datetime
from typing import Any, NamedTuple

from babel.numbers import format_currency

from portal.calls.definition import Definition, Step
from portal.calls.moments import phase
from portal.calls.standing import Standing
from portal.calls.wording import Saying, Text, say
from portal.core.i18n import direction, format_moment, language, locale
from portal.web.filters import moment as day_and_time

DOTS_IN_A_ROW = 60
LONG_WORD = 12  # letters of a title's longest word from which the display size is too large


class Row(NamedTuple):
    """One edition as dots: a path of round dashes in a picture of this width and height."""

    year: int
    projects: int
    width: int
    height: int
    path: str


class Shown(NamedTuple):
    """One step of the call's way; `kind` is is-done, is-now or empty."""

    when: Saying
    title: Saying
    text: Saying
    kind: str


def words(text: Text | None) -> Saying:
    """Return a text of the call in the present language, else in German."""
    return say(text, language())


def facts(call: Standing, definition: Definition, moment: datetime) -> dict[str, Any]:
    """Return everything the template needs beside the remaining time and the token."""
    return {
        "call": definition,
        "slug": call.slug,
        "phase": phase(call, moment).value,
        "opens": day_and_time(call.opens_at, definition.zone),
        "closes": day_and_time(call.closes_at, definition.zone),
        "opening_day": format_moment(
            call.opens_at, "d. MMMM" if language() == "de" else "d MMMM", definition.zone
        ),
        "amounts": [amount(award.amount) for award in definition.awards],
        "steps": steps(definition, moment),
        "next_step": next_step(definition, moment),
        "dots": dots(definition),
        "is_long": max(map(len, words(definition.title).text.split())) > LONG_WORD,
        "words": words,
    }


def amount(euros: int | None) -> str:
    """Return a sum without cents, empty for an honour without money."""
    if euros is None:
        return ""
    pattern = locale().currency_formats["standard"].pattern.replace(".00", "")
    return format_currency(euros, "EUR", format=pattern, locale=locale(), currency_digits=False)


def steps(definition: Definition, moment: datetime) -> list[Shown]:
    """Return the way of the call: what is behind, what comes next, what comes later."""
    coming = [step for step in definition.steps if step.at > moment]
    return [_step(step, moment, coming[:1]) for step in definition.steps]


def _step(step: Step, moment: datetime, following: list[Step]) -> Shown:
    kind = "is-done" if step.at <= moment else "is-now" if [step] == following else ""
    return Shown(words(step.when), words(step.title), words(step.text), kind)


def next_step(definition: Definition, moment: datetime) -> Step | None:
    """Return what comes after the closing; its date in the table may differ from the text's."""
    later = (step for step in definition.steps if step.name not in ("opens", "closes"))
    return next((step for step in later if step.at > moment), None)


def dots(definition: Definition) -> list[Row]:
    """Return the earlier editions: a dot is a project."""
    if definition.history is None:
        return []
    editions = definition.history.editions
    most = max((min(edition.count, DOTS_IN_A_ROW) for edition in editions), default=1)
    return [_row(edition.year, edition.count, max(most, 1)) for edition in editions]


def _row(year: int, count: int, most: int) -> Row:
    """Lay `count` dots in lines of at most `most`; they run from the right in Arabic."""
    lines = [min(most, count - done) for done in range(0, count, most)]
    width = most * 10
    mirrored = direction() == "rtl"
    start = width - 5 if mirrored else 5
    path = "".join(
        f"M{start} {n * 10 + 5}H{start - _run(line) if mirrored else start + _run(line):.2f}"
        for n, line in enumerate(lines)
    )
    return Row(year, count, width, max(len(lines), 1) * 10, path)


def _run(dots_in_line: int) -> float:
    # A little more than the last gap, else the last dot is not drawn.
    return (dots_in_line - 1) * 10 + 0.01
