"""HEAD is GET without the body: no view sees the word, so none can take it for a POST."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask import Flask

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class HeadAsGet:
    """Hand HEAD to the application as GET and drop the body of its answer."""

    def __init__(self, inner: "WSGIApplication") -> None:
        self.inner = inner

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answer one request."""
        if environ["REQUEST_METHOD"] != "HEAD":
            return self.inner(environ, start_response)
        body = self.inner({**environ, "REQUEST_METHOD": "GET"}, start_response)
        if hasattr(body, "close"):
            body.close()
        return []


def init(app: Flask) -> None:
    """Put it around the application."""
    app.wsgi_app = HeadAsGet(app.wsgi_app)  # type: ignore[method-assign]
