"""One JSON line for each request: the rule it met, never the address that was typed.

A path may hold the key of a link, so the log says `/<slug>/open/<token>`; the network address of
the person, cookies and queries are left out. Every line of a request bears the same id.
"""

import logging
import secrets
import time
from typing import Any

from flask import Flask, Response, g, has_request_context, request

from portal.jobs.journal import place

log = logging.getLogger("portal.access")


class WithRequest(logging.Filter):
    """Adds the id of the request to what is logged during it."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass."""
        if has_request_context() and "request_id" in g:
            record.facts = {"request": g.request_id} | getattr(record, "facts", {})
        return True


def init(app: Flask) -> None:
    """Write a line after each request; called before the first one, after the log was set up."""
    app.before_request_funcs.setdefault(None, []).insert(0, _begin)
    app.after_request(_note)
    # Flask's own sentence about an error holds the path.
    app.log_exception = _note_error  # type: ignore[method-assign]
    for handler in logging.getLogger().handlers:
        handler.addFilter(WithRequest())


def _begin() -> None:
    g.began_at = time.perf_counter()
    g.request_id = secrets.token_hex(8)


def _note(response: Response) -> Response:
    began = g.get("began_at")
    took = None if began is None else round((time.perf_counter() - began) * 1000, 1)
    facts = {"status": response.status_code, "milliseconds": took}
    log.info("request", extra={"facts": _where() | facts})
    return response


def _note_error(exc_info: Any) -> None:
    """Log an error by kind and place; its text may hold what somebody typed."""
    error = exc_info[1]
    facts = {"error": type(error).__name__, "place": place(error)}
    log.error("A request has failed.", extra={"facts": _where() | facts})


def _where() -> dict[str, object]:
    rule = request.url_rule.rule if request.url_rule else None
    return {"method": request.method, "rule": rule}
