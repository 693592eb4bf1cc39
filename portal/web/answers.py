"""Answers to read as HTML, for all pages: a page shows dozens, and a macro takes its time."""

from collections.abc import Callable, Iterable

from flask import Flask
from markupsafe import Markup, escape

from portal.calls.reading import Shown
from portal.core.i18n import gettext as _
from portal.core.i18n import language
from portal.web.languages import direction_of

ITEM, CELL = '<li dir="auto">', '<td dir="auto">'


def drawn_answer(shown: Shown) -> Markup:
    """Return an answer as HTML in the present language (a Jinja global)."""
    return Markup(DRAWN.get(shown.kind, _words)(shown))  # noqa: S704  (escaped there)


def _words(shown: Shown) -> str:
    direction = "auto" if shown.own_words else direction_of(language())
    return f'<span class="p-typed" dir="{direction}">{escape(shown.text)}</span>'


def _missing(shown: Shown) -> str:
    return f'<span class="p-muted">{escape(shown.text)}</span>'


def _list(shown: Shown) -> str:
    return f"<ul>{_each(shown.entries, ITEM, '</li>')}</ul>"


def _table(shown: Shown) -> str:
    head = _each(shown.head, '<th scope="col">', "</th>")
    rows = [f"<tr>{_each(row, CELL, '</td>')}</tr>" for row in shown.rows]
    total = _each(shown.total, "<td><b>", "</b></td>")
    foot = f"<tfoot><tr>{total}</tr></tfoot>" if shown.total else ""
    return (
        f'<div class="p-scroll" tabindex="0" role="group" aria-label="{escape(_("Table"))}">'
        f'<table class="p-plain"><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody>{foot}</table></div>"
    )


def _each(texts: Iterable[str], before: str, after: str) -> str:
    return "".join([f"{before}{escape(text)}{after}" for text in texts])


DRAWN: dict[str, Callable[[Shown], str]] = {"list": _list, "table": _table, "missing": _missing}


def init(app: Flask) -> None:
    """Make `drawn_answer` known to templates."""
    app.jinja_env.globals["drawn_answer"] = drawn_answer
