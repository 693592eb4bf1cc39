"""The outbox of the office: each letter can be read, changed and held before it leaves."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal import mail
from portal.applications.correspondence import outbox
from portal.applications.correspondence.outbox import Line, Wish
from portal.applications.models import Application
from portal.calls import letterwords
from portal.calls.models import Call
from portal.core.db import transaction
from portal.core.errors import DomainError, NotFound
from portal.core.i18n import gettext as _
from portal.core.i18n import ngettext
from portal.core.text import one_line
from portal.mail import wording
from portal.mail.models import Letter, LetterState
from portal.office.frame import page
from portal.web.doors import person
from portal.web.rooms import open_to
from portal.web.touch import witness

bp = Blueprint("outbox", __name__)
# What waits for somebody comes first.
STATES = (LetterState.HELD, LetterState.FAILED, LetterState.WAITING, LetterState.SENT,
          LetterState.CANCELLED)  # fmt: skip


@bp.get("/<slug>/office/letters")
@open_to("office", "reader")
def show(call: Call) -> ResponseReturnValue:
    """Show the letters of the call, newest first, by state and search."""
    wish = _wish()
    counts = outbox.attention(call)
    found = outbox.outbox(call, wish)
    given = {"state": wish.state or "", "q": wish.q, "batch": wish.batch or ""}
    return page(
        "office/outbox.html",
        call,
        found=found,
        given=given,
        counts=counts,
        everything=sum(counts.values()),
        states=STATES,
        href=_href(call, given),
        waits=letterwords.office_letters_wait(call),
        batched=_states(found.lines) if wish.batch else frozenset(),
    )


def _wish() -> Wish:
    args = request.args
    state = args.get("state", "")
    return Wish(
        state=LetterState(state) if state in set(LetterState) else None,
        q=one_line(args.get("q", ""))[:100],
        batch=_uuid(args.get("batch", "")),
        page=args.get("page", 1, type=int),
    )


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _href(call: Call, given: dict[str, Any]) -> str:
    kept = urlencode({key: str(value) for key, value in given.items() if value} | {"page": ""})
    return f"{url_for('.show', slug=call.slug)}?{kept}"


def _states(lines: list[Line]) -> frozenset[str]:
    return frozenset(line.letter.state.value for line in lines)


@bp.post("/<slug>/office/letters/many")
@open_to("office")
def many(call: Call) -> ResponseReturnValue:
    """Hold, release or cancel the letters that were ticked, or all of one mail to many."""
    action = request.form.get("action", "")
    batch = _uuid(request.form.get("batch", ""))
    if action not in outbox.ACTIONS:
        raise NotFound
    with transaction():
        if batch:
            count = outbox.steer_batch(call, batch, action, by=person())
        else:
            ids = [found for text in request.form.getlist("id") if (found := _uuid(text))]
            count = outbox.steer_many(call, ids, action, by=person())
    flash(_said(action, count), "success" if count else "info")
    return redirect(url_for(".show", slug=call.slug, batch=batch), 303)


def _said(action: str, count: int) -> str:
    if not count:
        return _("Nothing was changed: no letter stands where this can be done.")
    return {
        "hold": ngettext("One letter is held.", "%(num)s letters are held.", count),
        "release": wording.leaving(
            ngettext("One letter is on its way.", "%(num)s letters are on their way.", count)
        ),
        "cancel": ngettext("One letter is cancelled.", "%(num)s letters are cancelled.", count),
    }[action]  # fmt: skip


@bp.post("/<slug>/office/letters/rule")
@open_to("office")
def rule(call: Call) -> ResponseReturnValue:
    """Set whether letters of the office wait for release."""
    wait = bool(request.form.get("wait"))
    with transaction():
        letterwords.let_office_letters_wait(call, wait, by=person())
    flash(_("From now on letters of the office wait until you release them.") if wait
          else _("From now on letters of the office go out at once."))  # fmt: skip
    return redirect(url_for(".show", slug=call.slug), 303)


@bp.get("/<slug>/office/letters/<uuid:letter_id>")
@open_to("office", "reader")
def letter(call: Call, letter_id: UUID) -> ResponseReturnValue:
    """Show one letter as its reader sees it, with what became of it."""
    line = outbox.letter_of(call, letter_id)
    witness(person(), "letter_view", line.letter, call=call.slug)
    return _letter_page(call, line)


def _letter_page(call: Call, line: Line, **more: Any) -> str:
    shown = None if line.is_private else mail.preview(line.letter)
    typed = {"subject": line.letter.subject, "body": mail.editable(line.letter.body)}
    values: dict[str, Any] = {"typed": typed, "fault": "", "conflict": False} | more
    return page(
        "office/letter.html",
        call,
        line=line,
        letter=line.letter,
        shown=shown,
        stamp=mail.stamp(line.letter),
        may_change=not line.is_private
        and line.letter.state in (LetterState.HELD, LetterState.WAITING),
        actions=_actions(line.letter),
        **values,
    )


def _actions(letter: Letter) -> list[tuple[str, str, str]]:
    """Return what can be done: action, its word, kind of button."""
    words = {
        "release": _("Release"),
        "hold": _("Hold"),
        "again": _("Send again"),
        "cancel": _("Do not send"),
    }
    kinds = {"release": "primary", "hold": "primary", "cancel": "tertiary"}
    fitting = {
        LetterState.HELD: ("release", "cancel"),
        LetterState.WAITING: ("hold", "cancel"),
        LetterState.FAILED: ("again", "cancel"),
        LetterState.SENT: ("again",),
        LetterState.CANCELLED: ("again",),
    }[letter.state]
    return [(action, words[action], kinds.get(action, "secondary")) for action in fitting]


@bp.post("/<slug>/office/letters/<uuid:letter_id>")
@open_to("office")
def change(call: Call, letter_id: UUID) -> ResponseReturnValue:
    """Give a letter other words, or say why not and keep what was typed."""
    typed = {key: request.form.get(key, "") for key in ("subject", "body")}
    try:
        with transaction():
            line = _open_letter(call, letter_id)
            outbox.change(line, **typed, seen=request.form.get("lock", ""), by=person())
    except NotFound:
        raise
    except DomainError as error:
        line, conflict = outbox.letter_of(call, letter_id), isinstance(error, outbox.Changed)
        again = _letter_page(call, line, typed=typed, fault=error.message, conflict=conflict)
        return again, 409 if conflict else 422
    flash(_("The letter has its new words. It waits until you release it."))
    return redirect(url_for(".letter", slug=call.slug, letter_id=letter_id), 303)


def _open_letter(call: Call, letter_id: UUID) -> Line:
    """Return a letter that the office may read, locked; raise `NotFound`."""
    line = outbox.letter_of(call, letter_id, for_change=True)
    if line.is_private:
        raise NotFound
    return line


@bp.post("/<slug>/office/letters/<uuid:letter_id>/<any(hold, release, cancel, again):action>")
@open_to("office")
def steer(call: Call, letter_id: UUID, action: str) -> ResponseReturnValue:
    """Hold, release, cancel or send again one letter."""
    with transaction():
        line = outbox.letter_of(call, letter_id, for_change=True)
        seen = request.form.get("lock", "")
        made = outbox.steer(line, action, seen=seen, by=person())
    flash(wording.leaving(_("The letter is on its way once more.")) if action == "again"
          else _said(action, 1))  # fmt: skip
    return redirect(url_for(".letter", slug=call.slug, letter_id=made.id), 303)


bp.add_app_template_filter(wording.letter_title, "letter_title")
bp.add_app_template_filter(wording.letter_when, "letter_when")
bp.add_app_template_filter(wording.leaves_at, "letter_leaves")
bp.add_app_template_filter(wording.state_word, "letter_state")
bp.add_app_template_filter(wording.state_shape, "letter_shape")


@bp.app_template_global("case_address")
def case_address(application: Application | None) -> str:
    """Return the address of an application's page for the office; empty where there is none."""
    if application is None or "case.show" not in current_app.view_functions:
        return ""
    if not application.reference:
        return ""
    return url_for("case.show", slug=application.call.slug, application_id=application.id)


@bp.app_template_global("letters_about")
def letters_about(application: Application) -> list[Letter]:
    """Return all letters about one application, oldest first, for its log."""
    return mail.log_of(application.id)
