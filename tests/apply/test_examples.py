"""The example applications go through the real form over HTTP."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask

from portal.applications.models import Application, Version
from portal.calls.answers import values
from portal.calls.definition import Definition
from portal.calls.usecases import save
from portal.core.db import db, transaction
from portal.demo.sample import SampleApplication, complete, shifted, source, without_image_rights
from portal.documents.models import Document
from portal.mail import Letter
from tests.apply_way import Applicant, fill_in

SLUG = "integrationspreis-2027"


@pytest.fixture
def definition(bare_app: Flask) -> Iterator[Definition]:
    """Return the example call, open today, loaded into the database."""
    call = shifted(source(SLUG), datetime.now(UTC).date())
    with bare_app.app_context(), transaction():
        loaded = Definition.model_validate(call)
        save(loaded, call)
    yield loaded


@pytest.mark.parametrize("sample", complete(), ids=lambda sample: sample.ref)
def test_a_complete_example_is_received_as_it_was_written(
    bare_app: Flask, definition: Definition, sample: SampleApplication
) -> None:
    person = Applicant(bare_app, SLUG)
    person.start()
    fill_in(person, sample, definition)

    answer = person.send()

    assert answer.location.endswith("/sent?n=1"), person.get(f"{person.address}/check?problems=1").text
    with bare_app.app_context():
        application = db.session.scalar(db.select(Application))
        version = db.session.scalar(db.select(Version))
        assert application.reference == "IP-2027-0001"
        assert version.answers == values(definition, sample.answers, sample.file_counts)
        assert [
            (kept.file.name, kept.file.size_received, kept.caption, kept.credit, kept.alt)
            for kept in version.files
        ] == expected_files(sample)
        names = set(db.session.scalars(db.select(Letter.name)))
        assert names >= {"submit"}
        assert db.session.scalar(
            db.select(db.func.count()).select_from(Document).where(Document.kind == "receipt")
        ) == 1


def expected_files(sample: SampleApplication) -> list[Any]:
    """Return the files of an example in the order of the form."""
    order = {"photos": 0, "documents": 1}
    files = sorted(sample.files, key=lambda file: order[file.key])
    return [(file.filename, file.size, file.caption, file.credit, file.alt) for file in files]


def test_an_example_with_files_but_without_image_rights_is_stopped(
    bare_app: Flask, definition: Definition
) -> None:
    person = Applicant(bare_app, SLUG)
    person.start()
    fill_in(person, without_image_rights(), definition)

    answer = person.send()

    assert answer.location.endswith("/check?problems=1")
    page = person.get(answer.location).text
    assert 'href="#line-declarations.image_rights"' in page
    with bare_app.app_context():
        assert db.session.scalar(db.select(db.func.count()).select_from(Version)) == 0
