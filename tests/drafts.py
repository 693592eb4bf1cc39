"""Calls, drafts and sent applications for tests, made through the use cases that people use."""

import hashlib
import json
from collections.abc import Mapping
from copy import deepcopy
from datetime import date
from functools import cache
from typing import Any
from uuid import uuid4

from portal import jobs, mail
from portal.applications import access
from portal.applications.drafts import drafting, sending
from portal.applications.models import Application, File, FileState, Version
from portal.applications.search import indexing
from portal.calls import loading, usecases
from portal.calls.callfile import Source
from portal.calls.definition import Definition
from portal.calls.models import Call
from portal.core.actor import Applicant
from portal.core.clock import now
from portal.core.db import db, transaction
from portal.demo import sample
from portal.demo.shifting import shifted, source
from portal.documents import usecases as documents
from portal.jobs.registry import KINDS

SLUG = "integrationspreis-2027"
DEVICE = "d" * 64
NOMINATION = {
    "application_type": "nomination",
    "nominator.first_name": "Vera",
    "nominator.last_name": "Vorschlag",
    "nominator.email": "vera@example.org",
    "nominator.nominee_agrees": "yes",
    "declarations.accuracy_nomination": "yes",
}


def open_call(slug: str = SLUG) -> Call:
    """Return an example call that is open today, committed.

    Its blank forms are never made: each takes a second, and whoever does what is due would wait.
    """
    with transaction():
        call = loaded(slug)
        db.session.execute(db.delete(jobs.Job).where(jobs.Job.name == documents.JOB))
    return call


def loaded(slug: str = SLUG, jury: Mapping[str, Any] | None = None) -> Call:
    """Return an example call that is open today, its part about the jury changed.

    Writes into the caller's transaction. Reading and checking the call takes longer than most
    tests, so each process does it once a day for each wish; `tests/calls` tests it.
    """
    definition, data = _checked(slug, now().date(), json.dumps(jury or {}, sort_keys=True))
    return usecases.save(definition, deepcopy(data)).call


@cache
def _checked(slug: str, today: date, jury: str) -> tuple[Definition, dict[str, Any]]:
    data = shifted(source(slug), today)
    data = {**data, "jury": {**data.get("jury", {}), **json.loads(jury)}}
    return loading.checked(Source(slug, data)), data


def begun(
    call: Call, answers: Mapping[str, Any] | None = None, device: str = DEVICE
) -> Application:
    """Return a draft with these raw answers, held by the browser `device`, committed."""
    with transaction():
        application = drafting.start(call, device=device, locale="de", at=now())
        write(application, answers or {})
    return application


def write(application: Application, answers: Mapping[str, Any]) -> None:
    """Save answers as the owner of the draft, in the caller's transaction."""
    drafting.save(
        application,
        answers,
        by=Applicant(application.id),
        seen=application.revision,
        window="test",
        at=now(),
    )


def complete(
    call: Call, more: Mapping[str, Any] | None = None, device: str = DEVICE
) -> Application:
    """Return a draft with all answers and files of an example application, committed."""
    example = sample.complete()[0]
    application = begun(call, {**example.answers, **(more or {})}, device)
    with transaction():
        for number, file in enumerate(example.files):
            application.files.append(_file(file, number))
    return application


def content_of(number: int) -> bytes:
    """Return the bytes that stand for the file with this number."""
    return f"file {number}".encode()


def _file(given: sample.SampleFile, number: int) -> File:
    content = content_of(number)
    return File(
        key=given.key,
        name=given.filename,
        position=number,
        media_type=given.mime,
        state=FileState.READY,
        stored_key=f"files/{uuid4()}",
        size_received=len(content),
        size_stored=len(content),
        sha256_received=hashlib.sha256(content).hexdigest(),
        sha256_stored=hashlib.sha256(b"cleaned " + content).hexdigest(),
        caption=given.caption,
        credit=given.credit,
        alt=given.alt,
        persons="no",
    )


def send(application: Application) -> Version:
    """Send as the owner, committed; filters and search know it, as a moment later in life."""
    with transaction():
        version = sending.send(application, by=Applicant(application.id), arrived_at=now())
    do_jobs(indexing.READ)
    return version


def post_letters() -> None:
    """Do what the worker does for letters, and leave the slow making of documents undone."""
    do_jobs(access.JOB, mail.SEND)


def do_jobs(*names: str) -> None:
    """Do what the worker does for jobs with these names, one name after the other."""
    for name in names:
        waiting = db.select(jobs.Job).where(
            jobs.Job.name == name, jobs.Job.state == jobs.JobState.READY
        )
        for job in list(db.session.scalars(waiting)):
            KINDS[name].run(**job.args)
            with transaction():
                job.state, job.finished_at = jobs.JobState.DONE, now()
