"""One application on one page: what the applicant wrote, its files, versions and history."""

from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.accounts import queries as people
from portal.accounts.models import User
from portal.applications.desk import alongside, caring, dossiers, furniture
from portal.applications.desk.alongside import Neighbours
from portal.applications.desk.dossiers import Happening
from portal.applications.desk.furniture import Furniture
from portal.applications.desk.listing import Filters, parse
from portal.applications.desk_models import COLOURS
from portal.applications.models import Application
from portal.applications.policy import POLICY, Action
from portal.applications.queries import definition_for, definition_under
from portal.applications.reading import entries_of_version
from portal.calls.models import Call
from portal.core.db import db, transaction
from portal.core.errors import NotFound
from portal.core.i18n import gettext as _
from portal.office.cases.screening import checks_of
from portal.office.frame import page
from portal.office.lists.caselist import scope_of
from portal.web.rooms import here, work_on
from portal.web.touch import witness

bp = Blueprint("case", __name__)


@bp.get("/<slug>/office/applications/<uuid:application_id>")
@work_on(Action.SEE)
def show(application: Application) -> ResponseReturnValue:
    """Show everything about an application; who looks stands in the log."""
    call, me = application.call, here().user
    version, digest = dossiers.version_of(application, request.args.get("version", type=int))
    scope = scope_of(call, definition_for(application))
    filters = _filters(application)
    around = furniture.around_application(scope, application.id)
    beside = alongside.neighbours(scope, filters, application, digest)
    happened = dossiers.history(application)
    witness(me, "application_view", application, version=version.n)
    definition = definition_under(version)
    sections = entries_of_version(version)
    twins = [one for one in around.twins if not one.dismissed]
    parts = sections if version.n == digest.version_n else None
    return page(
        "office/case.html", call, area="caselist.show", application=application, version=version,
        digest=digest, sections=sections, around=around, beside=beside, today=scope.today,
        checks=checks_of(application, twins=twins, parts=parts), open_twins=twins,
        contact=dossiers.contact_in(definition, version), under=definition, me=me,
        tag_colours=COLOURS, names=_names(around, happened), list_query=_list_query(filters),
        versions=[one for one in happened if one.kind == "version"],
        notes=[one for one in happened if one.kind == "note"],
        happened=[one for one in happened if one.kind != "note"],
        may_work_on=POLICY.allows(me, Action.WORK, application),
        **_ways(application, beside, filters),
    )  # fmt: skip


def _filters(application: Application) -> Filters:
    """Return the list that the reader came from, as the address carries it."""
    return parse(request.args.items(multi=True), definition_for(application))


def _list_query(filters: Filters) -> str:
    return urlencode(filters.pairs(paged=False))


def _ways(application: Application, beside: Neighbours, filters: Filters) -> dict[str, str]:
    """Return where the neighbours in the list are, and the list itself."""
    query = _list_query(filters)
    end = f"?{query}" if query else ""
    listed = url_for("caselist.show", slug=application.call.slug)
    return {
        "before": f"{listed}/{beside.before}{end}" if beside.before else "",
        "after": f"{listed}/{beside.after}{end}" if beside.after else "",
        "back": f"{listed}{end}",
    }


def _names(around: Furniture, happened: list[Happening]) -> dict[str, str]:
    """Return what people in the history are called; who left the office is looked up."""
    known = {one.id: one.name for one in around.staff.values()}
    asked = {UUID(one.who) for one in happened if one.who_kind == "user" and one.who}
    known |= people.names_of(asked - known.keys())
    return {form: name for one, name in known.items() for form in (str(one), one.hex)}


# --- looking after it ---------------------------------------------------------------------------


def _back(application: Application, anchor: str = "") -> ResponseReturnValue:
    """Return to the page of the application, still within the list the person came from."""
    pairs = parse_qsl(request.form.get("query", ""))
    kept = urlencode(parse(pairs, definition_for(application)).pairs(paged=False))
    address = url_for(".show", slug=application.call.slug, application_id=application.id)
    return redirect(address + (f"?{kept}" if kept else "") + (f"#{anchor}" if anchor else ""), 303)


def _clerk(value: str) -> User | None:
    if not value:
        return None
    try:
        return people.by_id(UUID(value))
    except ValueError as error:
        raise NotFound from error


@bp.post("/<slug>/office/applications/<uuid:application_id>/clerk")
@work_on(Action.WORK)
def assign(application: Application) -> ResponseReturnValue:
    """Give the application to somebody, unless a colleague did meanwhile."""
    with transaction():
        caring.assign_seen(
            application, _clerk(request.form.get("clerk", "")),
            seen=request.form.get("seen", ""), by=here().user,
        )  # fmt: skip
    clerk = application.clerk.called if application.clerk else _("nobody")
    flash(_("Looked after by: %(name)s.", name=clerk))
    return _back(application)


@bp.app_errorhandler(caring.Changed)
def changed(refused: caring.Changed) -> ResponseReturnValue:
    """Show both: what a colleague wrote meanwhile and what was wanted; nothing is lost."""
    db.session.rollback()
    call: Call = _call_here()
    kept = [(k, v) for k, v in request.form.items(multi=True) if k not in ("csrf_token", "seen")]
    return page("office/stale.html", call, refused=refused, kept=kept), 409


def _call_here() -> Call:
    from portal.web.rooms import memberships

    return memberships()[0].call


@bp.post("/<slug>/office/applications/<uuid:application_id>/tags")
@work_on(Action.WORK)
def tag(application: Application) -> ResponseReturnValue:
    """Stick a tag on the application, a known one or a new one."""
    name, colour = request.form.get("tag", ""), request.form.get("colour", "")
    with transaction():
        caring.tag(application, caring.tag_called(application.call_id, name, colour),
                   by=here().user)  # fmt: skip
    return _back(application, "tags")


@bp.post("/<slug>/office/applications/<uuid:application_id>/tags/<uuid:tag_id>/delete")
@work_on(Action.WORK)
def untag(application: Application, tag_id: UUID) -> ResponseReturnValue:
    """Take a tag off the application."""
    with transaction():
        caring.untag(application, tag_id, by=here().user)
    return _back(application, "tags")


@bp.post("/<slug>/office/applications/<uuid:application_id>/notes")
@work_on(Action.WORK)
def note(application: Application) -> ResponseReturnValue:
    """Write a note beside the application."""
    also = [one for one in request.form.getlist("tell", type=UUID) if one]
    with transaction():
        made = caring.write_note(application, request.form.get("note", ""), by=here().user,
                                 also=also)  # fmt: skip
        caring.mentions_seen(application, by=here().user)
    return _back(application, f"note-{made.id}")


@bp.post("/<slug>/office/applications/<uuid:application_id>/notes/<uuid:note_id>/delete")
@work_on(Action.WORK)
def note_delete(application: Application, note_id: UUID) -> ResponseReturnValue:
    """Delete an own note."""
    with transaction():
        caring.take_note_away(application, note_id, by=here().user)
    flash(_("The note is deleted."))
    return _back(application, "notes")


@bp.post("/<slug>/office/applications/<uuid:application_id>/mentions/seen")
@work_on(Action.SEE)
def seen(application: Application) -> ResponseReturnValue:
    """Take the notes that name the person off the own desk."""
    with transaction():
        caring.mentions_seen(application, by=here().user)
    return redirect(url_for("desk.show", slug=application.call.slug), 303)
