"""A jury whose applications have real files, and PDFs of every odd kind."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

from flask import Flask
from pikepdf import Dictionary, Name, Pdf
from PIL import Image

from portal import jobs, storage
from portal.applications.models import Application, File, Version
from portal.core.clock import now
from portal.core.db import db, transaction
from portal.documents.contents import Content
from portal.documents.renderer import Renderer
from portal.jobs.registry import KINDS
from portal.scoring.binder import binders
from portal.scoring.binder.binders import Binder
from tests.jury_house import JuryHouse, a_jury_house


def a_pdf(
    pages: Iterable[tuple[float, float]] = ((595, 842),), words: str = "Anlagewort", **page: Any
) -> bytes:
    """Return a PDF with pages of these sizes; each says `words` and its number."""
    pdf = Pdf.new()
    font = pdf.make_indirect(
        Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    )
    for n, (width, height) in enumerate(pages, 1):
        text = f"BT /F1 24 Tf 60 {height - 80:.0f} Td ({words}{n}) Tj ET".encode()
        pdf.add_blank_page(page_size=(width, height))
        made = pdf.pages[-1].obj
        made.Contents = pdf.make_stream(text)
        made.Resources = Dictionary(Font=Dictionary(F1=font))
        for key, value in page.items():
            made[f"/{key}"] = value
    target = BytesIO()
    pdf.save(target)
    return target.getvalue()


def a_photo(width: int = 1400, height: int = 900, colour: str = "teal") -> bytes:
    """Return a JPEG."""
    target = BytesIO()
    Image.new("RGB", (width, height), colour).save(target, "JPEG")
    return target.getvalue()


def kept(body: bytes) -> str:
    """Put bytes into the store; return their key."""
    key = storage.new_key()
    storage.store().put(key, BytesIO(body), limit=100_000_000)
    return key


def give_files(application: Application) -> None:
    """Give every file of an application bytes that fit."""
    with transaction():
        for file in db.session.scalars(
            db.select(File).where(File.application_id == application.id)
        ):
            if file.media_type == "application/pdf":
                file.stored_key, file.pages = kept(a_pdf([(595, 842)] * 2)), 2
            else:
                file.copies = {"print": kept(a_photo())}
                file.width, file.height = 1400, 900


def a_dossier_house(app: Flask, count: int = 3, jury: Mapping[str, Any] | None = None) -> JuryHouse:
    """Return a jury house whose files can be read."""
    house = a_jury_house(app, count, jury=jury)
    for application in house.applications:
        give_files(application)
    return house


def enclose(application: Application, body: bytes, pages: int = 0) -> File:
    """Replace the first PDF of the newest version by another; return its file."""
    version = application.versions[-1]
    file = next(one.file for one in version.files if one.file.media_type == "application/pdf")
    with transaction():
        file.stored_key, file.pages = kept(body), pages or file.pages
        file.sha256_stored = f"{len(body):064}"
    return file


def answer_with(application: Application, **answers: Any) -> None:
    """Put answers into the newest version, as if they had been sent."""
    version = db.session.get_one(Version, application.versions[-1].id)
    with transaction():
        version.answers = {
            **version.answers,
            **{k.replace("__", "."): v for k, v in answers.items()},
        }


def make_binder(house: JuryHouse, name: str) -> Binder:
    """Order and make somebody's binder, as the worker does; return it as it stands then."""
    with transaction():
        juror = house.juror(name)
        binder = binders.order(juror, by=juror.user)
    work(binder)
    return db.session.get_one(Binder, binder.id, populate_existing=True)


def work(binder: Binder) -> None:
    """Do the job of one binder and mark it done."""
    rows = db.select(jobs.Job).where(
        jobs.Job.dedupe == f"{binders.JOB}:{binder.id}", jobs.Job.state == jobs.JobState.READY
    )
    for job in list(db.session.scalars(rows)):
        KINDS[binders.JOB].run(**job.args)
        with transaction():
            job.state, job.finished_at = jobs.JobState.DONE, now()
    db.session.expire_all()


def bytes_of(binder: Binder, kind: str = "pdf") -> bytes:
    """Return the bytes of a binder."""
    with storage.store().open(binder.files[kind]["key"]) as file:
        return file.read()


def rendered(child: Renderer, content: Content, papers: Mapping[str, Path] | None = None) -> bytes:
    """Return a document as the child makes it."""
    return child.render(replace(content, papers=papers or content.papers), "de")
