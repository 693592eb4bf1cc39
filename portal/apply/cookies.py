"""The page for a browser that keeps no cookies: without one there is no key to a draft."""

from flask import Response, make_response, render_template, request

from portal.web import csrf, errors


def cookies_missing(error: csrf.TokenMissing) -> Response:
    """Explain cookies where the browser sent none back; else give back what was typed."""
    if csrf.cookie_name() in request.cookies:
        return errors.on_token(error)
    return make_response(render_template("apply/cookies.html"), 400)
