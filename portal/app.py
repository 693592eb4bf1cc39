"""The composition root: the one file that knows every room."""

from flask import Flask
from flask_babel import Babel

from portal.core.db import db
from portal.core.i18n import BINDING
from portal.settings import Settings, load
from portal.web import database  # noqa: F401  (hooks into every connection)


def build(settings: Settings | None = None) -> Flask:
    """Return the application for `settings`, every room wired."""
    settings = settings or load()
    settings.instance.mkdir(parents=True, exist_ok=True)
    app = Flask("portal", instance_path=str(settings.instance.resolve()))
    app.config.update(
        SECRET_KEY=settings.secret,
        SQLALCHEMY_DATABASE_URI=settings.database,
        BABEL_DEFAULT_LOCALE=BINDING,
    )
    app.extensions["settings"] = settings
    db.init_app(app)
    Babel(app)
    return app
