"""Who sits in the jury: invitations, functions, as what and until when; and leaving it."""

from datetime import date
from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.applications.jury import judging
from portal.applications.jury.judging import Juror, Seat
from portal.calls import memberships
from portal.calls.memberships import Function, Role, role_name
from portal.calls.models import Call
from portal.calls.people import Wish, add_user
from portal.core.db import db, transaction
from portal.core.errors import DomainError, NotFound
from portal.core.i18n import gettext as _
from portal.core.text import one_line
from portal.office.frame import page
from portal.web.doors import person
from portal.web.rooms import fresh, open_to

bp = Blueprint("seating", __name__)
WRONG = 422
FIELDS = ("email", "name", "function", "words", "until")


@bp.route("/<slug>/office/jury/invite", methods=["GET", "POST"])
@open_to("office")
@fresh
def invite(call: Call) -> ResponseReturnValue:
    """Invite somebody into the jury by a mailed link."""
    values = {name: one_line(request.form.get(name, ""))[:254] for name in FIELDS}
    if request.method != "POST":
        return _page(call, values | {"function": Function.MEMBER.value}, {})
    if faults := _faults(values):
        return _page(call, values, faults), WRONG
    try:
        with transaction():
            wish = Wish(False, call.slug, Role.JUROR, Function(values["function"]))
            added = add_user(values["email"], wish, by=person(), name=values["name"])
            _seat(call, added.user.id, values)
    except DomainError as fault:
        return _page(call, values, {"email": fault.message}), WRONG
    name = added.user.called
    flash(_("%(name)s is invited; the letter is on its way.", name=name) if added.link
          else _("%(name)s sits in the jury now.", name=name))  # fmt: skip
    return redirect(url_for("jury.show", slug=call.slug), 303)


def _faults(values: dict[str, str]) -> dict[str, str]:
    faults = {}
    if values["function"] not in set(Function):
        faults["function"] = _("Choose what the person is in the jury.")
    if values["until"] and _day(values["until"]) is None:
        faults["until"] = _("Write the day like 31.12.2028.")
    return faults


def _day(text: str) -> date | None:
    parts = text.split(".") if "." in text else list(reversed(text.split("-")))
    try:
        day, month, year = (int(part) for part in parts)
        return date(year, month, day)
    except ValueError:
        return None


def _page(call: Call, values: dict[str, str], faults: dict[str, str]) -> str:
    return page(
        "office/jury_invite.html", call, area="jury.show", values=values, faults=faults,
        errors=list(faults.items()),
        functions=[(one.value, role_name(Role.JUROR, one)) for one in Function],
    )  # fmt: skip


def _seat(call: Call, user_id: UUID, values: dict[str, str]) -> None:
    seat = judging.seats(call).get(user_id)
    if seat is None:
        seat = Seat(call_id=call.id, user_id=user_id)
        db.session.add(seat)
    seat.words, seat.until = values["words"][:200], _day(values["until"])


@bp.route("/<slug>/office/jury/people/<uuid:user_id>", methods=["GET", "POST"])
@open_to("office")
@fresh
def one(call: Call, user_id: UUID) -> ResponseReturnValue:
    """Change function and seat of somebody in the jury, or let them leave it."""
    juror = _juror(call, user_id)
    if request.method != "POST":
        return _one_page(call, juror, {})
    if request.form.get("go") == "leave":
        return _leave(call, juror)
    values = {name: one_line(request.form.get(name, ""))[:254] for name in FIELDS}
    if faults := _faults(values):
        return _one_page(call, juror, faults), WRONG
    with transaction():
        _seat(call, user_id, values)
        function = Function(values["function"])
        memberships.give(juror.user, call, Role.JUROR, by=person(), function=function)
    flash(_("This is kept."))
    return redirect(url_for("jury.show", slug=call.slug), 303)


def _one_page(call: Call, juror: Juror, faults: dict[str, str]) -> str:
    return page(
        "office/jury_person.html", call, area="jury.show", juror=juror, faults=faults,
        errors=list(faults.items()), seat=judging.seats(call).get(juror.user.id),
        functions=[(one.value, role_name(Role.JUROR, one)) for one in Function],
    )  # fmt: skip


def _leave(call: Call, juror: Juror) -> ResponseReturnValue:
    with transaction():
        for held in memberships.members_of(call, Role.JUROR):
            if held.user_id == juror.user.id:
                memberships.take(held.id, of=juror.user.id, by=person())
    flash(_("%(name)s has left the jury. What was sent stays in the record.",
            name=juror.user.called))  # fmt: skip
    return redirect(url_for("jury.show", slug=call.slug), 303)


def _juror(call: Call, user_id: UUID) -> Juror:
    for found in judging.jurors(call):
        if found.user.id == user_id:
            return found
    raise NotFound
