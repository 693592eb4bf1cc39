"""The least that can be done with Flask: what the portal is measured against. Run as a program.

GET /constant   a few words
GET /form       a form kept as text, with a fresh token
POST /save      one row changed and committed, as durable as the portal's
POST /apply     a file forced to the disk, one row committed, a redirect
"""

import os
import secrets
import sqlite3
import sys
import threading
from pathlib import Path
from uuid import uuid4

from flask import Flask, redirect, request
from waitress import serve
from werkzeug.wrappers import Response

FIELDS = "".join(
    f'<div><label for="f{n}">Question {n}</label><textarea id="f{n}" name="f{n}"></textarea></div>'
    for n in range(30)
)
FORM = f'<!doctype html><title>Form</title><form method="post">@TOKEN@{FIELDS}</form>' + " " * 9000


def make(folder: Path) -> Flask:
    """Return the application; it writes below `folder`."""
    app = Flask("floor")
    local = threading.local()

    def database() -> sqlite3.Connection:
        if not hasattr(local, "connection"):
            local.connection = sqlite3.connect(folder / "floor.sqlite", isolation_level=None)
            local.connection.execute("PRAGMA journal_mode=WAL")
            local.connection.execute("PRAGMA synchronous=FULL")
        found: sqlite3.Connection = local.connection
        return found

    def keep(text: str) -> None:
        connection = database()
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO row VALUES (?, ?)", (uuid4().hex, text))
        connection.execute("COMMIT")

    database().execute("CREATE TABLE IF NOT EXISTS row (id TEXT PRIMARY KEY, text TEXT)")

    @app.get("/constant")
    def constant() -> str:
        return "constant"

    @app.get("/form")
    def form() -> str:
        return FORM.replace("@TOKEN@", secrets.token_urlsafe(64))

    @app.post("/save")
    def save() -> str:
        keep(request.form["text"])
        return "saved"

    @app.post("/apply")
    def apply() -> Response:
        with (folder / uuid4().hex).open("wb") as file:
            request.files["photos"].save(file)
            file.flush()
            os.fsync(file.fileno())
        keep(request.form["text"])
        return redirect("/constant", 303)

    return app


if __name__ == "__main__":
    serve(make(Path(sys.argv[1])), listen=f"127.0.0.1:{sys.argv[2]}", threads=8, ident=None)
