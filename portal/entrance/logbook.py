"""The log of who did what, for administrators: search, filters, pages."""

from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import String, cast, func, select, union_all

from portal.accounts import queries as accounts
from portal.applications.models import Application
from portal.audit import queries
from portal.audit.models import AuditEntry
from portal.audit.queries import Filters
from portal.calls.models import Call
from portal.calls.queries import all_calls
from portal.core.i18n import gettext as _
from portal.core.text import one_line
from portal.web.rooms import ADMIN, open_to

bp = Blueprint("logbook", __name__)
ZONE = ZoneInfo("Europe/Berlin")
FIELDS = ("q", "what", "who", "about", "since", "until", "call")


@bp.get("/audit")
@open_to(ADMIN)
def log() -> ResponseReturnValue:
    """Show the entries that the filters let through, newest first."""
    given = {field: one_line(request.args.get(field, ""))[:80] for field in FIELDS}
    found = queries.entries(_filters(given), page=request.args.get("page", 1, type=int))
    return render_template(
        "entrance/log.html",
        given=given,
        found=found,
        whats=[(what, words_of(what)) for what in queries.whats()],
        words_of=words_of,
        actor_of=actor_of,
        names=_names(found.entries),
        calls=[call.slug for call in all_calls()],
        href="?" + urlencode({k: v for k, v in given.items() if v} | {"page": ""}),
    )


def words_of(what: str) -> str:
    """Return a verb of the log in words; one that no room has named stays as it is."""
    known = {
        "sign_in": _("signed in"),
        "sign_in_fail": _("failed to sign in"),
        "sign_out": _("signed out"),
        "user_add": _("added a person"),
        "user_invite": _("invited a person"),
        "user_disable": _("disabled an account"),
        "user_enable": _("enabled an account"),
        "link_use": _("used a mailed link"),
        "password_set": _("set a password"),
        "password_change": _("changed the password"),
        "password_reset_ask": _("asked for a new password"),
        "factor_set": _("set up a second factor"),
        "factor_change": _("changed the second factor"),
        "factor_reset": _("reset a second factor"),
        "recovery_codes_renew": _("made new recovery codes"),
        "code_mail": _("asked for a mailed code"),
        "factor_link": _("asked for a link to set up an app"),
        "confirm_again": _("proved who it is"),
        "passkey_add": _("added a passkey"),
        "passkey_remove": _("removed a passkey"),
        "session_end": _("ended a session"),
        "email_change_ask": _("asked to change the address"),
        "email_change": _("changed the address"),
        "membership_give": _("gave a role"),
        "membership_take": _("took a role away"),
        "admin_give": _("made an administrator"),
        "admin_take": _("took an administrator's rights"),
        "export": _("exported applications"),
        "export_download": _("fetched an export"),
        "export_drop": _("gave up an export"),
        "letter_view": _("read a letter"),
        "letter_change": _("changed a letter"),
        "letter_hold": _("held a letter"),
        "letter_release": _("released a letter"),
        "letter_cancel": _("cancelled a letter"),
        "letter_again": _("sent a letter again"),
        "letter_circular": _("wrote to many"),
        "letter_words": _("changed the words of a letter"),
        "letter_words_default": _("went back to the default of a letter"),
        "letter_rule": _("set whether letters wait"),
        "token_make": _("made a token"),
        "token_revoke": _("ended a token"),
        "token_read": _("read applications by token"),
    }
    return known.get(what, what)


def actor_of(entry: AuditEntry) -> str:
    """Return an actor without an account in words."""
    known = {
        "system": _("the portal itself"),
        "visitor": _("somebody without an account"),
        "applicant": _("an applicant"),
        "token": _("another tool"),
    }
    return known.get(entry.actor_kind, entry.actor_kind)


def _filters(given: dict[str, str]) -> Filters:
    until = _midnight(given["until"])
    return Filters(
        what=given["what"],
        actor_key=given["who"],
        thing_key=given["about"],
        since=_midnight(given["since"]),
        until=until + timedelta(days=1) if until else None,
        q=given["q"],
        call=given["call"],
        things=_keys_of(given["call"]) if given["call"] else None,
    )


def _keys_of(slug: str) -> Any:
    """Select the ids of a call and its applications as text without hyphens."""
    calls = select(func.replace(cast(Call.id, String), "-", "")).where(Call.slug == slug)
    applications = select(func.replace(cast(Application.id, String), "-", ""))
    mine = applications.join(Call, Call.id == Application.call_id).where(Call.slug == slug)
    return union_all(calls, mine)


def _midnight(text: str) -> datetime | None:
    """Return the beginning of a day as a browser sends it (2027-01-31), None for anything else."""
    try:
        return datetime.combine(date.fromisoformat(text), time(), ZONE)
    except ValueError:
        return None


def _names(entries: list[AuditEntry]) -> dict[str, str]:
    """Return what the people on this page are called, by id; erased ones are left out."""
    keys = {e.actor_key for e in entries if e.actor_kind == "user"}
    keys |= {e.thing_key for e in entries if e.thing_kind == "user"}
    return {str(key): name for key, name in accounts.names_of({UUID(k) for k in keys}).items()}
