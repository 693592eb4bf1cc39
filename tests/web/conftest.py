"""An application with pages of its own: every part on one, and views that go wrong in every way."""

from pathlib import Path

import pytest
from flask import Flask, Response, abort, flash, redirect, render_template_string, request, session
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import TimeoutError as NoConnection
from sqlalchemy.orm.exc import StaleDataError

from portal.app import build
from portal.core.db import db
from portal.core.errors import DomainError, Forbidden, NotFound, TooManyRequests
from portal.settings import Settings
from portal.web import csrf, headers, limits
from portal.web.doors import public
from tests.strict import StrictClient

GALLERY = Path(__file__).with_name("gallery.html")
ERRORS = [
    ("short", "Kürzen Sie die Kurzbeschreibung um 40 Zeichen"),
    ("fields", "Wählen Sie mindestens ein Handlungsfeld aus"),
]
FORM = """{% extends "base.html" %}{% block title %}Form{% endblock %}{% block main %}
<h1>Form</h1><form method="post">{{ csrf_field() }}</form>{% endblock %}"""
RAISED: dict[str, Exception] = {
    "rule": DomainError("The call is closed."),
    "forbidden": Forbidden(),
    "absent": NotFound(),
    "often": TooManyRequests("Wait.", seconds=90),
    "stale": StaleDataError(),
    "busy": NoConnection("all connections are in use"),
    "fault": ZeroDivisionError("a secret of the house"),
}


@public
def gallery() -> str:
    """Show every part."""
    flash("Die Bewerbung ist gespeichert.", "success")
    return render_template_string(GALLERY.read_text("utf-8"), errors=ERRORS)


def words(text: str) -> Response:
    """Return an answer that is no page."""
    return Response(text, mimetype="text/plain")


@public
def form() -> ResponseReturnValue:
    """Take a form, or show one."""
    if request.method == "POST":
        return words("taken")
    return render_template_string(FORM)


@public
def go_wrong(how: str) -> ResponseReturnValue:
    """Raise what the address names."""
    if how.isdigit():
        abort(int(how))
    raise RAISED[how]


@public
def braked() -> Response:
    """Answer three times an hour."""
    limits.brake("test", 3)
    return words("passed")


@public
def for_all() -> str:
    """Show a page that is the same for everybody."""
    headers.cacheable(60)
    return render_template_string(FORM.replace("{{ csrf_field() }}", "").replace("post", "get"))


@public
def sign_in() -> ResponseReturnValue:
    """Renew the token as signing in does."""
    csrf.renew()
    session["person"] = "somebody"
    return redirect("/form", 303)


def no_door() -> str:
    """Stand behind no door at all."""
    return "secret"


@limits.upload
@public
def take_file() -> Response:
    """Take a whole file."""
    return words(str(len(request.files["file"].read())))


def add_pages(app: Flask) -> None:
    """Give an application the pages of these tests."""
    both = ["GET", "POST"]
    app.add_url_rule("/gallery", view_func=gallery)
    app.add_url_rule("/form", view_func=form, methods=both)
    app.add_url_rule("/wrong/<how>", view_func=go_wrong, methods=both)
    app.add_url_rule("/braked", view_func=braked, methods=["POST"])
    app.add_url_rule("/for-all", view_func=for_all)
    app.add_url_rule("/renewing", view_func=sign_in, methods=["POST"])
    app.add_url_rule("/no-door", view_func=no_door)
    app.add_url_rule("/file", view_func=take_file, methods=["POST"])
    app.test_client_class = StrictClient


def make_site(instance: Path) -> Flask:
    """Return an application with the pages of these tests and all tables."""
    app = build(Settings(instance=instance))
    add_pages(app)
    with app.app_context():
        db.create_all()
    return app


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """Return one application for the tests of a module; they leave nothing in its tables."""
    return make_site(tmp_path_factory.mktemp("instance"))


@pytest.fixture
def browser(site: Flask) -> StrictClient:
    """Return a strict client of these pages."""
    client = site.test_client()
    assert isinstance(client, StrictClient)
    return client
