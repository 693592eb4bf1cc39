"""Addresses of pages: those of Flask, made in a tenth of the time.

A page of the office has dozens of them. Almost all are a rule with plain words put in.
"""

import re
from typing import Any

from flask import Flask, current_app, url_for

PLAIN = re.compile(r"[A-Za-z0-9._-]+")  # stands in an address as it is
PLACE = re.compile(r"<(?:uuid:|int:)?(\w+)>")


def pattern_of(app: Flask, endpoint: str, names: set[str]) -> str:
    """Return the only rule of a page with `{name}` for its values; empty where Flask must decide.

    >>> pattern_of(Flask("empty"), "static", {"filename"})
    ''
    """
    rules = list(app.url_map.iter_rules(endpoint)) if endpoint in app.view_functions else []
    if len(rules) != 1 or rules[0].arguments != names or rules[0].defaults:
        return ""
    pattern = PLACE.sub(r"{\1}", rules[0].rule)
    return "" if "<" in pattern else pattern


def address(endpoint: str, **values: Any) -> str:
    """Return what `url_for` returns."""
    app = current_app
    patterns: dict[tuple[str, ...], str] = app.extensions["addresses"]
    key = (endpoint, *values)
    pattern = patterns.get(key)
    if pattern is None:
        pattern = patterns[key] = pattern_of(app, endpoint, set(values))
    words = {name: "" if value is None else str(value) for name, value in values.items()}
    if pattern and all(map(PLAIN.fullmatch, words.values())):
        return pattern.format_map(words)
    return url_for(endpoint, **values)


def init(app: Flask) -> None:
    """Let templates make addresses by `url_for`, as ever."""
    app.extensions["addresses"] = {}  # by page and names, of which the code has so many
    app.jinja_env.globals["url_for"] = address
