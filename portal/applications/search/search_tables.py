"""The tables of the full-text search: one that both databases have, and an index for each.

`folded` is made in Python, its words divided by single blanks, so both indexes see the same words:
FTS5 divides at blanks (its tokenizer `ascii` leaves all other letters alone), PostgreSQL takes the
words as an array, past its own parser. Migrations run `STATEMENTS`; `create_all` does the same.
"""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.schema import CreateTable

from portal.core.db import Model

search_doc = sa.Table(
    "search_doc",
    Model.metadata,
    sa.Column("n", sa.Integer, primary_key=True),
    sa.Column(
        "application_id",
        sa.Uuid,
        sa.ForeignKey("application.id", ondelete="CASCADE"),
        unique=True,
        nullable=False,
    ),
    sa.Column("folded", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
)

_FORGET = "INSERT INTO search_fts(search_fts, rowid, folded) VALUES ('delete', old.n, old.folded);"
_LEARN = "INSERT INTO search_fts(rowid, folded) VALUES (new.n, new.folded);"
STATEMENTS: dict[str, tuple[str, ...]] = {
    "sqlite": (
        """CREATE VIRTUAL TABLE search_fts USING fts5(folded, content='search_doc',
           content_rowid='n', tokenize='ascii', prefix='2 3', detail='none', columnsize=0)""",
        f"CREATE TRIGGER search_doc_insert AFTER INSERT ON search_doc BEGIN {_LEARN} END",
        f"CREATE TRIGGER search_doc_delete AFTER DELETE ON search_doc BEGIN {_FORGET} END",
        f"""CREATE TRIGGER search_doc_update AFTER UPDATE OF folded ON search_doc
            BEGIN {_FORGET} {_LEARN} END""",
    ),
    "postgresql": (
        """ALTER TABLE search_doc ADD COLUMN words tsvector GENERATED ALWAYS AS
           (array_to_tsvector(string_to_array(folded, ' '))) STORED""",
        "CREATE INDEX search_doc_words ON search_doc USING gin (words)",
    ),
}


def statements(dialect: str) -> Iterator[str]:
    """Yield everything that makes the search on `sqlite` or `postgresql`, for a migration.

    Only SQL: FTS5 has no other form. The table comes first, then its index.
    """
    kind = sa.make_url(f"{dialect}://").get_dialect()
    yield str(CreateTable(search_doc).compile(dialect=kind()))
    yield from STATEMENTS[dialect]


def _on(happening: str, statement: str, dialect: str) -> None:
    made: Any = sa.DDL(statement)  # type: ignore[no-untyped-call]
    event.listen(search_doc, happening, made.execute_if(dialect=dialect))


for _dialect, _made in STATEMENTS.items():
    for _statement in _made:
        _on("after_create", _statement, _dialect)
_on("after_drop", "DROP TABLE IF EXISTS search_fts", "sqlite")
