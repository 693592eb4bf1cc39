"""Where Alembic enters: it runs on the connection that `portal.cli.database` hands over."""

from typing import Any, Literal

import sqlalchemy as sa
from alembic import context
from alembic.autogenerate.api import AutogenContext

from portal.core.db import Instant


def render_item(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """Write our types as plain ones: a migration must not change when our code does."""
    if kind == "type" and isinstance(item, Instant):
        return "sa.DateTime(timezone=True)"
    return False


def include_object(
    _item: sa.schema.SchemaItem, name: str | None, _kind: str, _stored: bool, _other: Any
) -> bool:
    """Leave out what belongs to the full-text search: it is made by hand for each database."""
    return not (name or "").startswith("search_")


def run() -> None:
    """Run inside the caller's transaction, so that a fault leaves the database as it was."""
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=context.config.attributes["metadata"],
        render_as_batch=True,
        render_item=render_item,
        include_object=include_object,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()


run()
