"""The dates of a call as a calendar file (RFC 5545)."""

from collections.abc import Iterator
from datetime import UTC, datetime

from portal.calls.moments import Phase, phase
from portal.calls.queries import definition_of
from portal.calls.standing import Standing
from portal.calls.wording import plain
from portal.core.clock import now
from portal.core.i18n import gettext as _
from portal.core.i18n import language

OCTETS = 75  # longest line (RFC 5545, 3.1)
ESCAPES = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": None})
ALARMS = ("-P7D", "-P1D", "-PT3H")


def deadline(call: Standing, *, url: str, with_steps: bool = False) -> str:
    """Return the closing of `call` (before it opens: the opening, too) as a calendar.

    `url` is the address of the call's page. With `with_steps` the later dates are in it as well.
    """
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//portal//calls//EN", "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH", *_events(call, url, with_steps=with_steps), "END:VCALENDAR",
    ]  # fmt: skip
    return "".join(f"{folded(line)}\r\n" for line in lines)


def _events(call: Standing, url: str, *, with_steps: bool) -> Iterator[str]:
    definition = definition_of(call.version_id)
    title = plain(definition.title, language()).replace("\u00ad", "")
    if phase(call, now()) is Phase.BEFORE:
        yield from _event(
            f"opens.{call.id}", call.opens_at, summary=_("%(call)s opens", call=title), url=url
        )
    summary = _("Closing time: %(call)s", call=title)
    yield from _event(f"closes.{call.id}", call.closes_at, summary=summary, url=url, alarms=ALARMS)
    if not with_steps:
        return
    for number, step in enumerate(definition.steps):
        if step.at > call.closes_at:
            words = f"{plain(step.title, language())}: {title}"
            yield from _event(f"step{number}.{call.id}", step.at, summary=words, url=url)


def _event(
    uid: str, at: datetime, *, summary: str, url: str, alarms: tuple[str, ...] = ()
) -> Iterator[str]:
    # A moment has no length: DTSTART without DTEND ends when it begins (3.6.1).
    yield from (
        "BEGIN:VEVENT", f"UID:{uid}", f"DTSTAMP:{_utc(now())}", f"DTSTART:{_utc(at)}",
        f"SUMMARY:{summary.translate(ESCAPES)}", f"DESCRIPTION:{url.translate(ESCAPES)}",
        f"URL:{url}", "TRANSP:TRANSPARENT",
    )  # fmt: skip
    for alarm in alarms:
        yield from (
            "BEGIN:VALARM", "ACTION:DISPLAY", f"TRIGGER:{alarm}",
            f"DESCRIPTION:{summary.translate(ESCAPES)}", "END:VALARM",
        )  # fmt: skip
    yield "END:VEVENT"


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def folded(line: str) -> str:
    r"""Return `line` broken so that no part has more than 75 octets and no letter is cut.

    >>> len(folded("x" * 80).split("\r\n "))
    2
    """
    parts: list[str] = []
    rest = line
    while len(rest.encode()) > OCTETS - bool(parts):
        cut = rest.encode()[: OCTETS - bool(parts)].decode(errors="ignore")
        parts.append(cut)
        rest = rest[len(cut) :]
    return "\r\n ".join([*parts, rest])
