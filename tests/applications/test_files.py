"""Files of a draft: taken in durably, checked by the worker, described, removed, swept."""

from datetime import timedelta
from io import BytesIO
from uuid import uuid4

import pikepdf
import pytest
import time_machine
from PIL import Image

from portal import jobs, storage
from portal.applications.drafts import drafting, filing, removing
from portal.applications.drafts.filing import FileRefused
from portal.applications.models import Application, File, FileState
from portal.applications.queries import draft_files
from portal.core.actor import Applicant
from portal.core.clock import now
from portal.core.db import db, transaction
from portal.core.errors import Forbidden, NotFound
from portal.mail import Letter
from tests.drafts import begun, complete, open_call, send

pytestmark = pytest.mark.usefixtures("app")


def a_photo(colour: str = "orange") -> bytes:
    """Return a small JPEG."""
    out = BytesIO()
    Image.new("RGB", (60, 40), colour).save(out, "JPEG")
    return out.getvalue()


def a_pdf(pages: int = 1, password: str = "") -> bytes:
    """Return a PDF, locked if there is a password."""
    out = BytesIO()
    with pikepdf.new() as pdf:
        for _page in range(pages):
            pdf.add_blank_page()
        lock = pikepdf.Encryption(owner=password, user=password) if password else False
        pdf.save(out, encryption=lock)
    return out.getvalue()


def add(application: Application, key: str, name: str, content: bytes) -> File:
    """Take in a file as its owner does, committed."""
    question = filing.question_of(application, key)
    incoming = filing.take_in(question, BytesIO(content), name)
    with transaction():
        return filing.add(application, question, incoming, by=Applicant(application.id), at=now())


def test_a_photo_is_cleaned_and_what_came_in_is_deleted() -> None:
    draft = begun(open_call())
    file = add(draft, "photos", "Sommer.JPG", a_photo())
    received = file.received_key

    jobs.run_due()

    assert (file.state, file.media_type, file.received_key) == (
        FileState.READY,
        "image/jpeg",
        None,
    )
    assert set(file.copies) >= {"preview", "print"}
    assert received is not None
    with pytest.raises(FileNotFoundError):
        storage.store().open(received)
    with storage.store().open(str(file.stored_key)) as kept:
        assert Image.open(kept).size == (60, 40)


def test_a_locked_pdf_is_refused_with_what_to_do() -> None:
    draft = begun(open_call())
    file = add(draft, "documents", "Konzept.pdf", a_pdf(password="geheim"))

    jobs.run_due()

    assert (file.state, file.refusal) == (FileState.REFUSED, "password")
    assert "Konzept.pdf" in storage.sentence(file.refusal, file.name, **file.refusal_facts)


