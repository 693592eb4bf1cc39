"""The read API: applications of one call as JSON, for other tools of the city, by token.

It answers what was sent, also what is blacked out for the jury: these are tools of the office. A
token without `read:personal` gets only answers that the jury may see. Drafts never appear, and a
decision appears once its letter has left.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, current_app, jsonify, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from portal.applications.correspondence import announcing
from portal.applications.desk.export_models import ApiToken
from portal.applications.desk.listing import Filters
from portal.applications.desk.narrowing import Scope
from portal.applications.models import Application
from portal.applications.workflow import Status
from portal.core.db import db
from portal.core.errors import TooManyRequests
from portal.office.export import extracts
from portal.office.export.choosing import Chosen
from portal.office.export.extracts import Column
from portal.office.export.openapi import description
from portal.office.export.tokens import PERSONAL, READ, hash_of
from portal.web.doors import public
from portal.web.touch import read_by_token

bp = Blueprint("api", __name__, url_prefix="/api/v1")
MOST_AN_HOUR = 3600
SIZE, MOST = 50, 200
NOBODY = UUID(int=0)
View = Callable[..., ResponseReturnValue]


def answer(status: int, error: str, **headers: str) -> Response:
    """Return a refusal as JSON."""
    response = jsonify(error=error, status=status)
    response.status_code = status
    response.headers.update(headers)
    return response


def by_token(view: View) -> View:
    """Open to whoever shows a valid token of the call in the address; the view gets the token."""

    @wraps(view)
    def enter(slug: str, **address: Any) -> ResponseReturnValue:
        token = _token()
        if token is None:
            return answer(401, "unauthorized", **{"WWW-Authenticate": 'Bearer realm="api"'})
        if token.call.slug != slug:
            return answer(404, "not found")
        try:
            return view(token, **address)
        except TooManyRequests as error:
            return answer(429, "too many requests", **{"Retry-After": str(error.seconds)})

    enter.door = f"token:{READ}"  # type: ignore[attr-defined]
    return enter


def _token() -> ApiToken | None:
    given = request.authorization
    if given is None or given.type != "bearer" or not given.token:
        return None
    wanted = select(ApiToken).options(joinedload(ApiToken.call))
    token = db.session.scalar(wanted.where(ApiToken.hash == hash_of(given.token)))
    return token if token and token.revoked_at is None else None


def _note(token: ApiToken, thing: Any, **facts: Any) -> None:
    """Count and log this reading before anything is shown."""
    read_by_token(token, thing, most=MOST_AN_HOUR, call=token.call.slug, **facts)


@bp.get("/openapi.json")
@public
def openapi() -> ResponseReturnValue:
    """Describe the API in OpenAPI 3.1."""
    return jsonify(description(current_app.extensions["settings"].origin))


@bp.get("/calls/<slug>/applications")
@by_token
def applications(token: ApiToken) -> ResponseReturnValue:
    """Return one page of the received applications by number, of one status if asked."""
    status = request.args.get("status", "")
    if status and status not in set(Status) - {Status.DRAFT}:
        return answer(400, "unknown status")
    page = max(1, request.args.get("page", 1, type=int))
    size = min(MOST, max(1, request.args.get("size", SIZE, type=int)))
    conditions = [Application.call_id == token.call_id, Application.status != Status.DRAFT]
    if status:
        conditions.append(announcing.has_told_status(Status(status)))
    total = db.session.scalar(select(func.count(Application.id)).where(*conditions)) or 0
    rows = select(Application.id).where(*conditions).order_by(Application.number)
    ids = list(db.session.scalars(rows.limit(size).offset((page - 1) * size)))
    _note(token, token.call, page=page, applications=len(ids))
    pages = max(1, -(-total // size))
    return jsonify(
        applications=_records(token, ids),
        total=total, page=page, pages=pages, size=size,
        next=_next(token, page + 1, size, status) if page < pages else None,
    )  # fmt: skip


def _next(token: ApiToken, page: int, size: int, status: str) -> str:
    origin: str = current_app.extensions["settings"].origin
    path = url_for(".applications", slug=token.call.slug, page=page, size=size,
                   status=status or None)  # fmt: skip
    return origin + path


def _columns(token: ApiToken) -> list[Column]:
    """Return the questions that the token may read."""
    scope = Scope(call_id=token.call_id, user_id=NOBODY, zone="UTC")
    what = extracts.extract(token.call, Chosen(scope, Filters()))
    if PERSONAL in token.scopes.split():
        return list(what.columns)
    return [column for column in what.columns if "jury" in column.question.sees]


def _records(token: ApiToken, ids: list[UUID]) -> list[dict[str, Any]]:
    """Return applications as the tool may see them, in their order."""
    columns, secret = _columns(token), {str(one) for one in announcing.kept_back(ids)}
    records = [extracts.record(item, columns) for item in extracts.items_of(token.call_id, ids)]
    for record in records:
        if record["id"] in secret:
            record["status"] = str(announcing.BEFORE)
    return records


def _one(token: ApiToken, application_id: UUID) -> dict[str, Any] | None:
    received = select(Application.id).where(
        Application.id == application_id,
        Application.call_id == token.call_id,
        Application.status != Status.DRAFT,
    )
    found = db.session.scalar(received)
    if found is None:
        return None
    _note(token, ("application", str(found)))
    return next(iter(_records(token, [found])), None)


@bp.get("/calls/<slug>/applications/<uuid:application_id>")
@by_token
def application(token: ApiToken, application_id: UUID) -> ResponseReturnValue:
    """Return one application with its answers and files."""
    record = _one(token, application_id)
    return jsonify(record) if record else answer(404, "not found")


@bp.get("/calls/<slug>/applications/<uuid:application_id>/files")
@by_token
def files(token: ApiToken, application_id: UUID) -> ResponseReturnValue:
    """Return what is known of the files of an application, without their contents."""
    record = _one(token, application_id)
    return jsonify(files=record["files"]) if record else answer(404, "not found")
