"""The composition root: the one file that knows every room."""

from collections.abc import Callable
from typing import Any

from flask import Flask

from portal import accounts, audit, jobs, mail, storage
from portal.accounts import links, mailedcodes
from portal.accounts import tending as people_jobs
from portal.applications import access as ways_back
from portal.applications import keys, reading
from portal.applications.check import extending, reminding
from portal.applications.correspondence import attachments
from portal.applications.desk import duplicates as doubles
from portal.applications.drafts import filing, inspecting, removing, tending
from portal.applications.jury import assigning
from portal.applications.onpaper import codeletter
from portal.applications.onpaper import paperwork as application_papers
from portal.applications.search import indexing
from portal.apply import (
    access,
    answering,
    elsewhere,
    files,
    nominee,
    opening,
    papercode,
    receipts,
    sending,
    talking,
)
from portal.apply import views as form
from portal.calls import blank_form
from portal.core.db import db
from portal.core.i18n import BINDING
from portal.core.resources import resource_dir
from portal.documents import making
from portal.documents import usecases as documents
from portal.entrance import (
    account,
    areas,
    check,
    city,
    health,
    invitation,
    logbook,
    mailbox,
    passkeys,
    people,
    signin,
)
from portal.entrance import views as entrance
from portal.jury import wiring as jury
from portal.office import desk, words
from portal.office import frame as office_frame
from portal.office.cases import (
    asking,  # noqa: F401  (pages of the formal check, like `blacking`, `correcting`, `thread`)
    blacking,  # noqa: F401
    bulk,
    case,
    correcting,  # noqa: F401
    deadlines,
    duplicates,
    moves,
    paperwork,
    screening,
    thread,  # noqa: F401
    versions,
    working,
)
from portal.office.cases import files as case_files
from portal.office.export import api, exporting, exports, tokens
from portal.office.jurors import assigning as readings_of_jury
from portal.office.jurors import dossiers as office_dossiers
from portal.office.jurors import forwarding, seating
from portal.office.jurors import jury as office_jury
from portal.office.jurors import proposal as office_proposal
from portal.office.jurors import ranking as office_ranking
from portal.office.letters import circular, outbox, wordings
from portal.office.lists import caselist
from portal.scoring import arrivals
from portal.scoring.binder import binders, binding, dossier_content
from portal.scoring.binder import dossier as jury_dossier
from portal.scoring.meeting import meetings, minutes
from portal.settings import Settings, load
from portal.web import (
    addresses,
    answers,
    arrival,
    assets,
    csrf,
    database,  # noqa: F401  (hooks into every connection)
    doors,
    errors,
    filters,
    frame,
    headers,
    heading,
    languages,
    limits,
    pieces,
    staff,
)
from portal.web import areas as web_areas
from portal.web.routing import LateRule

ROOMS = (
    entrance, health, check, mailbox, signin, city, invitation, account, areas, people,
    logbook, passkeys,
    access, elsewhere, opening, nominee, form, files, sending, receipts,
    answering, talking, papercode,
    outbox, wordings, circular, exports, tokens, api,
    desk, caselist, case, case_files, versions, duplicates, bulk, moves, words,
    working, screening, paperwork, deadlines, forwarding,
    *jury.ROOMS, office_jury, office_ranking, office_dossiers, seating, readings_of_jury,
    office_proposal,
)  # fmt: skip
TEND_SECONDS = 600.0
SWEEP_SECONDS = 6 * 3600.0


