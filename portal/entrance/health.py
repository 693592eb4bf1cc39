"""Is the portal alive, and is it ready? For watching machines; no secrets, no names."""

import tempfile
from collections.abc import Callable
from typing import Any

from flask import Blueprint, current_app, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from portal import jobs
from portal.core.db import db
from portal.settings import Settings
from portal.storage import wiring as storage
from portal.web.doors import public

bp = Blueprint("health", __name__, url_prefix="/health")


@bp.get("/live")
@public
def live() -> ResponseReturnValue:
    """Say that this process answers; nothing else is asked."""
    return jsonify(alive=True)


@bp.get("/ready")
@public
def ready() -> ResponseReturnValue:
    """Say part by part whether all is well: 200, or 503 if one part is not."""
    settings: Settings = current_app.extensions["settings"]
    parts = {"storage": _part(_storage, settings), **_database_parts(settings)}
    well = all(part["ok"] for part in parts.values())
    return jsonify(ready=well, **parts), 200 if well else 503


def _part(look: Callable[[Settings], dict[str, Any]], settings: Settings) -> dict[str, Any]:
    try:
        return look(settings)
    except OSError:
        return {"ok": False}


def _storage(settings: Settings) -> dict[str, Any]:
    """Really write a byte: a full or read-only disk is found by nothing else."""
    with tempfile.TemporaryFile(dir=settings.instance) as file:
        file.write(b".")
        file.flush()
    free = storage.free_percent()
    return {"ok": free >= settings.free_space_percent, "free_percent": round(free, 1)}


def _database_parts(settings: Settings) -> dict[str, Any]:
    """Return database, queue and worker; without a database nothing is known of the others."""
    try:
        state = jobs.health()
    except SQLAlchemyError:
        db.session.rollback()
        return {"database": {"ok": False}}
    waited, seen = state["oldest_due"], state["worker_seen"]
    # A worker gives no sign of life while it does one long job.
    silent = settings.lease_seconds * 2
    return {
        "database": {"ok": True},
        "queue": {
            "ok": waited is None or waited < settings.queue_alarm_seconds,
            "due": state["due"],
            "oldest_seconds": _rounded(waited),
            "given_up": state["dead"],
        },
        "worker": {"ok": seen is not None and seen < silent, "seen_seconds": _rounded(seen)},
    }


def _rounded(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds)
