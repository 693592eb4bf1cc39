"""A public submission portal for prize applications."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from portal.settings import Settings

__version__ = "0.1.0"


def create_app(settings: "Settings | None" = None) -> "Flask":
    """Return the web application for `settings` (default: read from the environment)."""
    from portal.app import build  # slow import: command line tools need only the version

    return build(settings)
