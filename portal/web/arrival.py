"""When a request arrived: the moment that decides whether something is in time."""

from flask import Flask, g

from portal.core.clock import now


def init(app: Flask) -> None:
    """Note the moment before anything of the request is read."""

    @app.before_request
    def note() -> None:
        g.arrived_at = now()
