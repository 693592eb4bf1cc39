"""What the log says of an error: kind and place, and nothing that somebody typed."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
from flask import Flask

from portal.cli import accesslog
from portal.jobs.journal import JsonLines


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """Return what is logged, as the server writes it."""
    text = io.StringIO()
    handler = logging.StreamHandler(text)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield text
    root.removeHandler(handler)
    root.setLevel(level)


def test_an_error_is_told_without_what_was_typed(lines: io.StringIO) -> None:
    app = Flask("log")

    @app.get("/<slug>/open/<token>")
    def fails(slug: str, token: str) -> str:
        raise ValueError(f"{slug} {token}")

    accesslog.init(app)

    answer = app.test_client().get("/prize/open/very-secret")

    error, access = (json.loads(line) for line in lines.getvalue().splitlines())
    assert answer.status_code == 500
    assert (error["message"], error["error"]) == ("A request has failed.", "ValueError")
    assert (error["rule"], access["status"]) == ("/<slug>/open/<token>", 500)
    assert error["request"] == access["request"]
    assert "very-secret" not in lines.getvalue()
