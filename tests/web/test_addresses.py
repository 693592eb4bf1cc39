"""Addresses in templates: the same as Flask's, whatever stands in them."""

from typing import Any
from uuid import UUID

import pytest
from flask import Flask, render_template_string, url_for

ID = UUID("0a1b2c3d-0000-4000-8000-000000000001")
pytestmark = pytest.mark.one_database
CASE = {"slug": "integrationspreis-2027", "application_id": ID}


@pytest.mark.parametrize(
    ("endpoint", "values"),
    [
        ("case.show", CASE),
        ("case.show", {**CASE, "version": 2}),
        ("case.show", {**CASE, "_anchor": "notes"}),
        ("case.show", {**CASE, "version": None}),
        ("screening.mark", {**CASE, "item": "in_time"}),
        ("screening.mark", {**CASE, "item": "Straße / Haus?"}),
        ("screening.mark", {**CASE, "item": ""}),
        ("versions.show", {**CASE, "n": 3}),
        ("static", {"fingerprint": "abc", "name": "css/portal.css"}),
    ],
)
def test_an_address_in_a_template_is_that_of_flask(
    app: Flask, endpoint: str, values: dict[str, Any]
) -> None:
    with app.test_request_context("/"):
        for _time in range(2):
            shown = render_template_string("{{ url_for(e, **v)|safe }}", e=endpoint, v=values)
            assert shown == url_for(endpoint, **values)
