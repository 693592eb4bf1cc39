"""The least that the work of an office costs: a bare Flask app over the portal's own database.

Plain sqlite3, one small template, no people, no words, no log.

GET /list        50 rows, the newest first, and how many there are
GET /one/KEY     one row by its id with all its text
GET /search?q=   the 50 newest rows in which a word stands, a piece of it, and how many there are
GET /csv         all rows with all their answers, each a column
"""

import csv
import io
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flask import Flask, Response, request

SHOWN = "a.id, a.reference, a.title, d.name, a.status, a.submitted_at"
JOINED = "application a JOIN digest d ON d.application_id = a.id"
NEWEST = "SELECT id FROM application WHERE call_id = ? ORDER BY submitted_at DESC LIMIT 50"
LIST = """<!doctype html><title>List</title><p>{{ total }}</p><table>{% for row in rows %}<tr>
{% for cell in row %}<td>{{ cell }}</td>{% endfor %}</tr>{% endfor %}</table>"""
ONE = """<!doctype html><title>One</title><h1>{{ title }}</h1><dl>
{% for key, value in answers.items() %}<dt>{{ key }}<dd>{{ value }}{% endfor %}</dl>"""


def make(path: Path) -> Flask:
    """Return the application over the SQLite file at `path`, which holds one call."""
    app = Flask("office_floor")
    database = sqlite3.connect(path, isolation_level=None)
    (call,) = database.execute("SELECT call_id FROM digest LIMIT 1").fetchone()
    table, page = app.jinja_env.from_string(LIST), app.jinja_env.from_string(ONE)

    @app.get("/list")
    def listed() -> str:
        rows = database.execute(f"SELECT {SHOWN} FROM {JOINED} WHERE a.id IN ({NEWEST})", (call,))
        counted = "SELECT count(*) FROM application WHERE call_id = ?"
        (total,) = database.execute(counted, (call,)).fetchone()
        return table.render(rows=rows.fetchall(), total=total)

    @app.get("/one/<key>")
    def one(key: str) -> str:
        title, answers = database.execute(
            "SELECT a.title, v.answers FROM application a"
            " JOIN version v ON v.application_id = a.id WHERE a.id = ?", (key.replace("-", ""),)
        ).fetchone()  # fmt: skip
        return page.render(title=title, answers=json.loads(answers))

    @app.get("/search")
    def search() -> str:
        word = request.args["q"]
        hits = "SELECT rowid FROM search_fts WHERE search_fts MATCH ?"
        docs = [doc for (doc,) in database.execute(hits, (f'"{word}"*',))]
        newest = docs[-50:]  # numbered as they arrived
        rows = database.execute(
            f"SELECT {SHOWN}, s.folded FROM {JOINED} JOIN search_doc s ON s.n = d.doc"
            f" WHERE d.doc IN ({','.join('?' * len(newest))})", newest
        )  # fmt: skip
        shown = [(*row[:-1], _piece(row[-1], word)) for row in rows]
        return table.render(rows=shown, total=len(docs))

    @app.get("/csv")
    def sheet() -> Response:
        return Response(_lines(database), mimetype="text/csv")

    return app


def _piece(text: str, word: str) -> str:
    at = text.find(word)
    return text[max(0, at - 70) : at + 70]


def _lines(database: sqlite3.Connection) -> Iterator[str]:
    out = io.StringIO()
    writer = csv.writer(out)
    for (answers,) in database.execute("SELECT answers FROM version"):
        values: dict[str, Any] = json.loads(answers)
        writer.writerow(values.values())
        yield out.getvalue()
        out.seek(0)
        out.truncate()
