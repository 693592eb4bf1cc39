"""Where a pressed button of the form leads, and the addresses of its pages."""

from typing import Any

from flask import request, url_for

from portal.applications.models import Application
from portal.apply.outline import Outline
from portal.calls.answers import ineligible
from portal.calls.definition import Section


def address(endpoint: str, application: Application, **values: Any) -> str:
    """Return the address of a page of this application."""
    return url_for(endpoint, slug=application.call.slug, application_id=application.id, **values)


def place_address(
    application: Application,
    place: tuple[Section, int] | None,
    *,
    anchor: str | None = None,
    check: int | None = None,
    back: str | None = None,
) -> str:
    """Return the address of a page of the form; of the task list beyond either end."""
    if place is None:
        return address("apply.tasks", application)
    found, page = place
    return address(
        "apply.section",
        application,
        section_key=found.key,
        page=page,
        check=check,
        back=back or None,
        _anchor=anchor,
    )


def after(outline: Outline, section_key: str, page: int, *, stays: bool) -> str:
    """Return where the pressed button leads. Everything is saved already."""
    application = outline.application
    chapter = outline.chapter(section_key)
    if chapter is None:
        return address("apply.tasks", application)
    here = chapter.section
    button = request.form.get("go", "next")
    if stays or button == "upload":
        return place_address(application, (here, page), back=request.form.get("back"),
                           anchor=_spot(here, page))  # fmt: skip
    if button == "back":
        before = outline.neighbour(here, page, -1)
        return place_address(application, before)
    if button == "leave":
        return address("apply.tasks", application)
    return _onward(application, outline, here, page)


def _spot(here: Section, page: int) -> str | None:
    """Return the place on the page where the pressed button stood; None: the top."""
    if "add_row" in request.form:
        return f"q-{request.form['add_row']}"
    return None


def _onward(application: Application, outline: Outline, here: Section, page: int) -> str:
    """Return the page after this one, or this one with what is wrong in it."""
    questions = here.pages[page - 1]
    excluded = {q.key for q in ineligible(outline.definition, application.draft)}
    if found := [q for q in questions if q.key in excluded]:
        return address("apply.not_eligible", application, key=found[0].key)
    shown = set(request.form.getlist("asked"))
    fresh = [q for q in questions if outline.asks(q) and q.key not in shown]
    if fresh:
        return place_address(application, (here, page), anchor=fresh[0].key)
    if any(map(outline.is_faulty, questions)):
        return place_address(application, (here, page), check=1, back=request.form.get("back"))
    if request.form.get("back") == "check":
        return address("sending.check", application)
    return place_address(application, outline.neighbour(here, page, 1))
