"""What a real database says when it is busy, full or misused, and what the person reads then."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask, request
from pydantic import SecretStr

from portal.app import build
from portal.core.db import db
from portal.settings import Settings
from portal.web.doors import public
from tests.strict import StrictClient, check_html, text_of, words_of

from .conftest import form, words

GERMAN = {"Accept-Language": "de"}
BUSY = "Gerade ist sehr viel los"
FULL = "Im Moment ist hier kein Platz"
FAULT = "Bei uns ist etwas schiefgegangen"
LOCK = {"sqlite": "SELECT 1", "postgresql": "LOCK TABLE call"}  # SQLite begins with the lock
Answer = tuple[int, str]


@public
def run() -> object:
    """Send the statements of the form to the database, one after the other."""
    for statement in request.form["sql"].split(";;"):
        db.session.connection().exec_driver_sql(statement)
    return words("done")


def with_views(app: Flask) -> StrictClient:
    app.add_url_rule("/form", view_func=form, methods=["GET", "POST"])
    app.add_url_rule("/run", view_func=run, methods=["POST"])
    app.test_client_class = StrictClient
    client = app.test_client()
    assert isinstance(client, StrictClient)
    return client


@pytest.fixture
def ask(bare_app: Flask) -> Callable[..., Answer]:
    """Return a function that runs statements within a request; it returns status and title."""
    browser = with_views(bare_app)

    def asked(*statements: str) -> Answer:
        given = {"sql": ";;".join(statements), "text": "Mein langer Text"}
        answer = browser.post_form("/run", given, page="/form", headers=GERMAN)
        if answer.status_code >= 400:
            assert 'value="Mein langer Text"' in text_of(answer)
        return answer.status_code, text_of(answer)

    return asked


@pytest.fixture
def kind(bare_app: Flask) -> str:
    """Return which database this is."""
    with bare_app.app_context():
        return db.engine.dialect.name


@pytest.fixture
def other(bare_app: Flask) -> Iterator[sa.Connection]:
    """Return a connection of somebody else."""
    with bare_app.app_context():
        engine = sa.create_engine(db.engine.url)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def title_of(page: str) -> str:
    return words_of(check_html(page))


def test_a_lock_of_somebody_else_is_told_as_busy(
    ask: Callable[..., Answer], kind: str, other: sa.Connection
) -> None:
    other.exec_driver_sql(LOCK[kind])
    write = "UPDATE call SET last_number = 0"

    status, page = ask(write)  # after five seconds

    other.rollback()
    assert status == 503
    assert BUSY in title_of(page)
    assert ask(write)[0] == 200


def test_a_wrong_statement_is_a_fault_of_ours(ask: Callable[..., Answer]) -> None:
    status, page = ask("SELECT * FROM nowhere")
    assert status == 500
    assert FAULT in title_of(page)


def test_a_database_without_room_says_so(ask: Callable[..., Answer], kind: str) -> None:
    if kind == "postgresql":
        status, page = ask("DO $$ BEGIN RAISE SQLSTATE '53100'; END $$")
    else:
        status, page = ask("PRAGMA max_page_count=1", "CREATE TABLE big AS SELECT zeroblob(999999)")
    assert status == 507
    assert FULL in title_of(page)


@pytest.mark.parametrize("code", ["40001", "40P01", "57014", "57P01", "53300"])
def test_two_at_once_and_limits_of_time_are_told_as_busy(
    ask: Callable[..., Answer], kind: str, code: str
) -> None:
    if kind != "postgresql":
        pytest.skip("codes of PostgreSQL")
    status, page = ask(f"DO $$ BEGIN RAISE SQLSTATE '{code}'; END $$")
    assert status == 503
    assert BUSY in title_of(page)


def test_a_statement_that_takes_too_long_is_told_as_busy(
    ask: Callable[..., Answer], kind: str
) -> None:
    if kind != "postgresql":
        pytest.skip("SQLite has no limit of time")
    assert ask("SET LOCAL statement_timeout=50", "SELECT pg_sleep(5)")[0] == 503


@pytest.mark.one_database
def test_a_server_that_does_not_answer_is_told_as_busy(tmp_path: Path) -> None:
    nowhere = SecretStr(f"postgresql://somebody@/portal?host={tmp_path}")
    browser = with_views(build(Settings(instance=tmp_path / "instance", database_url=nowhere)))

    answer = browser.post_form("/run", {"sql": "SELECT 1"}, page="/form", headers=GERMAN)

    assert answer.status_code == 503
    assert BUSY in title_of(text_of(answer))
