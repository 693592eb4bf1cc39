"""The lines of the list as HTML: whatever many lines share is drawn once and kept."""

from collections.abc import Iterable
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from flask import current_app
from markupsafe import Markup

from portal.applications.desk.finding import Row
from portal.applications.desk.furniture import Furniture
from portal.applications.workflow import Status
from portal.core.i18n import gettext as _
from portal.core.i18n import language
from portal.office.words import channel_word, language_word, short_day, short_moment, state_mark

AT_ANY_TIME = 1024  # cells
BESIDE = ("number", "tags")  # columns that the line of the list shows in another place
Words = dict[str, dict[str, str]]


class Columns(NamedTuple):
    """What a list shows of each application: names of columns, and the words of answers."""

    names: tuple[str, ...]
    words: Words
    zone: str
    today: date


class Line(NamedTuple):
    """One application as the list draws it; `cells` are those behind its title."""

    row: Row
    key: str
    tags: Markup
    cells: Markup


def lines_of(rows: Iterable[Row], columns: Columns, around: Furniture) -> list[Line]:
    """Return the lines of a list in the present language."""
    code = language()
    names = [name for name in columns.names if name not in BESIDE]
    tagged = "tags" in columns.names
    return [
        Line(
            row, str(row.id), _tags(row, around) if tagged else Markup(),
            Markup("".join([_cell(name, row, columns, code) for name in names])),  # noqa: S704
        )
        for row in rows
    ]  # fmt: skip


def _tags(row: Row, around: Furniture) -> Markup:
    known = [around.tags[tag] for tag in row.tags if tag in around.tags]
    return Markup().join(drawn("office/parts.html", "tag_of", tag) for tag in known)


def drawn(template: str, macro: str, *values: Any) -> Markup:
    """Return what a macro of a template draws in the present language (a Jinja global).

    The values, which can be hashed, are everything else that it depends on.
    """
    return _drawn(template, macro, language(), *values)


@lru_cache(maxsize=AT_ANY_TIME)
def _drawn(template: str, macro: str, _language: str, *values: Any) -> Markup:
    found: Markup = getattr(current_app.jinja_env.get_template(template).module, macro)(*values)
    return found


def _cell(name: str, row: Row, columns: Columns, code: str) -> Markup:
    if name == "arrived":
        return _arrived(row.submitted_at, columns.zone, columns.today, code)
    if name == "state":
        return _state(row.status, row.due, columns.today, code)
    if name == "clerk":
        return _clerk(row.clerk, code)
    if name == "checks":
        return _checks(row.checks_open, row.checks_total, code)
    if name in columns.words:
        return _answers(row.answers.get(name, ()), columns.words[name])
    return _word(name, row, code)


@lru_cache(maxsize=AT_ANY_TIME)
def _arrived(moment: datetime, zone: str, _here: date, _language: str) -> Markup:
    return Markup('<td class="p-num"><time datetime="{}">{}</time></td>').format(
        moment.isoformat(), short_moment(moment, zone)
    )


@lru_cache(maxsize=AT_ANY_TIME)
def _state(status: Status, due: date | None, today: date, _language: str) -> Markup:
    mark = state_mark(status, due, today)
    return Markup("<td>{}</td>").format(drawn("components/state.html", "state", *mark))


@lru_cache(maxsize=AT_ANY_TIME)
def _clerk(name: str, _language: str) -> Markup:
    if name:
        return Markup("<td><bdi>{}</bdi></td>").format(name)
    return Markup('<td><span class="p-muted">{}</span></td>').format(_("nobody"))


@lru_cache(maxsize=AT_ANY_TIME)
def _checks(left: int | None, total: int | None, _language: str) -> Markup:
    if not total:
        return Markup('<td><span class="p-muted">{}</span></td>').format(_("not begun"))
    done = _("%(done)s of %(all)s", done=total - (left or 0), all=total)
    return Markup("<td>{}</td>").format(done)


def _answers(chosen: Iterable[str], words: dict[str, str]) -> Markup:
    """Return the chosen answers to one question, in words and in the form's order."""
    return _wrapped(", ".join([word for value, word in words.items() if value in chosen]))


@lru_cache(maxsize=AT_ANY_TIME)
def _wrapped(words: str) -> Markup:
    return Markup('<td class="p-wraps">{}</td>').format(words)


def _word(name: str, row: Row, code: str) -> Markup:
    if name == "channel":
        return Markup("<td>{}</td>").format(channel_word(row.channel))
    if name == "language":
        return _tongue(row.locale, code)
    return Markup('<td class="p-num">{}</td>').format(short_day(row.due) if row.due else "")


@lru_cache(maxsize=AT_ANY_TIME)
def _tongue(spoken: str, _language: str) -> Markup:
    return Markup("<td>{}</td>").format(language_word(spoken))