@pytest.mark.parametrize(
    ("key", "name", "content"),
    [
        ("photos", "a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("photos", "a.jpg", a_pdf()),
        ("photos", "empty.jpg", b""),
        ("documents", "a.pdf", a_photo()),
        ("documents", "a.docx", b"PK\x03\x04" + b"0" * 100),
    ],
)
def test_a_file_of_another_kind_is_refused_and_nothing_is_stored(
    key: str, name: str, content: bytes
) -> None:
    draft = begun(open_call())

    with pytest.raises(FileRefused) as refused:
        add(draft, key, name, content)

    assert name in refused.value.message
    assert list(storage.store().keys("files")) == []
    assert db.session.scalar(db.select(db.func.count()).select_from(File)) == 0


def test_the_same_file_is_not_taken_twice() -> None:
    draft = begun(open_call())

    first, second = (add(draft, "photos", "a.jpg", a_photo()) for _time in range(2))

    assert first.id == second.id


def test_one_file_too_many_is_refused_by_name() -> None:
    draft = begun(open_call())
    for number in range(3):
        add(draft, "documents", f"{number}.pdf", a_pdf(number + 1))

    with pytest.raises(FileRefused) as refused:
        add(draft, "documents", "vierte.pdf", a_pdf(9))

    assert "vierte.pdf" in refused.value.message
    assert len(draft.files) == 3


def test_a_refused_file_takes_no_place() -> None:
    draft = begun(open_call())
    for number in range(3):
        add(draft, "documents", f"{number}.pdf", a_pdf(number + 1, password="x" if number else ""))
    jobs.run_due()

    add(draft, "documents", "neu.pdf", a_pdf(7))

    assert [file.state for file in draft.files][1:3] == [FileState.REFUSED, FileState.REFUSED]


def test_nobody_adds_a_file_to_what_is_no_file_question() -> None:
    draft = begun(open_call())

    with pytest.raises(NotFound):
        add(draft, "project.title", "a.jpg", a_photo())


def test_a_stranger_adds_nothing() -> None:
    call = open_call()
    draft, other = begun(call), begun(call)
    question = filing.question_of(draft, "photos")
    incoming = filing.take_in(question, BytesIO(a_photo()), "a.jpg")

    with pytest.raises(Forbidden), transaction():
        filing.add(draft, question, incoming, by=Applicant(other.id), at=now())


def test_words_beside_a_file_are_kept_and_cut_to_one_line() -> None:
    draft = begun(open_call())
    file = add(draft, "photos", "a.jpg", a_photo())
    fields = {
        f"file-{file.id}.caption": "Fest\r\nim Garten",
        f"file-{file.id}.persons": "unclear",
        f"file-{uuid4()}.caption": "somebody else's",
    }

    with transaction():
        filing.describe(draft, fields, by=Applicant(draft.id), at=now())

    assert (file.caption, file.persons) == ("Fest im Garten", "unclear")


def take_out(application: Application, file: File) -> None:
    with transaction():
        removing.remove(application, file.id, by=Applicant(application.id), at=now())


def put_back(application: Application, file: File) -> File | None:
    with transaction():
        return removing.put_back(application, file.id, by=Applicant(application.id), at=now())


def test_a_removed_file_can_be_put_back_until_the_sweep_takes_row_and_bytes() -> None:
    draft = begun(open_call())
    file = add(draft, "photos", "a.jpg", a_photo())
    jobs.run_due()

    take_out(draft, file)
    assert draft_files(draft) == []
    removing.sweep()
    assert put_back(draft, file) == file
    assert draft_files(draft) == [file]

    take_out(draft, file)
    with time_machine.travel(now() + timedelta(hours=25)):
        removing.sweep()
    db.session.expire_all()
    assert put_back(draft, file) is None
    assert draft.files == []
    assert list(storage.store().keys("files")) == []


def test_a_removed_file_does_not_come_back_into_a_place_that_is_taken() -> None:
    draft = begun(open_call())
    first = add(draft, "documents", "0.pdf", a_pdf(1))
    take_out(draft, first)
    for number in range(1, 4):
        add(draft, "documents", f"{number}.pdf", a_pdf(number + 1))

    with pytest.raises(FileRefused, match=r"0\.pdf"):
        put_back(draft, first)

    assert [file.name for file in draft_files(draft)] == ["1.pdf", "2.pdf", "3.pdf"]


def test_a_file_that_was_chosen_again_does_not_come_back_as_its_own_double() -> None:
    draft = begun(open_call())
    first = add(draft, "photos", "a.jpg", a_photo())
    take_out(draft, first)
    again = add(draft, "photos", "a.jpg", a_photo())

    assert put_back(draft, first) == again
    assert draft_files(draft) == [again]


def test_a_stranger_puts_nothing_back() -> None:
    call = open_call()
    draft, other = begun(call), begun(call)
    file = add(draft, "photos", "a.jpg", a_photo())
    take_out(draft, file)

    with pytest.raises(Forbidden), transaction():
        removing.put_back(draft, file.id, by=Applicant(other.id), at=now())


def test_a_file_that_a_version_names_outlives_its_removal_from_the_draft() -> None:
    application = complete(open_call())
    version = send(application)
    file = application.files[0]
    take_out(application, file)

    with time_machine.travel(now() + timedelta(days=3)):
        removing.sweep()

    assert file.id in {kept.file_id for kept in version.files}
    assert put_back(application, file) == file


def test_a_file_refused_after_sending_is_told_to_the_owner() -> None:
    application = complete(open_call())
    add(application, "documents", "schloss.pdf", a_pdf(password="x"))
    send(application)

    jobs.run_due()

    names = set(db.session.scalars(db.select(Letter.name)))
    assert "file_refused" in names


def test_a_file_that_kills_its_check_three_times_counts_as_broken() -> None:
    draft = begun(open_call())
    file = add(draft, "photos", "a.jpg", a_photo())
    with transaction():
        file.tries = 3

    jobs.run_due()

    assert (file.state, file.refusal) == (FileState.REFUSED, "broken")


def test_the_sweep_takes_orphans_and_nothing_else() -> None:
    draft = begun(open_call())
    file = add(draft, "photos", "a.jpg", a_photo())
    waiting = add(draft, "documents", "b.pdf", a_pdf())
    jobs.run_due()
    with transaction():
        waiting.state, waiting.received_key = FileState.CHECKING, waiting.stored_key
    orphan = storage.store().put(storage.new_key(), BytesIO(b"nobody's"), limit=100)
    db.session.rollback()

    with time_machine.travel(now() + timedelta(days=2)):
        filing.sweep()

    left = set(storage.store().keys("files"))
    assert orphan.key not in left
    assert left == {
        str(file.stored_key),
        *file.copies.values(),
        str(waiting.stored_key),
        *waiting.copies.values(),
    }


def test_a_deleted_draft_takes_its_bytes_along() -> None:
    draft = begun(open_call())
    add(draft, "photos", "a.jpg", a_photo())
    jobs.run_due()

    with transaction():
        doomed = drafting.delete(draft, by=Applicant(draft.id))
    filing.drop_bytes(doomed)

    assert list(storage.store().keys("files")) == []
