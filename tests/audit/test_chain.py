"""The log is gapless, tells no contents, and shows every way of tampering with it."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import select, text, update

from portal import audit
from portal.audit.models import AuditEntry, AuditHead
from portal.audit.queries import Filters, entries
from portal.audit.verifying import anchor
from portal.core.actor import System
from portal.core.db import db, transaction

ACTOR = System("test")


@pytest.fixture
def five(app: Flask) -> None:
    for number in range(1, 6):
        with transaction():
            audit.record(ACTOR, "count", ("number", str(number)), half=number / 2)


@pytest.mark.usefixtures("five")
def test_an_untouched_log_is_whole() -> None:
    assert audit.verify() == []
    assert audit.verify(anchor()) == []


@pytest.mark.usefixtures("app")
def test_an_empty_log_is_whole() -> None:
    assert audit.verify() == []


@pytest.mark.parametrize(
    ("column", "value"),
    [("what", "'other'"), ("facts", "'{}'"), ("actor_key", "'x'"), ("thing_key", "'9'"),
     ("at", "'2020-01-01 00:00:00.000000'")],
)  # fmt: skip
@pytest.mark.usefixtures("five")
def test_a_changed_entry_is_found(column: str, value: str) -> None:
    with transaction():
        db.session.execute(text(f"UPDATE audit_entry SET {column} = {value} WHERE n = 3"))
    db.session.expire_all()

    assert audit.verify() == ["Entry 3 was changed."]


@pytest.mark.usefixtures("five")
def test_a_deleted_entry_is_found() -> None:
    with transaction():
        db.session.execute(text("DELETE FROM audit_entry WHERE n = 3"))

    assert audit.verify() == ["Entries 3 to 3 are missing."]


@pytest.mark.usefixtures("five")
def test_entries_in_another_order_are_found() -> None:
    with transaction():
        for old, new in ((2, 99), (3, 2), (99, 3)):
            db.session.execute(update(AuditEntry).where(AuditEntry.n == old).values(n=new))
    db.session.expire_all()

    assert audit.verify() == [
        "Entry 2 was changed.",
        "Entry 3 was changed.",
        "Entry 4 does not follow the one before it.",
    ]


@pytest.mark.usefixtures("five")
def test_a_cut_off_end_is_found() -> None:
    with transaction():
        db.session.execute(text("DELETE FROM audit_entry WHERE n > 3"))

    assert audit.verify() == ["The log should end with entry 5, but ends with 3."]


@pytest.mark.usefixtures("five")
def test_a_cut_off_end_with_a_moved_head_is_found() -> None:
    third = db.session.scalars(select(AuditEntry).where(AuditEntry.n == 3)).one()
    with transaction():
        db.session.execute(text("DELETE FROM audit_entry WHERE n > 3"))
        db.session.execute(update(AuditHead).values(n=3, hash=third.hash))
    db.session.expire_all()

    assert audit.verify() == ["The head of the log was changed."]


@pytest.mark.usefixtures("five")
def test_a_log_set_back_as_a_whole_misses_the_noted_entry() -> None:
    noted = anchor()
    with transaction():
        db.session.execute(text("DELETE FROM audit_entry"))
        db.session.execute(text("DELETE FROM audit_head"))

    assert audit.verify() == []
    assert audit.verify(noted) == ["Entry 5 is not the one that was noted down."]


@pytest.mark.usefixtures("five")
def test_what_is_rolled_back_leaves_no_entry_and_no_gap() -> None:
    def fail() -> None:
        with transaction():
            audit.record(ACTOR, "fail")
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    with transaction():
        audit.record(ACTOR, "go_on")

    assert [e.n for e in entries(Filters()).entries] == [6, 5, 4, 3, 2, 1]
    assert audit.verify() == []


def test_parallel_entries_queue_up_without_gaps(bare_app: Flask) -> None:
    def write(number: int) -> None:
        with bare_app.app_context(), transaction():
            audit.record(ACTOR, "race", ("number", str(number)))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(24)))

    with bare_app.app_context():
        assert [e.n for e in entries(Filters()).entries] == list(range(24, 0, -1))
        assert audit.verify() == []


@pytest.mark.parametrize("fact", ["anna@example.org", "x" * 201, {"a": 1}, ["anna@example.org"]])
@pytest.mark.usefixtures("app")
def test_contents_and_addresses_are_refused(fact: object) -> None:
    with pytest.raises(ValueError, match="audit fact note"):
        audit.record(ACTOR, "tell", note=fact)


@pytest.mark.usefixtures("five")
def test_entries_are_filtered_and_paged() -> None:
    assert [e.thing_key for e in entries(Filters(), page=2, size=2).entries] == ["3", "2"]
    assert entries(Filters(), size=2).pages == 3
    assert [e.n for e in entries(Filters(thing_key="4")).entries] == [4]
    assert entries(Filters(q="cou")).total == 5
    assert entries(Filters(q="%")).total == 0
