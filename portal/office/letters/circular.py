"""One letter to many: write it, look how it reads for each, put it into the outbox, held."""

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal import audit, mail
from portal.applications.correspondence import letters
from portal.applications.correspondence.letters import Circular
from portal.applications.models import Application
from portal.calls import letterwords
from portal.calls.models import Call
from portal.calls.queries import current_version, definition_of
from portal.core.db import transaction
from portal.core.i18n import BINDING, ngettext
from portal.core.i18n import gettext as _
from portal.core.text import normalise, one_line
from portal.mail import wording
from portal.office.export.choosing import Chosen, chosen
from portal.office.frame import page
from portal.web.doors import person
from portal.web.rooms import here, open_to

bp = Blueprint("circular", __name__)
MOST = 1000
WRONG = 422
PLACES = ("name", "number", "title", "prize", "closes", "office", "contact", "link")


@bp.route("/<slug>/office/letters/many/write", methods=["GET", "POST"])
@open_to("office")
def write(call: Call) -> ResponseReturnValue:
    """Write one letter to the chosen applications; the first steps only show how it reads."""
    choice = _choice(call)
    found = choice.applications(MOST)
    typed = Circular(
        one_line(request.form.get("subject", "")), normalise(request.form.get("body", "")).strip()
    )
    if request.method == "GET":
        return _page(call, choice, found, typed)
    wrong = letterwords.faults("circular", typed.subject, typed.body)
    if not any(one.owner_email for one in found):
        wrong["subject"] = _("Nobody among the chosen has an e-mail address.")
    if wrong or request.form.get("action") != "write":
        shown = _page(call, choice, found, typed, wrong=wrong)
        return shown, WRONG if wrong else 200
    with transaction():
        batch, count = letters.write_circular(found, typed, by=person())
        audit.record(person(), "letter_circular", call, call=call.slug, batch=str(batch),
                     letters=count)  # fmt: skip
    flash(ngettext("One letter waits for release.", "%(num)s letters wait for release.", count))
    return redirect(url_for("outbox.show", slug=call.slug, batch=batch), 303)


def _choice(call: Call) -> Chosen:
    definition = definition_of(current_version(call).id)
    pairs = [*request.args.items(multi=True), *request.form.items(multi=True)]
    return chosen(call, here().user.id, definition, pairs)


def _page(
    call: Call, choice: Chosen, found: list[Application], typed: Circular, **more: Any
) -> str:
    wrong: dict[str, str] = more.get("wrong", {})
    reached = [one for one in found if one.owner_email]
    n = min(max(1, request.form.get("n", 1, type=int)), max(1, len(reached)))
    example = reached[n - 1] if reached and typed.body and typed.subject and not wrong else None
    text = f"{typed.subject}\n{typed.body}"
    return page(
        "office/circular.html",
        call,
        choice=choice,
        total=choice.count() if len(found) == MOST else len(found),
        found=found,
        reached=len(reached),
        most=MOST,
        typed=typed,
        wrong=wrong,
        errors=list(wrong.items()),
        n=n,
        example=example,
        sample=letters.circular_preview(example, typed) if example else None,
        gaps=letters.empty_placeholders(example, "circular", BINDING, text) if example else [],
        places=[(one, wording.placeholder_word(one), one in _sure()) for one in PLACES],
    )


def _sure() -> frozenset[str]:
    return mail.LETTERS["circular"].required | {"link", "contact"}
