"""Every migration goes up, meets the models, goes down and up again, on both databases."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from pydantic import SecretStr

from portal.app import build
from portal.cli import database
from portal.core import schema
from portal.core.clock import now
from portal.core.db import Model, db
from portal.jobs.models import Heartbeat
from portal.settings import Settings
from tests.postgres import drop, postgres_url

pytestmark = pytest.mark.one_database
KINDS = ("sqlite", "postgres")


@pytest.fixture(params=KINDS)
def empty(request: pytest.FixtureRequest, tmp_path: Any) -> Iterator[sa.Engine]:
    """Yield an engine of a database without tables."""
    url = postgres_url(empty=True) if request.param == "postgres" else ""
    app = build(Settings(instance=tmp_path / "instance", database_url=SecretStr(url)))
    with app.app_context():
        yield db.engine
        db.session.remove()
        db.engine.dispose()
    if url:
        drop(url)


def tables_of(engine: sa.Engine) -> set[str]:
    return set(sa.inspect(engine).get_table_names()) - {"alembic_version"}


def differences(engine: sa.Engine) -> list[Any]:
    with engine.connect() as connection:
        options = {"include_object": lambda _i, name, *_: not (name or "").startswith("search_")}
        context = MigrationContext.configure(connection, opts=options)
        return list(compare_metadata(context, Model.metadata))


def checks_of(engine: sa.Engine) -> set[tuple[str, str | None, str]]:
    """Return every CHECK, which Alembic does not compare: table, name, words and operators."""
    inspector = sa.inspect(engine)
    return {
        (table, check["name"], re.sub(r"[^\w<>='@%]+", "", check["sqltext"]))
        for table in tables_of(engine)
        for check in inspector.get_check_constraints(table)
    }


def test_every_migration_goes_up_down_and_up_again(empty: sa.Engine) -> None:
    steps = schema.revisions()
    for step in steps:
        database.upgrade(empty, step)
        assert database.current(empty) == step
    tables = tables_of(empty)
    for before in [*reversed(steps[:-1]), None]:
        database.downgrade(empty, before or "base")
        assert database.current(empty) == before
    assert tables_of(empty) == set()

    database.upgrade(empty)

    assert tables_of(empty) == tables
    assert schema.schema_state(empty) is schema.SchemaState.CURRENT


def test_the_migrations_lead_to_the_models(empty: sa.Engine) -> None:
    database.upgrade(empty)

    assert differences(empty) == []


def test_the_migrations_make_the_same_checks_as_the_models(empty: sa.Engine) -> None:
    database.upgrade(empty)
    made = checks_of(empty)
    database.downgrade(empty, "base")
    Model.metadata.create_all(empty)

    assert made == checks_of(empty)


def test_upgrading_twice_changes_nothing_and_keeps_the_rows(empty: sa.Engine) -> None:
    database.upgrade(empty)
    with sa.orm.Session(empty) as session:
        session.add(Heartbeat(seen_at=now()))
        session.commit()

    database.upgrade(empty)

    with empty.connect() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(Heartbeat)) == 1


def test_a_database_of_a_newer_version_is_told_from_older_and_empty_ones(empty: sa.Engine) -> None:
    assert schema.schema_state(empty) is schema.SchemaState.EMPTY
    database.upgrade(empty)
    assert schema.schema_state(empty) is schema.SchemaState.CURRENT

    with empty.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '29991231_2359'"))

    assert schema.schema_state(empty) is schema.SchemaState.NEWER


def test_foreign_keys_hold_after_a_migration(empty: sa.Engine) -> None:
    database.upgrade(empty)

    with empty.connect() as connection:
        if connection.dialect.name == "sqlite":
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_the_revisions_are_one_line_in_the_order_of_their_names() -> None:
    lines = {}
    for path in schema.VERSIONS.glob("[0-9]*.py"):
        found = re.findall(r"^(?:down_)?revision = (.+)$", path.read_text(), re.MULTILINE)
        lines[path.name[: schema.STAMP]] = [word.strip("\"'") for word in found]
    steps = schema.revisions()

    assert lines == {
        step: [step, before] for step, before in zip(steps, ["None", *steps], strict=False)
    }


def test_there_is_a_migration() -> None:
    assert schema.revisions() != []
