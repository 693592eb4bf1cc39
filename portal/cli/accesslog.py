"""One JSON line for each request: the rule it met, never the address that was typed.

A path may hold the key of a link, so the log says `/<slug>/open/<token>`; the network address of
the person, cookies and queries are left out.
"""

import logging
import time

from flask import Flask, Response, g, request

log = logging.getLogger("portal.access")


def init(app: Flask) -> None:
    """Write a line after each request; called before the first one."""
    app.before_request_funcs.setdefault(None, []).insert(0, _begin)
    app.after_request(_note)


def _begin() -> None:
    g.began_at = time.perf_counter()


def _note(response: Response) -> Response:
    began = g.get("began_at")
    facts = {
        "method": request.method,
        "rule": request.url_rule.rule if request.url_rule else None,
        "status": response.status_code,
        "milliseconds": None if began is None else round((time.perf_counter() - began) * 1000, 1),
        "request": g.get("request_id"),
    }
    log.info("request", extra={"facts": facts})
    return response
