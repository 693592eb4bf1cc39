"""Let applications share a place."""

from alembic import op

revision = "20261129_2208"
down_revision = "20261125_0945"
branch_labels = None
depends_on = None
WAYS = "CONSTRAINT ck_{0}_share CHECK (share IN ('split', 'each'))"
PLACES = (
    "CONSTRAINT ck_meeting_vote_only_places_are_shared CHECK (share IS NULL OR motion = 'place')"
)


# Both databases add a column together with its checks, and drop them with it; a batch on SQLite
# would copy the table without any check.
def upgrade() -> None:
    _add("meeting_vote", PLACES)
    _add("meeting_proposal")


def _add(table: str, *checks: str) -> None:
    said = " ".join((WAYS.format(table), *checks))
    op.execute(f"ALTER TABLE {table} ADD COLUMN share VARCHAR(40) {said}")


def downgrade() -> None:
    op.execute("ALTER TABLE meeting_proposal DROP COLUMN share")
    op.execute("ALTER TABLE meeting_vote DROP COLUMN share")
