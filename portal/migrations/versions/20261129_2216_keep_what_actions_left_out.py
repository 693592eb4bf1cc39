"""Keep what actions on many left out."""

import sqlalchemy as sa
from alembic import op

revision = "20261129_2216"
down_revision = "20261129_2208"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("bulk_run", sa.Column("left_out", sa.JSON(), nullable=False, server_default="{}"))


def downgrade() -> None:
    op.drop_column("bulk_run", "left_out")
