"""Every view says who may enter, and a page that is read changes nothing."""

import inspect

import pytest
from flask import Flask

pytestmark = pytest.mark.one_database
READING = {"GET", "HEAD", "OPTIONS"}


def test_every_view_has_a_door(bare_app: Flask) -> None:
    walls = {name for name, view in bare_app.view_functions.items() if not hasattr(view, "door")}

    assert walls - {"static"} == set(), "Put @public or @open_for(…) before the view."


def test_a_view_that_only_reads_opens_no_transaction(bare_app: Flask) -> None:
    writing = {
        rule.endpoint
        for rule in bare_app.url_map.iter_rules()
        if (rule.methods or set()) <= READING
        and "transaction("
        in inspect.getsource(inspect.unwrap(bare_app.view_functions[rule.endpoint]))
    }

    assert writing == set(), "GET never writes; ask for a button."
