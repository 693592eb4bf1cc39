"""Start page, page of a call, its questions, terms and privacy notice."""

from flask import (
    Response,
    abort,
    current_app,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from flask.typing import ResponseReturnValue

from portal.calls import queries
from portal.calls.definition import Definition, Legal
from portal.calls.models import Call
from portal.calls.moments import Phase, phase, remaining
from portal.calls.standing import Standing
from portal.core.clock import now
from portal.core.i18n import BINDING, language
from portal.core.i18n import gettext as _
from portal.documents import usecases as documents
from portal.entrance import (
    calendar,
    kept,
    legal_views,  # noqa: F401  (puts its pages on the blueprint)
)
from portal.entrance.blueprint import MINUTE, bp
from portal.entrance.callpage import next_step
from portal.entrance.paper import blank_form
from portal.web.doors import public
from portal.web.filters import moment as day_and_time
from portal.web.frame import show_call
from portal.web.headers import cacheable

__all__ = ["bp"]


@bp.get("/")
@public
def start() -> ResponseReturnValue:
    """Show all calls; where there is only one, go to it."""
    calls = queries.all_calls()
    if len(calls) == 1:
        return redirect(url_for("entrance.call", slug=calls[0].slug))
    return render_template("entrance/start.html", groups=_groups(calls))


def _groups(calls: list[Call]) -> list[tuple[str, list[dict[str, object]]]]:
    """Return the calls under headings: open first, then those to come, then the past ones."""
    by_phase: dict[Phase, list[dict[str, object]]] = {}
    moment = now()
    for call in sorted(calls, key=lambda call: call.closes_at):
        here = phase(call, moment)
        where = Phase.CLOSED if here is Phase.GRACE else here
        by_phase.setdefault(where, []).append(_line(call, here))
    titles = {Phase.OPEN: _("Open now"), Phase.BEFORE: _("Soon"), Phase.CLOSED: _("Closed")}
    by_phase.get(Phase.CLOSED, []).reverse()
    return [(title, by_phase[here]) for here, title in titles.items() if here in by_phase]


def _line(call: Call, here: Phase) -> dict[str, object]:
    definition = queries.definition_of(call.newest_version_id)
    if here is Phase.OPEN:
        left = remaining(call, now(), definition.timezone)
        standing = f"{left} · " + _(
            "until %(moment)s", moment=day_and_time(call.closes_at, definition.zone)
        )
    elif here is Phase.BEFORE:
        standing = _(
            "The call opens on %(moment)s.", moment=day_and_time(call.opens_at, definition.zone)
        )
    else:
        coming = next_step(definition, now())
        standing = _(
            "The call closed on %(moment)s.", moment=day_and_time(call.closes_at, definition.zone)
        )
        if coming:
            what = f"{_told(coming.title)}, {_told(coming.when)}"
            standing = f"{standing} {_('What comes next:')} {what}"
    return {"slug": call.slug, "call": definition, "standing": standing}


def _told(text: dict[str, str]) -> str:
    return text.get(language()) or text[BINDING]


@bp.get("/<slug>")
@public
def call(slug: str) -> ResponseReturnValue:
    """Show the page of a call, kept as text between requests (see `kept.py`)."""
    return kept.call_page(_entered(slug))


def _entered(slug: str) -> Standing:
    """Return a call and put the page into its frame."""
    standing = queries.standing(slug)
    show_call(queries.definition_of(standing.version_id))
    return standing


@bp.get("/<slug>/questions")
@public
def questions(slug: str) -> ResponseReturnValue:
    """Show everything the form asks before anybody begins."""
    return kept.questions_page(_entered(slug))


@bp.get("/<slug>/questions.pdf")
@public
def questions_pdf(slug: str) -> ResponseReturnValue:
    """Send the form on paper, in the reader's language if it is made."""
    standing = _entered(slug)
    form = blank_form(standing)
    if form is None:
        abort(404)
    name = f"{_('questions')}-{slug}.pdf"
    return send_file(documents.open_document(form), "application/pdf", download_name=name)


@bp.get("/<slug>/deadline.ics")
@public
def deadline(slug: str) -> ResponseReturnValue:
    """Send the closing as a calendar entry; `?steps=all` adds the later dates of the call."""
    standing = _entered(slug)
    text = calendar.deadline(
        standing,
        url=current_app.extensions["settings"].origin + url_for("entrance.call", slug=slug),
        with_steps=request.args.get("steps") == "all",
    )
    answer = Response(text.encode(), content_type="text/calendar; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{slug}.ics"'
    return answer


@bp.get("/<slug>/terms")
@public
def terms(slug: str) -> ResponseReturnValue:
    """Show the terms of participation, also in an older version."""
    return _legal_text(slug, "terms")


@bp.get("/<slug>/privacy")
@public
def privacy(slug: str) -> ResponseReturnValue:
    """Show the privacy notice of a call, also in an older version."""
    return _legal_text(slug, "privacy")


def _legal_text(slug: str, name: str) -> ResponseReturnValue:
    standing = _entered(slug)
    texts = _all_versions(standing, name)
    newest = next(iter(texts))
    text = texts.get(request.args.get("version", newest))
    if text is None:
        abort(404)
    cacheable(MINUTE)
    older = [version for version in texts if version != text.version]
    return render_template(
        "entrance/text.html", call=queries.definition_of(standing.version_id), slug=slug,
        text=text, newest=newest, older=older, endpoint=f"entrance.{name}",
    )  # fmt: skip


def _all_versions(standing: Standing, name: str) -> dict[str, Legal]:
    """Return the texts by their version, the newest first."""
    found: dict[str, Legal] = {}
    for version_id in queries.version_ids(standing.id):
        definition: Definition = queries.definition_of(version_id)
        text: Legal = getattr(definition, name)
        found.setdefault(text.version, text)
    return found
