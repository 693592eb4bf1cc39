"""HEAD answers like GET without a body, and no view takes it for a POST."""

import pytest
from flask import Flask, request
from flask.testing import FlaskClient

from portal.web.doors import public


@public
def careless() -> str:
    """Tell what happened, as a view that asks for GET only."""
    return "shown" if request.method == "GET" else "changed"


@pytest.mark.one_database
def test_head_is_get_without_its_body(bare_app: Flask) -> None:
    bare_app.add_url_rule("/careless", view_func=careless, methods=["GET", "POST"])
    client: FlaskClient = bare_app.test_client()

    shown, asked = client.get("/careless"), client.head("/careless")

    assert (shown.data, asked.data) == (b"shown", b"")
    assert (asked.status_code, asked.content_length) == (200, len(b"shown"))
