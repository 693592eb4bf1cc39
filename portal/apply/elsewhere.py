"""Going on with the same application on another device: a mailed link, or a QR code for a phone."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.applications import access
from portal.applications.models import Application
from portal.applications.policy import Action
from portal.applications.queries import definition_for
from portal.apply.access import link_life, may_write_to, settings
from portal.core.db import transaction
from portal.core.i18n import language
from portal.web.doors import open_for
from portal.web.frame import show_call
from portal.web.limits import brake

bp = Blueprint("elsewhere", __name__)


@bp.get("/<slug>/application/<uuid:application_id>/elsewhere")
@open_for(Action.VIEW)
def show(application: Application) -> ResponseReturnValue:
    """Offer both ways; after a mail was ordered, say so."""
    definition = definition_for(application)
    show_call(definition)
    return render_template(
        "apply/elsewhere.html",
        application=application,
        definition=definition,
        life=link_life(),
        is_sent=request.args.get("sent") == "1",
    )


@bp.post("/<slug>/application/<uuid:application_id>/link")
@open_for(Action.VIEW)
def mail_link(application: Application) -> ResponseReturnValue:
    """Mail a link to the owner's address."""
    brake("links", settings().links_per_hour)
    if application.owner_email and may_write_to(application.owner_email):
        with transaction():
            access.write_links([application], language=language())
    return redirect(
        url_for(
            "elsewhere.show",
            slug=application.call.slug,
            application_id=application.id,
            sent=1 if application.owner_email else None,
        ),
        303,
    )


@bp.post("/<slug>/application/<uuid:application_id>/phone")
@open_for(Action.VIEW)
def phone(application: Application) -> ResponseReturnValue:
    """Show a QR code that opens the application once on another device."""
    definition = definition_for(application)
    show_call(definition)
    brake("phone", settings().links_per_hour)
    with transaction():
        address, life = access.hand_over(application)
    import segno  # slow to import, and only for this page

    picture = segno.make(address, error="m", micro=False)
    return render_template(
        "apply/phone.html",
        application=application,
        definition=definition,
        address=address,
        picture=picture.svg_data_uri(scale=6, border=4, light="#fff"),
        life=life,
    )
