"""What is written past the unit of work stands in the database as a flush would have left it."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import inspect, select, update
from sqlalchemy.orm.exc import StaleDataError

from portal.applications.drafts import drafting
from portal.applications.models import Application, Consent
from portal.core import rows
from portal.core.clock import now
from portal.core.db import db
from tests.drafts import open_call
from tests.statements import counted


@pytest.fixture
def draft(app: Flask) -> Iterator[Application]:
    """Return a draft that is not committed."""
    yield drafting.begin(open_call(), locale="de", at=now())
    db.session.rollback()


def columns(application: Application) -> dict[str, object]:
    return dict(
        db.session.connection()
        .execute(select(Application.__table__).where(Application.__table__.c.id == application.id))
        .one()
        ._mapping
    )


def test_a_new_object_is_as_if_it_had_been_read(draft: Application) -> None:
    written = columns(draft)
    with counted() as seen:
        db.session.flush()
        shown = {prop.key: getattr(draft, prop.key) for prop in inspect(Application).column_attrs}

    shown.pop("has_files")
    assert seen == []
    assert inspect(draft).persistent
    assert written == {name.removeprefix("_"): value for name, value in shown.items()}


def test_a_change_is_written_once_and_its_lock_grows(draft: Application) -> None:
    draft.title = "Neu"
    with counted() as seen:
        rows.save(draft)
        rows.save(draft)
        db.session.flush()

    assert len(seen) == 1, seen
    assert (columns(draft)["title"], columns(draft)["lock"], draft.lock) == ("Neu", 2, 2)


def test_a_change_after_a_faster_one_is_refused(draft: Application) -> None:
    table = Application.__table__
    db.session.connection().execute(update(table).values(lock=9))
    draft.title = "Neu"

    with pytest.raises(StaleDataError):
        rows.save(draft)


def test_a_change_with_a_relationship_is_left_to_the_unit_of_work(draft: Application) -> None:
    draft.title = "Neu"
    draft.consents.append(Consent(kind="press", text_version="1", given_at=now()))
    with counted() as seen:
        rows.save(draft)
    assert seen == []

    db.session.flush()
    assert columns(draft)["title"] == "Neu"
    assert len(draft.consents) == 1


def test_what_waits_is_written_before(draft: Application) -> None:
    consent = Consent(application_id=draft.id, kind="press", text_version="1", given_at=now())
    db.session.add(consent)
    rows.connection()

    assert inspect(consent).persistent
