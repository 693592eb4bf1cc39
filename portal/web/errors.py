"""Refusals and failures as pages: what happened, what to do, and nothing that was typed is lost."""

import logging
import secrets
from typing import Any, NamedTuple

import flask
from flask import Flask, Response, g, render_template, request
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnection
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from portal.core.db import db
from portal.core.errors import DomainError, Forbidden, NoRoom, NotFound, TooManyRequests
from portal.core.i18n import gettext as _
from portal.core.text import UNWANTED
from portal.jobs.journal import place
from portal.web import csrf, database, onward, staff

log = logging.getLogger(__name__)
BUSY_SECONDS = 5
DATABASE_FAILS = (500, 503, 507)
NEVER_SHOWN = {"csrf_token", "password", "code"}  # typed anew rather than sent around


class Words(NamedTuple):
    """What an error page says."""

    title: str
    text: str


def words_for(status: int) -> Words:
    """Return title and advice for a status."""
    said = {
        400: (
            _("We could not read this request"),
            _("Go back and try again. If you followed a link, check that it is complete."),
        ),
        403: (
            _("You may not open this page"),
            _("It is for others, or not for this moment. If you think you should open it, "
              "call us or write to us."),
        ),
        404: (
            _("This page does not exist"),
            _("Check the address, or begin at the start page. A link from a mail may be cut off."),
        ),
        405: (
            _("This does not work this way"),
            _("Go back to the page before and use the buttons there."),
        ),
        409: (
            _("This is not possible right now"),
            _("Go back, load the page again and look at the present state."),
        ),
        413: (
            _("That is too large"),
            _("Nothing was saved of this. Go back in the browser: your text is still there. "
              "Shorten it or choose a smaller file."),
        ),
        429: (
            _("That was very often"),
            _("Wait a while and try again. Everything saved so far is safe."),
        ),
        503: (
            _("We are very busy at the moment"),
            _("Wait a few seconds and try again. Everything saved so far is safe."),
        ),
        507: (
            _("There is no room here at the moment"),
            _("Our disk is full, so this was not saved. Everything saved before is safe. "
              "Try again in an hour."),
        ),
    }  # fmt: skip
    title, text = said.get(status) or (
        _("Something went wrong on our side"),
        _("Everything saved so far is safe. Try again in a few minutes."),
    )
    return Words(title, text)


def show(status: int, sentence: str = "", **more: Any) -> Response:
    """Return the answer for an error: a page, or JSON where a script asked."""
    wants = request.accept_mimetypes
    if wants.best_match(["text/html", "application/json"]) == "application/json":
        told = {"error": sentence or words_for(status).title, "status": status}
        if status == 400 and more.get("rescue"):
            told["csrf_token"] = csrf.csrf_token()
        answer = flask.jsonify(told)
    else:
        onward.show_its_call(may_ask=status not in DATABASE_FAILS)
        answer = flask.make_response(
            render_template(
                "errors/error.html",
                status=status,
                words=words_for(status),
                sentence=sentence,
                is_staff=bool(staff.cookie()),
                ways=onward.ways(status),
                is_of_an_application=onward.is_of_an_application(),
                **{"rescue": (), "incident": ""} | more,
            )
        )
    answer.status_code = status
    return answer


def typed() -> list[tuple[str, str]]:
    """Return the fields of the request, to be sent again; never of a request from elsewhere."""
    if request.method in csrf.SAFE or not csrf.origin_is_ours():
        return []
    try:
        fields = request.form.items(multi=True)
    except HTTPException:
        return []
    return [
        (UNWANTED.sub("", name), UNWANTED.sub("", value.replace("\r\n", "\n")))
        for name, value in fields
        if name not in NEVER_SHOWN
    ]


def on_http(error: HTTPException) -> Response | HTTPException:
    """Answer what Flask or a view refused."""
    status = error.code or 500
    if status < 400:
        return error
    if status == 500:
        return on_failure(error)
    answer = show(status)
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After"):
            answer.headers[name] = value
    return answer


def on_token(_error: csrf.TokenMissing) -> Response:
    """Give back what was typed, with a fresh token."""
    return show(400, rescue=typed() or [("", "")], expired=True)


def on_domain(error: DomainError) -> Response:
    """Answer a rule's no with its sentence."""
    db.session.rollback()
    kinds = ((Forbidden, 403), (NotFound, 404), (TooManyRequests, 429), (NoRoom, 507))
    status = next((code for kind, code in kinds if isinstance(error, kind)), 409)
    answer = show(status, error.message, rescue=typed() if status == 429 else ())
    if isinstance(error, TooManyRequests):
        answer.headers["Retry-After"] = str(error.seconds)
    return answer


def on_stale(_error: StaleDataError) -> Response:
    """Somebody else was faster."""
    db.session.rollback()
    return show(
        409, _("Somebody changed this at the same moment. Load the page again."), rescue=typed()
    )


def on_database(error: SQLAlchemyError) -> Response:
    """Tell a database that has no time or no room from one that is used wrongly."""
    state = database.state_of(error)
    if state is database.State.BROKEN:
        return on_failure(error)
    db.session.rollback()
    log.warning("database %s: %s", state, type(error).__name__)
    if state is database.State.FULL:
        return show(507, rescue=typed())
    answer = show(503, rescue=typed())
    answer.headers["Retry-After"] = str(BUSY_SECONDS)
    return answer


def on_failure(error: Exception) -> Response:
    """Answer a fault of ours with a number under which it stands in the log."""
    db.session.rollback()
    incident = secrets.token_hex(4).upper()
    # The path may hold the key of a link, and the text of an error what somebody typed.
    rule = request.url_rule.rule if request.url_rule else None
    facts = {"rule": rule, "error": type(error).__name__, "place": place(error)}
    log.error("incident %s", incident, extra={"facts": facts})
    g.pop("frame", None)
    return show(500, incident=incident, rescue=typed())


def init(app: Flask) -> None:
    """Answer every error in the person's language."""
    app.register_error_handler(HTTPException, on_http)
    app.register_error_handler(csrf.TokenMissing, on_token)
    app.register_error_handler(DomainError, on_domain)
    app.register_error_handler(StaleDataError, on_stale)
    for kind in (OperationalError, NoConnection):
        app.register_error_handler(kind, on_database)
    app.register_error_handler(Exception, on_failure)
