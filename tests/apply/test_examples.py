"""The example applications: over HTTP into the form, out as versions, e-mails and receipts."""

import re
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from pydantic import SecretStr

from portal import jobs
from portal.app import build
from portal.applications.models import Application, FileState, Version
from portal.applications.reading import entries_of_version
from portal.calls import loading
from portal.calls.answers import values
from portal.calls.definition import Definition
from portal.core.db import db, transaction
from portal.core.i18n import in_language
from portal.demo.sample import SampleApplication, complete, shifted, source, without_image_rights
from portal.settings import Settings
from tests.apply_way import Applicant, fill_in
from tests.mail.conftest import Post, run_server
from tests.strict import StrictClient

SLUG = "integrationspreis-2027"


@pytest.fixture(scope="module")
def postbox() -> Iterator[Post]:
    """Return a real SMTP server on loopback."""
    yield from run_server(Post(), "127.0.0.1")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, postbox: Post) -> Flask:
    """Return a portal with the example call, shared by all examples of this file."""
    instance = tmp_path_factory.mktemp("examples")
    url = SecretStr(f"smtp://127.0.0.1:{postbox.port}")
    app = build(Settings(instance=instance, mail_url=url, starts_per_hour=1000))
    app.test_client_class = StrictClient
    with app.app_context():
        db.create_all()
        with transaction():
            loading.load_data(shifted(source(SLUG), datetime.now(UTC).date()), SLUG)
    return app


@pytest.fixture(scope="module")
def definition(site: Flask) -> Definition:
    """Return the call's definition."""
    return Definition.model_validate(shifted(source(SLUG), datetime.now(UTC).date()))


@pytest.fixture(scope="module")
def numbers() -> dict[str, str]:
    """Return the number of each example that was sent, by its ref."""
    return {}


@pytest.mark.parametrize("sample", complete(), ids=lambda sample: sample.ref)
def test_a_complete_example_is_received_as_it_was_written(
    site: Flask, definition: Definition, numbers: dict[str, str], sample: SampleApplication
) -> None:
    person = Applicant(site, SLUG, language=sample.locale)
    person.start()
    fill_in(person, sample, definition)

    answer = person.send()

    assert answer.location.endswith("/sent?n=1")
    with site.app_context():
        key = person.address.rpartition("/")[2]
        application = db.session.get_one(Application, UUID(key))
        [version] = application.versions
        numbers[sample.ref] = str(application.reference)
        assert version.answers == values(definition, sample.answers, sample.file_counts)
        assert [
            (kept.file.name, kept.file.size_received, kept.caption, kept.credit, kept.alt)
            for kept in version.files
        ] == expected_files(sample)


def expected_files(sample: SampleApplication) -> list[Any]:
    """Return the files of an example in the order of the form."""
    files = sorted(sample.files, key=lambda file: file.key != "photos")
    return [(file.filename, file.size, file.caption, file.credit, file.alt) for file in files]


def test_an_example_with_files_but_without_image_rights_is_stopped(
    site: Flask, definition: Definition
) -> None:
    person = Applicant(site, SLUG)
    person.start()
    fill_in(person, without_image_rights(), definition)

    answer = person.send()

    assert answer.location.endswith("/check?problems=1")
    assert 'href="#line-declarations.image_rights"' in person.get(answer.location).text


def test_the_numbers_have_no_gaps(numbers: dict[str, str]) -> None:
    assert sorted(numbers.values()) == [f"IP-2027-{n:04}" for n in range(1, len(numbers) + 1)]


def test_every_example_gets_its_mail_with_a_receipt_that_says_what_was_sent(
    site: Flask, numbers: dict[str, str], postbox: Post, tmp_path: Path
) -> None:
    with site.app_context():
        jobs.run_due()

    confirmations = {
        found[0]: message
        for message in postbox.letters
        if (found := re.findall(r"IP-2027-\d{4}", message["subject"]))
        and any(part.get_content_type() == "application/pdf" for part in message.walk())
    }
    assert set(confirmations) == set(numbers.values())
    with site.app_context():
        for version in db.session.scalars(db.select(Version)):
            message = confirmations[str(version.application.reference)]
            assert message["to"].addresses[0].addr_spec == version.application.owner_email
            [pdf] = message.iter_attachments()
            told = read_pdf(pdf.get_content(), tmp_path)
            assert missing_in(told, version) == []


def read_pdf(content: bytes, folder: Path) -> str:
    """Return the text of a PDF, blanks and hyphenation at line ends taken out."""
    path = folder / "receipt.pdf"
    path.write_bytes(content)
    text = subprocess.run(
        ["pdftotext", "-raw", str(path), "-"], check=True, capture_output=True, text=True
    ).stdout
    return squeezed(text)


def squeezed(text: str) -> str:
    """Return only what survives setting in lines: no blanks, no hyphens, no marks of direction."""
    return re.sub(r"[\s\-\u2010\u00ad\u200b-\u200f\u2066-\u2069\ufe0f\u2022]+", "", text)


def missing_in(told: str, version: Version) -> list[str]:
    """Return every answer that the receipt does not hold; Arabic and Ge'ez are read by eye."""
    with in_language(version.locale):
        shown = [
            line
            for part in entries_of_version(version)
            for entry in part.entries
            if entry.question.type not in ("photos", "documents", "declaration")
            for line in (entry.shown.entries or [entry.shown.text])
        ]
    files = [kept.file.sha256_received for kept in version.files]
    words = [line for line in shown + files if not re.search(r"[\u0600-\u06ff\u1200-\u137f]", line)]
    return [line for line in words if not any_page_break(squeezed(line), told)]


def any_page_break(line: str, told: str) -> bool:
    """Return whether `line` stands in the text; a long one may be cut by the foot of a page."""
    if line in told:
        return True
    pieces = [line[n : n + 40] for n in range(0, len(line), 40)]
    found = sum(piece in told for piece in pieces)
    return len(pieces) > 3 and found >= len(pieces) - 4


def test_every_file_was_cleaned_and_released(site: Flask) -> None:
    with site.app_context():
        states = {
            kept.file.state
            for version in db.session.scalars(db.select(Version))
            for kept in version.files
        }

    assert states == {FileState.READY}
