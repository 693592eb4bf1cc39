"""The composition root: the one file that knows every room."""

from flask import Flask

from portal.core.db import db
from portal.core.i18n import BINDING
from portal.core.resources import resource_dir
from portal.settings import Settings, load
from portal.web import (
    assets,
    csrf,
    database,  # noqa: F401  (hooks into every connection)
    doors,
    errors,
    filters,
    frame,
    headers,
    languages,
    limits,
)


def build(settings: Settings | None = None) -> Flask:
    """Return the application for `settings`, every room wired."""
    settings = settings or load()
    settings.instance.mkdir(parents=True, exist_ok=True)
    app = Flask(
        "portal",
        instance_path=str(settings.instance.resolve()),
        static_folder=None,
        template_folder=str(resource_dir("templates")),
    )
    app.config.update(
        SECRET_KEY=settings.secret,
        SQLALCHEMY_DATABASE_URI=settings.database,
        BABEL_DEFAULT_LOCALE=BINDING,
        BABEL_TRANSLATION_DIRECTORIES=str(resource_dir("translations")),
    )
    app.extensions["settings"] = settings
    db.init_app(app)
    _porch(app, settings)
    return app


def _porch(app: Flask, settings: Settings) -> None:
    """Wire what all pages share. Headers come first, so they are put on last."""
    headers.init(app, settings)
    languages.init(app)
    limits.init(app, settings)
    csrf.init(app)
    doors.init(app)
    errors.init(app)
    for module in (assets, filters, frame):
        module.init(app)
