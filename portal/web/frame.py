"""What stands around the content of each page: whose page it is, languages, address, contact."""

from collections import ChainMap
from collections.abc import MutableMapping
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import quote

from flask import Flask, current_app, g, request
from jinja2 import Environment

from portal.calls.definition import Definition
from portal.calls.wording import Saying, Text, say
from portal.core.i18n import LANGUAGES, gettext, language
from portal.web import languages


class Choice(NamedTuple):
    """One link of the language switch."""

    lang: str
    name: str
    direction: str
    href: str
    current: bool


class Frame(NamedTuple):
    """Everything that `base.html` needs beside the content of the page."""

    language: str
    language_name: str
    direction: str
    over: Saying
    name: str
    href: str
    address: tuple[str, ...]
    phone: str
    email: str
    switch: list[Choice]
    here_query: str


def show_call(definition: Definition) -> None:
    """Put the page into the frame of a call: its prize, contact and languages."""
    g.framed_call = definition
    languages.offer(definition.languages)


def hide_address() -> None:
    """Let this page tell nobody its address, since a key stands in it: no referrer, no link."""
    g.is_address_hidden = True


def frame() -> Frame:
    """Return the frame of this page (a Jinja global); made once per request and language."""
    code = language()
    made: Frame | None = g.get("frame")
    if made is None or made.language != code:
        made = g.frame = _make(code)
    return made


def _make(code: str) -> Frame:
    settings = current_app.extensions["settings"]
    call: Definition | None = g.get("framed_call")
    here: dict[str, Any] = {
        "language": code,
        "language_name": LANGUAGES[code],
        "direction": languages.direction_of(code),
        "switch": [
            Choice(c, LANGUAGES[c], languages.direction_of(c), languages.switch_href(c), c == code)
            for c in languages.offered()
        ],
        "here_query": f"?page={quote(_told_address(), safe='/')}",
    }
    if call is None:
        return Frame(
            over=Saying(settings.operator_name, code), name=gettext("Prizes"), href="/",
            address=(settings.operator_name, settings.operator_address),
            phone=settings.operator_phone, email=settings.operator_email, **here,
        )  # fmt: skip
    return Frame(
        over=say(call.prize.organiser, code), name=title_of(call.title, code),
        href=f"/{call.slug}", phone=call.contact.phone, email=call.contact.email,
        address=(say(call.contact.name, code).text, *call.contact.address), **here,
    )  # fmt: skip


def _told_address() -> str:
    """Return the path of this page as it may be told; of a secret one only the call's part."""
    if not g.get("is_address_hidden"):
        return request.path
    return f"/{request.path.split('/')[1]}"


def title_of(text: Text, code: str) -> str:
    """Return a title without soft hyphens, fit for `<title>`."""
    return say(text, code).text.replace("\u00ad", "")


def init(app: Flask) -> None:
    """Make `frame()` known to templates."""
    app.jinja_env.globals["frame"] = frame
    app.jinja_env.make_globals = partial(_globals, app.jinja_env)  # type: ignore[method-assign]


def _globals(environment: Environment, given: MutableMapping[str, Any] | None) -> Any:
    """Return the globals of a template: those of all, which each `import` in a page compares.

    Compared as one plain dict they cost a tenth of what they cost as a chain of two.
    """
    return ChainMap(given, environment.globals) if given else environment.globals
