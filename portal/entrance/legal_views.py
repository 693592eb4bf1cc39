"""Legal pages, the report of a barrier, and the files that programs ask for."""

from datetime import timedelta

from flask import Response, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.calls.wording import Saying
from portal.core.clock import now
from portal.core.db import transaction
from portal.core.i18n import BINDING, language
from portal.core.i18n import gettext as _
from portal.core.text import length
from portal.entrance.blueprint import MINUTE, bp
from portal.entrance.legal import PAGES, legal_text
from portal.feedback import usecases as feedback
from portal.settings import Settings
from portal.web.assets import static_url
from portal.web.doors import public
from portal.web.headers import cacheable
from portal.web.languages import is_local
from portal.web.limits import brake

LONGEST = 4000
CLOSED_TO_ROBOTS = ("/office", "/jury", "/account", "/language", "/mailbox")
EXPIRES = timedelta(days=180)


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings


def _legal_page(page: str) -> ResponseReturnValue:
    found = legal_text(_settings(), page, language())
    names = {
        "impressum": _("Imprint"),
        "datenschutz": _("Privacy"),
        "barrierefreiheit": _("Accessibility statement"),
        "leichte-sprache": _("Easy language (in German)"),
        "gebaerdensprache": _("Sign language"),
    }
    if found is None:
        return render_template("entrance/legal.html", title=names[page], text=None, binding=True)
    cacheable(MINUTE)
    return render_template(
        "entrance/legal.html", title=Saying(found.title, found.language),
        text=Saying(found.text, found.language), binding=found.language == BINDING,
    )  # fmt: skip


def _add_legal_pages() -> None:
    for page in PAGES:
        endpoint = page.replace("-", "_")
        bp.add_url_rule(f"/{page}", endpoint, public(_page_of(page)), methods=["GET"])


def _page_of(page: str):  # type: ignore[no-untyped-def]  # noqa: ANN202
    return lambda: _legal_page(page)


_add_legal_pages()


@bp.route("/barriere-melden", methods=["GET", "POST"])
@public
def report_barrier() -> ResponseReturnValue:
    """Take the report of a barrier from anybody, without a name if they like."""
    if request.method == "GET":
        return _report_form({"page": _known_page(), "report": "", "email": ""}, {})
    values = {name: request.form.get(name, "") for name in ("page", "report", "email")}
    if request.form.get("website"):  # only a program fills in what nobody sees
        return redirect(url_for("entrance.barrier_reported"), 303)
    faults = _faults(values)
    if faults:
        return _report_form(values, faults), 422
    brake("report", _settings().reports_per_hour)
    with transaction():
        feedback.report_barrier(**values, language=language(), settings=_settings())
    back = values["page"] if is_local(values["page"]) else "/"
    return redirect(url_for("entrance.barrier_reported", page=back), 303)


def _known_page() -> str:
    page = request.args.get("page", "")
    return page if is_local(page) else ""


def _faults(values: dict[str, str]) -> dict[str, str]:
    faults = {}
    if not values["report"].strip():
        faults["report"] = _("Describe the barrier in a few words")
    elif length(values["report"]) > LONGEST:
        faults["report"] = _("Shorten the report to %(most)s characters", most=LONGEST)
    if values["email"].strip() and not feedback.is_address(values["email"]):
        faults["email"] = _("Write the e-mail address like name@example.org")
    return faults


def _report_form(values: dict[str, str], faults: dict[str, str]) -> str:
    return render_template(
        "entrance/report.html", values=values, faults=faults, errors=list(faults.items())
    )


@bp.get("/barriere-melden/danke")
@public
def barrier_reported() -> ResponseReturnValue:
    """Say what happens with a report."""
    today = now()
    return render_template(
        "entrance/reported.html", back=_known_page() or "/",
        answer_by=today + feedback.ANSWER, final_by=today + feedback.RESULT,
    )  # fmt: skip


@bp.get("/robots.txt")
@public
def robots() -> ResponseReturnValue:
    """Let search engines find the public pages."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in CLOSED_TO_ROBOTS)]
    return _plain(lines)


@bp.get("/.well-known/security.txt")
@public
def security() -> ResponseReturnValue:
    """Say where to report a hole (RFC 9116)."""
    settings = _settings()
    expires = (now() + EXPIRES).replace(microsecond=0, second=0, minute=0, hour=0)
    return _plain([
        f"Contact: mailto:{settings.operator_email}",
        f"Expires: {expires.strftime('%Y-%m-%dT%H:%M:%SZ')}",
        "Preferred-Languages: de, en",
        f"Canonical: {settings.origin}/.well-known/security.txt",
    ])  # fmt: skip


def _plain(lines: list[str]) -> Response:
    cacheable(60 * MINUTE)
    return Response("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@bp.get("/favicon.ico")
@public
def favicon() -> ResponseReturnValue:
    """Lead programs that ask by habit to the dot."""
    return redirect(static_url("icon.svg"))