class Portal(Flask):
    """A Flask application all of whose views and hooks are plain functions."""

    url_rule_class = LateRule

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return `func`: to look ten times in each request whether it is async costs 3 %."""
        return func


def build(settings: Settings | None = None) -> Flask:
    """Return the application for `settings`, every room wired."""
    settings = settings or load()
    settings.instance.mkdir(parents=True, exist_ok=True)
    app = Portal(
        "portal",
        instance_path=str(settings.instance.resolve()),
        static_folder=None,
        template_folder=str(resource_dir("templates")),
    )
    app.config.update(
        SECRET_KEY=settings.secret,
        SQLALCHEMY_DATABASE_URI=settings.database,
        BABEL_DEFAULT_LOCALE=BINDING,
        BABEL_TRANSLATION_DIRECTORIES=str(resource_dir("translations")),
    )
    app.extensions["settings"] = settings
    db.init_app(app)
    _services(settings)
    _work()
    _porch(app, settings)
    for room in ROOMS:
        app.register_blueprint(room.bp)
    return app


def _services(settings: Settings) -> None:
    """Hand the settings to the rooms that know no web, and the ways between them."""
    for room in (audit, accounts, jobs, storage, keys, filing, inspecting, tending, reminding):
        room.use(settings)
    mail.use(
        settings,
        link_of=lambda key: keys.link_of(key) or links.link_of(key),
        code_of=lambda key: keys.code_of(key) or mailedcodes.code_of(key),
        attachments_of=attachments.attachments_of,
    )
    documents.register("receipt", reading.receipt_of)
    documents.register(codeletter.KIND, codeletter.build)
    documents.register(application_papers.PLAIN, application_papers.application_of)
    documents.register(
        application_papers.WITH_PICTURES, application_papers.application_with_pictures
    )
    documents.register(jury_dossier.KIND, dossier_content.build)
    documents.register(minutes.WHOLE, minutes.whole)
    documents.register(minutes.PART, minutes.part)
    meetings.WHEN_CLOSED[:] = [minutes.order_whole]
    documents.register("blank_form", blank_form.builder(settings.origin))


def _work() -> None:
    """Name what the worker can do."""
    jobs.register(documents.JOB, making.make, tries=None)
    jobs.register(mail.SEND, mail.send, tries=None, counts_lost=False)
    jobs.register(exporting.JOB, exporting.make, tries=None, lease=600)
    jobs.register(exporting.SWEEP, exporting.sweep, every=TEND_SECONDS)
    jobs.register(ways_back.JOB, ways_back.send_links)
    jobs.register("check_file", inspecting.check_file, tries=None)
    jobs.register(people_jobs.RESET, people_jobs.send_reset)
    jobs.register("sweep_accounts", people_jobs.sweep, every=SWEEP_SECONDS)
    jobs.register("sweep_counts", limits.sweep, every=SWEEP_SECONDS)
    jobs.register("tend_drafts", tending.tend, every=TEND_SECONDS, lease=600)
    jobs.register(reminding.JOB, reminding.remind, every=TEND_SECONDS, lease=600)
    jobs.register(extending.JOB, extending.tell, lease=600)
    jobs.register(indexing.READ, indexing.read)
    jobs.register(indexing.FIND_DOUBLES, doubles.find)
    jobs.register(assigning.TELL, arrivals.tell)
    jobs.register(binders.JOB, binding.make, tries=binding.TRIES, lease=900)
    jobs.register("sweep_binders", binders.sweep, every=SWEEP_SECONDS, lease=600)
    jobs.register("sweep_documents", documents.sweep, every=SWEEP_SECONDS, lease=600)
    jobs.register("sweep_files", filing.sweep, every=SWEEP_SECONDS, lease=600)
    jobs.register("sweep_removed", removing.sweep, every=SWEEP_SECONDS)
    jobs.register("sweep_code_letters", codeletter.sweep, every=SWEEP_SECONDS)


def _porch(app: Flask, settings: Settings) -> None:
    """Wire what all pages share. Headers come first, so they are put on last."""
    arrival.init(app)
    headers.init(app, settings)
    languages.init(app)
    limits.init(app, settings)
    csrf.init(app)
    doors.init(app)
    errors.init(app)
    for module in (
        addresses, answers, assets, filters, frame, heading, pieces, staff, web_areas,
        office_frame, jury,
    ):  # fmt: skip
        module.init(app)
