"""The notes of the reasons: they come along with every button of the desk, and while one types."""

from uuid import UUID

from flask import Response, jsonify, request

from portal.core.clock import now
from portal.core.i18n import gettext as _
from portal.scoring.meeting import agenda
from portal.scoring.meeting.agenda import Overtaken
from portal.scoring.meeting.following import View
from portal.scoring.meeting.meeting_models import ItemState
from portal.web.doors import person
from portal.web.filters import clock_time

WRITABLE = (ItemState.OPEN, ItemState.DONE)


def revision(view: View) -> str:
    """Return which notes the page shows: id and number of each, apart by blanks."""
    return " ".join(f"{one.id}:{one.reasons_n}" for one in view.items if one.state in WRITABLE)


def keep(view: View) -> dict[UUID, Overtaken]:
    """Save the notes that the form brings along; return those that somebody else changed since."""
    seen = dict(one.rsplit(":", 1) for one in request.form.get("revision", "").split()
                if ":" in one)  # fmt: skip
    overtaken: dict[UUID, Overtaken] = {}
    for item in view.items:
        text = request.form.get(f"notes-{item.id}")
        if text is None:
            continue
        try:
            agenda.write_reasons(item, text, seen=_number(seen.get(str(item.id))), by=person())
        except Overtaken as fault:
            overtaken[item.id] = fault
    return overtaken


def _number(seen: str | None) -> int:
    known = seen and seen.isascii() and seen.isdecimal() and len(seen) < 9
    return int(seen) if seen and known else -1


def told(view: View, before: str, overtaken: dict[UUID, Overtaken]) -> Response:
    """Tell the script what is saved; was, state: what the page shows, before and after it."""
    return jsonify(
        revision=revision(view),
        sentence=_("Saved at %(time)s", time=clock_time(now(), view.definition.zone)),
        asked=[],
        conflicts=[str(one) for one in overtaken],
        conflict_sentence=_("Somebody else changed these notes meanwhile. Save to see both."),
        was=before,
        state=view.digest,
    )
