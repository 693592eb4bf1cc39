"""The lines of the list as HTML: whatever many lines share is drawn once and kept."""

from collections.abc import Iterable
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from flask import current_app
from markupsafe import Markup, escape

from portal.applications.desk.finding import Row
from portal.applications.desk.furniture import Furniture
from portal.applications.search.searching import Piece
from portal.applications.workflow import Status
from portal.core.i18n import gettext as _
from portal.core.i18n import language
from portal.office.words import channel_word, language_word, short_day, short_moment, state_mark

AT_ANY_TIME = 1024  # cells
PLACE = "§"  # where the number goes in a sentence that all lines share
BESIDE = ("number", "tags")  # columns that the line of the list shows in another place
Words = dict[str, dict[str, str]]


class Columns(NamedTuple):
    """What a list shows of each application: names of columns, and the words of answers."""

    names: tuple[str, ...]
    words: Words
    zone: str
    today: date


class Around(NamedTuple):
    """What stands around the lines: address and query of an application's page, and tick boxes."""

    address: str
    query: str
    ticks: bool


def lines_of(rows: Iterable[Row], columns: Columns, furniture: Furniture, around: Around) -> Markup:
    """Return the lines of a list in the present language."""
    code = language()
    names = [name for name in columns.names if name not in BESIDE]
    tagged, numbered = "tags" in columns.names, "number" in columns.names
    choose = _("Choose %(number)s", number=PLACE)
    end = escape(f"?{around.query}" if around.query else "")
    lines = []
    for row in rows:
        key, number = str(row.id), escape(row.reference)
        tick = _tick(key, choose.replace(PLACE, number)) if around.ticks else ""
        first = f'<td class="p-num"><bdi dir="ltr">{number}</bdi></td>' if numbered else ""
        href = f"{around.address}/{key}{end}"
        head = _head(row, href, _tags(row, furniture) if tagged else "")
        cells = "".join([_cell(name, row, columns, code) for name in names])
        lines.append(f"<tr>{tick}{first}\n{head}{cells}</tr>\n")
    return Markup("".join(lines))  # noqa: S704  (what people wrote is escaped)


def _tick(key: str, label: str) -> str:
    return (
        f'<td class="p-pick"><input type="checkbox" name="id" value="{key}" form="bulk"'
        f' aria-label="{label}"></td>'
    )


def _head(row: Row, href: str, tags: str) -> str:
    """Return the first words of a line: title, what is special about it, who applies, what fits."""
    title = escape(row.title or _("Without title"))
    late = f' <span class="p-tag p-tag--orange">{_("late")}</span>' if row.late else ""
    return (
        f'<th scope="row"><a href="{href}" data-row dir="auto"><bdi>{title}</bdi></a>{late}'
        f'{" " if tags else ""}{tags}<span class="p-org p-muted" dir="auto">'
        f"<bdi>{escape(row.name)}</bdi></span>{_hit(row.hit) if row.hit else ''}</th>"
    )


def _hit(pieces: Iterable[Piece]) -> str:
    """Return a passage with what was found marked."""
    marked = [
        f"<mark>{escape(piece.text)}</mark>" if piece.hit else escape(piece.text)
        for piece in pieces
    ]
    return f'<span class="p-hit" dir="auto">{"".join(marked)}</span>'


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
